#pragma once
/// The MAC over a whole document: SHA-512 of the byte forms of its values in order, in upper-case hexadecimal,
/// encrypted under the data key with the time of the last change as additional data. Keys, comments and nulls are not
/// covered.

#include "crypto/hash.hpp"
#include "sops/value_cipher.hpp"

namespace bestow::sops {

class Mac {
  public:
    explicit Mac(bool only_encrypted);
    void add(ByteView byte_form) { hash_.update(byte_form); }
    [[nodiscard]] SecretBytes finish();

  private:
    crypto::Sha512 hash_;
};

/// The envelope for the metadata.
std::string seal_mac(ValueCipher& cipher, ByteView mac, std::string_view last_modified);

/// Throws Error(Authentication) unless the envelope in the metadata holds exactly `mac`.
void check_mac(ValueCipher& cipher, const Metadata& metadata, ByteView mac);

}  // namespace bestow::sops
