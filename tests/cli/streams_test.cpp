#include "cli/streams.hpp"

#include "os/posix_system.hpp"
#include "store/atomic_write.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;

TEST_CASE("what replaces a private file is private from its first moment, and known as a temporary file") {
    const bestow::test::TemporaryFolder folder;
    folder.write("key.txt", "old");
    fs::permissions(folder.path() / "key.txt", fs::perms(0640));
    bestow::os::PosixSystem system;
    bestow::cli::OutputFile output(system, folder.text() + "/key.txt");
    output.write(bestow::as_bytes("new"));
    const auto files = folder.files();
    const auto temporary = std::find_if(files.begin(), files.end(),
                                        [](const std::string& name) { return bestow::store::is_temporary_name(name); });
    REQUIRE(temporary != files.end());
    CHECK((fs::status(folder.path() / *temporary).permissions() & fs::perms::all) == fs::perms(0600));
    output.commit();
    CHECK(folder.read("key.txt") == "new");
    CHECK((fs::status(folder.path() / "key.txt").permissions() & fs::perms::all) == fs::perms(0640));
}
