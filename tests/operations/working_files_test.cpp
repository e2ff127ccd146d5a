#include "operations/working_files.hpp"

#include "base/error.hpp"
#include "operations/read_value.hpp"
#include "operations/sync.hpp"
#include "store/atomic_write.hpp"
#include "support/store_fixture.hpp"
#include "support/watched_system.hpp"

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace bestow;
using namespace bestow::operations;
using test::StoreFixture;
using test::WatchedSystem;

namespace {

const Confirmation kEverybody{{"alice", "web1", "web2"}, {}};
const ValueAddress kPassword{"secrets/db.yaml", {"password"}};
const ValueAddress kUser{"secrets/db.yaml", {"user"}};
const ValueAddress kKey{"secrets/dns.yaml", {"key"}};

sops::Value text_value(const char* text) {
    return {{}, sops::ValueType::String, SecretBytes::copy_of(text)};
}

void set(os::System& system, const StoreFixture& fixture, const ValueAddress& address, const char* text) {
    OpenStore store(system, fixture.path(), {}, OpenStore::Purpose::Writing);
    WorkingFiles files(store, kEverybody);
    files.set(address, text_value(text), WorkingFiles::WhenUnencrypted::Refuse);
    (void)files.commit();
}

std::string get(const StoreFixture& fixture, const ValueAddress& address) {
    WatchedSystem system;
    OpenStore store(system, fixture.path(), {}, OpenStore::Purpose::Reading);
    return to_text(read_value(store, address, std::nullopt).view());
}

void fill(const StoreFixture& fixture) {
    WatchedSystem system;
    set(system, fixture, kPassword, "old");
    set(system, fixture, kUser, "bob");
    set(system, fixture, kKey, "key");
}

bool has_leftovers(const StoreFixture& fixture) {
    const std::vector<std::string> files = fixture.folder().files();
    return std::any_of(files.begin(), files.end(), [](const std::string& name) {
        return store::is_temporary_name(fs::path(name).filename().string());
    });
}

void sync_all(os::System& system, const StoreFixture& fixture) {
    OpenStore store(system, fixture.path(), {}, OpenStore::Purpose::Writing);
    const SyncResult result = apply_sync(store, plan_sync(store, {}), kEverybody);
    if (!result.problems.empty()) {
        throw result.problems.front().error;
    }
}

}  // namespace

TEST_CASE("whichever call fails while a value is set, the file is old or new and nothing is left") {
    const StoreFixture fixture;
    fill(fixture);
    const std::string before = fixture.folder().read("secrets/db.yaml");
    for (std::size_t failing = 0;; ++failing) {
        fixture.folder().write("secrets/db.yaml", before);
        WatchedSystem system;
        system.fail_at(failing);
        try {
            set(system, fixture, kPassword, "new");
        } catch (const Error& error) {
            CHECK_THAT(error.full_message(), !Catch::Contains("new") || Catch::Contains("injected"));
        }
        INFO("call " << failing);
        const std::string now = get(fixture, kPassword);
        CHECK((now == "old" || now == "new"));
        CHECK(get(fixture, kUser) == "bob");
        CHECK_FALSE(has_leftovers(fixture));
        if (system.calls <= failing) {
            CHECK(now == "new");
            CHECK(failing > 30);
            return;
        }
    }
}

TEST_CASE("died at any call while two files lose a reader, every value is there and running again converges") {
    const StoreFixture fixture;
    fill(fixture);
    const std::string db = fixture.folder().read("secrets/db.yaml");
    const std::string dns = fixture.folder().read("secrets/dns.yaml");
    fixture.replace_in_policy("to: [web1, web2]", "to: [web2]");
    fixture.replace_in_policy("dns/key: {to: [web1]}", "dns/key: {to: [web2]}");
    for (std::size_t last = 0;; ++last) {
        fixture.folder().write("secrets/db.yaml", db);
        fixture.folder().write("secrets/dns.yaml", dns);
        WatchedSystem dying;
        dying.die_at(last);
        bool died = true;
        try {
            sync_all(dying, fixture);
            died = dying.calls > last;
        } catch (const Error&) {
            died = true;
        }
        INFO("died at " << last);
        CHECK(get(fixture, kPassword) == "old");
        CHECK(get(fixture, kKey) == "key");
        WatchedSystem system;
        sync_all(system, fixture);
        OpenStore store(system, fixture.path(), {}, OpenStore::Purpose::Reading);
        CHECK(plan_sync(store, {}).drifting.empty());
        CHECK(get(fixture, kPassword) == "old");
        CHECK(get(fixture, kKey) == "key");
        if (!died) {
            CHECK(last > 40);
            return;
        }
    }
}

TEST_CASE("several changes are one batch, and nothing is written before all of them are made") {
    const StoreFixture fixture;
    fill(fixture);
    WatchedSystem system;
    OpenStore store(system, fixture.path(), {}, OpenStore::Purpose::Writing);
    const std::string before = fixture.folder().read("secrets/db.yaml");
    WorkingFiles files(store, kEverybody);
    files.set(kPassword, text_value("new"), WorkingFiles::WhenUnencrypted::Refuse);
    files.set({"secrets/db.yaml", {"map", "inner"}}, text_value("deep"), WorkingFiles::WhenUnencrypted::Refuse);
    files.unset(kUser);
    CHECK_THROWS_AS(files.unset({"secrets/dns.yaml", {"nothing"}}), Error);
    CHECK(fixture.folder().read("secrets/db.yaml") == before);
    CHECK(files.commit());
    CHECK(get(fixture, {"secrets/db.yaml", {"map", "inner"}}) == "deep");
    CHECK(get(fixture, kPassword) == "new");
    CHECK_THROWS_AS(get(fixture, kUser), Error);
}

TEST_CASE("where a value goes is on the disk before its old place loses it") {
    const StoreFixture fixture;
    fill(fixture);
    WatchedSystem system;
    OpenStore store(system, fixture.path(), {}, OpenStore::Purpose::Writing);
    WorkingFiles files(store, kEverybody);
    files.unset(kPassword);
    files.set(kKey, text_value("new"), WorkingFiles::WhenUnencrypted::Refuse);
    CHECK(files.commit());
    const auto first = std::find(system.names.begin(), system.names.end(), "rename");
    const auto second = std::find(first + 1, system.names.end(), "rename");
    CHECK(std::count(first, second, "sync") == 1);
}

TEST_CASE("a new document with several values is made at once") {
    const StoreFixture fixture;
    WatchedSystem system;
    OpenStore store(system, fixture.path(), {}, OpenStore::Purpose::Writing);
    WorkingFiles files(store, kEverybody);
    files.set(kPassword, text_value("first"), WorkingFiles::WhenUnencrypted::Refuse);
    files.set(kUser, text_value("yes: no"), WorkingFiles::WhenUnencrypted::Refuse);
    files.set(kPassword, text_value("second"), WorkingFiles::WhenUnencrypted::Refuse);
    CHECK(files.commit());
    CHECK(files.created() == std::vector<std::string>{"secrets/db.yaml"});
    CHECK(get(fixture, kPassword) == "second");
    CHECK(get(fixture, kUser) == "yes: no");
}

TEST_CASE("without a change nothing is written and nobody is asked") {
    const StoreFixture fixture;
    fill(fixture);
    WatchedSystem system;
    OpenStore store(system, fixture.path(), {}, OpenStore::Purpose::Writing);
    WorkingFiles files(store, {});
    files.set(kPassword, text_value("old"), WorkingFiles::WhenUnencrypted::Refuse);
    CHECK_FALSE(files.commit());
    CHECK(std::count(system.names.begin(), system.names.end(), "create_file") == 0);
}
