#include "document/json.hpp"
#include "sops/json_scalar.hpp"
#include "sops/plain_tree.hpp"

// As sops prints: Go's encoding/json, which replaces what is not UTF-8.

namespace bestow::sops {
namespace {

using Shape = PlainNode::Shape;

void append_string(SecretBuilder& out, std::string_view text) {
    document::append_json_string(out, text, document::NotUtf8::Replace);
}

void append_scalar(SecretBuilder& out, const PlainNode& node) {
    const std::string_view text = as_text(node.bytes.view());
    if (node.type == ValueType::String) {
        append_string(out, text);
    } else if (node.type == ValueType::Float && text == "-0") {
        out.append(text);  // as sops prints it, and unlike what stands in a document
    } else {
        append_json_scalar(out, node.type, node.bytes.view());
    }
}

class JsonEmitter {
  public:
    explicit JsonEmitter(const Layout& layout)
        : step_(layout.indent_is_given || layout.indent != 0 ? std::string(layout.indent, ' ') : "\t") {}

    SecretBytes emit(const PlainNode& root) {
        value(root, 0);
        return out_.finish();
    }

  private:
    void value(const PlainNode& node, std::size_t level) {
        if (node.shape == Shape::Scalar) {
            append_scalar(out_, node);
            return;
        }
        const bool mapping = node.shape == Shape::Mapping;
        out_.append(mapping ? "{" : "[");
        bool first = true;
        for (const PlainChild& child : node.children) {
            if (child.is_comment) {
                continue;
            }
            out_.append(first ? "" : ",");
            new_line(level + 1);
            if (mapping) {
                append_string(out_, child.key);
                out_.append(": ");
            }
            value(child.node, level + 1);
            first = false;
        }
        if (!first) {
            new_line(level);
        }
        out_.append(mapping ? "}" : "]");
    }

    void new_line(std::size_t level) {
        out_.append("\n");
        for (std::size_t count = 0; count < level; ++count) {
            out_.append(step_);
        }
    }

    std::string step_;
    SecretBuilder out_;
};

}  // namespace

SecretBytes emit_json(const PlainNode& root, const Layout& layout) {
    return JsonEmitter(layout).emit(root);
}

}  // namespace bestow::sops
