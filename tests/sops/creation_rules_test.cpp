#include "sops/creation_rules.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;
using Catch::Matchers::Contains;

namespace {

const CreationRule& rule_for(const CreationRules& rules, const std::string& path) {
    const CreationRule* const rule = rules.find_rule(path);
    REQUIRE(rule != nullptr);
    return *rule;
}

std::vector<std::string> ages(const std::string& text) {
    return CreationRules::parse(text).find_rule("x")->groups.at(0).age;
}

}  // namespace

TEST_CASE("the first rule that fits any part of the path wins; one without a path fits everything") {
    const CreationRules rules = CreationRules::parse(
        "creation_rules:\n"
        "  - path_regex: prod/.*\\.ya?ml$\n    age: a\n"
        "  - path_regex: '(?<kind>prod)'\n    age: b\n"
        "  - age: c\n"
        "  - path_regex: never\n    age: d\n");
    CHECK(rule_for(rules, "x/prod/db.yml").groups.at(0).age == std::vector<std::string>{"a"});
    CHECK(rule_for(rules, "prod.json").groups.at(0).age == std::vector<std::string>{"b"});
    CHECK(rule_for(rules, "never").groups.at(0).age == std::vector<std::string>{"c"});
    CHECK(rule_for(rules, "never").line == 6);
    CHECK_NOTHROW(rules.check());
}

TEST_CASE("no creation rules are no configuration; an empty list fits nothing") {
    for (const char* text : {"", "---\n", "stores: {}\n", "creation_rules:\n", "creation_rules: ~\n"}) {
        CHECK_FALSE(CreationRules::parse(text).has_rules());
    }
    CHECK(CreationRules::parse("creation_rules: []\n").has_rules());
    CHECK(CreationRules::parse("creation_rules: []\n").find_rule("x") == nullptr);
}

TEST_CASE("flat recipients come as a comma-separated text or as a list, as sops reads them") {
    const std::string head = "creation_rules:\n  - age: ";
    using List = std::vector<std::string>;
    CHECK(ages(head + "' a, b ,,c,'\n") == List{"a", "b", "c"});
    CHECK(ages(head + "[a, 'b, c', a]\n") == List{"a", "b", "c", "a"});
    CHECK(ages(head + ">-\n      a,\n      b\n") == List{"a", "b"});
    CHECK(ages(head + "''\n").empty());
    CHECK(ages(head + "\n").empty());
    CHECK_THROWS_WITH(ages(head + "[a, '']\n"), Contains("line 2") && Contains("empty"));
    CHECK_THROWS_WITH(ages(head + "[a, 5]\n"), Contains("line 2") && Contains("not a text"));
    CHECK_THROWS_WITH(ages(head + "{a: b}\n"), Contains("line 2") && Contains("not a list"));
}

TEST_CASE("key groups stand before flat recipients, take in those they merge, and hold nobody twice") {
    const CreationRules rules = CreationRules::parse(
        "keys: [&one a, &two b]\n"
        "creation_rules:\n"
        "  - age: flat\n"
        "    shamir_threshold: 2\n"
        "    key_groups:\n"
        "      - age: [*one, *two, a]\n"
        "        merge:\n"
        "          - {age: [c, 'a,d'], pgp: [F]}\n"
        "          - merge: [{age: [e]}]\n"
        "      - age: [z]\n"
        "        hc_vault: []\n");
    const CreationRule& rule = rule_for(rules, "x");
    REQUIRE(rule.groups.size() == 2);
    CHECK(rule.groups[0].age == std::vector<std::string>{"c", "a", "d", "e", "b"});
    CHECK(rule.groups[0].foreign_kinds == std::vector<std::string>{"pgp"});
    CHECK(rule.groups[1].age == std::vector<std::string>{"z"});
    CHECK(rule.groups[1].foreign_kinds.empty());
    CHECK(rule.shamir_threshold == 2);
}

TEST_CASE("keys of other kinds are named, and refused by name") {
    const CreationRules rules = CreationRules::parse(
        "creation_rules:\n"
        "  - {path_regex: a, age: x, pgp: 'AB,CD', kms: [arn], gcp_kms: '', azure_keyvault: u, hc_vault_transit_uri: "
        "v}\n"
        "  - {path_regex: b, age: x, pgp: ' , '}\n"
        "  - {path_regex: c}\n");
    CHECK(rule_for(rules, "a").groups.at(0).foreign_kinds ==
          std::vector<std::string>{"pgp", "kms", "azure_kv", "hc_vault"});
    CHECK_THROWS_WITH(check_own_recipients(rule_for(rules, "a")), Contains("line 2") && Contains("pgp, kms, azure_kv"));
    CHECK_NOTHROW(check_own_recipients(rule_for(rules, "b")));
    CHECK_THROWS_WITH(check_own_recipients(rule_for(rules, "c")), Contains("line 4") && Contains("nobody"));
}

TEST_CASE("what sops finds only in a rule that it comes to waits until then, and check finds it at once") {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"path_regex: '(?!x)'", "path_regex"},
        {"encrypted_regex: '('", "encrypted_regex"},
        {"unencrypted_comment_regex: 'a\\C'", "\\C"},
        {"encrypted_suffix: x, unencrypted_suffix: y", "2 selectors"},
        {"age: [x, {}]", "not a text"},
        {"key_groups: [{age: [x]}, {age: [y]}], shamir_threshold: 1", "from 2 to 2"},
        {"key_groups: [{age: [x]}, {age: [y]}], shamir_threshold: 3", "from 2 to 2"},
        {"shamir_threshold: -1", "below zero"},
    };
    for (const auto& [member, problem] : wrong) {
        INFO(member);
        const CreationRules rules =
            CreationRules::parse("creation_rules:\n  - {path_regex: good, age: a}\n  - {" + member + "}\n");
        CHECK(rules.find_rule("good") != nullptr);
        CHECK_THROWS_WITH(rules.find_rule("other"), Contains("line 3") && Contains(problem));
        CHECK_THROWS_WITH(rules.check(), Contains("line 3") && Contains(problem));
    }
}

TEST_CASE("members of the wrong type are refused whatever the file") {
    for (const char* text :
         {"creation_rules: x\n", "- a\n", "x\n", "creation_rules: [x]\n", "creation_rules: [{path_regex: []}]\n",
          "creation_rules: [{shamir_threshold: '2'}]\n", "creation_rules: [{mac_only_encrypted: 'true'}]\n",
          "stores: []\n", "creation_rules: [{key_groups: {}}]\n", "creation_rules: [{key_groups: [{age: a}]}]\n",
          "stores: {yaml: {indent: -1}}\n", "stores: {json: {indent: -2}}\n", "creation_rules: [{<<: 5}]\n",
          "creation_rules: [{<<: [5]}]\n"}) {
        INFO(text);
        CHECK_THROWS_WITH(CreationRules::parse(text), Contains("line 1"));
    }
    CHECK_THROWS_WITH(CreationRules::parse("a: [\n"), Contains("line 2"));
}

TEST_CASE("selector, MAC rule and indents are read in the forms that yaml.v3 takes") {
    const CreationRules rules = CreationRules::parse(
        "stores: {yaml: {indent: 2}, json: {indent: 0}}\n"
        "creation_rules:\n"
        "  - {path_regex: a, encrypted_comment_regex: 'sops:enc', mac_only_encrypted: yes, shamir_threshold: 2.0}\n"
        "  - {path_regex: 5, unencrypted_suffix: '', mac_only_encrypted: false}\n");
    const CreationRule& first = rule_for(rules, "a");
    REQUIRE(first.selector);
    CHECK(first.selector->kind == SelectorKind::EncryptedCommentRegex);
    CHECK(first.selector->pattern == "sops:enc");
    CHECK(first.mac_only_encrypted);
    CHECK(first.shamir_threshold == 2);
    const CreationRule& second = rule_for(rules, "x5");
    CHECK_FALSE(second.selector);
    CHECK_FALSE(second.mac_only_encrypted);
    CHECK(rules.indents().yaml == 2);
    CHECK(rules.indents().json == 0);
    CHECK_FALSE(rules.indents().json_binary);
    CHECK(CreationRules::parse("").indents().yaml == 4);
}

TEST_CASE("merge keys fill in what a rule does not say itself, the first source first") {
    const CreationRules rules = CreationRules::parse(
        "base: &base {age: a, encrypted_regex: r, shamir_threshold: 4}\n"
        "other: &other {age: b, mac_only_encrypted: true}\n"
        "creation_rules:\n"
        "  - <<: [*base, *other]\n"
        "    encrypted_regex: own\n"
        "  - '<<': *base\n");
    const CreationRule& rule = rule_for(rules, "x");
    CHECK(rule.groups.at(0).age == std::vector<std::string>{"a"});
    CHECK(rule.selector->pattern == "own");
    CHECK(rule.mac_only_encrypted);
}

TEST_CASE("paths are relative to the configuration's folder when they lie below it") {
    CHECK(path_for_rules("/repo", "/repo/a/b.yaml") == "a/b.yaml");
    CHECK(path_for_rules("/repo/", "/repo/b.yaml") == "b.yaml");
    CHECK(path_for_rules("/", "/b.yaml") == "b.yaml");
    CHECK(path_for_rules("/repo", "/repository/b.yaml") == "/repository/b.yaml");
}

TEST_CASE("aliases that expand to too much are refused") {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level < 8; ++level) {
        const std::string below = "*a" + std::to_string(level - 1);
        text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [";
        for (int item = 0; item < 10; ++item) {
            text += below + (item < 9 ? ", " : "]\n");
        }
    }
    CHECK_THROWS_WITH(CreationRules::parse(text), Contains("too many"));
}

TEST_CASE("a damaged configuration is read or refused, never anything else") {
    const std::string whole =
        "stores: {yaml: {indent: 2}}\nd: &d {age: [a, 'b,c']}\ncreation_rules:\n  - <<: *d\n    path_regex: '^(a|b)'\n"
        "    key_groups:\n      - merge: [{age: [x]}]\n        pgp: [F]\n      - *d\n    shamir_threshold: 2\n"
        "    encrypted_regex: '(?i)s'\n    mac_only_encrypted: yes\n  - ~\n";
    const std::string bytes =
        "{}[]:,-&*<>|'\"\\ \n\t#~?(\x01\xff"
        "0z";
    std::uint32_t random = 1;
    const auto next = [&random](std::size_t below) {
        random = random * 1664525 + 1013904223;
        return (random >> 8) % below;
    };
    std::size_t accepted = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = whole;
        for (std::size_t change = next(3) + 1; change > 0; --change) {
            const std::size_t at = next(text.size());
            switch (next(3)) {
                case 0:
                    text[at] = bytes[next(bytes.size())];
                    break;
                case 1:
                    text.erase(at, next(8) + 1);
                    break;
                default:
                    text.insert(at, 1, bytes[next(bytes.size())]);
            }
        }
        try {
            const CreationRules rules = CreationRules::parse(text);
            (void)rules.find_rule("b/x.yaml");
            rules.check();
            ++accepted;
        } catch (const Error& error) {
            CHECK((error.kind() == ErrorKind::Format || error.kind() == ErrorKind::Policy));
        }
    }
    CHECK(accepted > 100);
    CHECK(accepted < 2900);
}
