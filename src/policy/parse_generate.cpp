/// `generate:`, `rotate_after:` and `keep_previous:` of a secret.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/duration.hpp"
#include "policy/generate_strength.hpp"
#include "policy/reading.hpp"

#include <algorithm>
#include <cmath>

namespace bestow::policy {
namespace {

using document::Node;
using Kind = GenerateKind;

constexpr std::uint64_t kMaxTimeoutSeconds = 3600;
constexpr std::uint64_t kMaxDays = 36'500;

struct Alphabet {
    const char* name;
    const char* characters;
};
constexpr Alphabet kAlphabets[] = {
    {"alnum", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
    {"alnum-symbols", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#%&()*+,-./:;<=>?@[]^_{}~"},
    {"letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
    {"lower", "abcdefghijklmnopqrstuvwxyz"},
    {"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"digits", "0123456789"},
    {"hex", "0123456789abcdef"},
    {"url", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"},
    {"unambiguous", "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"},
};

bool is_plain_text(std::string_view text) {
    return text.size() <= 200 && std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

/// One `generate:`, its keys read by kind.
class Reader {
  public:
    Reader(Fields& fields, const std::string& per) : fields_(fields), mark_("{" + per + "}"), per_(per) {}

    Generate read(Kind kind, const Origin& origin) {
        generate_.kind = kind;
        generate_.origin = origin;
        switch (kind) {
            case Kind::Text:
                read_text();
                break;
            case Kind::Passphrase:
                read_passphrase();
                break;
            case Kind::Hex:
            case Kind::Base64:
                generate_.size_bytes = number("bytes", 32, 1, 4096);
                check_strength("bytes");
                break;
            case Kind::SshRsa:
                generate_.bits = number("bits", 3072, 2048, 8192);
                break;
            case Kind::X509Ca:
            case Kind::X509:
                read_certificate();
                break;
            case Kind::Command:
                read_command();
                break;
            default:
                break;
        }
        generate_.comment = plain("comment").value_or("");
        read_sources();
        read_public();
        return std::move(generate_);
    }

  private:
    std::size_t number(std::string_view key, std::size_t otherwise, std::size_t least, std::size_t most) {
        const std::optional<std::string> text = fields_.text(key);
        if (!text) {
            return otherwise;
        }
        const std::optional<std::uint64_t> value = read_number(*text);
        if (!value || *value < least || *value > most) {
            fields_.problem(key, format("{} is a number from {} to {}", quoted(key), least, most));
            return otherwise;
        }
        return static_cast<std::size_t>(*value);
    }

    std::optional<std::string> plain(std::string_view key) {
        std::optional<std::string> text = fields_.text(key);
        if (text && !is_plain_text(*text)) {
            fields_.problem(key, format("{} is up to 200 printable ASCII characters", quoted(key)));
            return std::nullopt;
        }
        return text;
    }

    void check_strength(std::string_view key) {
        if (can_be_guessed(generate_) && !fields_.flag("weak").value_or(false)) {
            fields_.problem(key, format("a value would be one of 2^{:.0f} only, and so could be guessed; make it "
                                        "longer, or set 'weak: true'",
                                        std::floor(*strength_bits(generate_))));
        }
    }

    void read_text() {
        generate_.length = number("length", 32, 1, 4096);
        read_alphabet();
        check_strength("length");
    }

    void read_alphabet() {
        generate_.alphabet = kAlphabets[0].characters;
        std::vector<std::string> names;
        for (const Alphabet& known : kAlphabets) {
            names.emplace_back(known.name);
        }
        if (const auto name = fields_.one_of("alphabet", names)) {
            const auto place = std::find(names.begin(), names.end(), *name) - names.begin();
            generate_.alphabet = kAlphabets[place].characters;
        }
        std::optional<std::string> characters = plain("characters");
        if (!characters) {
            return;
        }
        if (fields_.find("alphabet") != nullptr) {
            fields_.problem("characters", "'alphabet' and 'characters' exclude each other");
        }
        std::sort(characters->begin(), characters->end());
        if (characters->size() < 2 || std::adjacent_find(characters->begin(), characters->end()) != characters->end()) {
            fields_.problem("characters", "'characters' are two or more, each once");
            return;
        }
        generate_.alphabet = *characters;
    }

    void read_passphrase() {
        generate_.words = number("words", 6, 1, 64);
        generate_.separator = "-";
        if (const Node* node = fields_.find("separator")) {
            generate_.separator = node->text;
            if (!node->is_scalar() || node->kind == document::Kind::Null) {
                fields_.problem("separator", "'separator' has to be a text; \"\" is none");
            }
        }
        if (generate_.separator.size() > 8 || !is_plain_text(generate_.separator)) {
            fields_.problem("separator", "'separator' is up to 8 printable ASCII characters");
        }
        check_strength("words");
    }

    void read_certificate() {
        const bool is_ca = generate_.kind == Kind::X509Ca;
        CertificateFields& certificate = generate_.certificate;
        certificate.days = number("days", is_ca ? 3650 : 365, 1, kMaxDays);
        if (const auto word = fields_.one_of("algorithm", {"ec-p256", "ed25519"})) {
            certificate.key = *word == "ed25519" ? CertificateKey::Ed25519 : CertificateKey::EcP256;
        }
        certificate.with_certificate = fields_.flag("with_certificate").value_or(false);
        read_names();
        read_subject();
        const std::vector<std::string> usages =
            fields_.texts("usages").value_or(is_ca ? std::vector<std::string>() : std::vector<std::string>{"server"});
        for (const std::string& usage : usages) {
            certificate.server = certificate.server || usage == "server";
            certificate.client = certificate.client || usage == "client";
            if (usage != "server" && usage != "client") {
                fields_.problem("usages", format("'usages' are server and client, not {}{}", quoted(usage),
                                                 did_you_mean(usage, {"server", "client"})));
            }
        }
    }

    /// "{host}" becomes a part of a DNS name.
    void read_names() {
        for (const std::string& name : fields_.texts("names").value_or(std::vector<std::string>())) {
            const bool valid = name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
                                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                          std::string_view("-._*:{}").find(c) != std::string_view::npos;
                               });
            if (!valid) {
                fields_.problem("names", format("{} is no DNS name and no IP address", quoted(name)));
            }
            check_mark("names", name);
            generate_.certificate.names.push_back(name);
        }
    }

    /// "web1", or "CN=web1, O=Example".
    void read_subject() {
        static const std::vector<std::string> known = {"CN", "O", "OU", "C", "ST", "L"};
        auto& subject = generate_.certificate.subject;
        const std::optional<std::string> text = plain("subject");
        if (!text) {
            if (generate_.certificate.names.empty() && fields_.find("subject") == nullptr) {
                fields_.problem("subject", "it needs a 'subject'");
            }
            return;
        }
        check_mark("subject", *text);
        if (text->find('=') == std::string::npos) {
            subject.emplace_back("CN", *text);
            return;
        }
        for (const std::string_view part : split(*text, ',')) {
            const std::size_t equals = part.find('=');
            const std::string name(trim(part.substr(0, equals)));
            const std::string value(equals == std::string_view::npos ? "" : trim(part.substr(equals + 1)));
            const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
            if (!is_known || value.empty() || value.size() > 64 || (name == "C" && value.size() != 2)) {
                fields_.problem("subject", format("'subject' is a name, or like \"CN=web1, O=Example\", not {}{}",
                                                  quoted(*text), is_known ? "" : did_you_mean(name, known)));
                return;
            }
            subject.emplace_back(name, value);
        }
    }

    void read_command() {
        generate_.command = fields_.texts("command").value_or(std::vector<std::string>());
        const Node* node = fields_.find("command");
        if (node == nullptr || node->kind != document::Kind::Sequence || generate_.command.empty()) {
            fields_.problem("command", "'command' is a list: a program and its arguments");
        } else if (generate_.command.front().front() == '-') {
            fields_.problem("command", "the program's name starts with '-'");
        }
        const auto has_nul = [](const std::string& word) { return word.find('\0') != std::string::npos; };
        if (std::any_of(generate_.command.begin(), generate_.command.end(), has_nul)) {
            fields_.problem("command", "an argument holds a NUL byte");
        }
        generate_.inputs = fields_.texts("inputs").value_or(std::vector<std::string>());
        std::vector<std::string> sorted = generate_.inputs;
        std::sort(sorted.begin(), sorted.end());
        if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
            fields_.problem("inputs", "'inputs' names a secret twice");
        }
        generate_.timeout_seconds = 60;
        if (const auto text = fields_.text("timeout")) {
            const auto duration = read_duration(*text);
            if (!duration || *duration == 0 || *duration > kMaxTimeoutSeconds) {
                fields_.problem("timeout", format("'timeout' is a duration up to 1h, like 90s, not {}", quoted(*text)));
            }
            generate_.timeout_seconds = duration.value_or(60);
        }
    }

    void read_sources() {
        const auto needed = [&](std::string_view key, std::string& into) {
            into = fields_.text(key).value_or("");
            if (into.empty() && fields_.find(key) == nullptr) {
                fields_.problem(key, format("it needs {}", quoted(key)));
            }
        };
        if (generate_.kind == Kind::X509) {
            needed("ca", generate_.ca);
        }
        if (generate_.kind == Kind::Htpasswd) {
            needed("user", generate_.user);
            if (!is_plain_text(generate_.user) || generate_.user.find(':') != std::string::npos) {
                fields_.problem("user", "'user' is printable ASCII without ':'");
            }
            check_mark("user", generate_.user);
        }
        if (generate_.kind == Kind::Htpasswd || generate_.kind == Kind::Bcrypt || generate_.kind == Kind::Sha512crypt ||
            generate_.kind == Kind::Yescrypt) {
            needed("of", generate_.of);
        }
        check_mark("comment", generate_.comment);
    }

    /// In a text, "{" stands for nothing but the variant.
    void check_mark(std::string_view key, std::string_view text) {
        for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
            if (per_.empty() || text.substr(at, mark_.size()) != mark_) {
                fields_.problem(
                    key, per_.empty() ? format("{}: the secret has no 'per', so '{{' stands for nothing", quoted(key))
                                      : format("{}: only {} stands for something", quoted(key), quoted(mark_)));
                return;
            }
        }
    }

    /// Nothing but public halves ends so: no declaration makes `generate` write over a file of another purpose.
    void read_public() {
        const std::optional<std::string> path = fields_.text("public");
        if (!path) {
            return;
        }
        std::string plain = *path;
        const std::size_t at = per_.empty() ? std::string::npos : plain.find(mark_);
        if (at != std::string::npos) {
            plain.replace(at, mark_.size(), per_);
        } else if (!per_.empty()) {
            fields_.problem("public", format("'public' has no {} in it, so all would be one file", quoted(mark_)));
            return;
        }
        const auto ends = [&](std::string_view end) { return plain.size() > end.size() && plain.ends_with(end); };
        if (const auto problem = relative_path_problem(plain)) {
            fields_.problem("public", format("'public' {}: {}", quoted(*path), *problem));
        } else if (!ends(".pub") && !ends(".crt") && !ends(".pem")) {
            fields_.problem("public", format("'public' {} has to end in .pub, .crt or .pem", quoted(*path)));
        } else {
            generate_.public_path = path;
        }
    }

    Fields& fields_;
    std::string mark_;
    std::string per_;
    Generate generate_;
};

std::optional<Kind> kind_of(Reading& reading, const std::string& what, const std::string& word, const Origin& origin) {
    const std::vector<std::string>& kinds = generate_kinds();
    const auto found = std::find(kinds.begin(), kinds.end(), word);
    if (found == kinds.end()) {
        reading.problems.add(origin,
                             format("{}: there is no kind {}{}", what, quoted(word), did_you_mean(word, kinds)));
        return std::nullopt;
    }
    return static_cast<Kind>(found - kinds.begin());
}

void read_map(Reading& reading, const Fields& fields, const Node& node, Secret& secret) {
    const std::string what = format("{}: 'generate'", fields.what());
    if (node.is_scalar() && node.kind != document::Kind::Null) {
        if (const auto kind = kind_of(reading, what, node.text, {fields.file(), node.at})) {
            Node nothing_more;
            nothing_more.at = node.at;
            Fields own(reading, {fields.file(), nothing_more, what}, generate_keys(*kind));
            secret.generate = Reader(own, secret.per).read(*kind, {fields.file(), node.at});
        }
        return;
    }
    const Node* const word = node.kind == document::Kind::Mapping ? node.find("kind") : nullptr;
    if (word == nullptr || !word->is_scalar()) {
        reading.problems.add({fields.file(), node.at}, format("{} is a kind, like {{kind: text, length: 40}}", what));
        return;
    }
    if (const auto kind = kind_of(reading, what, word->text, {fields.file(), word->at})) {
        Fields own(reading, {fields.file(), node, what}, generate_keys(*kind));
        secret.generate = Reader(own, secret.per).read(*kind, {fields.file(), node.at});
    }
}

}  // namespace

void read_generate(Reading& reading, Fields& fields, Secret& secret) {
    if (const auto text = fields.text("rotate_after")) {
        const auto duration = read_duration(*text);
        if (duration && *duration > 0) {
            secret.rotate_after_seconds = duration;
        } else {
            fields.problem("rotate_after", format("'rotate_after' is a duration like 90d, not {}", quoted(*text)));
        }
    }
    secret.keep_previous = fields.flag("keep_previous").value_or(false);
    const Node* const node = fields.find("generate");
    // A host makes nothing, and a kind that a newer laptop knows must not stop a boot.
    if (node != nullptr && reading.strictness == Strictness::Operator) {
        read_map(reading, fields, *node, secret);
    }
}

}  // namespace bestow::policy
