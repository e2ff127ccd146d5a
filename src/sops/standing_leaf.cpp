#include "sops/standing_leaf.hpp"

#include "base/error.hpp"
#include "sops/byte_form.hpp"
#include "sops/plain_tree.hpp"
#include "sops/state.hpp"
#include "sops/walk.hpp"

namespace bestow::sops {
namespace {

using document::Kind;

bool is_nothing(const document::Node& node) {
    return !node.is_scalar() || node.kind == Kind::Null || (node.kind == Kind::String && node.text.empty());
}

void collect(const PlainNode& node, KeyPath& path, std::vector<Value>& values) {
    if (node.shape == PlainNode::Shape::Scalar) {
        if (node.type != ValueType::Null && !node.bytes.empty()) {
            values.push_back({path, node.type, node.bytes.copy()});
        }
        return;
    }
    std::size_t item = 0;
    for (const PlainChild& child : node.children) {
        if (child.is_comment) {
            continue;
        }
        if (node.shape == PlainNode::Shape::Mapping) {
            path.emplace_back(child.key);
        } else {
            path.emplace_back(item++);
        }
        collect(child.node, path, values);
        path.pop_back();
    }
}

}  // namespace

void visit_leaves(const EncryptedFile& file, const std::function<void(const StandingLeaf&)>& visit) {
    const EncryptedFile::State& state = file.state();
    for (const document::Node& root : state.document.roots) {
        walk(root, state.selector, [&](const Place& place) {
            if (place.node == nullptr || place.is_list_comment || is_nothing(*place.node)) {
                return;
            }
            StandingLeaf leaf{state.format == Format::Binary ? KeyPath() : *place.path, *place.additional, {}, nullptr};
            if (place.node->kind == Kind::String && looks_like_envelope(place.node->text)) {
                leaf.envelope = place.node->text;
            } else {
                leaf.plain = place.node;
            }
            visit(leaf);
        });
    }
}

std::optional<std::size_t> value_bytes(std::string_view envelope) {
    const std::optional<Envelope> parsed = parse_envelope(envelope);
    return parsed ? std::optional(parsed->ciphertext.size()) : std::nullopt;
}

std::optional<SecretBytes> open_leaf(const StandingLeaf& leaf, ValueCipher& cipher) {
    try {
        const std::optional<Envelope> envelope = parse_envelope(leaf.envelope);
        std::optional<TypedBytes> value =
            envelope ? cipher.open(*envelope, std::string(leaf.additional)) : std::nullopt;
        return value ? std::optional(std::move(value->bytes)) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;  // not what its type says
    }
}

std::optional<SecretBytes> plain_bytes(const StandingLeaf& leaf) {
    try {
        return std::move(byte_form(*leaf.plain).bytes);
    } catch (const Error&) {
        return std::nullopt;  // an integer that no value holds
    }
}

std::vector<Value> plaintext_values(ByteView text, Format format) {
    std::vector<Value> values;
    if (format == Format::Binary) {
        if (!text.empty()) {
            values.push_back({{}, ValueType::String, SecretBytes::copy_of(text)});
        }
        return values;
    }
    KeyPath path;
    for (const PlainNode& root : parse_plain_trees(text, format)) {
        collect(root, path, values);
    }
    return values;
}

}  // namespace bestow::sops
