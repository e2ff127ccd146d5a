#pragma once
/// Recipients by their text, parsed once a process: a store names the same few keys in every file, and each parsing of
/// an SSH key costs a multiplication on the curve. Bounded; thread safe.

#include "age/age.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace bestow::age {

struct KnownRecipient {
    std::shared_ptr<const Recipient> recipient;
    std::string text;       ///< recipient->text()
    std::string as_x25519;  ///< what recipient_as_x25519 gives
};

/// Throws as parse_recipient does, each time anew: only what parses is kept.
std::shared_ptr<const KnownRecipient> known_recipient(std::string_view text);

}  // namespace bestow::age
