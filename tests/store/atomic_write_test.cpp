#include "store/atomic_write.hpp"

#include "base/error.hpp"
#include "support/temporary_folder.hpp"
#include "support/watched_system.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using bestow::as_bytes;
using bestow::Error;
using bestow::ErrorKind;
using bestow::store::WriteBatch;
using bestow::test::TemporaryFolder;
using bestow::test::WatchedSystem;

namespace {

constexpr const char* kOld = "old text\n";
constexpr const char* kNew = "new text, longer than the old one\n";

void prepare(const TemporaryFolder& folder) {
    folder.write("a.yaml", kOld);
    folder.write("secrets/b.yaml", kOld);
    folder.write("gone.yaml", kOld);
}

void write_three(bestow::os::System& system, const TemporaryFolder& folder) {
    const bestow::os::UniqueFd root = system.open_directory(folder.text());
    WriteBatch batch(system, root.get());
    batch.write("a.yaml", as_bytes(kNew));
    batch.write("secrets/b.yaml", as_bytes(kNew));
    batch.write("deep/er/c.yaml", as_bytes(kNew), 0600);
    batch.remove("gone.yaml");
    batch.commit();
}

/// Every file is wholly old or wholly new.
void check_whole(const TemporaryFolder& folder) {
    for (const std::string& name : {std::string("a.yaml"), std::string("secrets/b.yaml")}) {
        const std::string content = folder.read(name);
        INFO(name << ": " << content);
        CHECK((content == kOld || content == kNew));
    }
    if (fs::exists(folder.path() / "deep/er/c.yaml")) {
        CHECK(folder.read("deep/er/c.yaml") == kNew);
    }
}

bool has_leftovers(const TemporaryFolder& folder) {
    for (const std::string& name : folder.files()) {
        if (bestow::store::is_temporary_name(fs::path(name).filename().string())) {
            return true;
        }
    }
    return false;
}

/// Names and bytes of every file.
std::vector<std::string> contents(const TemporaryFolder& folder) {
    std::vector<std::string> found;
    for (const std::string& name : folder.files()) {
        found.push_back(name + ": " + folder.read(name));
    }
    return found;
}

}  // namespace

TEST_CASE("a batch writes, makes folders and removes") {
    const TemporaryFolder folder;
    prepare(folder);
    WatchedSystem system;
    write_three(system, folder);
    CHECK(folder.files() == std::vector<std::string>{"a.yaml", "deep/er/c.yaml", "secrets/b.yaml"});
    CHECK(folder.read("a.yaml") == kNew);
    CHECK((fs::status(folder.path() / "deep/er/c.yaml").permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a file that exists keeps its mode") {
    const TemporaryFolder folder;
    folder.write("a.yaml", kOld);
    fs::permissions(folder.path() / "a.yaml", fs::perms(0640));
    WatchedSystem system;
    const auto root = system.open_directory(folder.text());
    WriteBatch batch(system, root.get());
    batch.write("a.yaml", as_bytes(kNew));
    batch.commit();
    CHECK((fs::status(folder.path() / "a.yaml").permissions() & fs::perms::all) == fs::perms(0640));
}

TEST_CASE("a batch that is not committed leaves nothing behind") {
    const TemporaryFolder folder;
    prepare(folder);
    WatchedSystem system;
    const auto root = system.open_directory(folder.text());
    {
        WriteBatch batch(system, root.get());
        batch.write("a.yaml", as_bytes(kNew));
        batch.write("deep/er/c.yaml", as_bytes(kNew));
        CHECK(has_leftovers(folder));
    }
    CHECK_FALSE(has_leftovers(folder));
    CHECK_FALSE(fs::exists(folder.path() / "deep"));
    CHECK(folder.read("a.yaml") == kOld);
}

TEST_CASE("every temporary file is synced before the first rename, every folder after the last") {
    const TemporaryFolder folder;
    prepare(folder);
    WatchedSystem system;
    write_three(system, folder);
    const auto first_rename = std::find(system.names.begin(), system.names.end(), "rename");
    const auto last_create = std::find(system.names.rbegin(), system.names.rend(), "create_file").base();
    CHECK(std::count(system.names.begin(), first_rename, "sync") == 3);
    CHECK(last_create < first_rename);
    CHECK(std::find(first_rename, system.names.end(), "create_file") == system.names.end());
    // The root, secrets, deep (which is new) and deep/er; then the root, from which a file went.
    const auto removal = std::find(first_rename, system.names.end(), "remove_file");
    CHECK(std::count(first_rename, removal, "sync") == 4);
    CHECK(std::count(removal, system.names.end(), "sync") == 1);
}

TEST_CASE("of many files, the file system is synced once before the first rename, and its failure changes nothing") {
    const TemporaryFolder folder;
    WatchedSystem system;
    const auto write_many = [&] {
        const bestow::os::UniqueFd root = system.open_directory(folder.text());
        WriteBatch batch(system, root.get());
        for (int number = 0; number < 30; ++number) {
            batch.write("secrets/" + std::to_string(number % 3) + "/" + std::to_string(number), as_bytes(kNew));
        }
        batch.commit();
    };
    write_many();
    const auto& calls = system.names;
    const auto first_rename = std::find(calls.begin(), calls.end(), "rename");
    REQUIRE(std::count(calls.begin(), first_rename, "sync_file_system") == 1);
    REQUIRE(std::find(first_rename, calls.end(), "sync_file_system") == calls.end());
    const auto synced = std::find(calls.begin(), calls.end(), "sync_file_system");
    REQUIRE(std::find(synced, calls.end(), "write_all") == calls.end());
    const std::vector<std::string> before = folder.files();
    system.verdict = [](const std::string& call, std::size_t) { return call == "sync_file_system" ? EIO : 0; };
    folder.write("secrets/0/0", kOld);
    REQUIRE_THROWS_AS(write_many(), Error);
    REQUIRE(folder.read("secrets/0/0") == kOld);
    REQUIRE(folder.files() == before);
}

TEST_CASE("what is named after a barrier changes only once everything before it is on the disk") {
    const TemporaryFolder folder;
    prepare(folder);
    WatchedSystem system;
    const auto root = system.open_directory(folder.text());
    WriteBatch batch(system, root.get());
    batch.write("secrets/b.yaml", as_bytes(kNew));
    batch.write("secrets/new.yaml", as_bytes(kNew));
    batch.barrier();
    batch.write("a.yaml", as_bytes(kNew));
    const std::size_t staged = system.names.size();
    batch.commit();
    using Names = std::vector<std::string>;
    CHECK(Names(system.names.begin() + static_cast<std::ptrdiff_t>(staged), system.names.end()) ==
          Names{"rename", "rename", "sync", "rename", "sync"});
}

TEST_CASE("a temporary file that somebody holds a lock on is left alone, and one that nobody does goes away") {
    const TemporaryFolder folder;
    WatchedSystem system;
    const auto root = system.open_directory(folder.text());
    const auto held = system.create_file(root.get(), ".bestow-aa.tmp", 0600);
    CHECK(system.lock(held.get(), false));
    folder.write(".bestow-bb.tmp", kOld);
    WriteBatch batch(system, root.get());
    batch.write("a.yaml", as_bytes(kNew));
    batch.commit();
    CHECK(folder.files() == std::vector<std::string>{".bestow-aa.tmp", "a.yaml"});
}

TEST_CASE("whichever call fails, nothing is half-written, nothing is lost and nothing is left over") {
    std::size_t partial_failures = 0;
    for (std::size_t failing = 0;; ++failing) {
        const TemporaryFolder folder;
        prepare(folder);
        WatchedSystem system;
        system.fail_at(failing);
        const std::vector<std::string> before = contents(folder);
        bool threw = false;
        bool partial = false;
        try {
            write_three(system, folder);
        } catch (const Error& error) {
            threw = true;
            partial = error.kind() == ErrorKind::Partial;
            CHECK(error.errno_value() == EIO);
            CHECK(bestow::exit_status(error.kind()) == (partial ? 4 : 1));
            CHECK(error.hint().empty() == !partial);
        }
        if (system.calls <= failing) {
            CHECK(failing > 20);
            CHECK(partial_failures > 5);  // three renames, a removal and syncs come after the first rename
            return;                       // that many calls there are
        }
        INFO("call " << failing << ": " << system.names.at(failing));
        check_whole(folder);
        CHECK_FALSE(has_leftovers(folder));
        if (threw) {
            CHECK(partial == (contents(folder) != before));  // "nothing changed" is true to the letter
        } else {
            CHECK(folder.read("a.yaml") == kNew);  // tidying up after a killed run may fail
        }
        partial_failures += partial ? 1U : 0U;
    }
}

TEST_CASE("killed at any call, every file is whole and the next batch tidies up") {
    std::size_t calls = 1;
    for (std::size_t last = 0; last < calls; ++last) {
        const TemporaryFolder folder;
        prepare(folder);
        WatchedSystem dying;
        dying.die_at(last);
        try {
            write_three(dying, folder);
            break;
        } catch (const Error&) {
            calls = std::max(calls, last + 2);
        }
        check_whole(folder);
        WatchedSystem system;
        folder.write("gone.yaml", kOld);
        write_three(system, folder);
        INFO("killed at " << dying.names.at(last));
        CHECK(folder.files() == std::vector<std::string>{"a.yaml", "deep/er/c.yaml", "secrets/b.yaml"});
    }
    CHECK(calls > 20);
}

TEST_CASE("names that climb, links and folders in a file's place are refused") {
    const TemporaryFolder folder;
    prepare(folder);
    fs::create_symlink("a.yaml", folder.path() / "link.yaml");
    fs::create_directory_symlink("/tmp", folder.path() / "outside");
    WatchedSystem system;
    const auto root = system.open_directory(folder.text());
    WriteBatch batch(system, root.get());
    for (const char* name : {"../a.yaml", "/etc/x", "secrets//b.yaml", "secrets/../a.yaml", ".", "", "link.yaml",
                             "secrets", "outside/x.yaml"}) {
        INFO(name);
        CHECK_THROWS_AS(batch.write(name, as_bytes(kNew)), Error);
    }
    CHECK_FALSE(has_leftovers(folder));
}
