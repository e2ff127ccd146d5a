#pragma once
/// Plaintext to ciphertext: envelopes put over the values that the rule selects, the rest of the text kept.

#include "sops/edit.hpp"
#include "sops/selector.hpp"
#include "sops/value_cipher.hpp"
#include "sops/walk.hpp"

#include <functional>
#include <string>

namespace bestow::sops {

/// Envelopes of an older version of a document, so that what did not change keeps its ciphertext. Each is handed out
/// once: two equal values never share one.
class KeptEnvelopes {
  public:
    KeptEnvelopes();
    ~KeptEnvelopes();
    KeptEnvelopes(KeptEnvelopes&&) noexcept;

    void add(const Place& place, const TypedBytes& value, std::string envelope);
    /// The one from the same path, else one that was bound to the same keys; empty when there is none.
    std::string take(const Place& place, const TypedBytes& value);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

struct SealRequest {
    const Selector& selector;
    ValueCipher& cipher;
    bool mac_only_encrypted = false;
    KeptEnvelopes* kept = nullptr;
    /// The `sops` block for a root of that style, with the sealed MAC in it; block text ends with a line break.
    std::function<std::string(ByteView mac, bool flow, std::string_view line_ending)> metadata;
};

/// Throws Error(Format) with line and column as encrypt_document does.
EncryptedText seal_yaml(std::string plaintext, const SealRequest& request);

/// "ENC[...]" as it stands in a document: quoted in flow style, where it would be a syntax error.
std::string envelope_text(std::string envelope, bool flow);

}  // namespace bestow::sops
