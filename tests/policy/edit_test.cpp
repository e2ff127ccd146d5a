#include "policy/edit.hpp"

#include "policy_text.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

namespace {

const std::string kHostH = "{keys: [$A root@h], roles: [server], vars: {env: prod}}";

NewHost host(const std::string& name) {
    return {name, {with_keys("$A root@h")}, {"server"}, {{"env", "prod"}}};
}

}  // namespace

TEST_CASE("a new policy is valid and names its first operator", "[policy]") {
    const std::string text = new_policy_text("alice", {with_keys("$A alice@laptop")});
    const Policy policy = parse(text);
    CHECK(policy.find_operator("alice")->keys.at(0).comment == "alice@laptop");
    CHECK(parse(with_host(text, host("h"))).find_host("h")->roles == std::vector<std::string>{"server"});
    CHECK(parse(with_secret(with_host(text, host("h")), {"a/b", {"h"}})).find_secret("a/b") != nullptr);
}

TEST_CASE("a host is added in the section's own style; everything else stays byte for byte", "[policy]") {
    const auto added = [](const std::string& text) { return with_host(with_keys(text), host("h")); };
    CHECK(added("version: 1\n") == with_keys("version: 1\n\nhosts:\n  h: " + kHostH + "\n"));
    CHECK(added("version: 1\nhosts: {}  # machines\n# end\n") ==
          with_keys("version: 1\nhosts:  # machines\n  h: " + kHostH + "\n# end\n"));
    CHECK(added("hosts:\nversion: 1\n") == with_keys("hosts:\n  h: " + kHostH + "\nversion: 1\n"));
    CHECK(added("hosts:\n    g:   {keys: [$B]}   # a comment\n\n# behind\nversion:   1\n") ==
          with_keys("hosts:\n    g:   {keys: [$B]}   # a comment\n    h: " + kHostH + "\n\n# behind\nversion:   1\n"));
    CHECK(added("hosts: {g: {keys: [$B]}}\n") == with_keys("hosts: {g: {keys: [$B]}, h: " + kHostH + "}\n"));
    CHECK(added("hosts:\r\n  g: {keys: [$B]}\r\n") ==
          with_keys("hosts:\r\n  g: {keys: [$B]}\r\n  h: " + kHostH + "\r\n"));
}

TEST_CASE("names and values that YAML would read otherwise are quoted", "[policy]") {
    NewHost odd{"on", {with_keys("$A")}, {}, {{"port", "80"}, {"x", "a, b"}}};
    const Policy policy = parse(with_host("version: 1\n", odd));
    CHECK(policy.find_host("on")->vars.at("port") == "80");
    CHECK(policy.find_host("on")->vars.at("x") == "a, b");
}

TEST_CASE("an operator's and a secret's declaration hold what was given, and no more", "[policy]") {
    CHECK(with_operator("version: 1\n", {"ci", {with_keys("$1")}, {"robots"}, true, false}) ==
          with_keys("version: 1\n\noperators:\n  ci: {keys: [$1], groups: [robots], access: listed}\n"));
    NewSecret secret;
    secret.name = "a/b";
    secret.to = {"server+dns"};
    secret.except = {"h"};
    secret.per = "host";
    secret.key = bestow::document::KeyPath{};
    secret.owner = "pdns";
    secret.mode = "0440";
    secret.restart = {"pdns.service"};
    CHECK(with_secret("secrets:\n  x/y: {}\n", secret) ==
          "secrets:\n  x/y: {}\n  a/b: {to: [server+dns], except: [h], per: host, key: \".\", owner: pdns, mode: "
          "\"0440\", "
          "restart: [pdns.service]}\n");
}

TEST_CASE("declaring never replaces", "[policy]") {
    CHECK_THROWS_WITH(with_host("version: 1\nhosts:\n  h: {keys: [x]}\n", host("h")),
                      "host 'h' is declared already, at line 3");
    CHECK_THROWS_WITH(with_operator("operators: {o: {}}", {"o", {"x"}}), "operator 'o' is declared already, at line 1");
    CHECK_THROWS_WITH(with_secret("secrets: {a/b: {}}", {"a/b", {"h"}}), "secret 'a/b' is declared already, at line 1");
}

TEST_CASE("removing a host takes it out of whatever names it", "[policy]") {
    const std::string text = R"(roles: {server: [h, g], only: [h]}
hosts:
  # the first one
  h: {keys: [$A]}
  g: {keys: [$B]}  # stays
secrets:
  a/b: {to: [h, g]}  # comment
  a/c:
    to:
      - g
      - h
    except: h
    overrides: {h: {owner: x}, g: {owner: y}}
  a/d: {to: [h+server], overrides: {h: {owner: x}}}
templates:
  t: {to: [g, h], content: "h"}
)";
    CHECK(without_host(text, "h") == R"(roles: {server: [g], only: []}
hosts:
  g: {keys: [$B]}  # stays
secrets:
  a/b: {to: [g]}  # comment
  a/c:
    to:
      - g
    except: []
    overrides: {g: {owner: y}}
  a/d: {to: []}
templates:
  t: {to: [g], content: "h"}
)");
}

TEST_CASE("adding and removing again gives the very same text", "[policy]") {
    for (const std::string text : {
             "hosts:\n  g: {keys: [x]}\n",
             "hosts:\n  g: {keys: [x]}",
             "hosts:\n  g: {keys: [x]}\n\n\n# end\n",
             "hosts:\n      g:\n            keys:\n            - x   # comment\n      # of nobody\nroles: {}\n",
             "hosts: {g: {keys: [x]}}   # flow\n",
             "hosts: {\n  g: {keys: [x]},   # one a line\n}\n",
             "hosts:\r\n  g: {keys: [x]}  # CRLF\r\nroles: {}\r\n",
             "{version: 1, hosts: {g: {keys: [x]}}}\n",
             "\"hosts\":\n  'g': {keys: [x]}\n",
         }) {
        INFO(text);
        const std::string longer = with_host(text, host("h"));
        CHECK(longer.size() > text.size());
        CHECK(without_host(longer, "h") == (text.back() == '\n' ? text : text + "\n"));
    }
}

TEST_CASE("an empty section takes its first member below its comments' line", "[policy]") {
    CHECK(with_host("hosts:   # none\n  # h: example\nroles: {}\n", host("h")) ==
          with_keys("hosts:   # none\n  h: " + kHostH + "\n  # h: example\nroles: {}\n"));
    CHECK(with_host("hosts: ~\nroles: {}\n", host("h")) == with_keys("hosts:\n  h: " + kHostH + "\nroles: {}\n"));
    CHECK(with_host("hosts:", host("h")) == with_keys("hosts:\n  h: " + kHostH));
}

TEST_CASE("removing an operator takes it out of access", "[policy]") {
    CHECK(without_operator("operators:\n  a: {keys: [x]}\n  b: {keys: [y]}\naccess:\n  \"s/**\": [a, b]\n", "a") ==
          "operators:\n  b: {keys: [y]}\naccess:\n  \"s/**\": [b]\n");
}

TEST_CASE("renaming a secret changes its key alone", "[policy]") {
    CHECK(with_renamed_secret("secrets:\n  # of a\n  a/b: {to: [x]}   # stays here\n  c/d: {}\n", "a/b", "new/name") ==
          "secrets:\n  # of a\n  new/name: {to: [x]}   # stays here\n  c/d: {}\n");
}

TEST_CASE("removing a secret leaves the others alone", "[policy]") {
    CHECK(without_secret("secrets:\n  # of a\n  a/b: {}\n  # of c\n  c/d: {}\n", "a/b") ==
          "secrets:\n  # of c\n  c/d: {}\n");
    CHECK_THROWS_AS(without_secret("secrets: {a/b: {}}", "a/c"), bestow::Error);
}
