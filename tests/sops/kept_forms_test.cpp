/// Forms of documents that were once lost or altered; see test_matrix.py, which found them.

#include "sops/edit.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;

namespace {

constexpr const char* kNow = "2026-11-20T12:00:00Z";

struct Made {
    std::string text;
    SecretBytes key;

    [[nodiscard]] EncryptedFile file(Format format) const { return EncryptedFile::parse(text, format); }
};

Made made(const std::string& plain, Format format) {
    std::ifstream key_file(std::string(BESTOW_TEST_DATA) + "/fixtures/key.txt", std::ios::binary);
    const std::string key_text{std::istreambuf_iterator<char>(key_file), {}};
    const age::Identities identities = age::parse_identities(as_bytes(key_text), "test key");
    std::string text = encrypt_document(as_bytes(plain), format, {{identities.at(0)->recipient_text()}, {}, kNow}).text;
    SecretBytes key = *EncryptedFile::parse(text, format).data_key(identities);
    return {std::move(text), std::move(key)};
}

std::string decrypted(const Made& made, Format format) {
    return to_text(made.file(format).decrypt_document(made.key.view()).view());
}

std::size_t lines_that_differ(const std::string& a, const std::string& b) {
    std::size_t count = 0;
    for (std::size_t at = 0, other = 0; at < a.size() && other < b.size();) {
        const std::size_t end = std::min(a.find('\n', at), a.size());
        const std::size_t other_end = std::min(b.find('\n', other), b.size());
        count += a.substr(at, end - at) == b.substr(other, other_end - other) ? 0 : 1;
        at = end + 1;
        other = other_end + 1;
    }
    return count;
}

}  // namespace

TEST_CASE("metadata stands beside explicit keys") {
    const Made document = made("? a\n: 1\n? 'b c'\n: - 2\n  - x\n? e\n", Format::Yaml);
    CHECK(document.text.find("\nsops:\n") != std::string::npos);
    CHECK(decrypted(document, Format::Yaml) == "? a\n: 1\n? 'b c'\n: - 2\n  - x\n? e\n");
}

TEST_CASE("white space at the end of a block scalar belongs to it") {
    for (const char* const scalar :
         {"|-\n    one \n    two  \n", "|-\n    one\n     \n", "|1\n  \n   \n", ">\n    y \n     \t \n"}) {
        const Made document = made("a: " + std::string(scalar) + "b: x\n", Format::Yaml);
        INFO(document.text);
        CHECK(document.text.substr(document.text.find(']'), 4) == "]\nb:");
    }
}

TEST_CASE("a whole float in JSON stays as it is encrypted when something else changes") {
    const Made document = made("{\n  \"a\": 5.0,\n  \"b\": [1.0, -0.0],\n  \"c\": \"x\"\n}\n", Format::Json);
    std::string plain = decrypted(document, Format::Json);
    CHECK(plain.find("-0.0") != std::string::npos);
    plain.replace(plain.find("\"x\""), 3, "\"y\"");
    const std::string changed =
        replace_document(document.file(Format::Json), document.key.view(), as_bytes(plain), kNow).text;
    CHECK(lines_that_differ(document.text, changed) == 2);  // the value and the MAC
}
