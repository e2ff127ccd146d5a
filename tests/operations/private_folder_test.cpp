#include "operations/private_folder.hpp"

#include "base/error.hpp"
#include "support/temporary_folder.hpp"
#include "support/watched_system.hpp"

#include <cstdlib>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace bestow;
using operations::PrivateFolder;
using test::TemporaryFolder;
using test::WatchedSystem;

namespace {

std::size_t folders_in_shm() {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator("/dev/shm")) {
        count += entry.path().filename().string().starts_with("bestow-edit-") ? 1U : 0U;
    }
    return count;
}

}  // namespace

TEST_CASE("a private folder is on a memory file system, closed to others, and gone afterwards") {
    const TemporaryFolder on_disk;
    ::setenv("XDG_RUNTIME_DIR", on_disk.text().c_str(), 1);  // not a tmpfs, or at least nothing is left in it
    WatchedSystem system;
    std::string path;
    {
        const PrivateFolder folder(system);
        path = folder.path();
        CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms::owner_all);
        CHECK(system.file_system_status(folder.fd()).type != os::FileSystemStatus::Type::Other);
        std::ofstream(path + "/plain") << "canary";
        std::ofstream(path + "/.plain.swp") << "canary";
        fs::create_directories(path + "/undo/deep");
        std::ofstream(path + "/undo/deep/x") << "canary";
    }
    CHECK_FALSE(fs::exists(path));
    CHECK(on_disk.files().empty());
}

TEST_CASE("what a killed run left is removed by the next one, what is in use is not") {
    ::setenv("XDG_RUNTIME_DIR", "/dev/shm", 1);
    WatchedSystem system;
    const std::size_t before = folders_in_shm();
    fs::create_directory("/dev/shm/bestow-edit-0000000000000000");
    std::ofstream("/dev/shm/bestow-edit-0000000000000000/x") << "canary";
    {
        const PrivateFolder first(system);
        CHECK_FALSE(fs::exists("/dev/shm/bestow-edit-0000000000000000"));
        const PrivateFolder second(system);
        CHECK(fs::exists(first.path()));
    }
    CHECK(folders_in_shm() <= before);
}

TEST_CASE("whichever call fails, no plaintext folder stays") {
    ::setenv("XDG_RUNTIME_DIR", "/dev/shm", 1);
    for (std::size_t failing = 0; failing < 12; ++failing) {
        WatchedSystem system;
        system.fail_at(failing);
        try {
            const PrivateFolder folder(system);
            const os::UniqueFd file = system.create_file(folder.fd(), "plain", 0600);
        } catch (const Error&) {
            continue;
        }
    }
    WatchedSystem system;
    {
        const PrivateFolder tidies_up(system);
    }
    CHECK(folders_in_shm() == 0);
}
