#include "codec/ssh_wire.hpp"

namespace bestow::codec {
namespace {

void append_uint32(Bytes& out, std::size_t value) {
    for (unsigned shift = 32; shift > 0;) {
        shift -= 8;
        out.push_back(static_cast<Byte>((value >> shift) & 0xffU));
    }
}

}  // namespace

std::optional<ByteView> SshReader::read_bytes(std::size_t size_bytes) {
    if (rest_.size() < size_bytes) {
        return std::nullopt;
    }
    const ByteView bytes = rest_.first(size_bytes);
    rest_ = rest_.subspan(size_bytes);
    return bytes;
}

std::optional<std::uint32_t> SshReader::read_uint32() {
    const auto bytes = read_bytes(4);
    if (!bytes) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (const Byte byte : *bytes) {
        value = (value << 8U) | byte;
    }
    return value;
}

std::optional<ByteView> SshReader::read_string() {
    const auto length = read_uint32();
    return length ? read_bytes(*length) : std::nullopt;
}

std::optional<ByteView> SshReader::read_positive_number() {
    const auto string = read_string();
    if (!string || string->empty()) {
        return std::nullopt;
    }
    if ((string->front() & 0x80U) != 0) {
        return std::nullopt;  // negative
    }
    if (string->front() != 0) {
        return string;
    }
    // A leading zero is there only to keep the number positive.
    if (string->size() == 1 || ((*string)[1] & 0x80U) == 0) {
        return std::nullopt;
    }
    return string->subspan(1);
}

void append_ssh_string(Bytes& out, ByteView string) {
    append_uint32(out, string.size());
    out.insert(out.end(), string.begin(), string.end());
}

void append_ssh_number(Bytes& out, ByteView number) {
    const bool needs_sign_byte = !number.empty() && (number.front() & 0x80U) != 0;
    append_uint32(out, number.size() + (needs_sign_byte ? 1 : 0));
    if (needs_sign_byte) {
        out.push_back(0);
    }
    out.insert(out.end(), number.begin(), number.end());
}

}  // namespace bestow::codec
