#include "operations/program_file.hpp"

#include "base/error.hpp"
#include "base/path.hpp"
#include "support/temporary_folder.hpp"
#include "support/watched_system.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace bestow;
using operations::hash_program;

namespace {

bool has_opened(const test::WatchedSystem& system) {
    const auto opens = [](const std::string& name) { return name.find("open_f") != std::string::npos; };
    return std::any_of(system.names.begin(), system.names.end(), opens);
}

std::string refusal(test::WatchedSystem& system, const std::string& path) {
    try {
        (void)hash_program(system, path);
        return "";
    } catch (const Error& error) {
        return error.kind() == ErrorKind::Policy ? error.message() : "of another kind";
    }
}

std::string make_program(const test::TemporaryFolder& folder) {
    std::string path = std::string(fs::canonical(folder.text())) + "/program";
    folder.write("program", "abc");
    fs::permissions(path, fs::perms(0755));
    return path;
}

}  // namespace

TEST_CASE("a program's content is hashed") {
    const test::TemporaryFolder folder;
    test::WatchedSystem system;
    CHECK(hash_program(system, make_program(folder)) ==  // FIPS 180-2, appendix C.1
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643c"
          "e80e"
          "2a9ac94fa54ca49f");
    CHECK(has_opened(system));
}

TEST_CASE("what is no program is refused unopened") {
    const test::TemporaryFolder folder;
    test::WatchedSystem system;
    const std::string path = make_program(folder);
    const std::string fifo = path + "-fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0755) == 0);
    for (const std::string& other : {std::string("/dev/zero"), fifo, parent_of(path)}) {
        CHECK(refusal(system, other).find("is not a regular file") != std::string::npos);
    }
    fs::permissions(path, fs::perms(0644));
    CHECK(refusal(system, path).find("is not executable") != std::string::npos);
    fs::permissions(path, fs::perms(0757));
    CHECK(refusal(system, path).find("can be written by others") != std::string::npos);
    CHECK_FALSE(has_opened(system));
}

TEST_CASE("what is opened is looked at again") {
    const test::TemporaryFolder folder;
    test::WatchedSystem system;
    const std::string path = make_program(folder);
    system.verdict = [&](const std::string& call, std::size_t) {
        if (call == "try_open_file_beneath") {
            fs::permissions(path, fs::perms(0644));
        }
        return 0;
    };
    CHECK(refusal(system, path).find("is not executable") != std::string::npos);
    CHECK(std::find(system.names.begin(), system.names.end(), "read_some") == system.names.end());
}
