#include "store/place_in_store.hpp"

#include "base/error.hpp"
#include "support/store_fixture.hpp"
#include "support/watched_system.hpp"

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace bestow;
using store::place_in_store;
using test::StoreFixture;
using test::TemporaryFolder;
using test::WatchedSystem;

namespace {

/// "root: name", or "" for a path outside of every store.
std::string place_of(const std::string& path) {
    WatchedSystem system;
    const auto place = place_in_store(system, path);
    return place ? place->root + ": " + place->name : "";
}

}  // namespace

TEST_CASE("a path into a store is told apart from any other, from wherever it is given") {
    const StoreFixture fixture;
    const std::string root = fixture.path();
    const TemporaryFolder elsewhere;
    fs::create_directories(fixture.folder().path() / "secrets/deep");
    fs::create_directory_symlink(root, elsewhere.path() / "way-in");
    fs::create_directory_symlink(root + "/secrets", elsewhere.path() / "way-deep");
    CHECK(place_of(root + "/secrets/new.yaml") == root + ": secrets/new.yaml");
    CHECK(place_of(root + "//./secrets/deep/../new.yaml") == root + ": secrets/new.yaml");
    CHECK(place_of(root + "/x") == root + ": x");
    CHECK(place_of(elsewhere.text() + "/way-in/secrets/x") == root + ": secrets/x");
    CHECK(place_of(elsewhere.text() + "/way-deep/x") == root + ": secrets/x");
    CHECK(place_of(elsewhere.text() + "/x").empty());
    CHECK(place_of(root + "/secrets/../../x").empty());
    const fs::path before = fs::current_path();
    fs::current_path(fixture.folder().path() / "secrets");
    CHECK(place_of("deep/x") == root + ": secrets/deep/x");
    CHECK(place_of("x") == root + ": secrets/x");
    CHECK(place_of("../x") == root + ": x");
    CHECK(place_of("../../x").empty());
    fs::current_path(before);
}

TEST_CASE("a store within a store is the one that counts") {
    const StoreFixture fixture;
    fixture.folder().write("inner/bestow.yaml", "version: 1\n");
    CHECK(place_of(fixture.path() + "/inner/a.yaml") == fixture.path() + "/inner: a.yaml");
    CHECK(place_of(fixture.path() + "/inner/../a.yaml") == fixture.path() + ": a.yaml");
}

TEST_CASE("no link below a store's root is passed through, not even on the way back") {
    const StoreFixture fixture;
    const TemporaryFolder elsewhere;
    fs::create_directory_symlink(elsewhere.path(), fixture.folder().path() / "link");
    CHECK_THROWS_AS(place_of(fixture.path() + "/link/x"), Error);
    CHECK_THROWS_AS(place_of(fixture.path() + "/link/../x"), Error);
    // The last component is opened beneath the root later, where a link is refused.
    CHECK(place_of(fixture.path() + "/link") == fixture.path() + ": link");
}
