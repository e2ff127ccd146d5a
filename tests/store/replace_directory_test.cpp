#include "store/replace_directory.hpp"

#include "base/error.hpp"
#include "support/temporary_folder.hpp"
#include "support/watched_system.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using bestow::test::TemporaryFolder;

namespace {

/// Somebody else holds every lock, and time passes at once.
class HeldByAnother : public test::WatchedSystem {
  public:
    bool lock(int, bool wait) override {
        REQUIRE_FALSE(wait);
        return false;
    }
    void pause(unsigned seconds) override { waited_seconds += seconds; }

    unsigned waited_seconds = 0;
};

}  // namespace

TEST_CASE("nobody who holds the lock on a folder keeps its owner waiting for ever", "[store]") {
    const TemporaryFolder folder;
    HeldByAnother system;
    const os::UniqueFd parent = system.open_directory(folder.text());
    REQUIRE_THROWS_WITH(store::StagedDirectory(system, parent.get(), {}),
                        Catch::Contains("somebody has held the lock on its folder for 60 seconds"));
    REQUIRE(system.waited_seconds == 60);
    REQUIRE(system.list_directory(parent.get()).empty());
}
