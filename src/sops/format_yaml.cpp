#include "base/error.hpp"
#include "base/format.hpp"
#include "document/flow_member.hpp"
#include "document/yaml.hpp"
#include "sops/document_format.hpp"
#include "sops/expand_aliases.hpp"
#include "sops/list_comments.hpp"
#include "sops/yaml_scalar.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

using document::Child;
using document::Comment;
using document::Document;
using document::Node;
using document::Span;
using document::Style;

constexpr document::EditRules kEditRules = {kMetadataKey, &is_comment_item};
constexpr std::size_t kBlockScalarStep = 4;  // as sops writes

std::size_t line_end(std::string_view text, std::size_t at) {
    return std::min(text.find_first_of("\r\n", at), text.size());
}

std::size_t next_line(std::string_view text, std::size_t at) {
    const std::size_t end = line_end(text, at);
    return std::min(end + (text.substr(end, 2) == "\r\n" ? 2 : 1), text.size());
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t") == std::string_view::npos;
}

std::size_t end_with_comments(const Node& node) {
    std::size_t end = node.span.end;
    for (const Child& child : node.children) {
        end = std::max(end, child.comment() != nullptr ? std::size_t{child.comment()->span.end}
                                                       : end_with_comments(*child.node()));
    }
    return end;
}

const Child* metadata_member(const Node& root) {
    const Child* found = nullptr;
    for (const Child& child : root.children) {
        found = child.node() != nullptr && child.key == kMetadataKey ? &child : found;
    }
    return found;
}

/// The whole lines of the metadata of a root in block style.
Span metadata_lines(const Document& document, const Child& member) {
    const std::string_view text = document.text;
    const std::size_t line = text.find_last_of("\r\n", member.key_span.begin) + 1;  // npos + 1 is the text's begin
    const bool alone = line <= member.key_span.begin && is_blank(text.substr(line, member.key_span.begin - line));
    return {alone ? line : std::size_t{member.key_span.begin}, next_line(text, end_with_comments(*member.node()))};
}

/// A comment inside the header of a block scalar, which the scalar's span covers.
const Comment* header_comment(const Place& place) {
    const std::vector<Child>& siblings = place.parent->children;
    const Comment* const next =
        place.index_in_parent + 1 < siblings.size() ? siblings[place.index_in_parent + 1].comment() : nullptr;
    return next != nullptr && next->span.begin < place.node->span.end ? next : nullptr;
}

bool is_one_line(const SecretBytes& text) {
    return as_text(text.view()).find_first_of("\r\n") == std::string_view::npos;
}

SecretBytes comment_text(const SecretBytes& text, const std::string& behind = {}) {
    SecretBuilder builder;
    builder.append(std::string_view("#"));
    builder.append(text.view());
    builder.append(behind);
    return builder.finish();
}

/// "- ENC[...]" becomes "#..."; a list that has comments alone becomes empty behind the last one.
void put_list_comment(SecretSplices& splices, const Document& document, const Opened& opened) {
    const Place& place = opened.place;
    if (place.parent->style == Style::Flow || !is_one_line(opened.value.bytes)) {
        throw Error(ErrorKind::Format, format("line {}, {}: an encrypted comment stands where none can",
                                              place.node->at.line, document::to_text(*place.path)));
    }
    const std::size_t dash = document.text.rfind('-', place.node->span.begin);
    const std::vector<Child>& items = place.parent->children;
    const bool comments_alone = std::all_of(items.begin(), items.end(), [](const Child& item) {
        return item.node() == nullptr || is_comment_envelope(item.node()->text);
    });
    const bool last = comments_alone && place.index_in_parent + 1 == items.size();
    const std::string empty_list =
        std::string(document::line_ending_of(document.text)) + std::string(place.parent->indent, ' ') + "  []";
    splices.replace({dash, place.node->span.end}, comment_text(opened.value.bytes, last ? empty_list : ""));
}

std::string indented(const std::string& block, std::size_t columns) {
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

void refuse_lost_keys(const Metadata& metadata, const Document* old) {
    if (old != nullptr && !metadata.foreign_kinds().empty()) {
        throw Error(ErrorKind::Failed, "a document with keys of other kinds must keep its style, block or flow");
    }
}

/// "sops": {...} on one line; as it stands when the old document is in flow style, too.
std::string flow_text(const Metadata& metadata, const Document* old) {
    if (old == nullptr || old->roots.front().style != Style::Flow) {
        refuse_lost_keys(metadata, old);
        return flow_metadata(metadata);
    }
    const Child& member = *metadata_member(old->roots.front());
    return edited_metadata(*old, {member.key_span.begin, member.node()->span.end}, metadata);
}

/// The old metadata as a block with another MAC and time, whole lines; or new ones when the document changed its style.
std::string block_metadata(const Metadata& metadata, const Document* old, std::string_view line_ending) {
    if (old == nullptr || old->roots.front().style == Style::Flow || old->roots.front().indent != 0) {
        refuse_lost_keys(metadata, old);
        return yaml_metadata(metadata, line_ending);
    }
    std::string block = edited_metadata(*old, metadata_lines(*old, *metadata_member(old->roots.front())), metadata);
    if (block.back() != '\n') {
        block += line_ending;
    }
    return block;
}

class YamlFormat final : public DocumentFormat {
  public:
    Document parse(std::string text) const override {
        // In ciphertext, aliases are only ever among unencrypted values: an envelope behind one would not open, as its
        // path differs.
        return document::parse_yaml(std::move(text), document::Aliases::Expand);
    }

    std::optional<std::string> expanded(const Document& document) const override {
        return with_aliases_expanded(document);
    }
    std::optional<std::string> with_kept_comments(const Document& document, const SealRequest& request) const override {
        return with_list_comments(document, request);
    }

    std::string value_envelope(const Document& document, const Place& place, std::string envelope) const override {
        const Node& node = *place.node;
        const bool quoted_before = node.style != Style::Plain && parse_envelope(node.text).has_value();
        if (place.parent->style == Style::Flow || quoted_before) {
            envelope = "\"" + envelope + "\"";
        }
        if (const Comment* const comment = header_comment(place)) {
            return envelope + " #" + comment->text;
        }
        // "quoted"#comment is a comment, but plain#comment is not.
        const bool touched = node.span.end < document.text.size() && document.text[node.span.end] == '#';
        return touched ? envelope + ' ' : envelope;
    }

    void put_plaintext(SecretSplices& splices, const Document& document, const Opened& opened) const override {
        const Place& place = opened.place;
        if (place.comment == nullptr && opened.value.is_comment) {
            put_list_comment(splices, document, opened);
        } else if (place.comment == nullptr) {
            splices.replace(place.node->span, plain_value(document, place, opened.value));
        } else if (is_one_line(opened.value.bytes)) {
            // Else the ciphertext stays: it was no comment when it was encrypted.
            splices.replace(place.comment->span, comment_text(opened.value.bytes));
        }
    }

    SecretBytes plain_value(const Document& document, const Place& place, const TypedBytes& value) const override {
        const std::string_view text = document.text;
        const std::size_t begin = place.node->span.end;
        const std::size_t end = line_end(text, begin);
        ScalarPlace where;
        where.flow = place.parent->style == Style::Flow;
        where.own_lines = end < text.size() && is_blank(text.substr(begin, end - begin));
        where.indent = place.parent->indent + kBlockScalarStep;
        where.line_ending = document::line_ending_of(text);
        return yaml_scalar(value, where);
    }

    void remove_metadata(SecretSplices& splices, const Document& document) const override {
        for (const Node& root : document.roots) {
            if (const Child* const member = metadata_member(root)) {
                splices.replace(root.style == Style::Flow ? document::flow_member_span(root, *member)
                                                          : metadata_lines(document, *member),
                                std::string_view());
            }
        }
    }

    void add_metadata(document::Splices& splices, const Document& document, std::size_t index, const Metadata& metadata,
                      const Document* old) const override {
        const Node& root = document.roots[index];
        if (root.style == Style::Flow) {
            document::add_flow_member(splices, document, root, flow_text(metadata, old));
            return;
        }
        const std::string_view line_ending = document::line_ending_of(document.text);
        const std::string block = indented(block_metadata(metadata, old, line_ending), root.indent);
        const std::size_t end = document.ends[index];
        const bool new_line = end > 0 && document.text[end - 1] != '\n' && document.text[end - 1] != '\r';
        splices.replace({end, end}, (new_line ? std::string(line_ending) : std::string()) + block);
    }

    std::string with_placeholder(const Document& document, const document::KeyPath& path) const override {
        return document::yaml_with_value_at(document, path, "0", kEditRules);
    }
    std::string without(const Document& document, const document::KeyPath& path) const override {
        return document::yaml_without_value_at(document, path, kEditRules);
    }
};

}  // namespace

const DocumentFormat& yaml_format() {
    static const YamlFormat format;
    return format;
}

}  // namespace bestow::sops
