#include "activation/trusted_path.hpp"

#include "base/error.hpp"
#include "os/posix_system.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::activation;

namespace {

os::FileStatus directory(std::uint32_t uid, std::uint32_t gid, unsigned mode_bits) {
    os::FileStatus status;
    status.type = os::FileType::Directory;
    status.uid = uid;
    status.gid = gid;
    status.mode_bits = mode_bits;
    return status;
}

}  // namespace

TEST_CASE("a directory is trusted when nobody but root and its own user can write it", "[trust]") {
    REQUIRE(distrust_of(directory(0, 0, 0755), 0).empty());
    REQUIRE(distrust_of(directory(0, 0, 0775), 0) == "can be written by others");  // an access control list shows so
    REQUIRE(distrust_of(directory(0, 0, 01777), 0).empty());
    REQUIRE(distrust_of(directory(1000, 1000, 0755), 1000).empty());
    REQUIRE(distrust_of(directory(1000, 1000, 0755), 0) == "is owned by uid 1000");
    REQUIRE(distrust_of(directory(0, 0, 0777), 0) == "can be written by others");
    REQUIRE(distrust_of(directory(0, 50, 0775), 0) == "can be written by others");
    os::FileStatus file = directory(0, 0, 01666);
    file.type = os::FileType::Regular;
    REQUIRE(distrust_of(file, 0) == "can be written by others");  // stickiness protects directories only
}

TEST_CASE("a path is walked through links and back, to where the kernel would get", "[trust]") {
    const test::TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() / "a/b");
    std::filesystem::create_symlink("a/b", folder.path() / "relative");
    std::filesystem::create_symlink(folder.path() / "a", folder.path() / "absolute");
    std::filesystem::create_symlink("loop", folder.path() / "loop");
    os::PosixSystem system;
    const std::string real = (folder.path() / "a/b").string();
    for (const char* name : {"a/b", "relative", "absolute/b", "relative/../b", "a/./b//"}) {
        REQUIRE(open_trusted_directory(system, folder.text() + "/" + name).path == real);
    }
    REQUIRE_THROWS_AS(open_trusted_directory(system, folder.text() + "/loop"), Error);
    REQUIRE_THROWS_WITH(open_trusted_directory(system, folder.text() + "/missing"), Catch::Contains("no directory"));
    REQUIRE_THROWS_WITH(open_trusted_without_links(system, folder.text() + "/relative"), Catch::Contains("is a link"));
    REQUIRE(open_trusted_without_links(system, real).path == real);
}

TEST_CASE("one directory on the way that others can write spoils the path", "[trust]") {
    const test::TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() / "a/b");
    std::filesystem::permissions(folder.path() / "a", std::filesystem::perms::all);
    os::PosixSystem system;
    REQUIRE_THROWS_WITH(open_trusted_directory(system, folder.text() + "/a/b"),
                        Catch::Contains("/a' can be written by others"));
}
