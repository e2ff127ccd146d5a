#include "sops/open_document.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "sops/byte_form.hpp"
#include "sops/mac.hpp"

#include <utility>

namespace bestow::sops {
namespace {

using document::Kind;
using document::Node;

class Opener {
  public:
    Opener(const EncryptedFile::State& state, ByteView data_key, const std::function<void(Opened)>& take)
        : state_(state), cipher_(data_key), mac_(state.metadata.mac_only_encrypted), take_(take) {}

    SecretBytes run() {
        for (; root_ < state_.document.roots.size(); ++root_) {
            walk(state_.document.roots[root_], state_.selector, [this](const Place& place) { visit(place); });
        }
        return mac_.finish();
    }

    ValueCipher& cipher() { return cipher_; }

  private:
    void visit(const Place& place) {
        if (place.comment != nullptr) {
            visit_comment(place);
            return;
        }
        try {
            visit_value(place);
        } catch (Error& error) {
            error.add_context(format("line {}, {}", place.node->at.line, document::to_text(*place.path)));
            throw;
        }
    }

    void visit_value(const Place& place) {
        const Node& node = *place.node;
        const bool open = place.selected && node.kind == Kind::String && !node.text.empty();
        TypedBytes value = open ? opened(place) : byte_form(node);
        if (place.selected && !open && node.kind != Kind::String && node.kind != Kind::Null && node.is_scalar()) {
            throw Error(ErrorKind::Format, "the value is not encrypted, although the file's rule says that it is");
        }
        if (value.is_comment && !place.is_list_comment) {
            throw Error(ErrorKind::Format, "the encrypted value says that it is a comment");
        }
        if (!value.is_comment && (place.selected || !state_.metadata.mac_only_encrypted)) {
            mac_.add(value.bytes.view());
        }
        if (take_) {
            take_({place, root_, open, std::move(value), *place.additional});
        }
    }

    TypedBytes opened(const Place& place) {
        const std::optional<Envelope> envelope = parse_envelope(place.node->text);
        if (!envelope) {
            throw Error(ErrorKind::Format,
                        looks_like_envelope(place.node->text)
                            ? "the encrypted value is malformed"
                            : "the value is not encrypted, although the file's rule says that it is");
        }
        std::optional<TypedBytes> value = cipher_.open(*envelope, *place.additional);
        if (!value) {
            throw Error(ErrorKind::Authentication,
                        "the value does not decrypt: it was altered, or moved here from another place");
        }
        return std::move(*value);
    }

    void visit_comment(const Place& place) {
        if (!take_) {
            return;
        }
        const std::optional<Envelope> envelope = parse_envelope(place.comment->text);
        std::optional<TypedBytes> text = envelope ? open_comment(*envelope, place) : std::nullopt;
        const bool opened = text.has_value();
        if (!opened) {
            text = TypedBytes{ValueType::String, true, SecretBytes::copy_of(place.comment->text)};
        }
        take_({place, root_, opened, std::move(*text), std::move(comment_additional_)});
    }

    /// Which collection a comment belongs to is a matter of opinion between parsers: every one around it is tried, from
    /// the innermost outwards, then those that end above it or begin below.
    std::optional<TypedBytes> open_comment(const Envelope& envelope, const Place& place) {
        const std::vector<std::string>& keys = *place.keys;
        for (std::size_t count = keys.size() + 1; count-- > 0;) {
            if (auto text = try_open(envelope, additional_data(keys, count))) {
                return text;
            }
        }
        for (const bool forward : {false, true}) {
            std::vector<std::string> deeper = keys;
            const Node* node = place.parent;
            std::size_t index = place.index_in_parent;
            while (const document::Child* child = neighbour(*node, index, forward)) {
                if (!child->key.empty()) {
                    deeper.push_back(child->key);
                    if (auto text = try_open(envelope, additional_data(deeper, deeper.size()))) {
                        return text;
                    }
                }
                node = child->node();
                index = forward ? std::string::npos : node->children.size();
            }
        }
        return std::nullopt;
    }

    /// The next value after or before `index` among a node's children.
    static const document::Child* neighbour(const Node& node, std::size_t index, bool forward) {
        const std::size_t count = node.children.size();
        for (std::size_t at = forward ? index + 1 : index - 1; at < count; at = forward ? at + 1 : at - 1) {
            if (node.children[at].node() != nullptr) {
                return &node.children[at];
            }
        }
        return nullptr;
    }

    std::optional<TypedBytes> try_open(const Envelope& envelope, std::string additional) {
        comment_additional_ = std::move(additional);
        return cipher_.open(envelope, comment_additional_);
    }

    const EncryptedFile::State& state_;
    ValueCipher cipher_;
    Mac mac_;
    const std::function<void(Opened)>& take_;
    std::size_t root_ = 0;
    std::string comment_additional_;
};

}  // namespace

SecretBytes open_document(const EncryptedFile::State& state, ByteView data_key,
                          const std::function<void(Opened)>& take) {
    if (state.metadata.version.empty()) {
        // It is the last line that sops writes, and sops reads no document without it.
        throw Error(ErrorKind::Format, "sops.version is missing: the document seems to be cut short");
    }
    Opener opener(state, data_key, take);
    SecretBytes mac = opener.run();
    if (!state.ignores_mac) {
        check_mac(opener.cipher(), state.metadata, mac.view());
    }
    return mac;
}

SecretBytes compute_mac(const EncryptedFile::State& state, ByteView data_key) {
    const std::function<void(Opened)> nothing;
    return Opener(state, data_key, nothing).run();
}

}  // namespace bestow::sops
