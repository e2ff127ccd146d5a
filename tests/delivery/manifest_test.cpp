#include "delivery/contents.hpp"
#include "policy/parse.hpp"
#include "sops/edit.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

namespace {

// Recorded public keys; nobody has their private halves.
const std::string kHead = R"(version: 1
operators:
  me: {keys: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}
roles: {server: []}
hosts:
  web: {keys: [age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg], roles: [server], vars: {env: prod}}
  db: {keys: [age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm], roles: [server], vars: {env: test}}
)";

policy::Policy policy_of(const std::string& text) {
    policy::StoreReader reader;
    reader.read = [](const std::string&) { return std::nullopt; };
    reader.match = [](const std::string&) { return std::vector<std::string>(); };
    return policy::parse_policy(kHead + text, reader, policy::Strictness::Host);
}

Manifest manifest_of(const std::string& text, const std::string& host) {
    const policy::Policy policy = policy_of(text);
    return manifest_for(policy, *policy.find_host(host));
}

const ManifestSecret* find(const Manifest& manifest, const std::string& name) {
    for (const ManifestSecret& secret : manifest.secrets) {
        if (secret.name == name) {
            return &secret;
        }
    }
    return nullptr;
}

}  // namespace

TEST_CASE("a host gets what is delivered to it, and what its templates need without delivery", "[manifest]") {
    const std::string text = R"(
secrets:
  all/one: {to: [server]}
  db/only: {to: [db]}
  for-template: {}
templates:
  env: {to: [web], content: "{{ for-template }}"}
)";
    const Manifest web = manifest_of(text, "web");
    REQUIRE(find(web, "all/one")->delivered);
    REQUIRE(find(web, "all/one")->file == "secrets/all.yaml");
    REQUIRE(find(web, "db/only") == nullptr);
    REQUIRE_FALSE(find(web, "for-template")->delivered);
    REQUIRE(web.templates.size() == 1);
    REQUIRE(web.vars.at("env") == "prod");
    const Manifest db = manifest_of(text, "db");
    REQUIRE(find(db, "for-template") == nullptr);
    REQUIRE(db.templates.empty());
}

TEST_CASE("per-host files and overrides are resolved for the host", "[manifest]") {
    const Manifest web = manifest_of(R"(
defaults: {mode: "0440"}
secrets:
  wg/key: {to: [server], per: host, owner: wg, overrides: {web: {owner: other, mode: "0400"}}}
  db/pw: {to: [server], per: env, restart: [a.service]}
)",
                                     "web");
    REQUIRE(find(web, "wg/key")->file == "secrets/host/web/wg.yaml");
    REQUIRE(find(web, "wg/key")->placement.owner == "other");
    REQUIRE(find(web, "wg/key")->placement.mode_bits == 0400);
    REQUIRE(find(web, "db/pw")->file == "secrets/env/prod/db.yaml");
    REQUIRE(find(web, "db/pw")->placement.mode_bits == 0440);
    REQUIRE(find(web, "db/pw")->placement.restart == std::vector<std::string>{"a.service"});
}

TEST_CASE("a phase takes its own items and whatever its templates need", "[manifest]") {
    const Manifest web = manifest_of(R"(
secrets:
  luks: {to: [web], phase: early}
  late: {to: [web]}
templates:
  shadow: {to: [web], content: "{{ late | yescrypt }}", phase: early}
)",
                                     "web");
    const Manifest early = part_for(web, Phase::Early);
    REQUIRE(find(early, "luks")->delivered);
    REQUIRE_FALSE(find(early, "late")->delivered);
    REQUIRE(early.templates.size() == 1);
    const Manifest main = part_for(web, Phase::Main);
    REQUIRE(find(main, "luks") == nullptr);
    REQUIRE(find(main, "late")->delivered);
    REQUIRE(main.templates.empty());
    REQUIRE(files_of(early) == std::set<std::string>{"secrets/late.yaml", "secrets/luks.yaml"});
}

TEST_CASE("an early file that is not root's, and a name of bestow's own, are errors", "[manifest]") {
    REQUIRE_THROWS_WITH(manifest_of("secrets:\n  a: {to: [web], phase: early, owner: nobody}\n", "web"),
                        Catch::Contains("root"));
    REQUIRE_THROWS_WITH(manifest_of("secrets:\n  .bestow-state: {to: [web]}\n", "web"), Catch::Contains(".bestow-"));
}

TEST_CASE("one file's fault stays with its secrets and the templates that need them", "[contents]") {
    const Manifest web = manifest_of(R"(
secrets:
  good: {to: [web], file: good.age, key: "."}
  bad: {to: [web], file: bad.age, key: "."}
templates:
  mixed: {to: [web], content: "{{ good }}{{ bad }}"}
  fine: {to: [web], content: "<{{ good }}>"}
)",
                                     "web");
    OpenedFiles files;
    files.emplace("good.age", SecretBytes::copy_of("value"));
    files.emplace("bad.age", Fault{ErrorKind::Authentication, "bad.age: no"});
    const std::vector<Item> items = make_items(web, files, as_bytes("key"));
    REQUIRE(items.size() == 4);
    REQUIRE(std::get<Fault>(items[0].content).message == "bad.age: no");
    REQUIRE(to_text(std::get<SecretBytes>(items[1].content).view()) == "value");
    REQUIRE(items[2].path == "rendered/fine");
    REQUIRE(to_text(std::get<SecretBytes>(items[2].content).view()) == "<value>");
    REQUIRE(std::get<Fault>(items[3].content).message == "needs 'bad': bad.age: no");
    REQUIRE(std::get<Fault>(items[3].content).kind == ErrorKind::Authentication);
}

TEST_CASE("what is delivered of a typed value is the text that `get` prints, in files and templates", "[contents]") {
    // A throwaway key of this test, made with `age-keygen`; it protects nothing.
    const char* const identity = "AGE-SECRET-KEY-1V9AHSGP04YSWZCNDY573A2L7647KXUSW5JW6Z52LUV8AKMR3GGUQXZZ3QS";
    const age::Identities identities = age::parse_identities(as_bytes(identity), "test key");
    const std::string text =
        sops::encrypt_document(as_bytes("on: true\nbig: 1e300\nport: 5432\nnone: null\n"), sops::Format::Yaml,
                               {{identities.at(0)->recipient_text()}, {}, "2026-11-20T12:00:00Z"})
            .text;
    sops::EncryptedFile document = sops::EncryptedFile::parse(text, sops::Format::Yaml);
    SecretBytes key = std::move(document.data_key(identities).value());
    std::vector<sops::Value> values = document.decrypt_values(key.view());
    const std::string printed = to_text(sops::render_values(values, {"on"}, std::nullopt).view());
    OpenedFiles files;
    files.emplace("v.yaml", OpenedDocument{std::move(document), std::move(key), std::move(values)});
    const Manifest web = manifest_of(R"(
secrets:
  a-on: {to: [web], file: v.yaml, key: on}
  b-big: {to: [web], file: v.yaml, key: big}
  c-port: {to: [web], file: v.yaml, key: port}
  d-none: {to: [web], file: v.yaml, key: none}
templates:
  all: {to: [web], content: "{{ a-on }} {{ b-big }} {{ c-port }}"}
)",
                                     "web");
    const std::vector<Item> items = make_items(web, files, as_bytes("key"));
    REQUIRE(items.size() == 5);
    const auto content = [&](std::size_t index) { return to_text(std::get<SecretBytes>(items[index].content).view()); };
    CHECK(content(0) == "true");
    CHECK(content(0) == printed);
    CHECK(content(1) == "1e+300");
    CHECK(content(2) == "5432");
    CHECK(std::get<Fault>(items[3].content).message == "v.yaml: none: the value is null, which has no text");
    CHECK(content(4) == "true 1e+300 5432");
}
