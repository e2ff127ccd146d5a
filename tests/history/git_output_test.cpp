#include "history/git_output.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::history;

namespace {

const std::string kOne(40, '1');
const std::string kTwo(40, '2');
const std::string kZero(40, '0');

/// The same bytes in pieces of every size give the same.
template <typename Parse>
void in_pieces(const std::string& output, Parse parse) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{7}, output.size()}) {
        parse([&](const std::function<void(ByteView)>& feed) {
            for (std::size_t at = 0; at < output.size(); at += size) {
                feed(as_bytes(std::string_view(output).substr(at, size)));
            }
        });
    }
}

}  // namespace

TEST_CASE("a line of rev-list is a time, a commit and its parents") {
    const ListedCommit commit = parse_listed_commit("1735689600 " + kOne + " " + kTwo);
    CHECK(commit.seconds == 1735689600);
    CHECK(commit.name == kOne);
    CHECK(commit.parents == std::vector<std::string>{kTwo});
    CHECK(parse_listed_commit("-5 " + kOne).seconds == -5);
    CHECK_THROWS_AS(parse_listed_commit(""), Error);
    CHECK_THROWS_AS(parse_listed_commit("12x " + kOne), Error);
    CHECK_THROWS_AS(parse_listed_commit("12 " + kOne + " parent"), Error);
}

TEST_CASE("a commit's changes are told of regular files alone, whatever their names") {
    std::string output = kOne;
    const auto piece = [&](const std::string& text) { output += '\0' + text; };
    piece(":100644 100755 " + kOne + " " + kTwo + " M");
    piece(":odd\nname");
    piece(":000000 100644 " + kZero + " " + kTwo + " A");
    piece("added");
    piece(":120000 000000 " + kTwo + " " + kZero + " D");
    piece("a link");
    piece(":160000 100644 " + kTwo + " " + kOne + " T");
    piece("was a submodule");
    output += '\0';
    in_pieces(output, [&](const auto& feed_all) {
        std::vector<std::string> told;
        RawChanges changes(
            [&](std::string_view commit) { told.emplace_back(commit); },
            [&](const RawChange& change) { told.push_back(change.path + "|" + change.before + "|" + change.after); });
        Pieces pieces('\0', [&](std::string_view piece_of) { changes.feed(piece_of); });
        feed_all([&](ByteView bytes) { pieces.feed(bytes); });
        CHECK(told == std::vector<std::string>{kOne, ":odd\nname|" + kOne + "|" + kTwo, "added||" + kTwo,
                                               "was a submodule||" + kOne});
    });
}

TEST_CASE("two trees that are compared are named in a line of their own") {
    std::string output = kOne + " " + kTwo + "\n:000000 100644 " + kZero + " " + kTwo + " A";
    output += '\0' + std::string("a\nb") + '\0' + kOne + " " + kTwo + "\n" + kTwo + '\0' + kTwo + " " + kOne + "\n";
    in_pieces(output, [&](const auto& feed_all) {
        std::vector<std::string> told;
        RawChanges changes([&](std::string_view names) { told.emplace_back(names); },
                           [&](const RawChange& change) { told.push_back(change.path); });
        Pieces pieces('\0', [&](std::string_view piece) { changes.feed(piece); });
        feed_all([&](ByteView bytes) { pieces.feed(bytes); });
        changes.feed(pieces.rest());
        CHECK(told == std::vector<std::string>{kOne + " " + kTwo, "a\nb", kOne + " " + kTwo, kTwo, kTwo + " " + kOne});
    });
}

TEST_CASE("objects come whole, however they are cut, and what is none is told") {
    const std::string output = kOne + " blob 3\na\nb\n" + kTwo + " missing\n" + kOne + " blob 9\n123456789\n" + kTwo +
                               " tree 2\nxx\n" + kOne + " blob 0\n\n";
    in_pieces(output, [&](const auto& feed_all) {
        std::vector<std::string> told;
        ObjectStream objects(8, {[&](std::string_view, ByteView content) { told.push_back(to_text(content)); },
                                 [&](std::string_view, const std::string& why) { told.push_back("!" + why); }});
        feed_all([&](ByteView bytes) { objects.feed(bytes); });
        CHECK(told == std::vector<std::string>{"a\nb", "!the object is missing", "!it has more than 8 bytes",
                                               "!the object is a tree", ""});
    });
}

TEST_CASE("what git would not print is refused") {
    ObjectStream objects(8, {[](std::string_view, ByteView) {}, [](std::string_view, const std::string&) {}});
    CHECK_THROWS_AS(objects.feed(as_bytes("fatal: oh\n")), Error);
    ObjectStream longer(8, {[](std::string_view, ByteView) {}, [](std::string_view, const std::string&) {}});
    CHECK_THROWS_AS(longer.feed(as_bytes(kOne + " blob 1\nxy\n")), Error);
    ObjectStream endless(8, {[](std::string_view, ByteView) {}, [](std::string_view, const std::string&) {}});
    CHECK_THROWS_AS(endless.feed(as_bytes(std::string(300, 'a'))), Error);
    RawChanges changes([](std::string_view) {}, [](const RawChange&) {});
    CHECK_THROWS_AS(changes.feed("neither a commit nor a change"), Error);
    CHECK_THROWS_AS(changes.feed(":100644 100644 x y M"), Error);
    Pieces pieces('\n', [](std::string_view) {});
    CHECK_THROWS_AS(pieces.feed(as_bytes(std::string(2U << 20U, 'a'))), Error);
}
