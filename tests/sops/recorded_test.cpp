/// Documents that the real sops encrypted (fixtures/make.sh), against what it reads back from them itself.

#include "base/error.hpp"
#include "document/json.hpp"
#include "sops/edit.hpp"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;

namespace {

std::string read(const std::string& name) {
    std::ifstream file(std::string(BESTOW_TEST_DATA) + "/fixtures/" + name, std::ios::binary);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

SecretBytes key_of(const EncryptedFile& file) {
    const age::Identities identities = age::parse_identities(as_bytes(read("key.txt")), "key.txt");
    std::optional<SecretBytes> key = file.data_key(identities);
    REQUIRE(key.has_value());
    return std::move(*key);
}

/// "path = value" lines of a JSON document.
void flatten(const document::Node& node, document::KeyPath& path, std::vector<std::string>& lines) {
    std::size_t index = 0;
    for (const document::Child& child : node.children) {
        if (node.kind == document::Kind::Mapping) {
            path.emplace_back(child.key);
        } else {
            path.emplace_back(index++);
        }
        if (child.node()->children.empty()) {
            const bool collection = !child.node()->is_scalar();
            const bool mapping = child.node()->kind == document::Kind::Mapping;
            lines.push_back(document::to_text(path) + " = " +
                            (collection ? (mapping ? "{}" : "[]") : child.node()->text));
        }
        flatten(*child.node(), path, lines);
        path.pop_back();
    }
}

std::vector<std::string> flat(const std::string& json) {
    const document::Document parsed = document::parse_json(json);
    std::vector<std::string> lines;
    document::KeyPath path;
    flatten(parsed.roots.at(0), path, lines);
    return lines;
}

}  // namespace

TEST_CASE("what sops wrote is read as sops reads it") {
    for (const std::string name : {"comments", "strings", "anchors-and-merges", "nesting-and-odd-keys", "numbers",
                                   "strings-that-look-like-other-types", "tags", "rule"}) {
        INFO(name);
        const EncryptedFile file = EncryptedFile::parse(read(name + ".enc.yaml"), Format::Yaml);
        const SecretBytes key = key_of(file);
        const std::vector<Value> values = file.decrypt_values(key.view());
        const SecretBytes json = render_values(values, {}, Rendering::Json);
        const std::vector<std::string> expected = flat(read(name + ".json"));
        const std::vector<std::string> got = flat(to_text(json.view()));
        REQUIRE(got.size() == expected.size());
        for (std::size_t line = 0; line < got.size(); ++line) {
            // sops prints large floats with an exponent in JSON; digits are what counts.
            if (expected[line].find("e+") == std::string::npos && expected[line].find("e-") == std::string::npos) {
                CHECK(got[line] == expected[line]);
            }
        }
        CHECK(to_text(file.decrypt_document(key.view()).view()).find("ENC[AES") == std::string::npos);
    }
}

TEST_CASE("comments that sops wrote as list items come back as comments") {
    const EncryptedFile file = EncryptedFile::parse(read("comments.enc.yaml"), Format::Yaml);
    const std::string plain = to_text(file.decrypt_document(key_of(file).view()).view());
    CHECK(plain.find("    ports:\n        # above the first item\n        - 80\n        # between items\n") !=
          std::string::npos);
    CHECK(plain.find("# at the top\n") != std::string::npos);
}

TEST_CASE("comments that sops wrote as list items do not count as items") {
    const EncryptedFile file = EncryptedFile::parse(read("comments.enc.yaml"), Format::Yaml);
    const SecretBytes key = key_of(file);
    const auto ports = [&](const std::string& text) {
        const std::vector<Value> values = EncryptedFile::parse(text, Format::Yaml).decrypt_values(key.view());
        return to_text(render_values(values, {"server", "ports"}, Rendering::Json).view());
    };
    const auto set = [&](std::size_t index) {
        return set_value(file, key.view(), {"server", "ports", index}, as_bytes("1"), ValueType::Integer,
                         "2026-11-20T12:00:00Z");
    };
    CHECK(ports(set(0)) == "[\n  1,\n  443\n]\n");
    CHECK(ports(set(1)) == "[\n  80,\n  1\n]\n");
    CHECK(ports(set(2)) == "[\n  80,\n  443,\n  1\n]\n");
    CHECK_THROWS_AS(set(3), Error);
    CHECK(ports(unset_value(file, key.view(), {"server", "ports", std::size_t{1}}, "2026-11-20T12:00:00Z")) ==
          "[\n  80\n]\n");
}

TEST_CASE("a binary document of sops is read to the byte") {
    const EncryptedFile file = EncryptedFile::parse(read("bytes.enc.bin"), Format::Binary);
    const std::string plain = to_text(file.decrypt_document(key_of(file).view()).view());
    CHECK(plain == std::string("every byte: \x00\x01\xff end\n", 20));
}

TEST_CASE("recipients of a document of sops are added and removed in its own layout") {
    const std::string text = read("comments.enc.yaml");
    const EncryptedFile file = EncryptedFile::parse(text, Format::Yaml);
    const SecretBytes key = key_of(file);
    const std::vector<std::string> old = file.recipients();
    const age::Identities identities = age::parse_identities(as_bytes(read("key.txt")), "key.txt");
    std::vector<std::string> both = old;
    both.push_back("age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg");  // of age's README
    const std::string more = replace_recipients(file, key.view(), both);
    const EncryptedFile again = EncryptedFile::parse(more, Format::Yaml);
    CHECK(again.recipients() == both);
    CHECK(replace_recipients(again, key.view(), old) == text);
}
