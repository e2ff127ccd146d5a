/// Dotenv and INI documents: those that three versions of the real sops encrypted (fixtures/flat/make.sh), and metadata
/// in lines.

#include "base/error.hpp"
#include "document/dotenv.hpp"
#include "document/ini.hpp"
#include "sops/edit.hpp"
#include "sops/flat_metadata.hpp"
#include "support/flat_texts.hpp"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;

namespace {

constexpr const char* kNow = "2026-11-20T12:00:00Z";
constexpr const char* kOther = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";  // of age's README

std::string read(const std::string& name) {
    std::ifstream file(std::string(BESTOW_TEST_DATA) + "/fixtures/flat/" + name, std::ios::binary);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

SecretBytes key_of(const EncryptedFile& file) {
    const age::Identities identities = age::parse_identities(as_bytes(read("key.txt")), "key.txt");
    std::optional<SecretBytes> key = file.data_key(identities);
    REQUIRE(key.has_value());
    return std::move(*key);
}

std::string plain(const EncryptedFile& file) {
    return to_text(file.decrypt_document(key_of(file).view()).view());
}

struct Recorded {
    std::string name;
    Format format;

    [[nodiscard]] std::string extension() const { return format == Format::Ini ? ".ini" : ".env"; }
    [[nodiscard]] std::string text() const { return read(name + ".enc" + extension()); }
    [[nodiscard]] EncryptedFile file() const { return EncryptedFile::parse(text(), format); }
};

const std::vector<Recorded> kRecorded = {
    {"3.13.3", Format::Dotenv}, {"3.13.1", Format::Dotenv}, {"3.8.1", Format::Dotenv}, {"3.13.3", Format::Ini},
    {"3.13.1", Format::Ini},    {"3.8.1", Format::Ini},     {"rule", Format::Ini}};

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        ++found;
    }
    return found;
}

/// The texts of all values, in order.
std::vector<std::string> texts(const document::Node& node) {
    std::vector<std::string> found;
    for (const document::Child& child : node.children) {
        if (child.node() != nullptr && child.node()->is_scalar()) {
            found.push_back(child.key + "=" + child.node()->text);
        } else if (child.node() != nullptr) {
            for (std::string& text : texts(*child.node())) {
                found.push_back(std::move(text));
            }
        }
    }
    return found;
}

/// Encrypts random texts; whatever is taken comes back with its values, and then to the byte.
std::size_t check_round_trips(Format format, unsigned seed, int count) {
    const auto parse = [format](const std::string& text) {
        return texts((format == Format::Ini ? document::parse_ini(text) : document::parse_dotenv(text)).roots.at(0));
    };
    const age::Identities identities = age::parse_identities(as_bytes(read("key.txt")), "key.txt");
    const EncryptOptions options{{Recorded{"3.13.3", format}.file().recipients().at(1)}, {}, kNow};
    std::mt19937 chance(seed);
    std::size_t taken = 0;
    for (int round = 0; round < count; ++round) {
        const std::string text = support::random_flat_text(chance);
        INFO(text);
        try {
            const std::string first = encrypt_document(as_bytes(text), format, options).text;
            const std::string once = plain(EncryptedFile::parse(first, format));
            REQUIRE(parse(once) == parse(text));
            const std::string second = encrypt_document(as_bytes(once), format, options).text;
            REQUIRE(plain(EncryptedFile::parse(second, format)) == once);
            const bool same_length = once.size() == text.size() + (text.back() == '\n' ? 0 : 1);
            taken += same_length ? 1 : 0;
        } catch (const Error& error) {
            INFO(error.full_message());
            REQUIRE((error.kind() == ErrorKind::Format || error.kind() == ErrorKind::Policy));
        }
    }
    return taken;
}

document::Node unflattened_lines(const std::string& text) {
    return unflattened(document::parse_dotenv(text).roots.at(0).children, 0);
}

std::string problem(const std::string& text) {
    try {
        (void)unflattened_lines(text);
    } catch (const Error& error) {
        return error.full_message();
    }
    return "no error";
}

}  // namespace

TEST_CASE("flat documents of three versions of sops are decrypted to the text that sops makes of them") {
    for (const Recorded& recorded : kRecorded) {
        INFO(recorded.name << recorded.extension());
        CHECK(plain(recorded.file()) == read(recorded.name + ".plain" + recorded.extension()));
    }
    CHECK(Recorded{"rule", Format::Ini}.file().metadata().selector.pattern == "^x$|;\"");
}

TEST_CASE("recipients of a flat document are added and removed in its own layout") {
    for (const Recorded& recorded : kRecorded) {
        INFO(recorded.name << recorded.extension());
        const EncryptedFile file = recorded.file();
        const SecretBytes key = key_of(file);
        const std::vector<std::string> old = file.recipients();
        REQUIRE(old.size() == 2);
        std::vector<std::string> more = old;
        more.emplace_back(kOther);
        const EncryptedFile three = EncryptedFile::parse(replace_recipients(file, key.view(), more), recorded.format);
        CHECK(three.recipients() == more);
        const EncryptedFile again = EncryptedFile::parse(replace_recipients(three, key.view(), old), recorded.format);
        CHECK(again.recipients() == old);
        CHECK((recorded.name == "3.8.1" || again.text() == file.text()));
        CHECK(again.text().size() == file.text().size());

        const EncryptedFile one = EncryptedFile::parse(replace_recipients(file, key.view(), {old[1]}), recorded.format);
        CHECK(one.recipients() == std::vector<std::string>{old[1]});
        CHECK(count(one.text(), "__list_1") == 0);
        CHECK(count(one.text(), "age__list_0__map_enc") == 1);
        CHECK(plain(one) == plain(file));
    }
}

TEST_CASE("a flat document gets a new data key in its own layout") {
    for (const Recorded& recorded : kRecorded) {
        INFO(recorded.name << recorded.extension());
        const EncryptedFile file = recorded.file();
        const std::string text = reencrypt(file, key_of(file).view(), file.recipients());
        const EncryptedFile made = EncryptedFile::parse(text, recorded.format);
        const bool has_longer_lines = count(file.text(), "\"\"\"-----BEGIN") > 0;
        CHECK((has_longer_lines || count(text, "\n") == count(file.text(), "\n")));
        CHECK(count(text, "-----BEGIN AGE ENCRYPTED FILE-----\\n") == 2);
        CHECK(plain(made) == plain(file));
        CHECK(made.metadata().last_modified == file.metadata().last_modified);
    }
}

TEST_CASE("a flat document that comes back as it was keeps every byte, and one change keeps the rest") {
    for (const Recorded& recorded : kRecorded) {
        INFO(recorded.name << recorded.extension());
        const EncryptedFile file = recorded.file();
        const SecretBytes key = key_of(file);
        std::string text = plain(file);
        CHECK(replace_document(file, key.view(), as_bytes(text), kNow).text == file.text());
        const bool is_ini = recorded.format == Format::Ini;
        const std::string old_line = is_ini ? "long_key = two" : "A=1";
        text.replace(text.find(old_line), old_line.size(), is_ini ? "long_key = new" : "A=2");
        const std::string changed = replace_document(file, key.view(), as_bytes(text), kNow).text;
        CHECK(plain(EncryptedFile::parse(changed, recorded.format)) == text);
        std::size_t different = 0;
        std::size_t begin = 0;
        std::size_t other = 0;
        while (begin < changed.size() && other < file.text().size()) {
            const std::size_t end = changed.find('\n', begin);
            const std::size_t other_end = file.text().find('\n', other);
            different += changed.substr(begin, end - begin) == file.text().substr(other, other_end - other) ? 0 : 1;
            begin = end + 1;
            other = other_end + 1;
        }
        CHECK(different == 3);  // the value, lastmodified, mac
        CHECK((begin == changed.size() && other == file.text().size()));
    }
}

TEST_CASE("metadata in lines nest as their names say") {
    const document::Node node =
        unflattened_lines("b=1\na__list_1__map_x=2\na__list_0__map_y=3\na__list_0__map_z__map_w=4\n");
    CHECK(node.find("b")->text == "1");
    const document::Node& list = *node.find("a");
    REQUIRE(list.children.size() == 2);
    CHECK(list.children[0].node()->find("y")->text == "3");
    CHECK(list.children[0].node()->find("z")->find("w")->text == "4");
    CHECK(list.children[1].node()->find("x")->at.line == 2);
    REQUIRE(flat_lines(node).size() == 4);
    CHECK(flat_lines(node)[1]->key_at.line == 2);
}

TEST_CASE("a threshold that an older sops wrote with a fraction is a whole number") {
    CHECK(unflattened_lines("shamir_threshold=2.000000\n").find("shamir_threshold")->text == "2");
    CHECK(unflattened_lines("shamir_threshold=2\n").find("shamir_threshold")->text == "2");
    CHECK(unflattened_lines("shamir_threshold=2.5\n").find("shamir_threshold")->text == "2.5");
    CHECK(unflattened_lines("other=2.0\n").find("other")->text == "2.0");
}

TEST_CASE("lines of a newer sops, and keys of other kinds, stay as they are") {
    for (const Recorded& recorded : kRecorded) {
        const bool is_ini = recorded.format == Format::Ini;
        const std::string prefix = is_ini ? "" : "sops_";
        const std::string equals = is_ini ? "   =  " : "=";
        const std::string more = prefix + "future__map_x" + equals + "`y`\n" + prefix + "pgp__list_0__map_fp" + equals +
                                 "AB\n" + prefix + "pgp__list_0__map_enc" + equals + "-----BEGIN\\nx\\n\n";
        const EncryptedFile file = EncryptedFile::parse(recorded.text() + more, recorded.format);
        const SecretBytes key = key_of(file);
        const std::vector<std::string> one = {file.recipients().at(1), kOther};
        const KeyPath path = is_ini ? KeyPath{"new", "x"} : KeyPath{"NEW"};
        const std::string set = set_value(file, key.view(), path, as_bytes("1"), ValueType::String, kNow);
        for (const std::string& text :
             {set, replace_recipients(file, key.view(), one),
              replace_document(file, key.view(), as_bytes(is_ini ? "[z]\nx=1\n" : "Z=1\n"), kNow).text}) {
            CHECK(text.find(more) != std::string::npos);
        }
        CHECK(plain(EncryptedFile::parse(set, recorded.format)).find("future") == std::string::npos);
    }
}

TEST_CASE("metadata in lines that contradict each other are refused with their line") {
    CHECK(problem("a=1\na__map_b=2\n") == "line 2: 'a__map_b' contradicts another line");
    CHECK(problem("a__map_b=2\na=1\n").find("line 2: ") == 0);
    CHECK(problem("a__map_b=2\na__list_0=1\n").find("line 2: ") == 0);
    for (const char* const gap :
         {"a__list_1=x\n", "a__list_0=x\na__list_2=y\n", "a__list_0=x\na__list_00=y\n", "a__list_x=1\n", "a__list_=1\n",
          "a__list_-1=1\n", "a__list_99999999999999999999=1\n"}) {
        INFO(gap);
        CHECK(problem(gap).find("line ") == 0);
    }
    std::string deep = "a";
    for (int level = 0; level < 100; ++level) {
        deep += "__map_a";
    }
    CHECK(problem(deep + "=1\n").find("nested too deeply") != std::string::npos);
}

TEST_CASE("every dotenv and INI text that is accepted comes back from its encryption") {
    CHECK(check_round_trips(Format::Dotenv, 1, 1500) > 100);
    CHECK(check_round_trips(Format::Ini, 2, 4000) > 500);
}
