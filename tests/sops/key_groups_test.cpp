/// Documents whose data key is split between key groups: those that sops wrote (fixtures/key-groups), and our own.

#include "base/error.hpp"
#include "base/text.hpp"
#include "sops/data_key.hpp"
#include "sops/edit.hpp"
#include "support/fixture.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;
using Catch::Matchers::Contains;

namespace {

const std::string kNow = "2026-11-20T12:00:00Z";

/// Throwaway keys, "one" to "three".
std::string key_text(const std::string& name) {
    return test::read_fixture_text("fixtures/key-groups/" + name + ".txt");
}
age::Identities keys(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += key_text(name) + "\n";
    }
    return age::parse_identities(as_bytes(text), "keys");
}
std::string recipient(const std::string& name) {
    return keys({name}).at(0)->recipient_text();
}

EncryptedFile recorded(const std::string& name, Format format) {
    return EncryptedFile::parse(test::read_fixture_text("fixtures/key-groups/" + name), format);
}

EncryptOptions two_of_three() {
    EncryptOptions options;
    options.groups = {{recipient("one")}, {recipient("two")}, {recipient("three")}};
    options.shamir_threshold = 2;
    options.now = kNow;
    return options;
}

SecretBytes opened(const EncryptedFile& file, const std::vector<std::string>& names) {
    std::optional<SecretBytes> key = file.data_key(keys(names));
    REQUIRE(key);
    return std::move(*key);
}

std::string plain(const EncryptedFile& file, const std::vector<std::string>& names) {
    return to_text(file.decrypt_document(opened(file, names).view()).view());
}

/// The lines of a YAML block that do not depend on chance.
std::vector<std::string> skeleton(const std::string& text) {
    std::vector<std::string> lines;
    for (const std::string_view line : split(text, '\n')) {
        const bool random = line.find_first_not_of(" ") == std::string_view::npos ||
                            line.find(':') == std::string_view::npos || line.find("ENC[") != std::string_view::npos ||
                            line.find("lastmodified") != std::string_view::npos;
        if (!random) {
            lines.emplace_back(line);
        }
    }
    return lines;
}

}  // namespace

TEST_CASE("what sops split between groups opens with as many groups as are needed") {
    for (const auto& [name, format] : {std::pair<std::string, Format>{"groups.yaml", Format::Yaml},
                                       {"groups.json", Format::Json},
                                       {"groups.env", Format::Dotenv},
                                       {"groups.ini", Format::Ini},
                                       {"groups.bin", Format::Binary}}) {
        INFO(name);
        const EncryptedFile file = recorded(name, format);
        CHECK(file.metadata().groups.size() == 3);
        CHECK(file.metadata().groups_needed() == 2);
        const std::string text = plain(file, {"one", "two"});
        CHECK(text == plain(file, {"three", "two"}));
        CHECK(text == plain(file, {"one", "three"}));
        CHECK(text == plain(file, {"three", "one", "two"}));
        CHECK_THROWS_WITH((void)file.data_key(keys({"two"})),
                          Contains("3 key groups, of which 2") && Contains("open 1"));
        CHECK_FALSE(file.data_key({}));
    }
}

TEST_CASE("a block with key groups looks as sops writes it") {
    EncryptOptions options = two_of_three();
    const std::string text = encrypt_document(as_bytes("a: 1\nb: two\n"), Format::Yaml, options).text;
    CHECK(skeleton(text) == skeleton(test::read_fixture_text("fixtures/key-groups/groups.yaml")));
    CHECK(plain(EncryptedFile::parse(text, Format::Yaml), {"one", "three"}) == "a: 1\nb: two\n");
}

TEST_CASE("an edit of a document with key groups keeps every entry, in each format") {
    for (const auto& [name, format] :
         {std::pair<std::string, Format>{"groups.yaml", Format::Yaml}, {"groups.json", Format::Json}}) {
        const EncryptedFile file = recorded(name, format);
        const SecretBytes key = opened(file, {"one", "two"});
        const EncryptedFile edited = EncryptedFile::parse(
            set_value(file, key.view(), {std::string("b")}, as_bytes("new"), ValueType::String, kNow), format);
        CHECK(to_text(edited.decrypt_values(opened(edited, {"two", "three"}).view()).at(1).bytes.view()) == "new");
        for (const AgeEntry& entry : file.metadata().age_entries()) {
            const std::string line = std::string(split(entry.enc, '\n').at(2));
            CHECK(edited.text().find(line) != std::string::npos);
        }
        CHECK(edited.text().find("hc_vault") != std::string::npos);
    }
}

TEST_CASE("groups are exchanged as a whole, the same ones change nothing") {
    const EncryptedFile file = recorded("groups.yaml", Format::Yaml);
    const SecretBytes key = opened(file, {"one", "two"});
    const RecipientGroups same{{{recipient("one")}, {recipient("two")}, {recipient("three")}}, 2};
    CHECK(replace_groups(file, key.view(), same) == file.text());

    RecipientGroups all = same;
    all.threshold = 0;
    const EncryptedFile stricter = EncryptedFile::parse(replace_groups(file, key.view(), all), Format::Yaml);
    CHECK(stricter.metadata().shamir_threshold == 3);
    CHECK_THROWS_AS((void)stricter.data_key(keys({"one", "two"})), Error);
    CHECK(plain(stricter, {"one", "two", "three"}) == plain(file, {"one", "two"}));
    CHECK(stricter.metadata().mac == file.metadata().mac);

    const RecipientGroups flat{{{recipient("three")}}, 0};
    const EncryptedFile simple = EncryptedFile::parse(replace_groups(file, key.view(), flat), Format::Yaml);
    CHECK_FALSE(simple.metadata().has_key_groups);
    CHECK(simple.text().find("key_groups") == std::string::npos);
    CHECK(simple.text().find("shamir") == std::string::npos);
    CHECK(plain(simple, {"three"}) == plain(file, {"one", "two"}));

    const EncryptedFile again = EncryptedFile::parse(
        replace_groups(simple, opened(simple, {"three"}).view(), {{{recipient("one")}, {recipient("two")}}, 0}),
        Format::Yaml);
    CHECK(again.metadata().groups.size() == 2);
    CHECK(plain(again, {"one", "two"}) == plain(file, {"one", "two"}));
}

TEST_CASE("flat recipients become groups and groups flat ones in every format, values untouched") {
    for (const auto& [name, format] : {std::pair<std::string, Format>{"groups.json", Format::Json},
                                       {"groups.env", Format::Dotenv},
                                       {"groups.ini", Format::Ini},
                                       {"groups.bin", Format::Binary}}) {
        INFO(name);
        const EncryptedFile file = recorded(name, format);
        const SecretBytes key = opened(file, {"one", "two"});
        const EncryptedFile flat =
            EncryptedFile::parse(replace_groups(file, key.view(), {{{recipient("two")}}, 0}), format);
        CHECK(flat.text().find("key_groups") == std::string::npos);
        CHECK(plain(flat, {"two"}) == plain(file, {"one", "two"}));
        const EncryptedFile again = EncryptedFile::parse(
            replace_groups(flat, key.view(), {{{recipient("one")}, {recipient("two"), recipient("three")}}, 0}),
            format);
        CHECK(again.recipient_groups().at(1).size() == 2);
        CHECK(again.metadata().shamir_threshold == 2);
        CHECK(plain(again, {"one", "three"}) == plain(file, {"one", "two"}));
        CHECK(again.metadata().mac == file.metadata().mac);
    }
}

TEST_CASE("a new data key for groups locks the old one out") {
    for (const auto& [name, format] : {std::pair<std::string, Format>{"groups.yaml", Format::Yaml},
                                       {"groups.json", Format::Json},
                                       {"groups.env", Format::Dotenv},
                                       {"groups.ini", Format::Ini},
                                       {"groups.bin", Format::Binary}}) {
        const EncryptedFile file = recorded(name, format);
        const SecretBytes key = opened(file, {"one", "two"});
        const RecipientGroups groups{{{recipient("one")}, {recipient("three")}}, 2};
        const EncryptedFile rotated = EncryptedFile::parse(reencrypt_groups(file, key.view(), groups, kNow), format);
        CHECK(plain(rotated, {"one", "three"}) == plain(file, {"one", "two"}));
        CHECK_THROWS_AS((void)rotated.decrypt_values(key.view()), Error);
        CHECK_THROWS_AS((void)rotated.data_key(keys({"one", "two"})), Error);
    }
}

TEST_CASE("readers one by one are refused where groups are") {
    const EncryptedFile file = recorded("groups.yaml", Format::Yaml);
    const SecretBytes key = opened(file, {"one", "two"});
    CHECK_THROWS_WITH(replace_recipients(file, key.view(), {recipient("one")}), Contains("3 key groups"));
    CHECK_THROWS_WITH(reencrypt(file, key.view(), {recipient("one")}), Contains("3 key groups"));
}

TEST_CASE("entries of other kinds in a group stay on an edit and forbid other shares") {
    std::string text = test::read_fixture_text("fixtures/key-groups/groups.yaml");
    const std::string foreign = "hc_vault:\n            - {vault_address: 'https://x', enc: \"v:1\"}   # kept\n";
    const std::size_t at = text.rfind("hc_vault: []\n");
    text.replace(at, std::string("hc_vault: []\n").size(), foreign);
    const EncryptedFile file = EncryptedFile::parse(text, Format::Yaml);
    CHECK(file.metadata().foreign_kinds() == std::vector<std::string>{"hc_vault"});
    const SecretBytes key = opened(file, {"one", "two"});
    const std::string edited = set_value(file, key.view(), {std::string("a")}, as_bytes("2"), ValueType::Integer, kNow);
    CHECK(edited.find(foreign) != std::string::npos);
    const RecipientGroups groups{{{recipient("one")}, {recipient("three")}}, 2};
    CHECK_THROWS_WITH(replace_groups(file, key.view(), groups), Contains("hc_vault"));
    CHECK_THROWS_WITH(reencrypt_groups(file, key.view(), groups, kNow), Contains("hc_vault"));
}

TEST_CASE("lists in the block itself count before key_groups, as in sops") {
    EncryptOptions options;
    options.recipients = {recipient("one")};
    options.now = kNow;
    std::string text = encrypt_document(as_bytes("a: 1\n"), Format::Yaml, options).text;
    text += "    key_groups:\n        - age: [{enc: x, recipient: y}]\n        - age: []\n    shamir_threshold: 9\n";
    const EncryptedFile file = EncryptedFile::parse(text, Format::Yaml);
    CHECK_FALSE(file.metadata().is_shared());
    CHECK(plain(file, {"one"}) == "a: 1\n");
}

TEST_CASE("malformed groups are refused with their line") {
    const std::string head =
        "a: b\nsops:\n    mac: x\n    version: 3.13.3\n    lastmodified: \"2026-11-20T12:00:00Z\"\n";
    const std::string two = "    key_groups: [{age: [{enc: x}]}, {age: [{enc: y}]}]\n";
    const auto refused = [&head](const std::string& members, const std::string& problem) {
        INFO(members);
        CHECK_THROWS_WITH(EncryptedFile::parse(head + members, Format::Yaml), Contains(problem) && Contains("line "));
    };
    refused("    key_groups: x\n", "key_groups is not a list");
    refused("    key_groups: [x]\n", "not a mapping");
    refused("    key_groups: [{age: x}]\n", "age is not a list");
    refused(two + "    shamir_threshold: 1\n", "shamir_threshold");
    refused(two + "    shamir_threshold: 3\n", "shamir_threshold");
    refused(two + "    shamir_threshold: x\n", "shamir_threshold");
    refused(two + "    shamir_threshold: -1\n", "shamir_threshold");
    CHECK(EncryptedFile::parse(head + two + "    shamir_threshold: \"2\"\n", Format::Yaml).metadata().groups.size() ==
          2);
}

TEST_CASE("groups that cannot be are refused before anything is encrypted") {
    for (const auto& [groups, threshold] :
         {std::pair<std::vector<std::vector<std::string>>, std::size_t>{{{recipient("one")}, {}}, 0},
          {{{recipient("one")}, {recipient("two")}}, 1},
          {{{recipient("one")}, {recipient("two")}}, 3},
          {{{}}, 0}}) {
        EncryptOptions options;
        options.groups = groups;
        options.shamir_threshold = threshold;
        options.now = kNow;
        CHECK_THROWS_AS(encrypt_document(as_bytes("a: 1\n"), Format::Yaml, options), Error);
    }
}

TEST_CASE("new blocks are indented as the stores' settings say") {
    EncryptOptions options = two_of_three();
    options.indents.yaml = 2;
    const std::string yaml = encrypt_document(as_bytes("a: 1\n"), Format::Yaml, options).text;
    CHECK(yaml.find("\nsops:\n  key_groups:\n    - age:\n        - enc: |\n            -----BEGIN") !=
          std::string::npos);
    CHECK(yaml.find("\n          recipient: age1") != std::string::npos);
    CHECK(yaml.find("\n      hc_vault: []\n") != std::string::npos);
    options.indents.json_binary = 1;
    const std::string binary = encrypt_document(as_bytes("x"), Format::Binary, options).text;
    CHECK(binary.starts_with("{\n \"data\": \"ENC["));
    CHECK(binary.find("\n \"sops\": {\n  \"key_groups\": [\n   {\n    \"age\": [\n     {\n      \"enc\"") !=
          std::string::npos);
    CHECK(plain(EncryptedFile::parse(binary, Format::Binary), {"one", "two"}) == "x");
}

TEST_CASE("a MAC over encrypted values alone is written and kept") {
    EncryptOptions options;
    options.recipients = {recipient("one")};
    options.mac_only_encrypted = true;
    options.now = kNow;
    const std::string text = encrypt_document(as_bytes("a: 1\nb_unencrypted: two\n"), Format::Yaml, options).text;
    CHECK(text.find("mac_only_encrypted: true") != std::string::npos);
    std::string changed = text;
    changed.replace(changed.find("two"), 3, "2wo");
    CHECK(plain(EncryptedFile::parse(changed, Format::Yaml), {"one"}) == "a: 1\nb_unencrypted: 2wo\n");
}
