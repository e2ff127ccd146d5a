#pragma once
/// A SOPS document at rest: parsed as ciphertext only. Reading it takes no key; opening it takes a data key and
/// verifies the MAC over the whole document before anything is handed out. Immutable; edits (sops/edit.hpp) make new
/// texts.

#include "age/age.hpp"
#include "base/secret_bytes.hpp"
#include "document/key_path.hpp"
#include "document/node.hpp"
#include "sops/format.hpp"
#include "sops/metadata.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bestow::sops {

using document::KeyPath;

enum class ValueType { String, Integer, Float, Boolean, Timestamp, Null, EmptyMapping, EmptySequence };

/// One scalar of a document, decrypted. `bytes` is sops's byte form (True/False, shortest digits).
struct Value {
    KeyPath path;
    ValueType type = ValueType::String;
    SecretBytes bytes;
};

/// One scalar as it lies in the file.
struct Leaf {
    KeyPath path;
    document::Position at;
    bool encrypted = false;           ///< is an ENC[...] envelope
    bool should_be_encrypted = true;  ///< by the file's selector, and there is something to encrypt
    bool is_empty = false;            ///< null or an empty text, which SOPS leaves as it is
};

class EncryptedFile {
  public:
    /// Throws Error(Format) with line and key path: not a SOPS document, malformed, over a limit, an unsupported
    /// format.
    static EncryptedFile parse(std::string text, Format format);
    EncryptedFile(EncryptedFile&&) noexcept;
    EncryptedFile& operator=(EncryptedFile&&) noexcept;
    ~EncryptedFile();

    [[nodiscard]] const Metadata& metadata() const;
    [[nodiscard]] Format format() const;
    [[nodiscard]] const std::string& text() const;

    /// The recipients in normal form (age::normalize_recipient), in file order.
    [[nodiscard]] std::vector<std::string> recipients() const;
    /// The same, group by group; one in most documents.
    [[nodiscard]] std::vector<std::vector<std::string>> recipient_groups() const;

    /// Every scalar in document order; needs no key.
    [[nodiscard]] std::vector<Leaf> leaves() const;

    /// The data key (32 bytes), or nullopt when no identity opens an entry. Entries whose recipient an identity names
    /// are tried first; a broken entry does not matter while another one opens.
    [[nodiscard]] std::optional<SecretBytes> data_key(const age::Identities& identities) const;

    /// Every value of the first document in order, each decrypted once. Throws Error(Authentication) when a value or
    /// the MAC does not fit, naming line and key path.
    [[nodiscard]] std::vector<Value> decrypt_values(ByteView data_key) const;

    /// The plaintext document, text kept, without the `sops` block. For binary documents: the bytes themselves.
    [[nodiscard]] SecretBytes decrypt_document(ByteView data_key) const;

    /// From here on, nothing proves that no value was added, removed or moved: for a document whose MAC is lost.
    void ignore_mac();

    struct State;
    [[nodiscard]] const State& state() const { return *state_; }

  private:
    explicit EncryptedFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// True when the text holds a `sops` block with a MAC or with keys; for refusing plaintext where ciphertext is
/// expected, and the other way round. Never throws for malformed text: that is "no".
bool is_encrypted(std::string_view text, Format format);

/// The value at `path`, or nullptr.
const Value* find_value(const std::vector<Value>& values, const KeyPath& path);

/// A single value as the text that is printed and delivered: strings as they are, everything else as `sops decrypt
/// --extract` prints it from YAML, without its line break ("true", "1e+300", RFC 3339). Throws Error(Policy), naming
/// the key path, for null, an empty mapping and an empty list, which have no text.
SecretBytes value_text(const Value& value);

/// The subtree at `path` (or the whole document for an empty one) as text, for `as: yaml | json | env`, and a single
/// scalar's text (value_text) for `raw`. Throws Error(NotFound), or Error(Policy) for a subtree without `as`.
enum class Rendering { Raw, Yaml, Json, Env };
SecretBytes render_values(const std::vector<Value>& values, const KeyPath& path, std::optional<Rendering> as);

}  // namespace bestow::sops
