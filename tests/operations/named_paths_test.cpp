#include "operations/named_paths.hpp"

#include "support/temporary_folder.hpp"
#include "support/watched_system.hpp"

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace bestow;
using operations::names_path_below;

TEST_CASE("a path below a folder is found however a word holds it") {
    const test::TemporaryFolder temporary;
    test::WatchedSystem system;
    const std::string base = fs::canonical(temporary.text());
    const std::string tree = base + "/tree";
    fs::create_directories(tree + "/in");
    fs::create_directory(base + "/tree-other");
    fs::create_directory_symlink(tree, base + "/link");
    const auto names = [&](const std::string& word) { return names_path_below(system, word, tree); };

    for (const std::string& path :
         {tree, tree + "/", tree + "/in", tree + "/none/yet", base + "//tree/./in", base + "/none/../tree",
          base + "/link", base + "/link/in", base + "/link/later", base + "/tree-other/../tree/x"}) {
        for (const std::string before : {"", "--option=", "A=/usr/lib:", "/usr,", "cd ", "x;", "-I", "(", "'", "a\n"}) {
            for (const std::string after : {"", ":/usr", ",b", ";c", " d", "\te", "'", "&&f", "\n"}) {
                CAPTURE(before, path, after);
                CHECK(names(before + path + after));
            }
        }
    }
    for (const std::string& word : {std::string(), std::string("tree"), std::string("/"), base, base + "/tree-other",
                                    base + "/treeother/x", base + "/tree/../x", "A=/usr:" + base + ":/bin"}) {
        CAPTURE(word);
        CHECK_FALSE(names(word));
    }
}

TEST_CASE("a folder with a space in its name is found, too") {
    const test::TemporaryFolder temporary;
    test::WatchedSystem system;
    const std::string tree = std::string(fs::canonical(temporary.text())) + "/a: b";
    fs::create_directory(tree);
    CHECK(names_path_below(system, tree, tree));
    CHECK(names_path_below(system, "x:" + tree + "/y", tree));
    CHECK(names_path_below(system, "x:" + tree + " z", tree));
    CHECK_FALSE(names_path_below(system, tree + "c", tree));
}

TEST_CASE("everything is below the root") {
    test::WatchedSystem system;
    CHECK(names_path_below(system, "/usr", "/"));
    CHECK_FALSE(names_path_below(system, "usr", "/"));
}
