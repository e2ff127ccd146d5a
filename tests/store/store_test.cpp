#include "store/store.hpp"

#include "base/error.hpp"
#include "store/atomic_write.hpp"
#include "support/store_fixture.hpp"
#include "support/watched_system.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace bestow;
using store::classify_file;
using store::Store;
using store::StoredFile;
using test::StoreFixture;
using test::WatchedSystem;

TEST_CASE("a store is what --store names, else BESTOW_STORE, else the nearest one upwards") {
    const StoreFixture fixture;
    const test::TemporaryFolder empty;
    WatchedSystem system;
    CHECK(Store::open(system, fixture.path()).path() == fixture.path());
    CHECK_THROWS_WITH(Store::open(system, empty.text()), Catch::Contains("bestow.yaml"));
    ::setenv("BESTOW_STORE", fixture.path().c_str(), 1);
    CHECK(Store::open(system).path() == fixture.path());
    ::unsetenv("BESTOW_STORE");
    const fs::path before = fs::current_path();
    fs::create_directories(fixture.folder().path() / "deep/er");
    fs::current_path(fixture.folder().path() / "deep/er");
    CHECK(Store::open(system).path() == fixture.path());
    fs::current_path(empty.path());
    CHECK_FALSE(Store::try_open(system).has_value());
    fs::current_path(before);
}

namespace {

/// Everything belongs to one user, and another one looks at it.
class OwnedMachine : public WatchedSystem {
  public:
    os::FileStatus status(int fd) override { return owned(WatchedSystem::status(fd), directory_uid); }
    std::optional<os::FileStatus> try_status(int directory, const std::string& name) override {
        auto status = WatchedSystem::try_status(directory, name);
        return status ? std::optional(owned(*status, file_uid)) : status;
    }
    std::uint32_t effective_uid() override { return caller_uid; }
    std::optional<std::string> environment(const std::string& name) override {
        return name == "SUDO_UID" ? sudo_uid : std::nullopt;
    }

    std::uint32_t directory_uid = 1000;
    std::uint32_t file_uid = 1000;
    std::uint32_t caller_uid = 1000;
    std::optional<std::string> sudo_uid;

  private:
    static os::FileStatus owned(os::FileStatus status, std::uint32_t uid) {
        status.uid = uid;
        return status;
    }
};

}  // namespace

TEST_CASE("a stranger's store is used when it is named, not when it is merely the nearest") {
    const StoreFixture fixture;
    const fs::path before = fs::current_path();
    fs::current_path(fixture.folder().path());
    OwnedMachine system;
    CHECK_NOTHROW(Store::open(system));
    system.directory_uid = system.file_uid = 0;
    CHECK_NOTHROW(Store::open(system));
    system.file_uid = 1001;
    CHECK_THROWS_WITH(Store::open(system), Catch::Contains("belongs to somebody else"));
    CHECK_NOTHROW(Store::open(system, fixture.path()));
    system.directory_uid = 1001;
    system.file_uid = 1000;
    CHECK_THROWS_AS(Store::try_open(system), Error);
    system.caller_uid = 0;
    CHECK_THROWS_AS(Store::open(system), Error);
    system.directory_uid = 1000;
    system.sudo_uid = "1000";
    CHECK_NOTHROW(Store::open(system));
    system.caller_uid = 1002;  // whoever is not root can say what he likes in a variable
    CHECK_THROWS_AS(Store::open(system), Error);
    fs::current_path(before);
}

TEST_CASE("patterns match regular files of the store and no others") {
    const StoreFixture fixture;
    for (const char* name : {"a/x.yaml", "a/b/y.yaml", ".git/z.yaml", "a/.bestow-0.tmp", "c.yaml"}) {
        fixture.folder().write(name, "x");
    }
    fs::create_symlink("c.yaml", fixture.folder().path() / "link.yaml");
    fs::create_directory_symlink("/etc", fixture.folder().path() / "a/outside");
    WatchedSystem system;
    const Store opened = Store::open(system, fixture.path());
    using Names = std::vector<std::string>;
    CHECK(opened.match_files("**") == Names{"a/b/y.yaml", "a/x.yaml", "bestow.yaml", "c.yaml"});
    CHECK(opened.match_files("a/*.yaml") == Names{"a/x.yaml"});
    CHECK(opened.match_files("a/**/*.yaml") == Names{"a/b/y.yaml", "a/x.yaml"});
    CHECK(opened.match_files("c.yaml") == Names{"c.yaml"});
    CHECK(opened.match_files("none/*.yaml").empty());
}

TEST_CASE("a path that a person gives becomes a name in the store, or none") {
    const StoreFixture fixture;
    fixture.folder().write("secrets/db.yaml", "x");
    WatchedSystem system;
    const Store opened = Store::open(system, fixture.path());
    CHECK(opened.name_of_path(fixture.path() + "/secrets/db.yaml") == "secrets/db.yaml");
    CHECK(opened.name_of_path(fixture.path() + "/secrets/../secrets/new.yaml") == "secrets/new.yaml");
    CHECK(opened.name_of_path(fixture.path() + "/x") == "x");
    CHECK_FALSE(opened.name_of_path("/etc/passwd").has_value());
    CHECK_FALSE(opened.name_of_path(fixture.path() + "/secrets/../../x").has_value());
    CHECK_FALSE(opened.name_of_path(fixture.path() + "/..").has_value());
}

TEST_CASE("names from a store never leave it") {
    const StoreFixture fixture;
    fs::create_symlink("/etc/passwd", fixture.folder().path() / "link");
    fs::create_directory_symlink("/etc", fixture.folder().path() / "outside");
    WatchedSystem system;
    const Store opened = Store::open(system, fixture.path());
    for (const char* name : {"../../../etc/passwd", "/etc/passwd", "link", "outside/passwd"}) {
        INFO(name);
        CHECK_THROWS_AS(opened.try_read_text(name), Error);
    }
    CHECK_FALSE(opened.try_read_text("nothing").has_value());
    CHECK_FALSE(opened.try_read_text("no/where").has_value());
}

TEST_CASE("what lies under an encrypted file's name is told apart") {
    CHECK(classify_file("a.yaml", "password: x\n").kind == StoredFile::Kind::Plaintext);
    CHECK(classify_file("a.yaml", "").kind == StoredFile::Kind::Plaintext);
    CHECK(classify_file("a.key", "age-encryption.org/v1\nrest").kind == StoredFile::Kind::Age);
    StoredFile missing;
    missing.name = "a.yaml";
    CHECK_THROWS_WITH(store::require_document(missing), Catch::Contains("a.yaml"));
    CHECK_THROWS_AS(store::require_document(classify_file("a.yaml", "x: y\n")), Error);
    CHECK_THROWS_AS(store::require_document(classify_file("a", "age-encryption.org/v1\n")), Error);
}
