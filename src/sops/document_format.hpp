#pragma once
/// What sets one format of SOPS documents apart from the others: how a text becomes a tree, and how an envelope, a
/// value in plain and the metadata look in it. Everything else is the same code for all. Pure; stateless.

#include "document/edit.hpp"
#include "sops/format.hpp"
#include "sops/metadata_text.hpp"
#include "sops/open_document.hpp"
#include "sops/seal_document.hpp"
#include "sops/secret_splices.hpp"

#include <optional>
#include <string>

namespace bestow::sops {

class DocumentFormat {
  public:
    virtual ~DocumentFormat() = default;

    /// The tree as SOPS sees it; an encrypted one has its metadata as the first root's member `sops`, a mapping whose
    /// nodes have the spans of their text. Throws Error(Format) with line and column.
    [[nodiscard]] virtual document::Document parse(std::string text) const = 0;

    /// The plaintext rewritten where SOPS cannot keep its form (YAML's aliases); nullopt when nothing has to change.
    [[nodiscard]] virtual std::optional<std::string> expanded(const document::Document& document) const;
    /// The plaintext with the comments that would be encrypted where SOPS keeps all of them (INI); nullopt as above.
    [[nodiscard]] virtual std::optional<std::string> with_comments_to_seal(const document::Document& document,
                                                                           const Selector& selector) const;
    /// The text with comments in the form that they had before (YAML's in lists); nullopt when nothing has to change.
    [[nodiscard]] virtual std::optional<std::string> with_kept_comments(const document::Document& document,
                                                                        const SealRequest& request) const;

    /// An envelope as it stands at a value's place, and at a comment's (from its mark on).
    [[nodiscard]] virtual std::string value_envelope(const document::Document& document, const Place& place,
                                                     std::string envelope) const = 0;
    [[nodiscard]] virtual std::string comment_envelope(const document::Document& document, const Place& place,
                                                       const std::string& envelope) const;

    /// Puts a decrypted value or comment into the place of its envelope.
    virtual void put_plaintext(SecretSplices& splices, const document::Document& document,
                               const Opened& opened) const = 0;
    /// A value at its place without encryption. Throws Error(Format) for what the format cannot hold.
    [[nodiscard]] virtual SecretBytes plain_value(const document::Document& document, const Place& place,
                                                  const TypedBytes& value) const = 0;

    /// Throws Error(Format) for a value that would not come back from a plaintext document, encrypted as it may be, and
    /// Error(Usage) for one of a type that the format does not have.
    virtual void check_value(const TypedBytes& value) const;

    /// The float 5 looks like the integer in plaintext, so that the same digits are the same value.
    [[nodiscard]] virtual bool shows_floats_as_integers() const { return false; }

    /// Takes the metadata out of every root.
    virtual void remove_metadata(SecretSplices& splices, const document::Document& document) const = 0;
    /// Puts it into a root that has none: as a new one is written, or, with an `old` document, in the text that stands
    /// there, with MAC and time of `metadata`.
    virtual void add_metadata(document::Splices& splices, const document::Document& document, std::size_t root,
                              const Metadata& metadata, const document::Document* old) const = 0;
    /// Both for metadata that are a mapping in the text, unless a format has another form of them.
    virtual void edit_mac(document::Splices& splices, const document::Document& document, std::string_view mac,
                          std::string_view last_modified) const;
    virtual void edit_age_entries(document::Splices& splices, const document::Document& document,
                                  const std::vector<AgeEntryEdit>& entries) const;

    /// The text with some unencrypted scalar at `path`, which need not be there yet. Throws Error(Format) for a path
    /// that the format cannot have, Error(NotFound) for an index behind a list's end.
    [[nodiscard]] virtual std::string with_placeholder(const document::Document& document,
                                                       const document::KeyPath& path) const = 0;
    /// The text without the value or subtree at `path` and the comments directly above it. Throws Error(NotFound).
    [[nodiscard]] virtual std::string without(const document::Document& document,
                                              const document::KeyPath& path) const = 0;
};

/// Binary documents are JSON with one key.
const DocumentFormat& document_format(Format format);

/// One a file: format_yaml.cpp, format_json.cpp, ...
const DocumentFormat& yaml_format();
const DocumentFormat& json_format();
const DocumentFormat& dotenv_format();
const DocumentFormat& ini_format();

}  // namespace bestow::sops
