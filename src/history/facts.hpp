#pragma once
/// What ciphertext alone tells of one version of a file: which values stand where in it and which ciphertext each of
/// them is, who can read it, and which wrapped keys it holds, so that versions under the same data key are known. No
/// plaintext, and nothing made from any. Pure.

#include "base/bytes.hpp"
#include "sops/encrypted_file.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bestow::history {

using Index = std::uint32_t;
inline constexpr Index kNone = 0xffffffff;

/// Texts that occur often, each kept once.
class Texts {
  public:
    Texts() = default;
    Texts(Texts&&) = default;
    Texts& operator=(Texts&&) = default;

    Index add(std::string_view text);
    [[nodiscard]] Index find(std::string_view text) const;  ///< kNone when it is not there
    [[nodiscard]] const std::string& at(Index index) const { return items_[index]; }
    [[nodiscard]] std::size_t size() const { return items_.size(); }

  private:
    std::deque<std::string> items_;  ///< never move
    std::unordered_map<std::string_view, Index> indices_;
};

/// A piece of ciphertext: equal exactly for the same bytes at the same place in the key tree.
struct Sealed {
    std::array<Byte, 16> identity{};  ///< the beginning of a SHA-256
    std::uint64_t value_bytes = 0;    ///< how long the value in it is; 0 where that does not matter
    bool operator==(const Sealed&) const = default;
};

class SealedTable {
  public:
    Index add(const Sealed& sealed);
    [[nodiscard]] const Sealed& at(Index index) const { return items_[index]; }
    [[nodiscard]] std::size_t size() const { return items_.size(); }

  private:
    struct Hash {
        std::size_t operator()(const Sealed& sealed) const;
    };
    std::vector<Sealed> items_;
    std::unordered_map<Sealed, Index, Hash> indices_;
};

struct Tables {
    Texts texts;
    SealedTable sealed;
    std::unordered_map<std::string, Index> normal_recipients;  ///< texts, by recipients as files write them
};

enum class BlobKind : std::uint8_t { Plaintext, Sops, Age, Broken };

/// One value.
struct LeafFact {
    Index key = kNone;     ///< of texts: the key path as messages have it
    Index sealed = kNone;  ///< of sealed; kNone for a value that stands there in the clear
};

struct BlobFacts {
    BlobKind kind = BlobKind::Plaintext;
    bool needs_several = false;    ///< nobody can read it alone: key groups have to come together
    std::vector<LeafFact> leaves;  ///< of an age file: itself, under "."
    /// Of texts: recipients in normal form, and keys of other kinds with their kind ("pgp FINGERPRINT"); of an age
    /// file: see stanza_text_of.
    std::vector<Index> readers;
    std::vector<Index> wrapped;   ///< of sealed: the wrapped data keys
    Index last_modified = kNone;  ///< of texts
    Index problem = kNone;        ///< of texts: why it is Broken
};

/// How an age file's stanzas stand in `readers`: "X25519" tells nobody's name, "ssh-ed25519 TAG" and "ssh-rsa TAG" do.
inline constexpr std::string_view kAnonymousStanza = "X25519";
/// The text for that recipient's stanza; empty for one whose stanzas are anonymous.
std::string stanza_text_of(const std::string& recipient);

/// Which facts there are, and how they are told: another number for whatever makes read_facts answer otherwise, so that
/// nothing which an older bestow learned is believed.
inline constexpr int kFactsVersion = 2;

/// As its name says, or else as whatever other SOPS document it is. Throws Error(Format) when it is none.
sops::EncryptedFile parse_document(ByteView content, sops::Format format);

/// Never throws for what the content is.
BlobFacts read_facts(Tables& tables, ByteView content, sops::Format format);

/// The identity of an envelope at a place; what a fact's `sealed` is made from.
Sealed identity_of(std::string_view additional, std::string_view envelope);

}  // namespace bestow::history
