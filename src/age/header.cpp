#include "age/header.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"

#include <algorithm>

namespace bestow::age {
namespace {

constexpr std::string_view kStanzaStart = "-> ";
constexpr std::string_view kFooterStart = "---";
constexpr std::size_t kBodyColumns = 64;
constexpr std::size_t kMacCharacters = 43;
constexpr auto kUnpadded = codec::Padding::Forbidden;

/// Reads line by line, keeping what the MAC will cover.
class HeaderReader {
  public:
    explicit HeaderReader(BufferedSource& source) : source_(source) {}

    Header read() {
        if (next_line() != kVersionLine) {
            fail(format("is not {}", quoted(kVersionLine)));
        }
        for (std::string_view line = next_line();; line = next_line()) {
            if (line.substr(0, kFooterStart.size()) == kFooterStart) {
                read_footer(line);
                return std::move(header_);
            }
            if (header_.stanzas.size() == kMostStanzas) {
                fail("is one stanza more than the limit");
            }
            read_stanza(line);
        }
    }

  private:
    [[noreturn]] void fail(std::string_view what) const {
        throw Error(ErrorKind::Format, format("malformed age header: line {} {}", line_number_, what));
    }

    /// Without its LF; valid until the next call.
    std::string_view next_line() {
        ++line_number_;
        const auto line = source_.read_line(std::min(kLongestHeaderLine, kLargestHeader - header_.size_bytes));
        if (!line || line->back() != '\n') {
            fail(source_.line_too_long() ? "goes beyond the limit for a header" : "is cut off");
        }
        header_.size_bytes += line->size();
        header_.covered += *line;
        return line->substr(0, line->size() - 1);
    }

    void read_stanza(std::string_view line) {
        if (line.substr(0, kStanzaStart.size()) != kStanzaStart) {
            fail("is neither a stanza nor the end");
        }
        Stanza stanza;
        for (const std::string_view word : split(line.substr(kStanzaStart.size()), ' ')) {
            if (word.empty() || !std::all_of(word.begin(), word.end(), [](char c) { return c >= 33 && c <= 126; })) {
                fail("has an argument that is empty or not of printable ASCII");
            }
            if (stanza.type.empty()) {
                stanza.type = word;
            } else {
                stanza.arguments.emplace_back(word);
            }
        }
        read_body(stanza.body);
        header_.stanzas.push_back(std::move(stanza));
    }

    /// Full lines, then one shorter line, which may be empty.
    void read_body(Bytes& body) {
        for (;;) {
            const std::string_view line = next_line();
            const auto bytes = line.size() <= kBodyColumns ? codec::decode_base64(line, kUnpadded) : std::nullopt;
            if (!bytes) {
                fail("is not a stanza's body: canonical base64 in 64 columns");
            }
            body.insert(body.end(), bytes->begin(), bytes->end());
            if (line.size() < kBodyColumns) {
                return;
            }
        }
    }

    void read_footer(std::string_view line) {
        const std::string_view text = line.substr(kFooterStart.size());
        const auto mac = text.size() == kMacCharacters + 1 && text.front() == ' '
                             ? codec::decode_base64(text.substr(1), kUnpadded)
                             : std::nullopt;
        if (!mac || mac->size() != header_.mac.size()) {
            fail("is not the end: three dashes, a space and 32 bytes of base64");
        }
        std::copy(mac->begin(), mac->end(), header_.mac.begin());
        header_.covered.resize(header_.covered.size() - text.size() - 1);
    }

    BufferedSource& source_;
    Header header_;
    std::size_t line_number_ = 0;
};

crypto::Sha256Digest compute_mac(std::string_view covered, ByteView file_key) {
    const SecretBytes key = crypto::hkdf_sha256(file_key, {}, "header", 32);
    return crypto::hmac_sha256(key.view(), {as_bytes(covered)});
}

void append_stanza(std::string& text, const Stanza& stanza) {
    text.append(kStanzaStart).append(stanza.type);
    for (const std::string& argument : stanza.arguments) {
        text.append(" ").append(argument);
    }
    text += '\n';
    const std::string body = codec::encode_base64(stanza.body, kUnpadded);
    for (std::size_t at = 0; at <= body.size(); at += kBodyColumns) {
        text.append(body, at, kBodyColumns).append("\n");
    }
}

void refuse_passphrase_in_company(const std::vector<Stanza>& stanzas) {
    const bool any = std::any_of(stanzas.begin(), stanzas.end(), [](const Stanza& s) { return s.type == "scrypt"; });
    if (any && stanzas.size() != 1) {
        throw Error(ErrorKind::Format, "malformed age header: a passphrase is not the only recipient");
    }
}

/// A key that cannot be had does not matter while another one opens the file. Throws every other error on.
void keep_refusal(const Error& error, std::optional<Error>& refusal) {
    if (error.kind() != ErrorKind::NoIdentity) {
        throw Error(error);
    }
    refusal = refusal ? refusal : std::optional(error);
}

bool is_prepared(const Identity& identity, const Attempt& attempt, const Header& header,
                 std::optional<Error>& refusal) {
    try {
        return identity.prepare(attempt, header.stanzas);
    } catch (const Error& error) {
        keep_refusal(error, refusal);
        return false;
    }
}

}  // namespace

void expect_unarmored_age_file(BufferedSource& source) {
    if (as_text(source.peek(kVersionLine.size())) != kVersionLine) {
        throw Error(ErrorKind::Format,
                    format("not an age file: it begins with neither {} nor armor", quoted(kVersionLine)));
    }
}

Header read_header(BufferedSource& source) {
    return HeaderReader(source).read();
}

void check_mac(const Header& header, ByteView file_key) {
    if (!equal_constant_time(compute_mac(header.covered, file_key), header.mac)) {
        throw Error(ErrorKind::Authentication, "the age header was altered: its MAC does not match");
    }
}

std::string encode_header(const std::vector<Stanza>& stanzas, ByteView file_key) {
    std::string text = format("{}\n", kVersionLine);
    for (const Stanza& stanza : stanzas) {
        append_stanza(text, stanza);
    }
    text += kFooterStart;
    return text + format(" {}\n", codec::encode_base64(compute_mac(text, file_key), kUnpadded));
}

std::optional<SecretBytes> unwrap_file_key(const Header& header, const Identities& identities, const Attempt& attempt) {
    refuse_passphrase_in_company(header.stanzas);
    std::optional<Error> refusal;
    for (const auto& identity : identities) {
        if (attempt.effort != Effort::Ready && !is_prepared(*identity, attempt, header, refusal)) {
            continue;
        }
        if (auto file_key = identity->unwrap(header.stanzas)) {
            check_mac(header, file_key->view());
            return file_key;
        }
    }
    if (refusal) {
        throw Error(*refusal);
    }
    return std::nullopt;
}

std::optional<SecretBytes> unwrap_file_key(const Header& header, const Identities& identities) {
    std::optional<Error> refusal;
    for (const Effort effort : kEfforts) {
        try {
            if (auto file_key = unwrap_file_key(header, identities, Attempt{effort, {}})) {
                return file_key;
            }
        } catch (const Error& error) {
            keep_refusal(error, refusal);
        }
    }
    if (refusal) {
        throw Error(*refusal);
    }
    return std::nullopt;
}

}  // namespace bestow::age
