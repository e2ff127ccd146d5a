#include "policy/access.hpp"
#include "policy/problems.hpp"
#include "policy_text.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

namespace {

std::string secrets(const std::string& text) {
    return problems(kThreeHosts + "secrets:\n" + text);
}

/// "file key hosts" of every source of a policy.
std::vector<std::string> places(const std::string& text) {
    const Policy policy = parse(kThreeHosts + text);
    std::vector<std::string> lines;
    for (const SecretSource& source : secret_sources(policy)) {
        std::string line = source.file + " " + bestow::document::to_text(source.key);
        for (const Host* host : source.hosts) {
            line += " " + host->name;
        }
        lines.push_back(line);
    }
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("names do not climb, start with '/' or lie below rendered/", "[policy]") {
    CHECK(secrets("  a/b-c_d.e@f: {}").empty());
    CHECK(secrets("  app/.netrc: {}").empty());
    const auto refused = [](const std::string& name, const std::string& reason) {
        CHECK(secrets("  " + name + ": {}") ==
              "bestow.yaml:8: secret '" + name + "': the name cannot be used: " + reason);
    };
    refused("a/../b", "it climbs with '..'");
    refused("/etc/shadow", "it starts with '/'");
    refused("rendered/x", "templates are delivered below 'rendered/'");
    refused("rendered", "templates are delivered below 'rendered/'");
    refused("a//b", "it has an empty segment");
    refused("a/", "it has an empty segment");
    refused(".hidden/x", "it starts with '.'");
    refused("a b", "it may hold letters, digits and . _ @ + - : , = ~");
    refused("host.name", "in templates, names that start with 'host.' are the host's own");
    CHECK_THAT(secrets("  " + std::string(201, 'x') + ": {}"), Catch::EndsWith("a segment is too long"));
}

TEST_CASE("a delivered name is no folder of another", "[policy]") {
    CHECK(secrets("  a/b: {to: [web1]}\n  a/b/c: {to: [web1]}") ==
          "bestow.yaml:9: secret 'a/b/c' would lie below secret 'a/b' (at bestow.yaml:8), which is a file");
    CHECK(secrets("  a/b: {to: [web1]}\n  a/bc: {to: [web1]}").empty());
    CHECK(secrets("  a/b: {}\n  a/b/c: {to: [web1]}").empty());
    CHECK(problems(kThreeHosts + "templates:\n  t: {to: [web1], content: x}\n  t/u: {to: [ns1], content: x}") ==
          "bestow.yaml:9: template 't/u' would lie below template 't' (at bestow.yaml:8), which is a file");
}

TEST_CASE("the name says where the value lies", "[policy]") {
    CHECK(places("secrets: {powerdns/api-key: {to: [dns]}}") == Lines{"secrets/powerdns.yaml api-key ns1"});
    CHECK(places("secrets: {a/b/c: {to: [dns]}}") == Lines{"secrets/a/b.yaml c ns1"});
    CHECK(places("secrets: {smtp: {to: [web1]}}") == Lines{"secrets/smtp.yaml smtp web1"});
    CHECK(places("secrets: {w/k: {to: [server], per: host}}") ==
          Lines{"secrets/host/web1/w.yaml k web1", "secrets/host/ns1/w.yaml k ns1"});
    CHECK(places("secrets: {db/p: {to: [server], per: env}}") ==
          Lines{"secrets/env/prod/db.yaml p web1", "secrets/env/test/db.yaml p ns1"});
    CHECK(places("secrets: {l/g: {to: [desk], file: secrets/l.key, key: \".\"}}") == Lines{"secrets/l.key . desk"});
    CHECK(places("secrets: {l/g: {to: [desk], key: a/b}}") == Lines{"secrets/l.yaml a.b desk"});
    CHECK(places("secrets: {l/g: {to: [desk], key: [a, b/c, 0]}}") == Lines{"secrets/l.yaml a.b/c[0] desk"});
    CHECK(places("secrets: {w/k: {to: [web1], per: host, file: \"keys/{host}.key\", key: \".\"}}") ==
          Lines{"keys/web1.key . web1"});
    CHECK(places("secrets: {unused: }") == Lines{"secrets/unused.yaml unused"});
}

TEST_CASE("audiences are unions of intersections, less the exceptions", "[policy]") {
    CHECK(places("secrets: {a/b: {to: [server+dns]}}") == Lines{"secrets/a.yaml b ns1"});
    CHECK(places("secrets: {a/b: {to: [desk, web1]}}") == Lines{"secrets/a.yaml b web1 desk"});
    CHECK(places("secrets: {a/b: {to: [all], except: [server]}}") == Lines{"secrets/a.yaml b desk"});
    CHECK(places("secrets: {a/b: {to: all, except: server+dns}}") == Lines{"secrets/a.yaml b web1 desk"});
    CHECK(places("secrets: {a/b: {to: [enduser]}}") == Lines{"secrets/a.yaml b desk"});
    CHECK(places("secrets: {a/b: {to: []}}") == Lines{"secrets/a.yaml b"});
}

TEST_CASE("a template gives its hosts the secrets that it names", "[policy]") {
    CHECK(places("secrets: {a/b: {to: [desk]}}\ntemplates: {t: {to: [dns], content: \"{{ a/b }}\"}}") ==
          Lines{"secrets/a.yaml b ns1 desk"});
    CHECK(places("secrets: {w/k: {per: host}}\ntemplates: {t: {to: [dns], content: \"{{ w/k | trim }}\"}}") ==
          Lines{"secrets/host/ns1/w.yaml k ns1"});
}

TEST_CASE("per: needs the variable on every host that gets the secret", "[policy]") {
    CHECK(secrets("  a/b: {to: [server], per: env}").empty());
    CHECK(secrets("  a/b: {to: [all], per: env}") ==
          "bestow.yaml:8: secret 'a/b' is per 'env', and host 'desk' has no such variable");
    CHECK(secrets("  a/b: {to: [server], per: evn}") ==
          "bestow.yaml:8: secret 'a/b': no host has a variable 'evn'; did you mean 'env'?");
    CHECK(problems(kThreeHosts +
                   "secrets: {a/b: {to: [server], per: env}}\ntemplates: {t: {to: [desk], content: \"{{ a/b }}\"}}") ==
          "bestow.yaml:8: template 't', line 1 of its text: secret 'a/b' is per 'env', and host 'desk' has no such "
          "variable");
    CHECK(problems("version: 1\nhosts: {h: {keys: [$A], vars: {env: a/b}}}\nsecrets: {x/y: {to: [h], per: env}}") ==
          "bestow.yaml:3: secret 'x/y': the variable 'env' of host 'h' is 'a/b', which cannot be a folder's name");
    CHECK(secrets("  a/b: {to: [server], per: host, file: x.yaml}") ==
          "bestow.yaml:8: secret 'a/b': 'file' has no '{host}' in it, so everybody's value would be the same");
}

TEST_CASE("modes are octal, quoted or not, and never set-id, sticky or world-writable", "[policy]") {
    const auto mode_of = [](const std::string& mode) {
        return parse(kThreeHosts + "secrets: {a/b: {mode: " + mode + "}}").secrets.at(0).placement.mode;
    };
    CHECK(mode_of("\"0440\"") == 0440U);
    CHECK(mode_of("0440") == 0440U);
    CHECK(mode_of("440") == 0440U);
    CHECK(mode_of("0o440") == 0440U);
    const auto refused = [](const std::string& mode, const std::string& reason) {
        CHECK(secrets("  a/b: {mode: " + mode + "}") == "bestow.yaml:8: secret 'a/b': " + reason);
    };
    refused("4755", "'mode' 4755 has set-id or sticky bits");
    refused("\"1700\"", "'mode' 1700 has set-id or sticky bits");
    refused("0402", "'mode' 0402 is writable by everybody");
    refused("0888", "'mode' is an octal number like \"0400\", not '0888'");
    refused("rw", "'mode' is an octal number like \"0400\", not 'rw'");
    refused("[4]", "'mode' has to be a text");
}

TEST_CASE("early files belong to root", "[policy]") {
    CHECK(secrets("  a/b: {to: [web1], phase: early, owner: root}").empty());
    CHECK(secrets("  a/b: {to: [web1], phase: early, owner: pdns}") ==
          "bestow.yaml:8: secret 'a/b' is early on host 'web1', before users exist, so its owner is root, not 'pdns'");
    CHECK(secrets("  a/b: {to: [web1], phase: early, overrides: {server: {owner: pdns}}}") ==
          "bestow.yaml:8: secret 'a/b' is early on host 'web1', before users exist, so its owner is root, not 'pdns'");
}

TEST_CASE("no two deliveries want one path on one host", "[policy]") {
    CHECK(secrets("  a/b: {to: [web1], path: /etc/x}\n  a/c: {to: [desk], path: /etc/x}").empty());
    CHECK(secrets("  a/b: {to: [web1], path: /etc/x}\n  a/c: {to: [server], path: /etc/x}") ==
          "bestow.yaml:9: secret 'a/c' and secret 'a/b' (at bestow.yaml:8) both want '/etc/x' on host 'web1'");
    CHECK(secrets("  a/b: {to: [web1], path: /etc/x}\n  a/c: {to: [web1], path: /etc/x/y}") ==
          "bestow.yaml:9: secret 'a/c' and secret 'a/b' (at bestow.yaml:8) both want '/etc/x' on host 'web1'");
    CHECK(problems(kThreeHosts + "secrets: {a/b: {to: [web1], path: /etc/x}}\n"
                                 "templates: {t: {to: [web1], content: x, path: /etc/x}}") ==
          "bestow.yaml:8: template 't' and secret 'a/b' (at bestow.yaml:7) both want '/etc/x' on host 'web1'");
    for (const std::string path : {"etc/x", "/etc/../x", "/etc//x", "/", "/etc/x/"}) {
        CHECK(secrets("  a/b: {to: [web1], path: " + path + "}") ==
              "bestow.yaml:8: secret 'a/b': 'path' is an absolute path without '.', '..' or '//', not '" + path + "'");
    }
}

TEST_CASE("overrides by host win over those by role, which must agree", "[policy]") {
    const Policy policy = parse(kThreeHosts + R"(defaults: {mode: "0440", owner: nobody}
secrets:
  a/b: {to: [server], owner: www, overrides: {dns: {owner: pdns, mode: 0400}, ns1: {mode: 0600}}})");
    const Secret& secret = policy.secrets.at(0);
    const Placement web1 = placement_for(policy, secret.placement, secret.overrides, *policy.find_host("web1"));
    CHECK(web1.owner == "www");
    CHECK(web1.mode == 0440U);
    const Placement ns1 = placement_for(policy, secret.placement, secret.overrides, *policy.find_host("ns1"));
    CHECK(ns1.owner == "pdns");
    CHECK(ns1.mode == 0600U);
    CHECK(
        secrets("  a/b: {to: [server], overrides: {dns: {owner: a}, server: {owner: b}}}") ==
        "bestow.yaml:8: secret 'a/b': the overrides for 'dns' and 'server' disagree on 'owner' for host 'ns1'; add one "
        "for 'ns1'");
    CHECK(secrets("  a/b: {to: [server], overrides: {dns: {owner: a}, server: {owner: b}, ns1: {owner: c}}}").empty());
}

TEST_CASE("a secret's other fields", "[policy]") {
    const auto field = [](const std::string& text) { return secrets("  a/b: {to: [web1], " + text + "}"); };
    const std::string at = "bestow.yaml:8: secret 'a/b': ";
    CHECK(field("owner: pdns, group: 33, restart: [pdns.service], reload: nginx.service, as: json").empty());
    CHECK(field("owner: a:b") == at + "'owner': 'a:b' is no name or number of an account");
    CHECK(field("owner: ") == at + "'owner' has to be a text");
    CHECK(field("restart: [pdns]") == at + "'pdns' is no unit's name with its type, like 'nginx.service'");
    CHECK(field("restart: [--help.service]") ==
          at + "'--help.service' is no unit's name with its type, like 'nginx.service'");
    CHECK(field("as: yml") == at + "'as' is one of raw, yaml, json, env, not 'yml'; did you mean 'yaml'?");
    CHECK(field("file: ../x") == at + "'file' '../x': it climbs with '..'");
    CHECK(field("file: bestow.yaml") == at + "'file' 'bestow.yaml': it cannot hold secrets");
    CHECK(field("key: []") == at + "'key' is empty; \".\" is the whole document");
    CHECK(field("key: a//b") == at + "'key' has an empty segment in 'a//b'");
    CHECK(field("key: [a, {b: c}]") == at + "'key' is a text or a list of texts and numbers");
    CHECK(field("key: sops/mac") ==
          at + "the key 'sops' of an encrypted file holds its recipients; choose another with 'key:'");
}

TEST_CASE("settings", "[policy]") {
    const Policy policy = parse("version: 1\nactivation: {keep_generations: 3, allow_swap: true, max_stale: 12h}");
    CHECK(policy.activation.keep_generations == 3);
    CHECK(policy.activation.allow_swap);
    CHECK(policy.activation.max_stale_seconds == 12 * 3600);
    CHECK(parse("version: 1").activation.max_stale_seconds == 30 * 86400);
    const auto setting = [](const std::string& text) { return problems("version: 1\nactivation: {" + text + "}"); };
    CHECK(setting("max_stale: soon") ==
          "bestow.yaml:2: activation: 'max_stale' is a duration like 30d or 12h, not 'soon'");
    CHECK(setting("max_stale: 30") == "bestow.yaml:2: activation: 'max_stale' is a duration like 30d or 12h, not '30'");
    CHECK(setting("keep_generations: 0") == "bestow.yaml:2: activation: 'keep_generations' is a number from 1 to 100");
    CHECK(setting("allow_swap: 1") == "bestow.yaml:2: activation: 'allow_swap' is true or false");
}

TEST_CASE("an early item is root's and its group's too, before there are others", "[policy]") {
    const auto early = [](const std::string& fields) {
        return problems(kThreeHosts + "secrets:\n  a/b: {to: [web1], phase: early, " + fields + "}");
    };
    CHECK(early("group: root").empty());
    CHECK(early("owner: \"0\", group: \"0\"").empty());
    CHECK(early("group: keys") ==
          "bestow.yaml:8: secret 'a/b' is early on host 'web1', before users exist, so its group is root, not 'keys'");
}

TEST_CASE("nothing of a store lies below git's own folder, whatever its letters and wherever it comes from",
          "[policy]") {
    const auto refused = [](const std::string& text) {
        const std::string found = problems(kThreeHosts + text, {{".git/config", "x"}, {".Git/a.yaml", "secrets: {}"}});
        return found.find("is git's own") != std::string::npos || found.find("folder's name") != std::string::npos;
    };
    CHECK(refused("secrets: {a/b: {to: [web1], file: .git/hooks.yaml}}"));
    CHECK(refused("secrets: {a/b: {to: [web1], file: sub/.GIT/hooks.yaml}}"));
    CHECK(refused("secrets: {a/.git/b: {to: [web1]}}"));
    CHECK(refused("templates: {t: {to: [web1], file: .git/config}}"));
    CHECK(refused("templates: {t: {to: [web1], file: .Git/config}}"));
    CHECK(refused("include: [.git/config]"));
    CHECK(refused("files: {.git/config: {shared: true}}"));
    CHECK_FALSE(refused("secrets: {a/b: {to: [web1], file: .github/a.yaml}}"));
    CHECK_FALSE(refused("secrets: {a/b: {to: [web1], file: .gitignore}}"));
    CHECK(problems(kThreeHosts + "include: ['*/*.yaml']", {{".Git/a.yaml", "what: 1"}}).empty());
}

TEST_CASE("a variant makes no file of git's or of the policy", "[policy]") {
    const auto with = [](const std::string& value, const std::string& secret) {
        return problems("version: 1\noperators: {me: {keys: [$A]}}\nhosts:\n  git: {keys: [$B], vars: {env: " + value +
                        "}}\nsecrets: {a/b: {to: [git], " + secret + "}}");
    };
    CHECK(with("prod", "per: env, file: \"{env}/hooks.yaml\"").empty());
    CHECK(with(".git", "per: env, file: \"{env}/hooks.yaml\"").find("cannot be a folder's name") != std::string::npos);
    CHECK(with(".git", "per: env").find("cannot be a folder's name") != std::string::npos);
    CHECK(with("it", "per: env, file: \".g{env}/hooks.yaml\"") ==
          "bestow.yaml:5: secret 'a/b': the file for 'it' would be '.git/hooks.yaml': '.git' is git's own");
    CHECK(with("x", "per: host, file: \".{host}/hooks.yaml\"") ==
          "bestow.yaml:5: secret 'a/b': the file for 'git' would be '.git/hooks.yaml': '.git' is git's own");
    CHECK(with("bestow", "per: env, file: \"{env}.yaml\"") ==
          "bestow.yaml:5: secret 'a/b': the file for 'bestow' would be 'bestow.yaml': it cannot hold secrets");
}

TEST_CASE("thousands of links at one path are told once each, and no more than can be read", "[policy]") {
    constexpr std::size_t kSecrets = 6000;
    std::string text = kThreeHosts + "secrets:\n";
    for (std::size_t i = 0; i < kSecrets; ++i) {
        text += "  a/s" + std::to_string(i) + ": {to: [web1], path: /etc/x}\n";
    }
    const std::string found = problems(text);
    CHECK(found.find("\n... and " + std::to_string(kSecrets - 1 - Problems::kMaxShown) + " more") != std::string::npos);
}
