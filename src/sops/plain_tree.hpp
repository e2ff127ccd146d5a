#pragma once
/// A decrypted (or a plain) document as values, comments in their places: what is left when the text's own layout does
/// not matter, as when a document becomes another format. Every value in it is in locked memory.

#include "base/secret_bytes.hpp"
#include "document/key_path.hpp"
#include "sops/encrypted_file.hpp"

#include <string>
#include <vector>

namespace bestow::sops {

struct PlainChild;

struct PlainNode {
    enum class Shape { Scalar, Mapping, Sequence };
    Shape shape = Shape::Mapping;
    ValueType type = ValueType::Null;  ///< of a scalar
    SecretBytes bytes;                 ///< of a scalar, in sops's byte form
    std::vector<PlainChild> children;  ///< of a mapping or a sequence

    /// Whether there is any value in it; comments do not count.
    [[nodiscard]] bool has_values() const;
};

/// A comment, or a value, with a key when its parent is a mapping.
struct PlainChild {
    bool is_comment = false;
    bool trails_value = false;  ///< a comment behind the next value, on its line
    SecretBytes comment;        ///< without '#'
    std::string key;
    PlainNode node;
};

/// One tree a document of the text. Throws as EncryptedFile::decrypt_values does.
std::vector<PlainNode> decrypt_trees(const EncryptedFile& file, ByteView data_key);

/// The trees of a text that is not encrypted. Throws Error(Format) with line and column.
std::vector<PlainNode> parse_plain_trees(ByteView text, Format format);

/// The value at a path; throws Error(NotFound) that names the first part which is not there.
const PlainNode& node_at(const PlainNode& root, const document::KeyPath& path);

/// A scalar as sops gives it to formats, and to environments, that know strings alone: null is "<nil>".
SecretBytes scalar_text(const PlainNode& scalar);

/// How a document is laid out; 0 stands for the format's own way (4 columns in YAML, a tab in JSON).
struct Layout {
    std::size_t indent = 0;
    bool indent_is_given = false;  ///< with JSON, 0 columns are then meant
};

/// Documents as sops writes them. All throw Error(Format) for what the format cannot say, naming the key, and never a
/// value.
SecretBytes emit_yaml(const std::vector<const PlainNode*>& roots, const Layout& layout);
SecretBytes emit_json(const PlainNode& root, const Layout& layout);
SecretBytes emit_dotenv(const PlainNode& root);
SecretBytes emit_ini(const PlainNode& root);

}  // namespace bestow::sops
