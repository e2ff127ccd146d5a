#pragma once
/// PEM blocks (RFC 7468, and the headers of RFC 1421 that encrypted keys carry).

#include "base/secret_bytes.hpp"

#include <optional>
#include <string>

namespace bestow::codec {

struct Pem {
    std::string label;       ///< "RSA PRIVATE KEY"
    bool encrypted = false;  ///< a "Proc-Type: 4,ENCRYPTED" header is there; bytes are ciphertext then
    SecretBytes bytes;
    std::string headers;  ///< its lines "Name: value", each with a newline
};

/// The block that the text begins with; white space around it and text after it do not matter. nullopt when malformed.
std::optional<Pem> decode_pem(std::string_view text);

}  // namespace bestow::codec
