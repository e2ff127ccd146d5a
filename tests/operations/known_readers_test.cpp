#include "operations/known_readers.hpp"

#include "base/error.hpp"
#include "support/temporary_folder.hpp"
#include "support/watched_system.hpp"

#include <cstdlib>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace bestow;
using namespace bestow::operations;
using test::TemporaryFolder;
using test::WatchedSystem;

namespace {

const policy::Reader kAlice{policy::Reader::Kind::Operator, "alice", "age1alice", "age1alice"};
const policy::Reader kWeb{policy::Reader::Kind::Host, "web1", "age1web",
                          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBwsRMyBarG6Xgr/r9Jyj/oWv9wxc759oGu5Pg68Ju40"};

/// A home of its own for one test.
class Home {
  public:
    Home() {
        ::setenv("HOME", folder_.text().c_str(), 1);
        ::unsetenv("XDG_STATE_HOME");
    }
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

  private:
    TemporaryFolder folder_;
};

constexpr const char* kList = ".local/state/bestow/known_readers";

}  // namespace

TEST_CASE("a reader that nobody confirmed is refused, and nothing is remembered") {
    const Home home;
    WatchedSystem system;
    CHECK_THROWS_WITH(
        confirm_readers(system, "/store", {kAlice, kWeb}, {}),
        Catch::Contains("host 'web1' (age1web), SSH key SHA256:8aw3NzrCTC0Vz3Dmlq3kNboX8rRxCl/+m/qvnjL3LXg") &&
            Catch::Contains("operator 'alice'"));
    CHECK(home.folder().files().empty());
}

TEST_CASE("a confirmed reader is known from then on, in this store, with this key") {
    const Home home;
    WatchedSystem system;
    confirm_readers(system, "/store", {kAlice, kWeb}, {{"alice", "web1"}, {}});
    CHECK_NOTHROW(confirm_readers(system, "/store", {kWeb, kAlice}, {}));
    CHECK_THROWS_AS(confirm_readers(system, "/other", {kWeb}, {}), Error);
    policy::Reader replaced = kWeb;
    replaced.recipient = "age1mallory";
    CHECK_THROWS_AS(confirm_readers(system, "/store", {replaced}, {}), Error);
    policy::Reader other_kind = kWeb;
    other_kind.kind = policy::Reader::Kind::Operator;
    CHECK_THROWS_AS(confirm_readers(system, "/store", {other_kind}, {}), Error);
    const auto mode = fs::status(home.folder().path() / kList).permissions() & fs::perms::all;
    CHECK(mode == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(home.folder().read(kList) == "/store\thost\tweb1\tage1web\n/store\toperator\talice\tage1alice\n");
}

TEST_CASE("the terminal is asked once, for what is unknown only") {
    const Home home;
    WatchedSystem system;
    remember_readers(system, "/store", {kAlice});
    std::size_t asked = 0;
    const auto ask = [&](const std::vector<policy::Reader>& unknown) {
        ++asked;
        CHECK(unknown.size() == 1);
        CHECK(unknown.at(0).name == "web1");
        return asked > 1;
    };
    CHECK_THROWS_AS(confirm_readers(system, "/store", {kAlice, kWeb}, {{}, ask}), Error);
    CHECK_NOTHROW(confirm_readers(system, "/store", {kAlice, kWeb}, {{}, ask}));
    CHECK_NOTHROW(confirm_readers(system, "/store", {kAlice, kWeb}, {{}, ask}));
    CHECK(asked == 2);
}

TEST_CASE("whichever call fails while readers are remembered, the list is whole") {
    for (std::size_t failing = 0;; ++failing) {
        const Home home;
        WatchedSystem system;
        remember_readers(system, "/store", {kAlice});
        const std::string old_list = home.folder().read(kList);
        WatchedSystem failing_system;
        failing_system.fail_at(failing);
        try {
            remember_readers(failing_system, "/store", {kWeb});
        } catch (const Error&) {
            CHECK(home.folder().files().size() == 1);
            const std::string list = home.folder().read(kList);
            CHECK((list == old_list || list == "/store\thost\tweb1\tage1web\n" + old_list));
        }
        if (failing_system.calls <= failing) {
            CHECK(failing > 10);
            return;
        }
    }
}

TEST_CASE("a store's path cannot pass for another line") {
    const Home home;
    WatchedSystem system;
    CHECK_THROWS_AS(remember_readers(system, "/store\thost\tweb1", {kWeb}), Error);
    CHECK_THROWS_AS(remember_readers(system, "/store\n", {kWeb}), Error);
}
