#pragma once
/// The text that stands for an encrypted value: ENC[AES256_GCM,data:B64,iv:B64,tag:B64,type:T].

#include "base/bytes.hpp"

#include <optional>
#include <string>

namespace bestow::sops {

enum class EnvelopeType { String, Integer, Float, Boolean, Timestamp, Bytes, Comment };

struct Envelope {
    Bytes ciphertext;
    Bytes iv;
    Bytes tag;
    EnvelopeType type = EnvelopeType::String;
};

/// Starts like one; it may be malformed all the same.
bool looks_like_envelope(std::string_view text);

/// nullopt when any part is missing, empty or malformed, or something follows.
std::optional<Envelope> parse_envelope(std::string_view text);

/// The type alone, of a text that looks like an envelope; for finding comments without decoding everything.
bool is_comment_envelope(std::string_view text);

std::string emit_envelope(const Envelope& envelope);

}  // namespace bestow::sops
