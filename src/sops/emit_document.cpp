#include "sops/emit_document.hpp"

#include "base/error.hpp"

namespace bestow::sops {
namespace {

/// sops keeps a binary file under one key.
SecretBytes emit_binary(const PlainNode& root) {
    for (const PlainChild& child : root.children) {
        if (child.key == "data" && child.node.type == ValueType::String &&
            child.node.shape == PlainNode::Shape::Scalar) {
            return child.node.bytes.copy();
        }
    }
    throw Error(ErrorKind::Format, "this is no encrypted binary file: it has no text under 'data'",
                "--output-type says in which format it is wanted");
}

}  // namespace

SecretBytes emit_document(const std::vector<const PlainNode*>& roots, Format format, const Layout& layout) {
    require(!roots.empty(), "an encrypted file has a document");
    const PlainNode& root = *roots.front();
    switch (format) {
        case Format::Yaml:
            return emit_yaml(roots, layout);
        case Format::Json: {
            SecretBuilder text;
            text.append(emit_json(root, layout).view());
            text.append("\n");
            return text.finish();
        }
        case Format::Dotenv:
            return emit_dotenv(root);
        case Format::Ini:
            return emit_ini(root);
        default:
            return emit_binary(root);
    }
}

}  // namespace bestow::sops
