#pragma once
/// JSON (RFC 8259) into the one document model, with byte-exact spans. Strict: duplicate keys, lone surrogates, text
/// behind the value, deep nesting and what is not UTF-8 are Error(Format) with line and column. Numbers keep their
/// text; one without fraction and exponent that fits into 64 bits with sign is an Integer.

#include "base/secret_bytes.hpp"
#include "document/node.hpp"

namespace bestow::document {

Document parse_json(std::string text, const Limits& limits = {});

/// What becomes of bytes that are no UTF-8: an Error(Format), or U+FFFD for each, as encoding/json has it.
enum class NotUtf8 { Refuse, Replace };

/// A JSON string literal, quotes included, with the escapes of Go's encoding/json (sops's writer): '<', '>', '&',
/// U+2028 and U+2029 among them.
void append_json_string(SecretBuilder& out, std::string_view value, NotUtf8 otherwise = NotUtf8::Refuse);
/// The same for text that is no secret, with DEL escaped, so that it is YAML, too.
std::string emit_json_string(std::string_view value);

/// A number as encoding/json writes a float64: shortest digits, with an exponent below 1e-6 and from 1e21 on.
/// Precondition: finite.
std::string json_number_text(double value);

}  // namespace bestow::document
