#pragma once
/// What yaml.v3 (sops's reader) makes of a plain scalar: its kind and a normal form of its value. Pure.

#include "document/node.hpp"

#include <cstdint>
#include <optional>

namespace bestow::document {

struct ResolvedScalar {
    Kind kind = Kind::String;
    /// Integer: decimal. Float: shortest digits without exponent, "+Inf", "-Inf", "NaN". Boolean: "true", "false".
    /// Timestamp: RFC 3339 with nanoseconds where there are any. String: the text itself. Null: empty.
    std::string canonical;
    bool beyond_int64 = false;  ///< an integer that fits into 64 bits without sign only
};

ResolvedScalar resolve_scalar_text(std::string_view text);

/// Shortest digits that read back as `value`, never an exponent, as Go's FormatFloat(value, 'f', -1, 64).
std::string float_text(double value);

/// The same digits with an exponent below -4 and above 5, as yaml.v3 writes them: FormatFloat(value, 'g', -1, 64), and
/// ".inf", "-.inf", ".nan".
std::string float_text_with_exponent(double value);

/// A decimal number in Go's sense (ParseFloat): nullopt for a malformed one and for one that overflows.
std::optional<double> parse_float(std::string_view text);

/// One of yaml.v3's four shapes as RFC 3339; nullopt for anything else.
std::optional<std::string> normalize_timestamp(std::string_view text);
/// Seconds since 1970 of an RFC 3339 time, whatever its offset; fractions are cut off. nullopt for anything else.
std::optional<std::int64_t> timestamp_seconds(std::string_view text);

}  // namespace bestow::document
