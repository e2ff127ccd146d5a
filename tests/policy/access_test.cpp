#include "policy/access.hpp"

#include "policy_text.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

namespace {

constexpr const char* kToday = "2026-11-20";

using Names = std::vector<std::string>;

/// The names of a file's readers, in order.
Names readers(const std::string& text, const std::string& file, const char* today = kToday) {
    const Policy policy = parse(text);
    const std::vector<SecretSource> sources = secret_sources(policy);
    for (const FileAccess& access : file_access(policy, sources, today)) {
        if (access.file == file) {
            Names names;
            for (const Reader& reader : access.readers) {
                names.push_back(reader.name);
            }
            return names;
        }
    }
    return {"no such file"};
}

std::string refusal(const std::string& text) {
    const Policy policy = parse(text);
    const std::vector<SecretSource> sources = secret_sources(policy);
    try {
        (void)file_access(policy, sources, kToday);
        return "";
    } catch (const bestow::Error& error) {
        return error.message();
    }
}

const std::string kPeople = R"(version: 1
operators:
  alice: {keys: [$A], groups: [admin]}
  bob:   {keys: [$1, $B]}
  ci:    {keys: [$2], access: listed, groups: [robots]}
  safe:  {keys: [$3], recovery: true}
hosts:
  web1: {keys: [$C]}
  ns1:  {keys: [$D, {key: $E, until: 2026-11-20}]}
secrets:
  x/y: {to: [ns1]}
)";

}  // namespace

TEST_CASE("operators read every file unless restricted; hosts read what they receive", "[policy]") {
    CHECK(readers(kPeople, "secrets/x.yaml") == Names{"alice", "bob", "bob", "safe", "ns1", "ns1"});
}

TEST_CASE("a key is dropped after its last day", "[policy]") {
    CHECK(readers(kPeople, "secrets/x.yaml", "2026-11-21") == Names{"alice", "bob", "bob", "safe", "ns1"});
}

TEST_CASE("an access pattern is the whole list of operators, but recovery keys are on every file", "[policy]") {
    const auto with = [](const std::string& access) {
        return readers(kPeople + "access: " + access, "secrets/x.yaml");
    };
    CHECK(with("{\"secrets/**\": [bob]}") == Names{"bob", "bob", "safe", "ns1", "ns1"});
    CHECK(with("{\"secrets/**\": [admin]}") == Names{"alice", "safe", "ns1", "ns1"});
    CHECK(with("{secrets/x.yaml: [alice, ci]}") == Names{"alice", "ci", "safe", "ns1", "ns1"});
    CHECK(with("{\"secrets/*\": [robots]}") == Names{"ci", "safe", "ns1", "ns1"});
    CHECK(with("{\"secrets/env/**\": [bob]}") == Names{"alice", "bob", "bob", "safe", "ns1", "ns1"});
}

TEST_CASE("the most specific pattern wins, whatever the order", "[policy]") {
    const auto with = [](const std::string& access) {
        return readers(kPeople + "access: " + access, "secrets/x.yaml");
    };
    CHECK(with("{secrets/x.yaml: [alice], \"secrets/*.yaml\": [bob]}") == Names{"alice", "safe", "ns1", "ns1"});
    CHECK(with("{\"**\": [bob], \"secrets/*\": [alice]}") == Names{"alice", "safe", "ns1", "ns1"});
    CHECK(
        refusal(kPeople + "access: {\"secrets/?.yaml\": [alice], \"secrets/*.yaml\": [bob]}") ==
        "bestow.yaml:11: bestow.yaml:12: 'secrets/?.yaml' and 'secrets/*.yaml' match 'secrets/x.yaml' equally well, so "
        "who reads it is not clear");
}

TEST_CASE("a file without an operator is refused", "[policy]") {
    const std::string lonely = "version: 1\nhosts: {h: {keys: [$A]}}\nsecrets:\n  x/y: {to: [h]}\n";
    CHECK(refusal(lonely) == "bestow.yaml:4: no operator may read 'secrets/x.yaml', so nobody could ever change it");
    CHECK(refusal(lonely + "operators: {o: {keys: [$B], access: listed}}") ==
          "bestow.yaml:4: no operator may read 'secrets/x.yaml', so nobody could ever change it");
    CHECK(refusal(lonely + "operators: {o: {keys: [$B], recovery: true}}").empty());
}

TEST_CASE("two secrets in one file for different hosts are refused, unless it is shared", "[policy]") {
    const std::string both = kPeople + "  x/z: {to: [web1]}\n";
    CHECK(
        refusal(both) ==
        "bestow.yaml:12: 'secrets/x.yaml' holds 'x/y' for ns1 and 'x/z' for web1, so each could read the other's; give "
        "one of them another file, or set files: {secrets/x.yaml: {shared: true}}");
    CHECK(refusal(both + "files: {secrets/x.yaml: {shared: true}}").empty());
    CHECK(refusal(both + "files: {\"secrets/*.yaml\": {shared: true}}").empty());
    CHECK_FALSE(refusal(both + "files: {\"secrets/*.yaml\": {shared: true}, secrets/x.yaml: {shared: false}}").empty());
    CHECK(refusal(kPeople + "  x/z: {to: [ns1]}").empty());
    CHECK_FALSE(refusal(kPeople + "  x/z: {}").empty());
    CHECK(readers(both + "files: {secrets/x.yaml: {shared: true}}", "secrets/x.yaml") ==
          Names{"alice", "bob", "bob", "safe", "web1", "ns1", "ns1"});
}

TEST_CASE("a host's ed25519 key becomes an X25519 recipient, an operator's stays as it is", "[policy]") {
    const Policy policy = parse(
        "version: 1\noperators: {o: {keys: [$B me@home]}}\nhosts: {h: {keys: [$A root@h]}}\nsecrets: {x/y: {to: [h]}}");
    const std::vector<SecretSource> sources = secret_sources(policy);
    const std::vector<FileAccess> access = file_access(policy, sources, kToday);
    REQUIRE(access.size() == 1);
    REQUIRE(access[0].readers.size() == 2);
    CHECK(access[0].readers[0].recipient == keys().at('B'));
    CHECK(access[0].readers[0].kind == Reader::Kind::Operator);
    CHECK(access[0].readers[1].recipient == kConvertedA);
    CHECK(access[0].readers[1].key == keys().at('A'));
    CHECK(access[0].readers[1].kind == Reader::Kind::Host);
}

TEST_CASE("no recipient stands twice in a file", "[policy]") {
    const Policy policy = parse("version: 1\noperators: {o: {keys: [" + std::string(kConvertedA) +
                                "]}}\nhosts: {h: {keys: [$A]}}\nsecrets: {x/y: {to: [h]}}");
    const std::vector<SecretSource> sources = secret_sources(policy);
    CHECK(file_access(policy, sources, kToday).at(0).readers.size() == 1);
}

TEST_CASE("a host finds its own source", "[policy]") {
    const Policy policy = parse(kThreeHosts + "secrets: {w/k: {to: [server], per: host}, a/b: {to: [web1]}}");
    const std::vector<SecretSource> sources = secret_sources(policy);
    REQUIRE(source_for(sources, "w/k", "ns1") != nullptr);
    CHECK(source_for(sources, "w/k", "ns1")->file == "secrets/host/ns1/w.yaml");
    CHECK(source_for(sources, "a/b", "ns1") == nullptr);
    CHECK(source_for(sources, "a/c", "web1") == nullptr);
}

TEST_CASE("patterns over paths", "[policy]") {
    CHECK(matches_path("secrets/*.yaml", "secrets/a.yaml"));
    CHECK_FALSE(matches_path("secrets/*.yaml", "secrets/a/b.yaml"));
    CHECK(matches_path("secrets/**", "secrets/a/b.yaml"));
    CHECK(matches_path("secrets/**/b.yaml", "secrets/b.yaml"));
    CHECK(matches_path("**/b.yaml", "x/y/b.yaml"));
    CHECK(matches_path("a?c", "abc"));
    CHECK_FALSE(matches_path("a?c", "a/c"));
    CHECK(matches_path("*a*b*", "xxaxbx"));
    CHECK_FALSE(matches_path("a", "ab"));
    CHECK_FALSE(matches_path("secrets", "secrets/a"));
    CHECK_FALSE(matches_path(std::string(300, '*') + "b", std::string(5000, 'a')));
    CHECK(specificity_of("secrets/a.yaml") > specificity_of("secrets/*.yaml"));
    CHECK(specificity_of("secrets/*.yaml") > specificity_of("secrets/*"));
    CHECK(specificity_of("secrets/env/**") > specificity_of("secrets/*.yaml"));
    CHECK(specificity_of("secrets/*") > specificity_of("secrets/**"));
}
