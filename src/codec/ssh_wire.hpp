#pragma once
/// The binary encoding of RFC 4251, section 5: uint32, string, mpint. Reading is bounded by what is there.

#include "base/bytes.hpp"

#include <optional>

namespace bestow::codec {

/// Takes values off the front of borrowed bytes; each gives nullopt when too little is left.
class SshReader {
  public:
    explicit SshReader(ByteView bytes) : rest_(bytes) {}

    std::optional<std::uint32_t> read_uint32();
    std::optional<ByteView> read_string();
    /// Exactly that many bytes.
    std::optional<ByteView> read_bytes(std::size_t size_bytes);
    /// A positive number in its only canonical form, big endian, the sign byte taken off.
    std::optional<ByteView> read_positive_number();

    [[nodiscard]] ByteView rest() const { return rest_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    ByteView rest_;
};

void append_ssh_string(Bytes& out, ByteView string);
/// `number`: big endian, positive, no leading zero.
void append_ssh_number(Bytes& out, ByteView number);

}  // namespace bestow::codec
