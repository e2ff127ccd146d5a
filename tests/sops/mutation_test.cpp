/// Whatever happens to an encrypted document, it is refused with an error or gives the values that were encrypted. The
/// samples are what bestow and the real sops made of fixtures/canary.*; see fixtures/make.sh.

#include "base/error.hpp"
#include "document/json.hpp"
#include "sops/data_key.hpp"
#include "sops/edit.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <random>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;

namespace {

constexpr const char* kCanary = "canary";  // in every encrypted value of the samples
constexpr const char* kNow = "2026-11-20T12:00:00Z";
constexpr int kRounds = 400;  // of each of the ten samples

std::string read(const std::string& name) {
    std::ifstream file(std::string(BESTOW_TEST_DATA) + "/fixtures/" + name, std::ios::binary);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Sample {
    std::string name;
    Format format = Format::Yaml;
    KeyPath path;  ///< of one value
    std::string text;
    SecretBytes key;
};

Sample sample(const std::string& ending, Format format, KeyPath path, bool by_sops) {
    const age::Identities identities = age::parse_identities(as_bytes(read("key.txt")), "test key");
    const EncryptOptions options{{identities.at(0)->recipient_text()}, {}, kNow};
    Sample made{(by_sops ? "sops: " : "bestow: ") + ending, format, std::move(path), {}, {}};
    made.text = by_sops ? read("canary.enc." + ending)
                        : encrypt_document(as_bytes(read("canary." + ending)), format, options).text;
    made.key = *EncryptedFile::parse(made.text, format).data_key(identities);
    return made;
}

std::vector<Sample> samples() {
    std::vector<Sample> made;
    for (const bool by_sops : {false, true}) {
        made.push_back(sample("yaml", Format::Yaml, {"map", "one"}, by_sops));
        made.push_back(sample("json", Format::Json, {"map", "one"}, by_sops));
        made.push_back(sample("env", Format::Dotenv, {"name"}, by_sops));
        made.push_back(sample("ini", Format::Ini, {"s", "name"}, by_sops));
        made.push_back(sample("bin", Format::Binary, {}, by_sops));
    }
    return made;
}

std::string value_bytes(const EncryptedFile& file, ByteView key) {
    std::string bytes;
    for (const Value& value : file.decrypt_values(key)) {
        bytes += to_text(value.bytes.view());
    }
    return bytes;
}

class Mutator {
  public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    std::string mutated(std::string text) {
        for (std::size_t change = any(3) + 1; change > 0; --change) {
            change_once(text);
            if (text.empty()) {
                text = "\n";
            }
        }
        return text;
    }

  private:
    using Part = std::pair<std::size_t, std::size_t>;  // begin, size

    std::size_t any(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

    void change_once(std::string& text) {
        constexpr std::string_view alphabet = "#:-[]{}\"'|>&*!?,%@ ;=`\\\n\r\tA\xff\xc3";
        const std::size_t at = any(text.size());
        const auto [line, line_size] = line_at(text, at);
        switch (any(9)) {
            case 0:
                text[at] = alphabet[any(alphabet.size())];
                break;
            case 1:
                text.insert(at, 1, alphabet[any(alphabet.size())]);
                break;
            case 2:
                text.erase(at, any(20) + 1);
                break;
            case 3:
                text.insert(at, text.substr(any(text.size()), any(60)));
                break;
            case 4:
                text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << any(8)));
                break;
            case 5:
                text.resize(at);
                break;
            case 6:
                text.erase(line, line_size);
                break;
            case 7:
                text.insert(line_at(text, any(text.size())).first, text.substr(line, line_size));
                break;
            default:
                swap_envelopes(text);
        }
    }

    static Part line_at(const std::string& text, std::size_t at) {
        const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is the text's begin
        return {begin, std::min(text.find('\n', at), text.size() - 1) + 1 - begin};
    }

    void swap_envelopes(std::string& text) {
        std::vector<Part> found;
        for (std::size_t at = text.find("ENC["); at != std::string::npos; at = text.find("ENC[", at + 1)) {
            if (const std::size_t end = text.find(']', at); end != std::string::npos) {
                found.emplace_back(at, end + 1 - at);
            }
        }
        if (found.size() < 2) {
            return;
        }
        const std::size_t first = any(found.size() - 1);
        const Part one = found[first];
        const Part other = found[first + 1 + any(found.size() - first - 1)];
        const std::string moved = text.substr(one.first, one.second);
        text.replace(one.first, one.second, text.substr(other.first, other.second));
        const std::size_t shifted = other.first + other.second - one.second;
        text.replace(std::min(shifted, text.size()), other.second, moved);
    }

    std::mt19937 random_;
};

/// Opens it, changes a value and opens that: whatever does not throw has the original's values.
void use(const Sample& sample, const std::string& text, const std::string& expected) {
    const EncryptedFile file = EncryptedFile::parse(text, sample.format);
    (void)file.leaves();
    (void)file.recipients();
    const std::string got = value_bytes(file, sample.key.view());
    CHECK(got == expected);
    (void)file.decrypt_document(sample.key.view());
    const std::string set = set_value(file, sample.key.view(), sample.path, as_bytes("other"), ValueType::String, kNow);
    const std::vector<Value> values = EncryptedFile::parse(set, sample.format).decrypt_values(sample.key.view());
    CHECK(std::any_of(values.begin(), values.end(), [&sample](const Value& value) {
        return (value.path == sample.path || sample.path.empty()) && as_text(value.bytes.view()) == "other";
    }));
}

}  // namespace

TEST_CASE("a document that was altered anywhere gives its own values or an error, in every format") {
    unsigned seed = 20261120;  // the same run every time
    for (const Sample& sample : samples()) {
        Mutator mutator(seed++);
        const std::string expected = value_bytes(EncryptedFile::parse(sample.text, sample.format), sample.key.view());
        REQUIRE(expected.find(kCanary) != std::string::npos);
        REQUIRE(sample.text.find(kCanary) == std::string::npos);
        int refused = 0;
        for (int round = 0; round < kRounds; ++round) {
            const std::string text = mutator.mutated(sample.text);
            INFO(sample.name << ", round " << round << "\n" << text);
            try {
                use(sample, text, expected);
            } catch (const Error& error) {
                INFO(error.full_message());
                CHECK(error.kind() != ErrorKind::Internal);
                CHECK(error.full_message().find(kCanary) == std::string::npos);
                ++refused;
            }
        }
        INFO(sample.name);
        CHECK(refused > kRounds / 2);
        CHECK(refused < kRounds);
    }
}

TEST_CASE("no text makes the readers or the encryption do more than refuse") {
    const std::vector<std::string> recipients =
        EncryptedFile::parse(read("canary.enc.yaml"), Format::Yaml).recipients();
    const std::array<std::pair<const char*, Format>, 4> formats = {
        {{"yaml", Format::Yaml}, {"json", Format::Json}, {"env", Format::Dotenv}, {"ini", Format::Ini}}};
    Mutator mutator(1);  // the same run every time
    for (std::size_t round = 0; round < 1600; ++round) {
        const auto& [ending, format] = formats.at(round % formats.size());
        const std::string text = mutator.mutated(read(std::string("canary.") + ending));
        INFO(text);
        try {
            const std::string made = encrypt_document(as_bytes(text), format, {recipients, {}, kNow}).text;
            CHECK(EncryptedFile::parse(made, format).recipients() == recipients);
        } catch (const Error& error) {
            INFO(error.full_message());
            CHECK(error.kind() != ErrorKind::Internal);
            CHECK(error.kind() != ErrorKind::Failed);
        }
        try {
            (void)document::parse_json(mutator.mutated("{\"a\": [1, \"x\\u00e9\", {\"b\": null}], \"c\": -2.5e3}"));
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::Format);
        }
    }
}
