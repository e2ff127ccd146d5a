#include "policy/access.hpp"
#include "policy_text.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

namespace {

struct Case {
    const char* rule;
    const char* text;     ///< appended to kThreeHosts: begins on line 7
    const char* message;  ///< empty: the policy is fine
};

void check(const Case& one) {
    INFO(one.rule);
    CHECK(problems(kThreeHosts + one.text) == one.message);
}

}  // namespace

TEST_CASE("what is used has to be declared, and the nearest valid word is named", "[policy]") {
    for (const Case& one : {
             Case{"hosts, roles and all are audiences", "secrets: {a/b: {to: [web1, dns, server+dns, all]}}", ""},
             Case{"an undeclared role", "secrets: {a/b: {to: [sever]}}",
                  "bestow.yaml:7: there is no host or role 'sever'; did you mean 'server'?"},
             Case{"in an intersection", "secrets:\n  a/b: {to: [server+dsn]}",
                  "bestow.yaml:8: there is no host or role 'dsn'; did you mean 'dns'?"},
             Case{"under except", "secrets: {a/b: {to: [all], except: [wbe1]}}",
                  "bestow.yaml:7: there is no host or role 'wbe1'; did you mean 'web1'?"},
             Case{"an operator is no audience", "secrets: {a/b: {to: [alice]}}",
                  "bestow.yaml:7: host or role expected, but 'alice' is declared as operator"},
             Case{"under overrides", "secrets: {a/b: {to: [web1], overrides: {web2: {owner: x}}}}",
                  "bestow.yaml:7: there is no host or role 'web2'; did you mean 'web1'?"},
             Case{"access is for operators and groups", "access: {\"secrets/**\": [admin, alice]}", ""},
             Case{"access for a host", "access: {\"secrets/**\": [web1]}",
                  "bestow.yaml:7: operator or group expected, but 'web1' is declared as host"},
             Case{"access for nobody known", "access: {\"secrets/**\": [admins]}",
                  "bestow.yaml:7: there is no operator or group 'admins'; did you mean 'admin'?"},
         }) {
        check(one);
    }
}

TEST_CASE("unknown keys name the nearest valid one", "[policy]") {
    for (const Case& one : {
             Case{"at the top", "secretz: {}",
                  "bestow.yaml:7: unknown key 'secretz' in bestow.yaml; did you mean 'secrets'?"},
             Case{"in a secret", "secrets: {a/b: {onwer: x}}",
                  "bestow.yaml:7: unknown key 'onwer' in secret 'a/b'; did you mean 'owner'?"},
             Case{"what a later version means something by", "secrets: {a/b: {expires: hex}}",
                  "bestow.yaml:7: unknown key 'expires' in secret 'a/b'"},
             Case{"in a template", "templates: {t: {to: [web1], content: x, delimiter: [a, b]}}",
                  "bestow.yaml:7: unknown key 'delimiter' in template 't'; did you mean 'delimiters'?"},
             Case{"in overrides", "secrets: {a/b: {to: [web1], overrides: {web1: {moed: x}}}}",
                  "bestow.yaml:7: unknown key 'moed' in secret 'a/b', overrides for 'web1'; did you mean 'mode'?"},
             Case{"in activation", "activation: {keep_generation: 2}",
                  "bestow.yaml:7: unknown key 'keep_generation' in activation; did you mean 'keep_generations'?"},
             Case{"of a file", "files: {secrets/a.yaml: {share: true}}",
                  "bestow.yaml:7: unknown key 'share' in file 'secrets/a.yaml'; did you mean 'shared'?"},
             Case{"a path has no default", "defaults: {path: /x}", "bestow.yaml:7: unknown key 'path' in defaults"},
             Case{"a duplicate key", "secrets: {a/b: {}, a/b: {}}",
                  "bestow.yaml:7: a key is here twice in one mapping"},
         }) {
        check(one);
    }
}

TEST_CASE("hosts, roles, operators, groups and 'all' share one namespace", "[policy]") {
    const std::string head = "version: 1\n";
    CHECK(problems(head + "roles: {x: []}\nhosts: {x: {keys: [$A]}}") ==
          "bestow.yaml:3: host 'x' has the name of the role at bestow.yaml:2; hosts, roles, operators and groups share "
          "one namespace");
    CHECK(problems(head + "operators: {x: {keys: [$A]}}\nhosts: {x: {keys: [$B]}}") ==
          "bestow.yaml:3: host 'x' has the name of the operator at bestow.yaml:2; hosts, roles, operators and groups "
          "share one namespace");
    CHECK(
        problems(head + "operators: {x: {keys: [$A], groups: [y]}}\nhosts: {y: {keys: [$B]}}") ==
        "bestow.yaml:3: host 'y' has the name of the group at bestow.yaml:2; hosts, roles, operators and groups share "
        "one namespace");
    CHECK(problems(head + "hosts: {all: {keys: [$B]}}") == "bestow.yaml:2: host 'all': this name stands for all hosts");
    CHECK(problems(head + "hosts: {../x: {keys: [$B]}}") ==
          "bestow.yaml:2: host '../x': a name begins with a letter or digit and goes on with letters, digits and . _ @ "
          "-");
    CHECK(problems(head + "operators: {x: {keys: [$A], groups: [g]}, y: {keys: [$B], groups: [g]}}").empty());
}

TEST_CASE("roles include roles and hosts, but never themselves", "[policy]") {
    const std::string hosts = "\nhosts: {h: {keys: [$A]}}";
    CHECK(problems("version: 1\nroles: {a: [b], b: [h], c: }" + hosts).empty());
    CHECK(problems("version: 1\nroles: {a: [b], b: [a]}" + hosts) ==
          "bestow.yaml:2: role 'a' includes itself\nbestow.yaml:2: role 'b' includes itself");
    CHECK(problems("version: 1\nroles: {a: [x]}" + hosts) == "bestow.yaml:2: there is no host or role 'x'");
}

TEST_CASE("keys are recipients, dated or not, and no two hosts have the same", "[policy]") {
    const auto hosts = [](const std::string& text) { return problems("version: 1\nhosts:\n" + text); };
    CHECK(hosts("  h: {keys: [$A comment, {key: $B, until: 2027-03-01}]}").empty());
    CHECK(hosts("  h: {}") == "bestow.yaml:3: host 'h': it has no keys");
    CHECK(hosts("  h:\n    keys: [\n    # none yet\n    ]") == "bestow.yaml:4: host 'h': it has no keys");
    CHECK(hosts("  h: {keys: []}") == "bestow.yaml:3: host 'h': it has no keys");
    CHECK(hosts("  h: {keys: [{key: $B, until: soon}]}") ==
          "bestow.yaml:3: a key of host 'h': 'until' is a date like 2027-03-01, not 'soon'");
    CHECK(hosts("  h: {keys: [{until: 2027-03-01}]}") ==
          "bestow.yaml:3: a key of host 'h': a key that is a mapping has 'key' and 'until'");
    CHECK(hosts("  h: {keys: [$A]}\n  i: {keys: [$A]}") == "bestow.yaml:4: host 'i' has the key of host 'h'");
    CHECK(hosts("  h: {keys: [$A]}\n  i: {keys: [" + std::string(kConvertedA) + "]}") ==
          "bestow.yaml:4: host 'i' has the key of host 'h'");
    CHECK(hosts("  h: {keys: [$A, $A]}") == "bestow.yaml:3: host 'h' has this key twice");
    CHECK_THAT(hosts("  h: {keys: [ssh-ed25519 AAAA]}"), Catch::StartsWith("bestow.yaml:3: "));
    CHECK_THAT(hosts("  h: {keys: [ecdsa-sha2-nistp256 AAAA]}"), Catch::StartsWith("bestow.yaml:3: "));

    const Policy policy = parse("version: 1\nhosts: {h: {keys: [\"$A root@h\", {key: $1, until: 2027-03-01}]}}");
    REQUIRE(policy.hosts.at(0).keys.size() == 2);
    CHECK(policy.hosts[0].keys[0].recipient == keys().at('A'));
    CHECK(policy.hosts[0].keys[0].comment == "root@h");
    CHECK(policy.hosts[0].keys[1].until == "2027-03-01");
}

TEST_CASE("variables are texts", "[policy]") {
    const auto vars = [](const std::string& text) {
        return problems("version: 1\nhosts: {h: {keys: [$A], vars: " + text + "}}");
    };
    CHECK(vars("{env: prod, n: 3, on: true}").empty());
    CHECK(vars("{host: x}") ==
          "bestow.yaml:2: host 'h': a variable cannot be called 'host'; 'per: host' means the host's name");
    CHECK(vars("{a.b: x}") == "bestow.yaml:2: host 'h': a variable cannot be called 'a.b'");
    CHECK(vars("{a: [x]}") == "bestow.yaml:2: host 'h': the variable 'a' has to be a text");
}

TEST_CASE("an operator is either on every file or on listed ones", "[policy]") {
    const auto operators = [](const std::string& text) {
        return problems("version: 1\noperators: {o: {keys: [$A], " + text + "}}");
    };
    CHECK(operators("access: listed").empty());
    CHECK(operators("recovery: true").empty());
    CHECK(operators("access: lsted") ==
          "bestow.yaml:2: operator 'o': 'access' is one of listed, not 'lsted'; did you mean 'listed'?");
    CHECK(operators("recovery: perhaps") == "bestow.yaml:2: operator 'o': 'recovery' is true or false");
    CHECK(operators("access: listed, recovery: true") ==
          "bestow.yaml:2: operator 'o': 'recovery: true' is on every file, 'access: listed' only on listed ones");
}

TEST_CASE("version and requires come before everything else", "[policy]") {
    CHECK(problems("version: 1").empty());
    CHECK(problems("") == "bestow.yaml: it has no 'version: 1'");
    CHECK(problems("hosts: {}") == "bestow.yaml:1: it has no 'version: 1'");
    CHECK(problems("version: 2\nnew: {}") == "bestow.yaml:1: this bestow reads version 1, not '2'");
    CHECK(problems("version: 1\nrequires: \">=0.1\"").empty());
    CHECK(problems("version: 1\nrequires: \">=99.2\"\nnew: {}") ==
          "bestow.yaml:2: this store needs bestow >=99.2; this one is 0.1.0");
    CHECK(problems("version: 1\nrequires: newest") ==
          "bestow.yaml:2: 'requires' is written like \">=0.1\", not 'newest'");
    CHECK_THAT(problems("version: 1\nhosts: [}"), Catch::StartsWith("bestow.yaml:2: "));
    CHECK_THAT(problems("version: 1\nhosts: &a {b: *a}"), Catch::StartsWith("bestow.yaml:2: "));
    CHECK_THAT(problems("version: 1\n---\nversion: 1\n"), Catch::Contains("a policy file is one document"));
}

TEST_CASE("hostile texts are refused in time", "[policy]") {
    const std::string nested = "version: 1\nsecrets: " + std::string(10'000, '[');
    CHECK_THAT(problems(nested), Catch::StartsWith("bestow.yaml:2: "));
    CHECK_THAT(problems("version: 1\nroles: {a: &x [b], b: *x}"), Catch::StartsWith("bestow.yaml:2: "));
    CHECK_THAT(problems(std::string("version: 1\nroles: {\"\x01\": []}")), Catch::StartsWith("bestow.yaml:2: "));
    CHECK_THAT(problems("\xff\xfev"), Catch::StartsWith("bestow.yaml:1: "));
    CHECK(problems("- a") == "bestow.yaml:1: bestow.yaml has to be a mapping\nbestow.yaml:1: it has no 'version: 1'");
    CHECK(problems("version: 1\nsecrets: [a]") == "bestow.yaml:2: this section has to be a mapping of names");
    CHECK(problems("version: 1\nsecrets: {a/b: [x]}") == "bestow.yaml:2: secret 'a/b' has to be a mapping");
    std::string many = "version: 1\nsecrets:\n";
    for (int i = 0; i < 300; ++i) {
        many += "  a/" + std::to_string(i) + ": {mode: 9}\n";
    }
    CHECK_THAT(problems(many), Catch::EndsWith("\n... and 200 more"));
}

TEST_CASE("on a host, an unknown key is a warning: a newer laptop must not stop a boot", "[policy]") {
    const std::string text = kThreeHosts + "secrets: {a/b: {to: [web1], expires_after: 90d}}\nnews: {}";
    const Policy policy = parse(text, {}, Strictness::Host);
    CHECK(policy.warnings == std::vector<std::string>{"bestow.yaml:8: unknown key 'news' in bestow.yaml",
                                                      "bestow.yaml:7: unknown key 'expires_after' in secret 'a/b'"});
    CHECK(policy.find_secret("a/b") != nullptr);
    CHECK_THROWS_AS(parse(text, {}, Strictness::Operator), bestow::Error);
    CHECK_THROWS_WITH(parse("version: 1\nrequires: \">=99\"\nnews: {}", {}, Strictness::Host),
                      Catch::Contains("needs bestow >=99"));
}

TEST_CASE("all problems of all files are told in one run, in order", "[policy]") {
    const Files files = {{"teams/a.yaml", "secrets:\n  x/y: {to: [nobody]}\n"}};
    CHECK(
        problems(kThreeHosts + "include: [teams/*.yaml]\nsecrets:\n  a/b: {mode: 999}\n  c/d: {phase: late}", files) ==
        "bestow.yaml:9: secret 'a/b': 'mode' is an octal number like \"0400\", not '999'\n"
        "bestow.yaml:10: secret 'c/d': 'phase' is one of early, main, not 'late'\n"
        "teams/a.yaml:2: there is no host or role 'nobody'");
}

TEST_CASE("included files add to the policy what they may", "[policy]") {
    const Files files = {{"hosts/a.yaml", "hosts: {a: {keys: [$E]}}"},
                         {"hosts/b.yaml", "hosts: {b: {keys: [$F]}}"},
                         {"teams/web.yaml", "secrets: {team/x: {to: [a]}}"}};
    const Policy policy =
        parse(kThreeHosts + "include: [hosts/*.yaml, {path: teams/*.yaml, only: [secrets, templates]}]", files);
    CHECK(policy.find_host("b") != nullptr);
    REQUIRE(policy.find_secret("team/x") != nullptr);
    CHECK(policy.find_secret("team/x")->origin.file == "teams/web.yaml");

    const auto including = [&](const std::string& list) { return problems(kThreeHosts + "include: " + list, files); };
    CHECK(including("[hosts/c.yaml]") == "bestow.yaml:7: there is no file 'hosts/c.yaml' to include");
    CHECK(including("[none/*.yaml]").empty());
    CHECK(including("[../x.yaml]") == "bestow.yaml:7: cannot include '../x.yaml': it climbs with '..'");
    CHECK(including("[/etc/x.yaml]") == "bestow.yaml:7: cannot include '/etc/x.yaml': it starts with '/'");
    CHECK(including("[bestow.yaml]") == "bestow.yaml:7: bestow.yaml includes itself");
    CHECK(including("[hosts/a.yaml, hosts/*.yaml]") == "bestow.yaml:7: 'hosts/a.yaml' is included twice");
    CHECK(including("[{path: hosts/*.yaml, only: [secrets]}]") ==
          "hosts/a.yaml:1: unknown key 'hosts' in an included file\n"
          "hosts/b.yaml:1: unknown key 'hosts' in an included file");
    CHECK(including("[{path: hosts/a.yaml, only: [host]}]") ==
          "bestow.yaml:7: 'only' lists sections, not 'host'; did you mean 'hosts'?\n"
          "hosts/a.yaml:1: unknown key 'hosts' in an included file; did you mean 'host'?");
    CHECK(problems(kThreeHosts + "include: [x.yaml]\nsecrets: {a/b: {}}", {{"x.yaml", "secrets: {a/b: {}}"}}) ==
          "x.yaml:1: secret 'a/b' is declared twice, the first time at bestow.yaml:8");
    CHECK(problems(kThreeHosts + "include: [x.yaml]", {{"x.yaml", "hosts: {web1: {keys: [$E]}}"}}) ==
          "x.yaml:1: host 'web1' has the name of the host at bestow.yaml:4; hosts, roles, operators and groups share "
          "one namespace");
}

TEST_CASE("a role includes itself over any number of others, and whoever only leads there does not", "[policy]") {
    const auto with = [](const std::string& roles) {
        return problems("version: 1\noperators: {me: {keys: [$A]}}\nroles:\n" + roles);
    };
    CHECK(with("  a: [b]\n  b: [c, d]\n  c: [b]\n  d: []\n") ==
          "bestow.yaml:5: role 'b' includes itself\nbestow.yaml:6: role 'c' includes itself");
    CHECK(with("  a: [a]\n  b: [a]\n") == "bestow.yaml:4: role 'a' includes itself");
    CHECK(with("  a: [c]\n  b: [c]\n  c: []\n  d: [a, b]\n").empty());
}

TEST_CASE("a chain of very many roles is a policy like any other", "[policy]") {
    constexpr int kRoles = 150'000;
    std::string text = "version: 1\noperators: {me: {keys: [$A]}}\nroles:\n  r0: []\n";
    for (int i = 1; i < kRoles; ++i) {
        text += "  r" + std::to_string(i) + ": [r" + std::to_string(i - 1) + "]\n";
    }
    text += "hosts: {web: {keys: [$B], roles: [r0]}}\nsecrets: {a/b: {to: [r" + std::to_string(kRoles - 1) + "]}}\n";
    const Policy policy = parse(text);
    REQUIRE(hosts_in(policy, policy.secrets.at(0).to).size() == 1);
}
