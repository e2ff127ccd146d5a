#include "fuzz/targets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

// The fuzz targets over recorded files and over small damage to each, in every normal run. What a fuzzer finds is
// recorded in corpus/TARGET.

using namespace bestow;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestSeed = 2000;

std::vector<fs::path> seed_folders(const std::string& target) {
    const fs::path tests = fs::path(BESTOW_TEST_DATA).parent_path();
    return {tests / "fuzz" / "corpus" / target, tests / "age" / "fixtures", tests / "ssh" / "fixtures"};
}

std::vector<Bytes> read_seeds(const std::string& target) {
    std::vector<Bytes> seeds = {{}};
    for (const fs::path& folder : seed_folders(target)) {
        if (!fs::is_directory(folder)) {
            continue;
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
            std::ifstream file(entry.path(), std::ios::binary);
            seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        }
    }
    return seeds;
}

/// Some ninety places in each file, the same ones every time.
void run_damaged(const fuzz::Target& target, const Bytes& seed) {
    const std::size_t step = std::max<std::size_t>(1, seed.size() / 90);
    for (std::size_t at = 0; at < seed.size(); at += step) {
        target.run(ByteView(seed).first(at));
        Bytes altered = seed;
        altered[at] = static_cast<Byte>(altered[at] ^ (1U << (at % 8)));
        target.run(altered);
        altered.erase(altered.begin() + static_cast<std::ptrdiff_t>(at));
        target.run(altered);
    }
}

}  // namespace

TEST_CASE("every fuzz target holds its promises over recorded files and damage to them") {
    for (const fuzz::Target& target : fuzz::kTargets) {
        const std::vector<Bytes> seeds = read_seeds(target.name);
        CHECK(seeds.size() > 20);
        for (const Bytes& seed : seeds) {
            target.run(seed);
            if (seed.size() <= kLargestSeed) {
                run_damaged(target, seed);
            }
        }
    }
}
