#include "delivery/filters.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "crypto/hash.hpp"
#include "crypto/password_hash.hpp"
#include "document/utf8.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <map>

namespace bestow::delivery {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kUpperHexDigits = "0123456789ABCDEF";

void append_byte(SecretBuilder& builder, Byte byte) {
    builder.append(ByteView(&byte, 1));
}

void append_hex(SecretBuilder& builder, Byte byte, std::string_view digits) {
    builder.append(digits.substr(byte >> 4U, 1));
    builder.append(digits.substr(byte & 0xFU, 1));
}

SecretBytes as_hex(ByteView value) {
    SecretBuilder builder;
    for (const Byte byte : value) {
        append_hex(builder, byte, kHexDigits);
    }
    return builder.finish();
}

void append_json_escape(SecretBuilder& builder, Byte byte) {
    constexpr std::string_view kShort = "\b\f\n\r\t";
    constexpr std::string_view kLetters = "bfnrt";
    const std::size_t index = kShort.find(static_cast<char>(byte));
    if (byte == '"' || byte == '\\') {
        builder.append("\\");
        append_byte(builder, byte);
    } else if (index != std::string_view::npos) {
        builder.append("\\");
        builder.append(kLetters.substr(index, 1));
    } else {
        builder.append("\\u00");
        append_hex(builder, byte, kHexDigits);
    }
}

SecretBytes as_json(ByteView value) {
    if (!document::is_utf8(as_text(value))) {
        throw Error(ErrorKind::Format, "the filter 'json' needs UTF-8 text", "put 'base64' before it");
    }
    SecretBuilder builder;
    builder.append("\"");
    for (const Byte byte : value) {
        if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F) {
            append_json_escape(builder, byte);
        } else {
            append_byte(builder, byte);
        }
    }
    builder.append("\"");
    return builder.finish();
}

SecretBytes as_shell_word(ByteView value) {
    SecretBuilder builder;
    builder.append("'");
    for (const Byte byte : value) {
        if (byte == 0) {
            throw Error(ErrorKind::Format, "the filter 'shell' cannot express a NUL byte");
        }
        if (byte == '\'') {
            builder.append("'\\''");
        } else {
            append_byte(builder, byte);
        }
    }
    builder.append("'");
    return builder.finish();
}

bool is_unreserved(Byte byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

SecretBytes as_url_part(ByteView value) {
    SecretBuilder builder;
    for (const Byte byte : value) {
        if (is_unreserved(byte)) {
            append_byte(builder, byte);
        } else {
            builder.append("%");
            append_hex(builder, byte, kUpperHexDigits);
        }
    }
    return builder.finish();
}

SecretBytes indented(ByteView value, std::size_t columns) {
    const std::string spaces(columns, ' ');
    SecretBuilder builder;
    bool after_break = false;
    for (const Byte byte : value) {
        if (after_break && byte != '\n' && byte != '\r') {
            builder.append(spaces);
        }
        append_byte(builder, byte);
        after_break = byte == '\n';
    }
    return builder.finish();
}

SecretBytes hashed(crypto::PasswordHash method, const policy::Filter& filter, ByteView value, const SaltSource& salt) {
    const std::array<Byte, 1> separator = {0};  // names hold no NUL, so no two inputs run into each other
    const crypto::Sha256Digest salt_bytes =
        crypto::hmac_sha256(salt.key, {as_bytes("bestow password salt 1"), separator, as_bytes(salt.subject), separator,
                                       as_bytes(filter.name), separator, value});
    return crypto::hash_password(method, value, salt_bytes);
}

std::size_t columns_of(const policy::Filter& filter) {
    std::size_t columns = 0;
    const std::string_view text = filter.arguments.empty() ? std::string_view() : filter.arguments.front();
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), columns);
    require(failure == std::errc() && end == text.data() + text.size(), "indent has a number");
    return columns;
}

using Apply = SecretBytes (*)(const policy::Filter&, ByteView, const SaltSource&);

const std::map<std::string_view, Apply>& filters() {
    using Filter = const policy::Filter&;
    using Salt = const SaltSource&;
    using crypto::PasswordHash;
    static const std::map<std::string_view, Apply> table = {
        {"base64", [](Filter, ByteView value, Salt) { return codec::encode_base64_secret(value); }},
        {"hex", [](Filter, ByteView value, Salt) { return as_hex(value); }},
        {"json", [](Filter, ByteView value, Salt) { return as_json(value); }},
        {"shell", [](Filter, ByteView value, Salt) { return as_shell_word(value); }},
        {"urlencode", [](Filter, ByteView value, Salt) { return as_url_part(value); }},
        {"trim", [](Filter, ByteView value, Salt) { return SecretBytes::copy_of(trim(as_text(value))); }},
        {"indent", [](Filter filter, ByteView value, Salt) { return indented(value, columns_of(filter)); }},
        {"sha512crypt", [](Filter filter, ByteView value,
                           Salt salt) { return hashed(PasswordHash::Sha512Crypt, filter, value, salt); }},
        {"yescrypt",
         [](Filter filter, ByteView value, Salt salt) { return hashed(PasswordHash::Yescrypt, filter, value, salt); }},
        {"bcrypt",
         [](Filter filter, ByteView value, Salt salt) { return hashed(PasswordHash::Bcrypt, filter, value, salt); }},
    };
    return table;
}

}  // namespace

SecretBytes apply_filter(const policy::Filter& filter, ByteView value, const SaltSource& salt) {
    const auto found = filters().find(filter.name);
    if (found == filters().end()) {
        throw Error(ErrorKind::Policy, format("there is no filter {}", quoted(filter.name)));
    }
    return found->second(filter, value, salt);
}

}  // namespace bestow::delivery
