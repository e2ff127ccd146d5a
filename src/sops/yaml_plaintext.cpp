#include "sops/yaml_plaintext.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "document/edit.hpp"
#include "sops/metadata_text.hpp"
#include "sops/open_document.hpp"
#include "sops/secret_splices.hpp"
#include "sops/yaml_scalar.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

using document::Child;
using document::Document;
using document::Node;
using document::Span;
using document::Style;

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

class PlaintextWriter {
  public:
    explicit PlaintextWriter(const Document& document)
        : document_(document), text_(document.text), line_ending_(document::line_ending_of(document.text)) {}

    void take(Opened opened) {
        if (!opened.was_encrypted) {
            return;
        }
        const Place& place = opened.place;
        if (place.comment != nullptr) {
            comment(place, opened.value.bytes);
        } else if (opened.value.is_comment) {
            list_comment(place, opened.value.bytes);
        } else {
            value(place, opened.value);
        }
    }

    SecretBytes finish() {
        for (const Node& root : document_.roots) {
            if (find_metadata(root) != nullptr) {
                splices_.replace(metadata_span(document_, root), std::string_view());
            }
        }
        return splices_.apply(text_);
    }

  private:
    void value(const Place& place, const TypedBytes& value) {
        const Span span = place.node->span;
        const std::size_t end = line_end(text_, span.end);
        ScalarPlace where;
        where.flow = place.parent->style == Style::Flow;
        where.own_lines = end < text_.size() && is_blank(text_.substr(span.end, end - span.end));
        where.indent = place.parent->indent + kBlockScalarStep;
        where.line_ending = line_ending_;
        splices_.replace(span, yaml_scalar(value, where));
    }

    static bool is_one_line(const SecretBytes& text) {
        return as_text(text.view()).find_first_of("\r\n") == std::string_view::npos;
    }

    void comment(const Place& place, const SecretBytes& text) {
        if (is_one_line(text)) {  // else the ciphertext stays: it was no comment when it was encrypted
            SecretBuilder builder;
            builder.append(std::string_view("#"));
            builder.append(text.view());
            splices_.replace(place.comment->span, builder.finish());
        }
    }

    /// "- ENC[...]" becomes "#..."; a list that has comments alone becomes empty behind the last one.
    void list_comment(const Place& place, const SecretBytes& text) {
        if (place.parent->style == Style::Flow || !is_one_line(text)) {
            throw Error(ErrorKind::Format, format("line {}, {}: an encrypted comment stands where none can",
                                                  place.node->at.line, document::to_text(*place.path)));
        }
        const std::size_t dash = text_.rfind('-', place.node->span.begin);
        SecretBuilder builder;
        builder.append(std::string_view("#"));
        builder.append(text.view());
        const std::vector<Child>& items = place.parent->children;
        const bool comments_alone = std::all_of(items.begin(), items.end(), [](const Child& item) {
            return item.node() == nullptr || is_comment_envelope(item.node()->text);
        });
        if (comments_alone && place.index_in_parent + 1 == items.size()) {
            builder.append(std::string(line_ending_) + std::string(place.parent->indent, ' ') + "  []");
        }
        splices_.replace({dash, place.node->span.end}, builder.finish());
    }

    const Document& document_;
    std::string_view text_;
    std::string_view line_ending_;
    SecretSplices splices_;
};

std::size_t end_with_comments(const Node& node) {
    std::size_t end = node.span.end;
    for (const Child& child : node.children) {
        end = std::max(end, child.comment() != nullptr ? child.comment()->span.end : end_with_comments(*child.node()));
    }
    return end;
}

/// The member at `index` of a mapping in flow style, with the comma that it brings.
Span flow_member_span(const std::vector<const Child*>& values, std::size_t index) {
    if (index + 1 < values.size()) {
        return {values[index]->key_span.begin, values[index + 1]->key_span.begin};
    }
    const std::size_t begin = index > 0 ? std::max(values[index - 1]->key_span.end, values[index - 1]->node()->span.end)
                                        : values[index]->key_span.begin;
    return {begin, values[index]->node()->span.end};
}

}  // namespace

Span metadata_span(const Document& document, const Node& root) {
    std::vector<const Child*> values;
    std::size_t index = 0;
    for (const Child& child : root.children) {
        if (child.node() != nullptr) {
            index = child.key == kMetadataKey ? values.size() : index;
            values.push_back(&child);
        }
    }
    if (root.style == Style::Flow) {
        return flow_member_span(values, index);
    }
    const Child& sops = *values.at(index);
    const std::string_view text = document.text;
    const std::size_t line = text.find_last_of("\r\n", sops.key_span.begin) + 1;  // npos + 1 is the text's begin
    const bool alone = line <= sops.key_span.begin && is_blank(text.substr(line, sops.key_span.begin - line));
    return {alone ? line : sops.key_span.begin, next_line(text, end_with_comments(*sops.node()))};
}

SecretBytes yaml_plaintext(const EncryptedFile::State& state, ByteView data_key) {
    PlaintextWriter writer(state.document);
    open_document(state, data_key, [&writer](Opened opened) { writer.take(std::move(opened)); });
    return writer.finish();
}

}  // namespace bestow::sops
