#pragma once
/// JSON (RFC 8259) into the one document model, with byte-exact spans. Strict: duplicate keys, lone surrogates, text
/// behind the value, deep nesting and what is not UTF-8 are Error(Format) with line and column. Numbers keep their
/// text; one without fraction and exponent that fits into 64 bits with sign is an Integer.

#include "document/node.hpp"

namespace bestow::document {

Document parse_json(std::string text, const Limits& limits = {});

/// A JSON string literal, quotes included. Throws Error(Format) for a text that is not UTF-8.
std::string emit_json_string(std::string_view value);

}  // namespace bestow::document
