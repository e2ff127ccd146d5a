#include "activation/links.hpp"

#include "base/error.hpp"
#include "os/posix_system.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::activation;

namespace fs = std::filesystem;
using delivery::LinkStep;

// What was observed may have been exchanged by the time that it is acted upon.

TEST_CASE("what lies in a link's place by now is neither removed nor replaced unless it is still ours", "[links]") {
    const test::TemporaryFolder folder;
    os::PosixSystem system;
    const std::string path = folder.text() + "/x";
    const delivery::Owner owner{system.effective_uid(), 0};
    const LinkStep remove{LinkStep::Action::Remove, path, {}, {}, "/run/secrets/"};
    const LinkStep replace{LinkStep::Action::Replace, path, "/run/secrets/new", owner, "/run/secrets/"};
    const LinkStep force{LinkStep::Action::Replace, path, "/run/secrets/new", owner, {}};

    std::ofstream(path) << "somebody's";
    CHECK_THROWS_WITH(apply_link(system, remove), Catch::Contains("was exchanged"));
    CHECK_THROWS_WITH(apply_link(system, replace), Catch::Contains("was exchanged"));
    CHECK(fs::is_regular_file(fs::symlink_status(path)));
    apply_link(system, force);
    CHECK(fs::read_symlink(path) == "/run/secrets/new");

    fs::remove(path);
    fs::create_symlink("/run/secretsx/a", path);
    CHECK_THROWS_AS(apply_link(system, remove), Error);
    fs::remove(path);
    fs::create_symlink("/run/secrets/old", path);
    apply_link(system, replace);
    CHECK(fs::read_symlink(path) == "/run/secrets/new");
    apply_link(system, remove);
    CHECK(!fs::exists(fs::symlink_status(path)));
}
