/// Keys of hosts and operators in every notation: replaced in their place, or kept beside the new one until a date.

#include "base/error.hpp"
#include "policy/edit.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;

namespace {

const std::string kOld = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJpRC8sg0Ag+Y0gECSWqk6drzBfmThI9gRC+WOoKVb8W";
const std::string kOther = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
const std::string kNew = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKit4hmi+cY3WZawy1hW/YlaxUDHeH/vx3IBAI/OY6pN";

/// O, X and N stand for keys.
std::string keys_in(std::string text) {
    for (const auto& [letter, key] : {std::pair<char, std::string>{'O', kOld}, {'X', kOther}, {'N', kNew}}) {
        const std::string mark = std::string("$") + letter;
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + key.size())) {
            text.replace(at, mark.size(), key);
        }
    }
    return text;
}

std::string replaced(const std::string& text, const std::string& until = "", const std::string& old_key = kOld) {
    return with_replaced_key(keys_in(text), {"hosts", "h", old_key, {kNew + " root@new"}, until});
}

struct Notation {
    std::string before;
    std::string at_once;
    std::string until;
};

const std::vector<Notation> kNotations = {
    {"hosts: {h: {keys: [$O root@h]}}  # one\n", "hosts: {h: {keys: [$N root@new]}}  # one\n",
     "hosts: {h: {keys: [{key: $O root@h, until: 2027-01-02}, $N root@new]}}  # one\n"},
    {"hosts:\n  h: {keys: [\"$O\", $X], roles: [a]}\n", "hosts:\n  h: {keys: [$N root@new, $X], roles: [a]}\n",
     "hosts:\n  h: {keys: [{key: $O, until: 2027-01-02}, $N root@new, $X], roles: [a]}\n"},
    {"hosts:\n  h:\n    keys:\n      # first\n      - $O root@h  # of the old disk\n      - $X  # spare\n    roles: "
     "[a]\n",
     "hosts:\n  h:\n    keys:\n      # first\n      - $N root@new  # of the old disk\n      - $X  # spare\n    roles: "
     "[a]\n",
     "hosts:\n  h:\n    keys:\n      # first\n      - {key: $O root@h, until: 2027-01-02}  # of the old disk\n"
     "      - $N root@new\n      - $X  # spare\n    roles: [a]\n"},
    {"hosts:\n  h:\n    keys: $O  # the only one\n", "hosts:\n  h:\n    keys: $N root@new  # the only one\n",
     "hosts:\n  h:\n    keys: [{key: $O, until: 2027-01-02}, $N root@new]  # the only one\n"},
    {"hosts:\n  h:\n    keys:\n    - key: $O\n      until: 2026-12-01\n    - $X\n",
     "hosts:\n  h:\n    keys:\n    - $N root@new\n    - $X\n",
     "hosts:\n  h:\n    keys:\n    - {key: $O, until: 2027-01-02}\n    - $N root@new\n    - $X\n"},
    {"hosts:\n  h: {keys: [{key: $O, until: 2026-12-01}, $X]}\n", "hosts:\n  h: {keys: [$N root@new, $X]}\n",
     "hosts:\n  h: {keys: [{key: $O, until: 2027-01-02}, $N root@new, $X]}\n"},
    {"hosts:\r\n  h:\r\n    keys:\r\n      - $O\r\n", "hosts:\r\n  h:\r\n    keys:\r\n      - $N root@new\r\n",
     "hosts:\r\n  h:\r\n    keys:\r\n      - {key: $O, until: 2027-01-02}\r\n      - $N root@new\r\n"},
};

}  // namespace

TEST_CASE("a key is replaced in its place, in every notation, and comments stay", "[policy]") {
    for (const Notation& notation : kNotations) {
        INFO(notation.before);
        CHECK(replaced(notation.before) == keys_in(notation.at_once));
        CHECK(replaced(notation.before, "2027-01-02") == keys_in(notation.until));
    }
}

TEST_CASE("the same replacement again changes nothing", "[policy]") {
    for (const Notation& notation : kNotations) {
        INFO(notation.before);
        CHECK(replaced(notation.at_once) == keys_in(notation.at_once));
        CHECK(replaced(notation.until, "2027-01-02") == keys_in(notation.until));
    }
}

TEST_CASE("a key that stands beside the new one goes by itself", "[policy]") {
    for (const Notation& notation : kNotations) {
        INFO(notation.before);
        const std::string text = with_replaced_key(keys_in(notation.until), {"hosts", "h", kOld, {kNew}, ""});
        CHECK(text.find(kOld) == std::string::npos);
        CHECK(text.find(kNew) != std::string::npos);
        CHECK((text.find(kOther) != std::string::npos) == (notation.before.find("$X") != std::string::npos));
    }
}

TEST_CASE("without an old key the new one comes behind the others", "[policy]") {
    CHECK(replaced("hosts: {h: {keys: [$X]}}\n", "", "") == keys_in("hosts: {h: {keys: [$X, $N root@new]}}\n"));
    CHECK(replaced("hosts:\n  h:\n    keys:\n      - $X # x\n", "", "") ==
          keys_in("hosts:\n  h:\n    keys:\n      - $X # x\n      - $N root@new\n"));
}

TEST_CASE("a key that was on its way out comes back without its date", "[policy]") {
    CHECK(with_replaced_key(keys_in("hosts: {h: {keys: [{key: $N, until: 2026-12-01}, $O]}}\n"),
                            {"hosts", "h", kOld, {kNew}, ""}) == keys_in("hosts: {h: {keys: [$N]}}\n"));
}

TEST_CASE("a file that does not declare the host stays as it is", "[policy]") {
    const std::string text = keys_in("hosts: {g: {keys: [$O]}}\nsecrets: {a/b: {to: [h]}}\n");
    CHECK(with_replaced_key(text, {"hosts", "h", kOld, {kNew}, ""}) == text);
    CHECK(with_replaced_key("", {"hosts", "h", kOld, {kNew}, ""}).empty());
}

TEST_CASE("declaring a host just as it stands there changes nothing, and otherwise is refused", "[policy]") {
    const NewHost host{"h", {kOld + " root@elsewhere"}, {"a"}, {{"env", "prod"}}};
    for (const std::string text : {
             "hosts: {h: {keys: [$O root@h], roles: [a], vars: {env: prod}}}\n",
             "hosts:\n  h:\n    vars: {env: \"prod\"}\n    roles:\n      - a\n    keys:\n      - $O\n",
         }) {
        INFO(text);
        CHECK(with_host(keys_in(text), host) == keys_in(text));
    }
    for (const std::string text : {
             "hosts: {h: {keys: [$O], roles: [b], vars: {env: prod}}}\n",
             "hosts: {h: {keys: [$N], roles: [a], vars: {env: prod}}}\n",
             "hosts: {h: {keys: [$O, $X], roles: [a], vars: {env: prod}}}\n",
             "hosts: {h: {keys: [$O], roles: [a]}}\n",
             "hosts: {h: {keys: [$O], roles: [a], vars: {env: prod, more: x}}}\n",
         }) {
        INFO(text);
        CHECK_THROWS_AS(with_host(keys_in(text), host), bestow::Error);
    }
}
