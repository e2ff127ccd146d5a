#include "base/error.hpp"
#include "base/format.hpp"
#include "document/edit.hpp"
#include "document/json.hpp"
#include "document/yaml.hpp"
#include "sops/byte_form.hpp"
#include "sops/expand_aliases.hpp"
#include "sops/list_comments.hpp"
#include "sops/mac.hpp"
#include "sops/metadata_text.hpp"
#include "sops/seal_document.hpp"

#include <utility>

namespace bestow::sops {
namespace {

using document::Child;
using document::Comment;
using document::Document;
using document::Kind;
using document::Node;
using document::Span;
using document::Style;

[[noreturn]] void fail(document::Position at, std::string_view problem, std::string hint = {}) {
    throw Error(ErrorKind::Format, format("line {}, column {}: {}", at.line, at.column, problem), std::move(hint));
}

void check_root(const Node& root) {
    const bool empty = root.kind == Kind::Null && root.span.begin == root.span.end;
    if (root.kind != Kind::Mapping && !empty) {
        fail(root.at, "the document is not a mapping, and SOPS encrypts no other YAML",
             "give the file another name to encrypt it as a binary document");
    }
    if (const Node* const sops = find_metadata(root)) {
        fail(sops->at, "the document is encrypted already, or has a key 'sops' of its own");
    }
}

/// A comment inside the header of a block scalar, which the scalar's span covers.
const Comment* header_comment(const Place& place) {
    const std::vector<Child>& siblings = place.parent->children;
    const Comment* const next =
        place.index_in_parent + 1 < siblings.size() ? siblings[place.index_in_parent + 1].comment() : nullptr;
    return next != nullptr && next->span.begin < place.node->span.end ? next : nullptr;
}

class Sealer {
  public:
    explicit Sealer(const SealRequest& request) : request_(request), mac_(request.mac_only_encrypted) {}

    /// Envelopes over the values, a `sops` block in every document.
    std::string seal_values(const Document& document) {
        document::Splices splices;
        for (const Node& root : document.roots) {
            check_root(root);
            walk(root, request_.selector, [&](const Place& place) { value(place, document.text, splices); });
        }
        if (selected_ == 0 && values_ > 0) {
            throw Error(ErrorKind::Policy,
                        "the file's rule selects nothing in this document, so all of it would stay plain");
        }
        const SecretBytes mac = mac_.finish();
        for (std::size_t index = 0; index < document.roots.size(); ++index) {
            append_metadata(document, index, mac.view(), splices);
        }
        return splices.apply(document.text);
    }

    /// Comments last: where they belong depends on the `sops` block behind them.
    std::string seal_comments(Document document) {
        document::Splices splices;
        for (const Node& root : document.roots) {
            walk(root, request_.selector, [&](const Place& place) {
                if (place.comment != nullptr && place.selected && !place.comment->text.empty()) {
                    const TypedBytes text{ValueType::String, true, SecretBytes::copy_of(place.comment->text)};
                    splices.replace(place.comment->span, "#" + sealed(place, text));
                }
            });
        }
        return splices.empty() ? std::move(document.text) : splices.apply(document.text);
    }

  private:
    std::string sealed(const Place& place, const TypedBytes& value) {
        std::string envelope = request_.kept != nullptr ? request_.kept->take(place, value) : std::string();
        if (envelope.empty()) {
            const EnvelopeType type = value.is_comment ? EnvelopeType::Comment : envelope_type(value.type);
            envelope = request_.cipher.seal(type, value.bytes.view(), *place.additional);
        }
        return envelope;
    }

    void value(const Place& place, std::string_view source, document::Splices& splices) {
        if (place.node == nullptr) {
            return;
        }
        const TypedBytes bytes = byte_form(*place.node);
        if (bytes.type == ValueType::Null || bytes.type == ValueType::EmptyMapping ||
            bytes.type == ValueType::EmptySequence) {
            return;
        }
        ++values_;
        selected_ += place.selected ? 1 : 0;
        if (place.selected || !request_.mac_only_encrypted) {
            mac_.add(bytes.bytes.view());
        }
        if (!place.selected || bytes.bytes.empty()) {
            return;
        }
        std::string text = envelope_text(sealed(place, bytes), place.parent->style == Style::Flow);
        if (const Comment* const comment = header_comment(place)) {
            text += " #" + comment->text;
        } else if (place.node->span.end < source.size() && source[place.node->span.end] == '#') {
            text += ' ';  // "quoted"#comment is a comment, but plain#comment is not
        }
        splices.replace(place.node->span, std::move(text));
    }

    void append_metadata(const Document& document, std::size_t index, ByteView mac, document::Splices& splices) const {
        const Node& root = document.roots[index];
        const std::string_view line_ending = document::line_ending_of(document.text);
        if (root.style == Style::Flow) {
            const std::string block = request_.metadata(mac, true, line_ending);
            const Child* last = nullptr;
            for (const Child& child : root.children) {
                last = child.node() != nullptr ? &child : last;
            }
            const std::size_t at = last != nullptr
                                       ? std::max(last->key_span.end, last->node()->span.end)
                                       : root.span.begin + document.text.substr(root.span.begin).find('{') + 1;
            splices.replace({at, at}, (last != nullptr ? ", " : "") + block);
            return;
        }
        const std::string block = indented(request_.metadata(mac, false, line_ending), root.indent);
        const std::size_t end = document.ends[index];
        const bool new_line = end > 0 && document.text[end - 1] != '\n' && document.text[end - 1] != '\r';
        splices.replace({end, end}, (new_line ? std::string(line_ending) : std::string()) + block);
    }

    static std::string indented(const std::string& block, std::size_t columns) {
        if (columns == 0) {
            return block;
        }
        const std::string margin(columns, ' ');
        std::string text;
        for (std::size_t begin = 0; begin < block.size();) {
            const std::size_t end = std::min(block.find('\n', begin), block.size() - 1) + 1;
            text += margin + block.substr(begin, end - begin);
            begin = end;
        }
        return text;
    }

    const SealRequest& request_;
    Mac mac_;
    std::size_t values_ = 0;
    std::size_t selected_ = 0;
};

bool has_comments(const Node& node) {
    for (const Child& child : node.children) {
        if (child.comment() != nullptr || has_comments(*child.node())) {
            return true;
        }
    }
    return false;
}

}  // namespace

EncryptedText seal_yaml(std::string plaintext, const SealRequest& request) {
    EncryptedText result;
    Document document = document::parse_yaml(std::move(plaintext), document::Aliases::Expand);
    if (document.roots.empty()) {
        throw Error(ErrorKind::Format, "the document is empty");
    }
    if (std::optional<std::string> expanded = with_aliases_expanded(document)) {
        result.aliases_expanded = true;
        document = document::parse_yaml(std::move(*expanded), document::Aliases::Expand);
    }
    Sealer sealer(request);
    result.text = sealer.seal_values(document);
    bool comments = false;
    for (const Node& root : document.roots) {
        comments = comments || has_comments(root);
    }
    if (comments) {
        document = document::parse_yaml(std::move(result.text), document::Aliases::Expand);
        std::optional<std::string> restored =
            request.kept != nullptr ? with_list_comments(document, request) : std::nullopt;
        if (restored) {
            document = document::parse_yaml(std::move(*restored), document::Aliases::Expand);
        }
        result.text = sealer.seal_comments(std::move(document));
    }
    return result;
}

std::string envelope_text(std::string envelope, bool flow) {
    return flow ? "\"" + envelope + "\"" : envelope;
}

}  // namespace bestow::sops
