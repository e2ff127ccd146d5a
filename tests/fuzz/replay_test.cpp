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

std::vector<fs::path> seed_folders(const fuzz::Target& target) {
    const fs::path tests = fs::path(BESTOW_TEST_DATA).parent_path();
    std::vector<fs::path> folders = {tests / "fuzz" / "corpus" / target.name};
    for (const char* const seeds : target.seeds) {
        folders.push_back(tests / seeds);
    }
    return folders;
}

std::vector<Bytes> read_seeds(const fuzz::Target& target) {
    std::vector<Bytes> seeds = {{}};
    for (const fs::path& folder : seed_folders(target)) {
        if (!fs::is_directory(folder)) {
            continue;
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
            if (!entry.is_regular_file()) {
                continue;
            }
            std::ifstream file(entry.path(), std::ios::binary);
            seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        }
    }
    return seeds;
}

/// The same places in a file every time.
void run_damaged(const fuzz::Target& target, const Bytes& seed) {
    const std::size_t step = std::max<std::size_t>(1, seed.size() / target.damaged_places);
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
        const std::vector<Bytes> seeds = read_seeds(target);
        INFO(target.name);
        CHECK(seeds.size() > (target.seeds.size() == 0 ? 1 : 20));
        for (const Bytes& seed : seeds) {
            target.run(seed);
            if (seed.size() <= kLargestSeed) {
                run_damaged(target, seed);
            }
        }
    }
}
