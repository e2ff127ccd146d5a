#include "sops/seal_document.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "document/edit.hpp"
#include "sops/byte_form.hpp"
#include "sops/document_format.hpp"
#include "sops/mac.hpp"

#include <algorithm>
#include <utility>

namespace bestow::sops {
namespace {

using document::Child;
using document::Document;
using document::Kind;
using document::Node;

[[noreturn]] void fail(document::Position at, std::string_view problem, std::string hint = {}) {
    throw Error(ErrorKind::Format, format("line {}, column {}: {}", at.line, at.column, problem), std::move(hint));
}

void check_root(const Node& root) {
    const bool empty = root.kind == Kind::Null && root.span.begin == root.span.end;
    if (root.kind != Kind::Mapping && !empty) {
        fail(root.at, "the document is not a mapping, and SOPS encrypts no other",
             "give the file another name to encrypt it as a binary document");
    }
    if (const Node* const sops = find_metadata(root)) {
        fail(sops->at, "the document is encrypted already, or has a key 'sops' of its own");
    }
}

class Sealer {
  public:
    Sealer(const DocumentFormat& format, const SealRequest& request)
        : format_(format), request_(request), mac_(request.mac_only_encrypted) {}

    /// Envelopes over the values, metadata in every root.
    std::string seal_values(const Document& document) {
        document::Splices splices;
        for (const Node& root : document.roots) {
            check_root(root);
            transcript_.begin_document();
            walk(root, request_.selector, [&](const Place& place) { value(document, place, splices); });
        }
        if (selected_ == 0 && values_ > 0) {
            throw Error(ErrorKind::Policy,
                        "the file's rule selects nothing in this document, so all of it would stay plain",
                        "another selector, or a .sops.yaml rule with another one; what holds no secret needs none");
        }
        const Metadata metadata = request_.metadata(mac_.finish().view());
        for (std::size_t index = 0; index < document.roots.size(); ++index) {
            format_.add_metadata(splices, document, index, metadata, request_.old);
        }
        return splices.apply(document.text);
    }

    /// Comments last: where they belong depends on the metadata behind them.
    std::string seal_comments(Document document) {
        document::Splices splices;
        for (const Node& root : document.roots) {
            walk(root, request_.selector, [&](const Place& place) {
                if (place.comment != nullptr && place.selected && !place.comment->text.empty()) {
                    const TypedBytes text{ValueType::String, true, SecretBytes::copy_of(place.comment->text)};
                    splices.replace(place.comment->span,
                                    format_.comment_envelope(document, place, sealed(place, text)));
                }
            });
        }
        return splices.empty() ? std::move(document.text) : splices.apply(document.text);
    }

    [[nodiscard]] const Transcript& transcript() const { return transcript_; }

  private:
    /// The envelope that the place had. What sops writes may look in plaintext like something else that is as good.
    std::string kept(const Place& place, const TypedBytes& value) {
        const std::string_view text = as_text(value.bytes.view());
        std::string envelope = request_.kept->take(place, value);
        if (envelope.empty() && value.type == ValueType::Integer && format_.shows_floats_as_integers()) {
            envelope = request_.kept->take(place, {ValueType::Float, false, SecretBytes::copy_of(text)});
        }
        if (envelope.empty() && value.is_comment &&
            text.substr(0, 2) == " \n") {  // INI: a block with an empty line first
            envelope = request_.kept->take(place, {value.type, true, SecretBytes::copy_of(text.substr(1))});
        }
        return envelope;
    }

    std::string sealed(const Place& place, const TypedBytes& value) {
        std::string envelope = request_.kept != nullptr ? kept(place, value) : std::string();
        if (envelope.empty()) {
            const EnvelopeType type = value.is_comment ? EnvelopeType::Comment : envelope_type(value.type);
            envelope = request_.cipher.seal(type, value.bytes.view(), *place.additional);
        }
        return envelope;
    }

    void value(const Document& document, const Place& place, document::Splices& splices) {
        if (place.node == nullptr) {
            return;
        }
        const TypedBytes bytes = byte_form(*place.node);
        if (bytes.type == ValueType::Null || bytes.type == ValueType::EmptyMapping ||
            bytes.type == ValueType::EmptySequence) {
            transcript_.add_plain(place);
            return;
        }
        ++values_;
        selected_ += place.selected ? 1 : 0;
        if (place.selected || !request_.mac_only_encrypted) {
            mac_.add(bytes.bytes.view());
        }
        if (!place.selected || bytes.bytes.empty()) {
            transcript_.add_plain(place);
            return;
        }
        if (!comes_back(bytes)) {
            fail(place.node->at, "a value that sops would read back as another one", "put it into quotes");
        }
        std::string envelope = sealed(place, bytes);
        transcript_.add_envelope(place, envelope);
        splices.replace(place.node->span, format_.value_envelope(document, place, std::move(envelope)));
    }

    const DocumentFormat& format_;
    const SealRequest& request_;
    Mac mac_;
    Transcript transcript_;
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

SealedDocument seal_document(const DocumentFormat& format, std::string plaintext, const SealRequest& request) {
    SealedDocument result;
    Document document = format.parse(std::move(plaintext));
    if (document.roots.empty()) {
        throw Error(ErrorKind::Format, "the document is empty");
    }
    if (std::optional<std::string> expanded = format.expanded(document)) {
        result.aliases_expanded = true;
        document = format.parse(std::move(*expanded));
    }
    if (std::optional<std::string> moved = format.with_comments_to_seal(document, request.selector)) {
        document = format.parse(std::move(*moved));
    }
    Sealer sealer(format, request);
    result.text = sealer.seal_values(document);
    result.transcript = sealer.transcript();
    if (std::none_of(document.roots.begin(), document.roots.end(), has_comments)) {
        return result;
    }
    document = format.parse(std::move(result.text));
    if (request.kept != nullptr) {
        if (std::optional<std::string> kept = format.with_kept_comments(document, request)) {
            document = format.parse(std::move(*kept));
        }
    }
    result.text = sealer.seal_comments(std::move(document));
    return result;
}

}  // namespace bestow::sops
