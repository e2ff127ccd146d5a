/// Whatever happens to an encrypted document, it is refused with an error or gives the values that were encrypted.

#include "base/error.hpp"
#include "document/json.hpp"
#include "document/yaml.hpp"
#include "sops/data_key.hpp"
#include "sops/edit.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;

namespace {

// A throwaway key of these tests, made with `age-keygen`; it protects nothing.
constexpr const char* kIdentity = "AGE-SECRET-KEY-1V9AHSGP04YSWZCNDY573A2L7647KXUSW5JW6Z52LUV8AKMR3GGUQXZZ3QS";

const char* const kPlain =
    "# top\nname: a value  # behind\nmap: {one: first, two: 2}\nlist:\n  # in it\n  - x\n  - - y\n    - 1.5\n"
    "text: |\n  one\n  two\n---\nother: true\n";

struct Sealed {
    std::string text;
    SecretBytes key;
};

Sealed sealed() {
    const age::Identities identities = age::parse_identities(as_bytes(kIdentity), "test key");
    const EncryptOptions options{{identities.at(0)->recipient_text()}, {}, "2026-11-20T12:00:00Z"};
    std::string text = encrypt_document(as_bytes(kPlain), Format::Yaml, options).text;
    SecretBytes key = *EncryptedFile::parse(text, Format::Yaml).data_key(identities);
    return {std::move(text), std::move(key)};
}

std::string value_bytes(const EncryptedFile& file, ByteView key) {
    std::string bytes;
    for (const Value& value : file.decrypt_values(key)) {
        bytes += to_text(value.bytes.view());
    }
    return bytes;
}

std::string mutated(std::string text, std::mt19937& random) {
    constexpr std::string_view alphabet = "#:-[]{}\"'|>&*!?,%@ \n\r\tA=\xff\xc3";
    const auto any = [&random](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    for (std::size_t change = any(3) + 1; change > 0; --change) {
        const std::size_t at = any(text.size());
        switch (any(4)) {
            case 0:
                text[at] = alphabet[any(alphabet.size())];
                break;
            case 1:
                text.insert(at, 1, alphabet[any(alphabet.size())]);
                break;
            case 2:
                text.erase(at, any(20) + 1);
                break;
            default:
                text.insert(at, text.substr(any(text.size()), any(60)));
        }
        if (text.empty()) {
            text = "\n";
        }
    }
    return text;
}

}  // namespace

TEST_CASE("a document that was altered anywhere gives its own values or an error") {
    const Sealed original = sealed();
    const std::string expected = value_bytes(EncryptedFile::parse(original.text, Format::Yaml), original.key.view());
    std::mt19937 random(20261120);  // NOLINT: the same run every time
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::string text = mutated(original.text, random);
        try {
            const EncryptedFile file = EncryptedFile::parse(text, Format::Yaml);
            (void)file.leaves();
            (void)file.recipients();
            const std::string values = value_bytes(file, original.key.view());
            (void)file.decrypt_document(original.key.view());
            CHECK(values == expected);
        } catch (const Error& error) {
            CHECK(error.kind() != ErrorKind::Internal);
            ++refused;
        }
    }
    CHECK(refused > 1500);
    CHECK(refused < 3000);
}

TEST_CASE("no text makes the readers or the encryption do more than refuse") {
    std::mt19937 random(1);  // NOLINT: the same run every time
    const Sealed original = sealed();
    const std::vector<std::string> recipients = EncryptedFile::parse(original.text, Format::Yaml).recipients();
    for (int round = 0; round < 1000; ++round) {
        const std::string text = mutated(kPlain, random);
        try {
            const std::string made =
                encrypt_document(as_bytes(text), Format::Yaml, {recipients, {}, "2026-11-20T12:00:00Z"}).text;
            CHECK(EncryptedFile::parse(made, Format::Yaml).recipients() == recipients);
        } catch (const Error& error) {
            INFO(text);
            INFO(error.full_message());
            CHECK(error.kind() != ErrorKind::Internal);
            CHECK(error.kind() != ErrorKind::Failed);
        }
        try {
            (void)document::parse_json(mutated("{\"a\": [1, \"x\\u00e9\", {\"b\": null}], \"c\": -2.5e3}", random));
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::Format);
        }
    }
}
