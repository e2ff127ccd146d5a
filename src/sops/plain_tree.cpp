#include "sops/plain_tree.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/ini.hpp"
#include "sops/byte_form.hpp"
#include "sops/document_format.hpp"
#include "sops/open_document.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace bestow::sops {
namespace {

using document::Child;
using document::Comment;
using document::Document;
using document::Kind;
using document::Node;
using Shape = PlainNode::Shape;

struct CommentText {
    SecretBytes text;
    bool was_encrypted = false;
};

/// What a place of a document holds: a comment's text, or a value in its byte form.
struct Content {
    std::function<CommentText(const Comment& comment)> comment;
    std::function<TypedBytes(const Node& node)> value;
};

PlainNode copy(const Node& node, const Content& content, bool is_root);

PlainChild copy_child(const Child& child, const Content& content) {
    PlainChild copied;
    if (const Comment* const comment = child.comment()) {
        CommentText text = content.comment(*comment);
        copied.is_comment = true;
        copied.trails_value = comment->trails_value && !text.was_encrypted;  // then sops puts it on a line of its own
        copied.comment = std::move(text.text);
        return copied;
    }
    copied.key = child.key;
    copied.node = copy(*child.node(), content, false);
    return copied;
}

/// A comment behind a value comes before it in sops's order.
bool trails_last_value(const Node& parent, std::size_t index) {
    const Comment* const comment = parent.children[index].comment();
    const Node* const before = index > 0 ? parent.children[index - 1].node() : nullptr;
    return comment != nullptr && comment->trails_value && before != nullptr && before->is_scalar();
}

/// In a list, sops writes comments as items.
bool take_list_comment(const Node& parent, const Node& node, const Content& content, PlainChild& copied) {
    if (parent.kind != Kind::Sequence || !is_comment_item(node)) {
        return false;
    }
    TypedBytes value = content.value(node);
    copied.is_comment = value.is_comment;
    copied.comment = std::move(value.bytes);
    return value.is_comment;
}

PlainNode copy(const Node& node, const Content& content, bool is_root) {
    PlainNode copied;
    if (node.is_scalar()) {
        TypedBytes value = content.value(node);
        copied.shape = Shape::Scalar;
        copied.type = value.type;
        copied.bytes = std::move(value.bytes);
        return copied;
    }
    copied.shape = node.kind == Kind::Mapping ? Shape::Mapping : Shape::Sequence;
    for (std::size_t index = 0; index < node.children.size(); ++index) {
        const Child& child = node.children[index];
        PlainChild comment;
        if (child.node() != nullptr && is_root && child.key == kMetadataKey) {
            continue;
        }
        if (child.node() != nullptr && take_list_comment(node, *child.node(), content, comment)) {
            copied.children.push_back(std::move(comment));
        } else if (trails_last_value(node, index) && !copied.children.empty()) {
            copied.children.insert(copied.children.end() - 1, copy_child(child, content));
        } else {
            copied.children.push_back(copy_child(child, content));
        }
    }
    return copied;
}

/// A document that says nothing but "null" is an empty one.
PlainNode copy_root(const Node& root, const Content& content) {
    if (root.kind == Kind::Null) {
        return {};
    }
    if (root.kind != Kind::Mapping) {
        throw Error(ErrorKind::Format, format("line {}: the document is not a mapping", root.at.line));
    }
    return copy(root, content, true);
}

std::vector<PlainNode> copy_all(const Document& document, const Content& content) {
    std::vector<PlainNode> roots;
    roots.reserve(document.roots.size());
    for (const Node& root : document.roots) {
        roots.push_back(copy_root(root, content));
    }
    return roots;
}

/// For go-ini there is always a section for what stands above the first header.
std::vector<PlainNode> with_default_section(std::vector<PlainNode> roots, Format format) {
    if (format == Format::Ini && !roots.empty()) {
        std::vector<PlainChild>& sections = roots.front().children;
        const bool is_there = std::any_of(sections.begin(), sections.end(), [](const PlainChild& child) {
            return !child.is_comment && child.key == document::kIniDefaultSection;
        });
        if (!is_there) {
            PlainChild section;
            section.key = document::kIniDefaultSection;
            sections.insert(sections.begin(), std::move(section));
        }
    }
    return roots;
}

}  // namespace

bool PlainNode::has_values() const {
    return std::any_of(children.begin(), children.end(), [](const PlainChild& child) { return !child.is_comment; });
}

std::vector<PlainNode> decrypt_trees(const EncryptedFile& file, ByteView data_key) {
    std::map<const Comment*, CommentText> comments;
    std::map<const Node*, TypedBytes> values;
    open_document(file.state(), data_key, [&](Opened opened) {
        if (opened.place.node != nullptr) {
            values[opened.place.node] = std::move(opened.value);
        } else {
            comments[opened.place.comment] = {std::move(opened.value.bytes), opened.was_encrypted};
        }
    });
    std::vector<PlainNode> roots =
        copy_all(file.state().document, {[&](const Comment& comment) { return std::move(comments.at(&comment)); },
                                         [&](const Node& node) { return std::move(values.at(&node)); }});
    return with_default_section(std::move(roots), file.format());
}

std::vector<PlainNode> parse_plain_trees(ByteView text, Format format) {
    const Content as_written = {
        [](const Comment& comment) { return CommentText{SecretBytes::copy_of(comment.text), false}; }, &byte_form};
    if (format != Format::Binary) {
        return with_default_section(copy_all(document_format(format).parse(to_text(text)), as_written), format);
    }
    std::vector<PlainNode> roots(1);
    PlainChild data;
    data.key = "data";
    data.node.shape = Shape::Scalar;
    data.node.type = ValueType::String;
    data.node.bytes = SecretBytes::copy_of(text);
    roots.front().children.push_back(std::move(data));
    return roots;
}

const PlainNode& node_at(const PlainNode& root, const document::KeyPath& path) {
    const PlainNode* node = &root;
    for (const document::PathElement& element : path) {
        const auto* const index = std::get_if<std::size_t>(&element);
        const Shape wanted = index != nullptr ? Shape::Sequence : Shape::Mapping;
        const PlainNode* found = nullptr;
        std::size_t item = 0;
        for (const PlainChild& child : node->children) {
            const bool fits = !child.is_comment && node->shape == wanted &&
                              (index != nullptr ? item == *index : child.key == std::get<std::string>(element));
            found = fits && found == nullptr ? &child.node : found;
            item += child.is_comment ? 0 : 1;
        }
        if (found == nullptr) {
            throw Error(ErrorKind::NotFound, format("there is no value {}", document::to_text(path)));
        }
        node = found;
    }
    return *node;
}

}  // namespace bestow::sops
