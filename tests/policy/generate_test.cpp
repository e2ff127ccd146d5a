#include "policy/access.hpp"
#include "policy/source.hpp"
#include "policy_text.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

namespace {

std::string secrets(const std::string& text) {
    return problems(kThreeHosts + "secrets:\n" + text);
}

Policy parsed(const std::string& text) {
    return parse(kThreeHosts + "secrets:\n" + text);
}

std::string generate_problem(const std::string& yaml) {
    return secrets("  a/b: {to: [web1], generate: " + yaml + "}");
}

}  // namespace

TEST_CASE("'generate' is a kind or a map of what the kind takes", "[policy]") {
    const Policy policy =
        parsed("  a/b: {generate: text, rotate_after: 90d}\n  a/c: {generate: {kind: hex, bytes: 16}}");
    CHECK(policy.secrets[0].generate->kind == GenerateKind::Text);
    CHECK(policy.secrets[0].generate->length == 32);
    CHECK(policy.secrets[0].generate->alphabet.size() == 62);
    CHECK(policy.secrets[0].rotate_after_seconds == std::uint64_t{90} * 86400);
    CHECK(policy.secrets[1].generate->size_bytes == 16);
    CHECK(generate_problem("texd") ==
          "bestow.yaml:8: secret 'a/b': 'generate': there is no kind 'texd'; did you mean 'text'?");
    CHECK_THAT(generate_problem("{length: 3}"), Catch::Contains("is a kind, like {kind: text, length: 40}"));
    CHECK_THAT(generate_problem("[text]"), Catch::Contains("is a kind, like"));
    CHECK(generate_problem("{kind: text, lenght: 40}") ==
          "bestow.yaml:8: unknown key 'lenght' in secret 'a/b': 'generate'; did you mean 'length'?");
    CHECK_THAT(generate_problem("{kind: uuid, bytes: 4}"), Catch::Contains("unknown key 'bytes'"));
}

TEST_CASE("what could be guessed is refused unless it is declared weak", "[policy]") {
    CHECK(generate_problem("{kind: text, length: 20, alphabet: digits}").empty());
    CHECK_THAT(generate_problem("{kind: text, length: 19, alphabet: digits}"), Catch::Contains("one of 2^63 only"));
    CHECK(generate_problem("{kind: text, length: 4, alphabet: digits, weak: true}").empty());
    CHECK_THAT(generate_problem("{kind: passphrase, words: 5}"), Catch::Contains("one of 2^55 only"));
    CHECK_THAT(generate_problem("{kind: passphrase, separator: [x]}"), Catch::Contains("has to be a text"));
    CHECK(generate_problem("{kind: passphrase, separator: ''}").empty());
    CHECK_THAT(generate_problem("{kind: hex, bytes: 7}"), Catch::Contains("one of 2^56 only"));
    CHECK_THAT(generate_problem("{kind: text, characters: aa}"), Catch::Contains("each once"));
    CHECK_THAT(generate_problem("{kind: text, characters: ab, alphabet: hex, length: 64}"), Catch::Contains("exclude"));
    CHECK_THAT(generate_problem("{kind: text, alphabet: alnun}"), Catch::Contains("did you mean 'alnum'?"));
    CHECK_THAT(generate_problem("{kind: text, length: 4097}"), Catch::Contains("from 1 to 4096"));
}

TEST_CASE("what a value is made from is declared, in no circle, and per the same", "[policy]") {
    const std::string unknown = secrets("  a/b: {generate: {kind: bcrypt, of: a/x}}\n  a/y: {}");
    CHECK_THAT(unknown, Catch::Contains("there is no secret 'a/x'; did you mean 'a/b'?"));
    CHECK_THAT(secrets("  a/b: {generate: {kind: bcrypt, of: a/b}}"), Catch::Contains("in the end from it"));
    CHECK_THAT(secrets("  a/b: {generate: {kind: bcrypt, of: a/c}}\n  a/c: {generate: {kind: command, command: [x], "
                       "inputs: [a/b]}}"),
               Catch::Contains("secret 'a/b': it is made from 'a/c', and that in the end from it"));
    CHECK_THAT(secrets("  a/b: {to: [web1], generate: {kind: bcrypt, of: p/c}}\n  p/c: {to: [web1], per: host}"),
               Catch::Contains("which is per 'host': it has to be, too"));
    CHECK(secrets("  a/b: {to: [web1], per: host, generate: {kind: bcrypt, of: p/c}}\n  p/c: {per: host}").empty());
    CHECK_THAT(secrets("  a/b: {generate: {kind: x509, ca: a/c, subject: x}}\n  a/c: {}"), Catch::Contains("x509-ca"));
    CHECK_THAT(secrets("  a/b: {generate: {kind: bcrypt, of: c/d.previous}}\n  c/d: {keep_previous: true}"),
               Catch::Contains("need not be there"));
}

TEST_CASE("a secret that others are made from has a value for each of theirs", "[policy]") {
    const Policy policy = parsed(
        "  shadow/hash: {to: [server], per: host, generate: {kind: bcrypt, of: login/password}}\n"
        "  login/password: {per: host, generate: passphrase}");
    std::vector<std::string> places;
    for (const SecretSource& source : secret_sources(policy)) {
        places.push_back(source.file + " " + std::to_string(source.hosts.size()));
    }
    CHECK(places == std::vector<std::string>{"secrets/host/web1/shadow.yaml 1", "secrets/host/ns1/shadow.yaml 1",
                                             "secrets/host/ns1/login.yaml 0", "secrets/host/web1/login.yaml 0"});
}

TEST_CASE("public halves lie beside the encrypted file, and over nothing else", "[policy]") {
    const Policy policy = parsed(
        "  a/b: {to: [server], per: host, generate: wireguard}\n"
        "  id: {file: keys/id.key, key: ., generate: ssh-ed25519}\n"
        "  ca/k: {generate: {kind: x509-ca, subject: CA, public: ca.pem}}");
    CHECK(public_file_of(policy.secrets[0], "web1") == "secrets/host/web1/a.b.pub");
    CHECK(public_file_of(policy.secrets[1], "") == "keys/id.pub");
    CHECK(public_file_of(policy.secrets[2], "") == "ca.pem");
    const auto refused = [](const std::string& path) {
        return generate_problem("{kind: ssh-ed25519, public: '" + path + "'}");
    };
    CHECK_THAT(refused("../x.pub"), Catch::Contains("it climbs"));
    CHECK_THAT(refused("/x.pub"), Catch::Contains("it starts with '/'"));
    CHECK_THAT(refused(".git/x.pub"), Catch::Contains("git's own"));
    CHECK_THAT(refused("bestow.yaml"), Catch::Contains("has to end in .pub, .crt or .pem"));
    CHECK_THAT(refused(".pub"), Catch::Contains("has to end"));
    CHECK_THAT(secrets("  a/b: {generate: {kind: wireguard, public: x.pub}}\n  c/d: {file: x.pub, key: .}"),
               Catch::Contains("which holds the values of secret 'c/d'"));
    CHECK_THAT(secrets("  a/b: {generate: {kind: wireguard, public: x.pub}}\n"
                       "  c/d: {generate: {kind: wireguard, public: x.pub}}"),
               Catch::Contains("which holds the public half of secret 'a/b'"));
    CHECK_THAT(secrets("  a/b: {to: [server], per: host, generate: {kind: wireguard, public: x.pub}}"),
               Catch::Contains("'public' has no '{host}' in it"));
}

TEST_CASE("certificates have names, a subject and usages", "[policy]") {
    const std::string ca = "  ca/k: {generate: {kind: x509-ca, subject: 'CN=Example CA, O=Example'}}\n";
    const Policy policy = parsed(ca +
                                 "  a/b: {to: [server], per: host, generate: {kind: x509, ca: ca/k, "
                                 "names: ['{host}.example.org', 10.0.0.1], usages: [client, server]}}");
    const auto& subject = policy.secrets[0].generate->certificate.subject;
    CHECK(subject[0] == std::pair<std::string, std::string>("CN", "Example CA"));
    CHECK(subject[1].second == "Example");
    CHECK(policy.secrets[1].generate->certificate.names.size() == 2);
    CHECK(policy.secrets[1].generate->certificate.client);
    CHECK_THAT(generate_problem("x509-ca"), Catch::Contains("it needs a 'subject'"));
    CHECK_THAT(generate_problem("{kind: x509-ca, subject: 'CM=x'}"), Catch::Contains("did you mean 'CN'?"));
    CHECK_THAT(generate_problem("{kind: x509, subject: x}"), Catch::Contains("it needs 'ca'"));
    CHECK_THAT(generate_problem("{kind: x509, ca: a/b, subject: 'x{host}'}"), Catch::Contains("stands for nothing"));
    CHECK_THAT(generate_problem("{kind: x509, ca: a/b, subject: x, usages: [sever]}"),
               Catch::Contains("did you mean 'server'?"));
    CHECK_THAT(generate_problem("{kind: x509, ca: a/b, subject: x, names: ['a b']}"), Catch::Contains("no DNS name"));
}

TEST_CASE("a command is a list, its timeout bounded", "[policy]") {
    CHECK(generate_problem("{kind: command, command: [pwgen, -s, '40', '1'], timeout: 5s}").empty());
    CHECK_THAT(generate_problem("{kind: command, command: pwgen -s 40}"), Catch::Contains("is a list"));
    CHECK_THAT(generate_problem("{kind: command, command: []}"), Catch::Contains("is a list"));
    CHECK_THAT(generate_problem("{kind: command, command: [-x]}"), Catch::Contains("starts with '-'"));
    CHECK_THAT(generate_problem("{kind: command, command: [x], timeout: 2h}"), Catch::Contains("up to 1h"));
    CHECK_THAT(generate_problem("command"), Catch::Contains("is a list"));
}

TEST_CASE("'keep_previous' declares NAME.previous, in the same file for the same hosts, without units", "[policy]") {
    const Policy policy =
        parse(kThreeHosts +
              "defaults: {restart: [x.service]}\n"
              "secrets: {smtp: {to: [web1], path: /etc/x, restart: [a.service], keep_previous: true}}\n"
              "templates: {t: {to: [ns1], content: '{{ smtp }}'}}");
    const Secret& previous = policy.secrets.at(1);
    CHECK(previous.name == "smtp.previous");
    CHECK(previous.is_optional());
    CHECK_FALSE(previous.placement.path);
    CHECK(placement_for(policy, previous.placement, previous.overrides, policy.hosts[0]).restart->empty());
    const std::vector<SecretSource> sources = secret_sources(policy);
    CHECK(sources[0].file == sources[1].file);
    CHECK(sources[0].hosts == sources[1].hosts);
    CHECK(bestow::document::to_text(sources[1].key) == bestow::document::to_text({"smtp.previous"}));
    CHECK(file_access(policy, sources, "2026-11-20").size() == 1);
    CHECK_THAT(secrets("  a/b: {keep_previous: true}\n  a/b.previous: {}"), Catch::Contains("previous value of 'a/b'"));
    CHECK_THAT(secrets("  a/b: {file: x.key, key: ., keep_previous: true}"), Catch::Contains("needs a key"));
    CHECK_THAT(secrets("  a/b: {rotate_after: 3 months}"), Catch::Contains("is a duration like 90d"));
    CHECK_THAT(secrets("  a/b: {rotate_after: 0d}"), Catch::Contains("is a duration like 90d"));
}

TEST_CASE("a host does not mind how values are made", "[policy]") {
    const std::string text = kThreeHosts + "secrets: {a/b: {to: [web1], generate: {kind: quantum}}}";
    CHECK_NOTHROW(parse(text, {}, Strictness::Host));
    CHECK_FALSE(problems(text).empty());
}
