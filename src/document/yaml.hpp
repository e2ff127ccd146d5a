#pragma once
/// YAML 1.1 as yaml.v3 resolves it (sops's reader), through libyaml, with byte-exact spans. Strict: duplicate keys,
/// cyclic aliases, deep nesting and non-string-able keys are Error(Format) with line and column; so are UTF-16 and
/// control bytes.

#include "base/secret_bytes.hpp"
#include "document/node.hpp"

namespace bestow::document {

enum class Aliases {
    Refuse,  ///< bestow.yaml and host.yaml
    Expand,  ///< documents to be encrypted: bounded expansion; an alias's spans are those of the alias itself
};

Document parse_yaml(std::string text, Aliases aliases, const Limits& limits = {});

/// What yaml.v3 makes of a plain scalar.
Kind resolve_plain_scalar(std::string_view text);

/// A scalar on one line that yaml.v3 reads back as exactly this string; plain where that is safe, else quoted. `flow`
/// where it stands inside [] or {}. Throws Error(Format) for a text that is not UTF-8.
void append_yaml_string(SecretBuilder& out, std::string_view value, bool flow);
std::string emit_yaml_string(std::string_view value, bool flow);

}  // namespace bestow::document
