#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "document/scalar.hpp"
#include "document/utf8.hpp"
#include "sops/plain_tree.hpp"
#include "sops/yaml_string.hpp"

#include <algorithm>

// As sops prints with yaml.v3: every collection in block style, comments above what they belong to, no folded lines.

namespace bestow::sops {
namespace {

using Shape = PlainNode::Shape;

constexpr std::size_t kDefaultStep = 4;
constexpr std::size_t kDash = 2;  ///< "- "
constexpr std::size_t kLongestSimpleKey = 128;
constexpr std::size_t kBase64Line = 70;
constexpr std::string_view kMergeKey = "<<";

/// Where something is written: below `column` of its parent, at `inner` when it takes lines of its own.
struct Column {
    std::size_t parent = 0;
    std::size_t inner = 0;
};

class YamlEmitter {
  public:
    explicit YamlEmitter(const Layout& layout) : step_(layout.indent == 0 ? kDefaultStep : layout.indent) {
        if (step_ < 2 || step_ > 9) {
            step_ = 2;  // libyaml's rule
        }
    }

    void document(const PlainNode& root) {
        if (!root.has_values()) {
            comments_of(root, 0);
            if (root.shape != Shape::Scalar) {
                out_.append(root.shape == Shape::Mapping ? "{}\n" : "[]\n");
                return;
            }
        }
        if (root.shape == Shape::Scalar) {
            scalar(root, {0, step_});
        } else {
            collection(root, 0);
        }
    }

    void separator() { out_.append("---\n"); }
    SecretBytes finish() { return out_.finish(); }

  private:
    void margin(std::size_t columns) { out_.append(std::string(columns, ' ')); }

    void comment_line(const PlainChild& comment, std::size_t column, bool at_margin = false) {
        for (const std::string_view line : split(as_text(comment.comment.view()), '\n')) {
            margin(at_margin ? 0 : column);
            at_margin = false;
            out_.append("#");
            out_.append(line);
            out_.append("\n");
        }
    }

    void comments_of(const PlainNode& node, std::size_t column) {
        for (const PlainChild& child : node.children) {
            if (child.is_comment) {
                comment_line(child, column);
            }
        }
    }

    /// Lines at `column`; the first one wherever the cursor is, when it is behind a dash.
    void collection(const PlainNode& node, std::size_t column, bool behind_dash = false) {
        std::size_t skip = behind_dash ? leading_comments(node) : 0;  // they stand above the dash
        bool at_margin = behind_dash;
        const PlainChild* inline_comment = nullptr;
        for (const PlainChild& child : node.children) {
            if (skip > 0) {
                --skip;
            } else if (child.is_comment && child.trails_value) {
                inline_comment = &child;
            } else if (child.is_comment) {
                comment_line(child, column, at_margin);
                at_margin = false;
            } else if (node.shape == Shape::Mapping) {
                margin(at_margin ? 0 : column);
                member(child, column, inline_comment);
                at_margin = false;
                inline_comment = nullptr;
            } else {
                item(child, column, at_margin, inline_comment);
                at_margin = false;
                inline_comment = nullptr;
            }
        }
    }

    static std::size_t leading_comments(const PlainNode& node) {
        std::size_t count = 0;
        while (count < node.children.size() && node.children[count].is_comment && !node.children[count].trails_value) {
            ++count;
        }
        return count;
    }

    [[nodiscard]] std::size_t next_column(std::size_t column) const { return step_ * ((column + step_) / step_); }

    void member(const PlainChild& child, std::size_t column, const PlainChild* inline_comment) {
        const Column place = {column, next_column(column)};
        const bool simple = child.key.size() <= kLongestSimpleKey && !has_line_break(child.key);
        if (simple) {
            one_line(child.key, string_style(child.key));
        } else {
            out_.append("? ");
            string(child.key, place, nullptr);
            margin(column);
        }
        out_.append(":");
        value(child.node, place, simple, inline_comment);
    }

    void one_line(std::string_view text, StringStyle style) {
        if (text == kMergeKey) {
            out_.append("!!merge ");
        }
        append_string(out_, text, style == StringStyle::Literal ? StringStyle::DoubleQuoted : style);
    }

    void value(const PlainNode& node, Column column, bool simple_key, const PlainChild* inline_comment) {
        if (node.shape == Shape::Scalar || !node.has_values()) {
            out_.append(" ");
            single(node, column, inline_comment);
            return;
        }
        if (inline_comment != nullptr) {
            out_.append(" #");
            out_.append(inline_comment->comment.view());
        }
        if (simple_key) {
            out_.append("\n");
            collection(node, column.inner);
        } else {
            margin(column.inner - column.parent - 1);
            collection(node, column.inner, true);
        }
    }

    void item(const PlainChild& child, std::size_t column, bool at_margin, const PlainChild* inline_comment) {
        const PlainNode& node = child.node;
        const bool nested = node.shape != Shape::Scalar && node.has_values();
        for (std::size_t index = 0; nested && index < leading_comments(node); ++index) {
            comment_line(node.children[index], column, at_margin);
            at_margin = false;
        }
        margin(at_margin ? 0 : column);
        out_.append("- ");
        if (nested) {
            collection(node, column + kDash, true);
        } else {
            single(node, {column, column + kDash}, inline_comment);
        }
    }

    /// A scalar or an empty collection, and the end of its line.
    void single(const PlainNode& node, Column column, const PlainChild* inline_comment) {
        if (node.shape != Shape::Scalar) {
            out_.append(node.shape == Shape::Mapping ? "{}" : "[]");
            end_line(inline_comment);
            for (const PlainChild& child : node.children) {
                comment_line(child, column.inner);
            }
            return;
        }
        scalar(node, column, inline_comment);
    }

    void end_line(const PlainChild* inline_comment) {
        if (inline_comment != nullptr) {
            out_.append(" #");
            out_.append(inline_comment->comment.view());
        }
        out_.append("\n");
    }

    void scalar(const PlainNode& node, Column column, const PlainChild* inline_comment = nullptr) {
        const std::string_view text = as_text(node.bytes.view());
        switch (node.type) {
            case ValueType::String:
                string(text, column, inline_comment);
                return;
            case ValueType::Float:
                out_.append(float_text(text));
                break;
            case ValueType::Boolean:
                out_.append(text == "True" ? "true" : "false");
                break;
            case ValueType::Null:
                out_.append("null");
                break;
            default:
                out_.append(text);
        }
        end_line(inline_comment);
    }

    static std::string float_text(std::string_view text) {
        if (text == "+Inf" || text == "-Inf" || text == "NaN") {
            return text == "NaN" ? ".nan" : text == "-Inf" ? "-.inf" : ".inf";
        }
        return document::float_text_with_exponent(document::parse_float(text).value());
    }

    void string(std::string_view text, Column column, const PlainChild* inline_comment) {
        if (!document::is_utf8(text)) {
            binary(text, column, inline_comment);
            return;
        }
        const StringStyle style = string_style(text);
        if (style == StringStyle::Literal && can_be_literal(text, column)) {
            literal(text, column, inline_comment);
            return;
        }
        one_line(text, style);
        end_line(inline_comment);
    }

    /// A text with leading white space needs its indentation said; where sops says it wrongly, we do not follow.
    [[nodiscard]] bool can_be_literal(std::string_view text, Column column) const {
        const bool leading = text.front() == ' ' || text.front() == '\n';
        return !leading || column.inner - column.parent == step_;
    }

    void literal(std::string_view text, Column column, const PlainChild* inline_comment) {
        const std::string_view header = literal_header(text);
        out_.append(header.substr(0, 1));
        if (text.front() == ' ' || text.front() == '\n') {
            out_.append(std::to_string(step_));
        }
        out_.append(header.substr(1));
        end_line(inline_comment);
        const bool ends_with_break = text.ends_with('\n');
        if (ends_with_break) {
            text.remove_suffix(1);
        }
        for (const std::string_view line : split(text, '\n')) {
            if (!line.empty()) {
                margin(column.inner);
                out_.append(line);
            }
            out_.append("\n");
        }
    }

    void binary(std::string_view text, Column column, const PlainChild* inline_comment) {
        const SecretBytes encoded = codec::encode_base64_secret(as_bytes(text));
        const std::string_view base64 = as_text(encoded.view());
        out_.append("!!binary ");
        if (base64.size() < kBase64Line) {
            out_.append(base64);
            end_line(inline_comment);
            return;
        }
        SecretBuilder lines;
        for (std::size_t at = 0; at < base64.size(); at += kBase64Line) {
            lines.append(base64.substr(at, kBase64Line));
            lines.append("\n");
        }
        literal(as_text(lines.view()), column, inline_comment);
    }

    std::size_t step_;
    SecretBuilder out_;
};

}  // namespace

SecretBytes emit_yaml(const std::vector<const PlainNode*>& roots, const Layout& layout) {
    YamlEmitter emitter(layout);
    for (std::size_t index = 0; index < roots.size(); ++index) {
        if (index > 0) {
            emitter.separator();
        }
        emitter.document(*roots[index]);
    }
    return emitter.finish();
}

}  // namespace bestow::sops
