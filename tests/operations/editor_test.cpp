#include "operations/editor.hpp"

#include "support/watched_system.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

using namespace bestow;
using operations::editor_command;
using Words = std::vector<std::string>;

namespace {

struct NamedEditor {
    explicit NamedEditor(const char* name) {
        ::unsetenv("VISUAL");
        ::setenv("EDITOR", name, 1);
    }
    ~NamedEditor() { ::unsetenv("EDITOR"); }
};

bool holds(const Words& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

TEST_CASE("an editor that is not known is run as it is, by a shell only when its words need one") {
    test::WatchedSystem system;
    {
        const NamedEditor editor("some-editor");
        CHECK(editor_command(system, "/x/a b").words == Words{"some-editor", "/x/a b"});
        CHECK_FALSE(editor_command(system, "/x/a b").keeps_nothing);
    }
    const NamedEditor editor("code --wait");
    CHECK(editor_command(system, "/x/a").words == Words{"sh", "-c", "code --wait \"$@\"", "code --wait", "/x/a"});
    CHECK(editor_command(system, "/x/a").name == "code");
}

TEST_CASE("known editors are told to keep no copies, before the file's name") {
    test::WatchedSystem system;
    for (const char* name : {"/nowhere/vim", "/nowhere/nvim", "/nowhere/emacs", "/nowhere/nano", "/nowhere/vim -y"}) {
        INFO(name);
        const NamedEditor editor(name);
        const operations::EditorCommand command = editor_command(system, "/x/a");
        CHECK(command.keeps_nothing);
        CHECK(command.words.size() > 2);
        CHECK(command.words.back() == "/x/a");
    }
    const NamedEditor vim("/nowhere/vim");
    CHECK(holds(editor_command(system, "/x/a").words, "-n"));
}

TEST_CASE("an editor in a pipeline gets no words that another program would take") {
    test::WatchedSystem system;
    const NamedEditor editor("vim; true");
    CHECK(editor_command(system, "/x/a").words.size() == 5);
    CHECK_FALSE(editor_command(system, "/x/a").keeps_nothing);
}

TEST_CASE("VISUAL comes before EDITOR, and vi stands in for both") {
    test::WatchedSystem system;
    const NamedEditor editor("some-editor");
    ::setenv("VISUAL", "other-editor", 1);
    CHECK(editor_command(system, "/x/a").words.front() == "other-editor");
    ::unsetenv("VISUAL");
    ::unsetenv("EDITOR");
    CHECK(editor_command(system, "/x/a").words.front() == "vi");
}
