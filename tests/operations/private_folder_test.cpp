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

/// A runtime directory in memory of this test's own: others edit at the same time.
class RuntimeDirectory {
  public:
    RuntimeDirectory() {
        std::string path = "/dev/shm/bestow-test-XXXXXX";
        REQUIRE(::mkdtemp(path.data()) != nullptr);
        path_ = path;
        ::setenv("XDG_RUNTIME_DIR", path.c_str(), 1);
    }
    ~RuntimeDirectory() { fs::remove_all(path_); }
    RuntimeDirectory(const RuntimeDirectory&) = delete;
    RuntimeDirectory& operator=(const RuntimeDirectory&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] bool is_empty() const { return fs::is_empty(path_); }

  private:
    fs::path path_;
};

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
    const RuntimeDirectory runtime;
    WatchedSystem system;
    const fs::path left = runtime.path() / "bestow-edit-0000000000000000";
    fs::create_directory(left);
    std::ofstream(left / "x") << "canary";
    {
        const PrivateFolder first(system);
        CHECK(fs::path(first.path()).parent_path() == runtime.path());
        CHECK_FALSE(fs::exists(left));
        const PrivateFolder second(system);
        CHECK(fs::exists(first.path()));
    }
    CHECK(runtime.is_empty());
}

TEST_CASE("whichever call fails, no plaintext folder stays") {
    const RuntimeDirectory runtime;
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
    CHECK(runtime.is_empty());
}
