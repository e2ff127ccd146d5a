#pragma once
/// What an encrypted document says, value by value in the order of the walk: whether a text that was just written is
/// read back as it was meant, without decrypting it again. A check on our own work; it withstands no forger, which is
/// the MAC's task.

#include "sops/walk.hpp"

#include <string_view>

namespace bestow::sops {

class Transcript {
  public:
    void begin_document() { add("document"); }
    /// An envelope, as it stands in the text.
    void add_envelope(const Place& place, std::string_view envelope);
    /// A value that is not encrypted.
    void add_plain(const Place& place);

    bool operator==(const Transcript&) const = default;

  private:
    void add(std::string_view piece);

    std::size_t digest_ = 0;
    std::size_t pieces_ = 0;
};

/// Of an encrypted document; comments have no part in it.
Transcript transcript_of(const document::Document& document, const Selector& selector);

}  // namespace bestow::sops
