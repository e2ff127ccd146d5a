#pragma once
/// Plaintext to ciphertext: envelopes put over the values that the rule selects, the rest of the text kept.

#include "sops/edit.hpp"
#include "sops/selector.hpp"
#include "sops/transcript.hpp"
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
    /// The metadata with the sealed MAC in it; asked for once.
    std::function<Metadata(ByteView mac)> metadata;
    /// The version whose metadata stay as they stand, save MAC and time.
    const document::Document* old = nullptr;
};

class DocumentFormat;

struct SealedDocument {
    std::string text;
    bool aliases_expanded = false;
    Transcript transcript;  ///< what `text` has to say when it is read
};

/// Throws Error(Format) with line and column as encrypt_document does.
SealedDocument seal_document(const DocumentFormat& format, std::string plaintext, const SealRequest& request);

}  // namespace bestow::sops
