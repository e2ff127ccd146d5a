#include "sops/edit.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "sops/data_key.hpp"
#include "sops/envelope.hpp"
#include "sops/state.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;

namespace {

// A throwaway key pair of these tests, made with `age-keygen`; it protects nothing.
constexpr const char* kIdentity = "AGE-SECRET-KEY-1V9AHSGP04YSWZCNDY573A2L7647KXUSW5JW6Z52LUV8AKMR3GGUQXZZ3QS";
constexpr const char* kNow = "2026-11-20T12:00:00Z";
constexpr const char* kLater = "2026-11-21T12:00:00Z";

age::Identities identities() {
    return age::parse_identities(as_bytes(kIdentity), "test key");
}

std::string recipient() {
    return identities().at(0)->recipient_text();
}

EncryptedText encrypted(std::string_view plaintext, Format format = Format::Yaml, SelectorRule rule = {}) {
    return encrypt_document(as_bytes(plaintext), format, {{recipient()}, std::move(rule), kNow});
}

struct Opened {
    EncryptedFile file;
    SecretBytes key;
};

Opened opened(const std::string& text, Format format = Format::Yaml) {
    EncryptedFile file = EncryptedFile::parse(text, format);
    std::optional<SecretBytes> key = file.data_key(identities());
    REQUIRE(key.has_value());
    return {std::move(file), std::move(*key)};
}

std::string decrypted(const std::string& text, Format format = Format::Yaml) {
    const Opened document = opened(text, format);
    return to_text(document.file.decrypt_document(document.key.view()).view());
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> result;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
        result.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return result;
}

/// The lines of `after` that are not those of `before` at the same place.
std::vector<std::string> changed_lines(const std::string& before, const std::string& after) {
    const std::vector<std::string> old = lines(before);
    const std::vector<std::string> fresh = lines(after);
    REQUIRE(old.size() == fresh.size());
    std::vector<std::string> changed;
    for (std::size_t index = 0; index < old.size(); ++index) {
        if (old[index] != fresh[index]) {
            changed.push_back(fresh[index].substr(0, fresh[index].find(": ") + 1));
        }
    }
    return changed;
}

std::string problem(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.full_message();
    }
    return "no error";
}

const char* const kDocument =
    "# top\n"
    "name:   \"a value\"   # behind it\n"
    "\n"
    "numbers: {int: 5, float: 1.50, bool: true, none: null, time: 2001-12-14, empty: ''}\n"
    "list:\n"
    "  # above the first\n"
    "  - one\n"
    "  - - two\n"
    "    - 3\n"
    "  - {k: v}\n"
    "text: |\n"
    "    line one\n"
    "    line two\n"
    "\n"
    "plain_unencrypted: visible\n"
    "# the end\n";

}  // namespace

TEST_CASE("a document keeps its layout and comments through encryption and back") {
    const std::string text = encrypted(kDocument).text;
    CHECK(text.find("a value") == std::string::npos);
    CHECK(text.find("# top") == std::string::npos);
    CHECK(text.find("plain_unencrypted: visible\n") != std::string::npos);
    CHECK(text.find("numbers: {int: \"ENC[AES256_GCM,") != std::string::npos);
    CHECK(text.find("\n\nplain_unencrypted") != std::string::npos);
    CHECK(decrypted(text) ==
          "# top\n"
          "name:   a value   # behind it\n"
          "\n"
          "numbers: {int: 5, float: 1.5, bool: true, none: null, time: 2001-12-14T00:00:00Z, empty: ''}\n"
          "list:\n"
          "  # above the first\n"
          "  - one\n"
          "  - - two\n"
          "    - 3\n"
          "  - {k: v}\n"
          "text: |\n"
          "    line one\n"
          "    line two\n"
          "\n"
          "plain_unencrypted: visible\n"
          "# the end\n");
}

TEST_CASE("values come out with path, type and byte form") {
    const Opened document = opened(encrypted(kDocument).text);
    const std::vector<Value> values = document.file.decrypt_values(document.key.view());
    const auto text = [&](const KeyPath& path) {
        const Value* const value = find_value(values, path);
        return value != nullptr ? to_text(value->bytes.view()) : "nothing";
    };
    CHECK(text({"numbers", "float"}) == "1.5");
    CHECK(text({"numbers", "bool"}) == "True");
    CHECK(text({"list", std::size_t{1}, std::size_t{1}}) == "3");
    CHECK(text({"list", std::size_t{2}, "k"}) == "v");
    CHECK(find_value(values, {"numbers", "none"})->type == ValueType::Null);
    CHECK(find_value(values, {"numbers", "time"})->type == ValueType::Timestamp);
    CHECK(text({"text"}) == "line one\nline two\n");
    CHECK(to_text(render_values(values, {"numbers", "bool"}, std::nullopt).view()) == "true");
    CHECK(to_text(render_values(values, {"list"}, Rendering::Json).view()) ==
          "[\n  \"one\",\n  [\n    \"two\",\n    3\n  ],\n  {\n    \"k\": \"v\"\n  }\n]\n");
    CHECK(to_text(render_values(values, {"list"}, Rendering::Yaml).view()) == "- one\n- - two\n  - 3\n- k: v\n");
    CHECK(to_text(render_values(values, {"numbers"}, Rendering::Env).view()) ==
          "int=5\nfloat=1.5\nbool=true\nnone=\ntime=2001-12-14T00:00:00Z\nempty=\n");
    CHECK_THROWS_AS(render_values(values, {"list"}, std::nullopt), Error);
    CHECK_THROWS_AS(render_values(values, {"nowhere"}, std::nullopt), Error);
}

TEST_CASE("setting one value changes its line, the MAC and the time, and nothing else") {
    const std::string text = encrypted(kDocument).text;
    const Opened document = opened(text);
    const auto set = [&](const KeyPath& path, const char* value, ValueType type = ValueType::String) {
        return set_value(document.file, document.key.view(), path, as_bytes(value), type, kLater);
    };
    CHECK(changed_lines(text, set({"name"}, "other")) ==
          std::vector<std::string>{"name:", "    lastmodified:", "    mac:"});
    CHECK(changed_lines(text, set({"list", std::size_t{1}, std::size_t{0}}, "x")).size() == 3);
    CHECK(changed_lines(text, set({"plain_unencrypted"}, "seen")) ==
          std::vector<std::string>{"plain_unencrypted:", "    lastmodified:", "    mac:"});
    CHECK(set({"name"}, "a value") == text);
    CHECK(set({"numbers", "int"}, "5", ValueType::Integer) == text);
    CHECK(set({"numbers", "int"}, "5") != text);
    const std::string added = set({"new", "deep", "key"}, "multi\nline");
    CHECK(decrypted(added).find("\nnew:\n  deep:\n    key: |-\n        multi\n        line\n") != std::string::npos);
    CHECK(decrypted(set({"name"}, "")).find("name:   \"\"   # behind it\n") != std::string::npos);
    CHECK(problem([&] { (void)set({"sops", "mac"}, "x"); }) == "the sops block cannot be set");
    CHECK(problem([&] { (void)set({"name", "deeper"}, "x"); }).find("line 2, name: this is not a mapping") == 0);
    CHECK(problem([&] { (void)set({"numbers", "int"}, "five", ValueType::Integer); }) == "the value is not an integer");
}

TEST_CASE("removing a value keeps the rest") {
    const std::string text = encrypted(kDocument).text;
    const Opened document = opened(text);
    const std::string without = unset_value(document.file, document.key.view(), {"numbers"}, kLater);
    CHECK(decrypted(without).find("numbers") == std::string::npos);
    CHECK(decrypted(without).find("name:   a value   # behind it\n\nlist:") != std::string::npos);
    CHECK_THROWS_AS(unset_value(document.file, document.key.view(), {"nowhere"}, kLater), Error);
}

/// A document as sops writes it: comments in lists are items.
std::string as_sops_writes_comments(const std::string& plaintext) {
    std::string text = encrypted(plaintext).text;
    for (std::size_t at = 0; (at = text.find("- #ENC[", at)) != std::string::npos; at += 3) {
        text.replace(at, 3, "- ");
    }
    for (std::size_t at = 0; (at = text.find("#ENC[", at)) != std::string::npos; at += 2) {
        text.replace(at, 1, "- ");
    }
    return text;
}

const char* const kUsers =
    "users:\n"
    "    # admins\n"
    "    - alice\n"
    "    # others\n"
    "    - bob\n"
    "port: 5432\n";

TEST_CASE("comments that sops wrote as list items are no items for get, set and unset") {
    const std::string text = as_sops_writes_comments(kUsers);
    REQUIRE(text.find('#') == std::string::npos);
    REQUIRE(decrypted(text) == kUsers);
    const Opened document = opened(text);
    const auto set = [&](std::size_t index) {
        return set_value(document.file, document.key.view(), {"users", index}, as_bytes("x"), ValueType::String,
                         kLater);
    };
    const auto unset = [&](std::size_t index) {
        return unset_value(document.file, document.key.view(), {"users", index}, kLater);
    };
    CHECK(changed_lines(text, set(0)).size() == 3);
    CHECK(decrypted(set(0)) == "users:\n    # admins\n    - x\n    # others\n    - bob\nport: 5432\n");
    CHECK(decrypted(set(1)) == "users:\n    # admins\n    - alice\n    # others\n    - x\nport: 5432\n");
    CHECK(decrypted(set(2)) == "users:\n    # admins\n    - alice\n    # others\n    - bob\n    - x\nport: 5432\n");
    CHECK(problem([&] { (void)set(3); }) == "there is no users[3]: the list has 2 items");
    CHECK(decrypted(unset(0)) == "users:\n    # others\n    - bob\nport: 5432\n");
    CHECK(decrypted(unset(1)) == "users:\n    # admins\n    - alice\nport: 5432\n");
    CHECK(problem([&] { (void)unset(2); }) == "there is no users[2]: the list has 2 items");
    const std::vector<Value> values = document.file.decrypt_values(document.key.view());
    CHECK(to_text(render_values(values, {"users", std::size_t{1}}, std::nullopt).view()) == "bob");
    CHECK(problem([&] { (void)render_values(values, {"users", std::size_t{2}}, std::nullopt); }) ==
          "there is no value users[2]: the list has 2 items");
    CHECK(problem([&] { (void)render_values(values, {"port", std::size_t{2}}, std::nullopt); }) ==
          "there is no value port[2]");
}

TEST_CASE("a document that was edited keeps the ciphertext of what did not change") {
    const std::string text = encrypted(kDocument).text;
    const Opened document = opened(text);
    std::string plain = decrypted(text);
    CHECK(replace_document(document.file, document.key.view(), as_bytes(plain), kLater).text == text);
    plain.replace(plain.find("two"), 3, "TWO");
    const std::string edited = replace_document(document.file, document.key.view(), as_bytes(plain), kLater).text;
    CHECK(changed_lines(text, edited).size() == 3);
    CHECK(decrypted(edited) == plain);
    const std::string twice = "list: [x, x]\n";
    const Opened list = opened(encrypted("list: [x]\n").text);
    const Opened doubled = opened(replace_document(list.file, list.key.view(), as_bytes(twice), kLater).text);
    const document::Node& items = *doubled.file.state().document.roots[0].find("list");
    CHECK(items.children[0].node()->text != items.children[1].node()->text);
}

TEST_CASE("comments that sops wrote as list items stay as they are when a document is edited") {
    const char* const plain =
        "users:\n"
        "    # admins\n"
        "    - alice\n"
        "    # others\n"
        "    # same\n"
        "    - bob\n"
        "    # same\n"
        "    - - deep\n"
        "      # in the deep\n"
        "      - deeper\n"
        "    - k:\n"
        "        # of a map's list\n"
        "        - v\n"
        "port: 5432\n";
    const std::string text = as_sops_writes_comments(plain);
    REQUIRE(text.find('#') == std::string::npos);
    REQUIRE(decrypted(text) == plain);
    const Opened document = opened(text);
    const auto edited = [&](std::string_view old_words, std::string_view words) {
        std::string changed = plain;
        changed.replace(changed.find(old_words), old_words.size(), words);
        const std::string result = replace_document(document.file, document.key.view(), as_bytes(changed), kLater).text;
        CHECK(decrypted(result) == changed);
        return result;
    };
    CHECK(changed_lines(text, edited("bob", "bobby")).size() == 3);
    CHECK(changed_lines(text, edited("5432", "5433")) ==
          std::vector<std::string>{"port:", "    lastmodified:", "    mac:"});
    const std::string other_comment = edited("# others", "# the others");
    CHECK(changed_lines(text, other_comment).size() == 3);
    CHECK(lines(other_comment)[3].find("    #ENC[") == 0);
    CHECK(lines(edited("    - bob\n", ""))[5] == lines(text)[6]);
    CHECK(lines(edited("    # others\n    # same\n", ""))[3].find("    - ENC[") == 0);
    CHECK(lines(edited("port:", "# new\nport:")).size() == lines(text).size() + 1);
    edited("    # admins\n    - alice\n", "    - alice\n    # admins\n");
    edited("    # same\n    - - deep\n", "      # in the deep\n    - - deep\n");
}

TEST_CASE("a list of comments alone stays one when a document is edited") {
    std::string text = encrypted("users:\n    # nobody\n    # yet\n    - alice\nport: 5432\n").text;
    const Opened first = opened(text);
    const std::string alone = "users:\n    # nobody\n    # yet\n      []\nport: 5432\n";
    text = replace_document(first.file, first.key.view(), as_bytes(alone), kNow).text;
    for (std::size_t at = 0; (at = text.find("#ENC[", at)) != std::string::npos; at += 2) {
        text.replace(at, 1, "- ");
    }
    text.replace(text.find("\n      []"), 9, "");
    REQUIRE(decrypted(text) == alone);
    const Opened document = opened(text);
    std::string changed = alone;
    changed.replace(changed.find("5432"), 4, "5433");
    const std::string result = replace_document(document.file, document.key.view(), as_bytes(changed), kLater).text;
    CHECK(changed_lines(text, result) == std::vector<std::string>{"port:", "    lastmodified:", "    mac:"});
    CHECK(decrypted(result) == changed);
}

TEST_CASE("adding a recipient wraps the data key once more and leaves everything else") {
    const std::string text = encrypted(kDocument).text;
    const Opened document = opened(text);
    const std::string other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJpRC8sg0Ag+Y0gECSWqk6drzBfmThI9gRC+WOoKVb8W";
    const std::string both = replace_recipients(document.file, document.key.view(), {recipient(), other});
    CHECK(EncryptedFile::parse(both, Format::Yaml).recipients() == std::vector<std::string>{recipient(), other});
    CHECK(both.substr(0, text.find("lastmodified") - 4).find(text.substr(0, text.find("    lastmodified"))) == 0);
    CHECK(both.substr(both.find("    lastmodified")) == text.substr(text.find("    lastmodified")));
    CHECK(replace_recipients(document.file, document.key.view(), {recipient()}) == text);
    const Opened again = opened(both);
    CHECK(replace_recipients(again.file, again.key.view(), {recipient()}) == text);
}

TEST_CASE("a new data key re-encrypts every value and comment") {
    const std::string text = encrypted(kDocument).text;
    const Opened document = opened(text);
    const std::string fresh = reencrypt(document.file, document.key.view(), {recipient()});
    CHECK(decrypted(fresh) == decrypted(text));
    const Opened again = opened(fresh);
    CHECK(again.file.metadata().last_modified == document.file.metadata().last_modified);
    CHECK(again.file.metadata().mac != document.file.metadata().mac);
    CHECK_FALSE(equal_constant_time(again.key.view(), document.key.view()));
    for (const std::string& line : lines(text)) {
        if (line.find("ENC[") != std::string::npos) {
            CHECK(fresh.find(line) == std::string::npos);
        }
    }
}

TEST_CASE("keys of other kinds are kept to the byte, and a new data key is refused") {
    const std::string block =
        "    pgp:\n        - created_at: \"2026-01-01T00:00:00Z\"\n          enc: |-\n            -----BEGIN PGP "
        "MESSAGE-----\n"
        "            aaaa\n            -----END PGP MESSAGE-----\n          fp: ABCDEF\n    future_field: {x: [1]}\n";
    std::string text = encrypted(kDocument).text;
    text.insert(text.find("    unencrypted_suffix"), block);
    const Opened document = opened(text);
    CHECK(document.file.metadata().foreign_kinds() == std::vector<std::string>{"pgp"});
    const ByteView key = document.key.view();
    std::string plain = decrypted(text);
    plain.replace(plain.find("two"), 3, "TWO");
    const std::string other = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";  // of age's README
    for (const std::string& edited : {set_value(document.file, key, {"name"}, as_bytes("x"), ValueType::String, kLater),
                                      unset_value(document.file, key, {"name"}, kLater),
                                      replace_document(document.file, key, as_bytes(plain), kLater).text,
                                      replace_recipients(document.file, key, {recipient(), other})}) {
        CHECK(edited.find(block) != std::string::npos);
    }
    CHECK(problem([&] { (void)reencrypt(document.file, key, {recipient()}); }).find("keys of the kind 'pgp'") !=
          std::string::npos);
}

TEST_CASE("recipients are written in their normal form, each once") {
    const std::string comment = " somebody@somewhere";
    const std::string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJpRC8sg0Ag+Y0gECSWqk6drzBfmThI9gRC+WOoKVb8W";
    const std::string text =
        encrypt_document(as_bytes("a: 1\n"), Format::Yaml, {{key + comment, recipient(), key}, {}, kNow}).text;
    CHECK(text.find("somebody") == std::string::npos);
    CHECK(EncryptedFile::parse(text, Format::Yaml).recipients() == std::vector<std::string>{key, recipient()});
    CHECK(problem([] { (void)encrypt_document(as_bytes("a: 1\n"), Format::Yaml, {{}, {}, kNow}); }) ==
          "there is nobody to encrypt to");
}

TEST_CASE("binary documents hold every byte") {
    std::string bytes;
    for (int value = 0; value < 256; ++value) {
        bytes += static_cast<char>(value);
    }
    const std::string text = encrypted(bytes, Format::Binary).text;
    CHECK(text.find("{\n\t\"data\": \"ENC[AES256_GCM,data:") == 0);
    CHECK(decrypted(text, Format::Binary) == bytes);
    const Opened document = opened(text, Format::Binary);
    const std::string changed =
        set_value(document.file, document.key.view(), {}, as_bytes("other"), ValueType::String, kLater);
    CHECK(decrypted(changed, Format::Binary) == "other");
    CHECK(set_value(document.file, document.key.view(), {}, as_bytes(bytes), ValueType::String, kLater) == text);
    CHECK(decrypted(encrypted("", Format::Binary).text, Format::Binary).empty());
}

TEST_CASE("aliases and merge keys are written out when a document is first encrypted") {
    const EncryptedText result = encrypted("base: &b {x: 1, k: [a, 'b c']}\nuse:\n  <<: *b\n  z: *b\n");
    CHECK(result.aliases_expanded);
    CHECK(decrypted(result.text) ==
          "base: &b {x: 1, k: [a, b c]}\nuse:\n  <<: {x: 1, k: [a, b c]}\n  z: {x: 1, k: [a, b c]}\n");
    CHECK_FALSE(encrypted("a: 1\n").aliases_expanded);
}

TEST_CASE("every document of a YAML stream is encrypted under one MAC") {
    const std::string plain = "a: 1\n---\nb: two\n...\n---\nc: {d: 3}\n";
    const std::string text = encrypted(plain).text;
    CHECK(decrypted(text) == plain);
    std::string altered = text;
    const std::size_t second = altered.find("b: ENC[");
    altered.replace(second, altered.find('\n', second) - second, "b: \"\"");
    const Opened document = opened(altered);
    CHECK_THROWS_AS(document.file.decrypt_values(document.key.view()), Error);
}

TEST_CASE("byte-order mark, CRLF and a missing last line break survive") {
    CHECK(decrypted(encrypted("\xef\xbb\xbf"
                              "a: 1\r\n# c\r\nb:\r\n  - x\r\n")
                        .text) ==
          "\xef\xbb\xbf"
          "a: 1\r\n# c\r\nb:\r\n  - x\r\n");
    CHECK(encrypted("a: 1\r\n").text.find("\r\nsops:\r\n    age:\r\n") != std::string::npos);
    CHECK(decrypted(encrypted("a: 1").text) == "a: 1\n");
}

TEST_CASE("a comment that touches a quoted value stays a comment") {
    CHECK(decrypted(encrypted("a: \"x\"#c\nb: |  # d\n  text\n").text) == "a: x #c\nb: \"text\\n\" # d\n");
}

TEST_CASE("documents in flow style get their metadata in flow style") {
    CHECK(decrypted(encrypted("{\"a\": 1, \"b\": [\"x\"]}\n").text) == "{\"a\": 1, \"b\": [x]}\n");
}

TEST_CASE("the rule decides what is encrypted") {
    const auto selected = [](SelectorKind kind, const char* pattern, const char* plain) {
        std::string result;
        for (const Leaf& leaf :
             EncryptedFile::parse(encrypted(plain, Format::Yaml, {kind, pattern}).text, Format::Yaml).leaves()) {
            CHECK(leaf.encrypted == leaf.should_be_encrypted);
            result += leaf.encrypted ? document::to_text(leaf.path) + " " : "";
        }
        return result;
    };
    const char* const plain = "a: 1\nsecret_b: {c: 2, d: [3]}\ne_pub: 4\n";
    CHECK(selected(SelectorKind::UnencryptedSuffix, "_pub", plain) == "a secret_b.c secret_b.d[0] ");
    CHECK(selected(SelectorKind::EncryptedSuffix, "_pub", plain) == "e_pub ");
    CHECK(selected(SelectorKind::EncryptedRegex, "^secret", plain) == "secret_b.c secret_b.d[0] ");
    CHECK(selected(SelectorKind::UnencryptedRegex, "^(a|d)$", plain) == "secret_b.c e_pub ");
    const char* const commented = "a: 1\n# hide\nb: 2\nc: 3\nl:\n  - 1\n  # hide\n  - 2\n  - 3\n";
    CHECK(selected(SelectorKind::EncryptedCommentRegex, "hide", commented) == "b l[1] ");
    CHECK(selected(SelectorKind::UnencryptedCommentRegex, "^ hide$", commented) == "a c l[0] l[2] ");
    CHECK(problem([] {
              (void)encrypted("a: 1\n", Format::Yaml, {SelectorKind::EncryptedRegex, "(?!x)"});
          }).find("encrypted_regex is not a valid regular expression") == 0);
    CHECK(problem([] {
              (void)encrypted("a: 1\n", Format::Yaml, {SelectorKind::EncryptedRegex, "^x"});
          }).find("the file's rule selects nothing") == 0);
}

TEST_CASE("what cannot be encrypted is refused with its place") {
    CHECK(problem([] { (void)encrypted("5: a\n"); }).find("line 1, column 1: the key '5' is not a string") == 0);
    CHECK(problem([] { (void)encrypted("- a\n"); }).find("line 1, column 1: the document is not a mapping") == 0);
    CHECK(problem([] {
              (void)encrypted("a: 1\nsops: {}\n");
          }).find("line 2, column 7: the document is encrypted already") == 0);
    CHECK(problem([] { (void)encrypted(encrypted("a: 1\n").text); }) == "the document is encrypted already");
    CHECK(problem([] { (void)encrypted("# nothing\n"); }) == "the document is empty");
    CHECK(problem([] { (void)encrypted("a: 9223372036854775808\n"); }).find("line 1, column 4: an integer above") == 0);
}

TEST_CASE("an envelope is taken apart strictly") {
    CHECK(parse_envelope("ENC[AES256_GCM,data:AA==,iv:AAAA,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]"));
    for (const char* const bad :
         {"", "ENC[AES256_GCM,data:", "ENC[AES256_GCM,data:,iv:AAAA,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]",
          "ENC[AES256_GCM,data:AA==,iv:AAAA,tag:AAAA,type:str]",
          "ENC[AES256_GCM,data:A*==,iv:AAAA,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]",
          "ENC[AES256_GCM,data:AA==,iv:AAAA,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:strange]",
          "ENC[AES256_GCM,data:AA==,iv:AAAA,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str] ",
          "ENC[AES256_GCM,data:AA==,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]"}) {
        INFO(bad);
        CHECK_FALSE(parse_envelope(bad));
    }
}
