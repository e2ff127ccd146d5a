#include "document/dotenv.hpp"
#include "document/ini.hpp"
#include "document/json.hpp"
#include "document/yaml.hpp"
#include "fuzz/promises.hpp"
#include "fuzz/targets.hpp"
#include "sops/creation_rules.hpp"
#include "sops/edit.hpp"

// Documents: whatever parses knows where its parts are, and whatever is encrypted comes back.

namespace bestow::fuzz {
namespace {

using document::Document;
using document::Limits;
using document::Node;
using sops::Format;

constexpr Limits kLimits = {std::size_t{256} * 1024, 50, 20'000};
constexpr const char* kNow = "2026-11-20T12:00:00Z";
constexpr const char* kLater = "2026-11-21T12:00:00Z";
constexpr auto kKinds = {ErrorKind::Format, ErrorKind::Policy, ErrorKind::Authentication};

void check_spans(const Node& node, std::size_t size_bytes) {
    must(node.span.begin <= node.span.end && node.span.end <= size_bytes, "a value lies within the text");
    for (const document::Child& child : node.children) {
        must(child.key_span.begin <= child.key_span.end && child.key_span.end <= size_bytes,
             "a key lies within the text");
        if (const document::Comment* const comment = child.comment()) {
            must(comment->span.begin <= comment->span.end && comment->span.end <= size_bytes,
                 "a comment lies within the text");
        } else {
            check_spans(*child.node(), size_bytes);
        }
    }
}

template <typename Parse>
void parse(ByteView bytes, Parse parse_text) {
    const auto document = accepted([&] { return parse_text(to_text(bytes)); });
    for (std::size_t root = 0; document && root < document->roots.size(); ++root) {
        must(document->text == as_text(bytes), "the text is kept as it was");
        check_spans(document->roots[root], document->text.size());
    }
}

struct Key {
    age::Identities identities = age::parse_identities(age::generate_identity().text.view(), "generated");
    std::string recipient = identities.at(0)->recipient_text();
};

/// What sops's documents are made of: encrypted, they open; decrypted and encrypted onto the old ones, they are these.
void round_trip(ByteView bytes, Format format) {
    static const Key key;
    const auto made =
        accepted([&] { return sops::encrypt_document(bytes, format, {{key.recipient}, {}, kNow}); }, kKinds);
    if (!made) {
        return;
    }
    const auto file = sops::EncryptedFile::parse(made->text, format);
    const auto data_key = file.data_key(key.identities);
    must(data_key.has_value(), "what was encrypted to a key opens with it");
    const auto values = file.decrypt_values(data_key->view());
    const SecretBytes plaintext = file.decrypt_document(data_key->view());
    must(sops::replace_document(file, data_key->view(), plaintext.view(), kLater).text == made->text,
         "an unchanged document stays as it is");
    const auto again =
        accepted([&] { return sops::encrypt_document(plaintext.view(), format, {{key.recipient}, {}, kNow}); }, kKinds);
    must(again.has_value(), "what was decrypted can be encrypted");
    const auto second = sops::EncryptedFile::parse(again->text, format);
    const auto second_values = second.decrypt_values(second.data_key(key.identities)->view());
    must(second_values.size() == values.size(), "as many values come back");
    for (std::size_t index = 0; index < values.size(); ++index) {
        must(second_values[index].path == values[index].path && second_values[index].type == values[index].type &&
                 equal_constant_time(second_values[index].bytes.view(), values[index].bytes.view()),
             "every value comes back under its path with its type");
    }
}

/// As ciphertext first, which these bytes seldom are; then as plaintext.
void encrypted(ByteView bytes, Format format) {
    if (bytes.size() > kLimits.size_bytes) {
        return;
    }
    if (const auto file = accepted([&] { return sops::EncryptedFile::parse(to_text(bytes), format); }, kKinds)) {
        (void)file->leaves();
        (void)file->recipients();
        (void)accepted([&] { return file->decrypt_document(Bytes(32, 1)); }, kKinds);
        return;
    }
    round_trip(bytes, format);
}

}  // namespace

void yaml(ByteView bytes) {
    parse(bytes,
          [](std::string text) { return document::parse_yaml(std::move(text), document::Aliases::Expand, kLimits); });
}
void json(ByteView bytes) {
    parse(bytes, [](std::string text) { return document::parse_json(std::move(text), kLimits); });
}
void dotenv(ByteView bytes) {
    parse(bytes, [](std::string text) { return document::parse_dotenv(std::move(text), kLimits); });
}
void ini(ByteView bytes) {
    parse(bytes, [](std::string text) { return document::parse_ini(std::move(text), kLimits); });
}

void encrypted_yaml(ByteView bytes) {
    encrypted(bytes, Format::Yaml);
}
void encrypted_json(ByteView bytes) {
    encrypted(bytes, Format::Json);
}
void encrypted_dotenv(ByteView bytes) {
    encrypted(bytes, Format::Dotenv);
}
void encrypted_ini(ByteView bytes) {
    encrypted(bytes, Format::Ini);
}

void creation_rules(ByteView bytes) {
    const auto rules = accepted([&] { return sops::CreationRules::parse(to_text(bytes)); }, kKinds);
    if (rules) {
        (void)accepted([&] { return rules->check(), true; }, kKinds);
        (void)accepted([&] { return rules->find_rule("secrets/a.yaml") != nullptr; }, kKinds);
    }
}

}  // namespace bestow::fuzz
