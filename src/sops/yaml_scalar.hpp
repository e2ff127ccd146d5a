#pragma once
/// Decrypted values as YAML that yaml.v3 reads back as the same type and the same value.

#include "base/secret_bytes.hpp"
#include "sops/value_cipher.hpp"

namespace bestow::sops {

struct ScalarPlace {
    bool flow = false;       ///< inside [] or {}
    bool own_lines = false;  ///< nothing follows on its line, so that a block scalar may stand here
    std::size_t indent = 0;  ///< for the text of a block scalar
    std::string_view line_ending = "\n";
};

SecretBytes yaml_scalar(const TypedBytes& value, const ScalarPlace& place);

}  // namespace bestow::sops
