#include "base/error.hpp"
#include "base/format.hpp"
#include "document/flow_member.hpp"
#include "document/json.hpp"
#include "sops/document_format.hpp"
#include "sops/json_scalar.hpp"

namespace bestow::sops {
namespace {

using document::Child;
using document::Document;
using document::Kind;
using document::Node;

constexpr document::EditRules kEditRules = {kMetadataKey, nullptr};
constexpr std::string_view kMargin = "\t";  // as sops writes

const Child* metadata_member(const Node& root) {
    for (const Child& child : root.children) {
        if (child.key == kMetadataKey) {
            return &child;
        }
    }
    return nullptr;
}

/// "sops": {...}, laid out like the root's other members; as it stands in an old document.
std::string member_text(const Metadata& metadata, const Document* old, const std::optional<std::string>& margin) {
    if (old != nullptr) {
        const Child& member = *metadata_member(old->roots.front());
        return edited_metadata(*old, {member.key_span.begin, member.node()->span.end}, metadata);
    }
    return margin ? json_metadata(metadata, *margin) : flow_metadata(metadata);
}

/// An object holds nothing to indent by: its first member starts the lines.
void fill_empty_root(document::Splices& splices, const Node& root, const std::string& member) {
    splices.replace(root.span, "{\n" + std::string(kMargin) + member + "\n}");
}

class JsonFormat final : public DocumentFormat {
  public:
    Document parse(std::string text) const override { return document::parse_json(std::move(text)); }

    std::string value_envelope(const Document& /*document*/, const Place& /*place*/,
                               std::string envelope) const override {
        return "\"" + envelope + "\"";
    }

    void put_plaintext(SecretSplices& splices, const Document& document, const Opened& opened) const override {
        if (opened.value.is_comment) {
            throw Error(ErrorKind::Format, format("line {}, {}: an encrypted comment stands where none can",
                                                  opened.place.node->at.line, document::to_text(*opened.place.path)));
        }
        splices.replace(opened.place.node->span, plain_value(document, opened.place, opened.value));
    }

    SecretBytes plain_value(const Document& /*document*/, const Place& place, const TypedBytes& value) const override {
        try {
            SecretBuilder out;
            append_json_scalar(out, value.type, value.bytes.view());
            return out.finish();
        } catch (Error& error) {
            error.add_context(format("line {}, {}", place.node->at.line, document::to_text(*place.path)));
            throw;
        }
    }

    bool shows_floats_as_integers() const override { return true; }

    void remove_metadata(SecretSplices& splices, const Document& document) const override {
        const Node& root = document.roots.front();
        if (const Child* const member = metadata_member(root)) {
            const bool alone = root.children.size() == 1;
            splices.replace(alone ? document::Span{root.span.begin + 1, root.span.end - 1}
                                  : document::flow_member_span(root, *member),
                            std::string_view());
        }
    }

    void add_metadata(document::Splices& splices, const Document& document, std::size_t index, const Metadata& metadata,
                      const Document* old) const override {
        const Node& root = document.roots[index];
        if (root.children.empty()) {
            fill_empty_root(splices, root, member_text(metadata, old, std::string(kMargin)));
            return;
        }
        const std::optional<std::string> margin = document::flow_margin(document, root);
        document::add_flow_member(splices, document, root, member_text(metadata, old, margin));
    }

    std::string with_placeholder(const Document& document, const document::KeyPath& path) const override {
        return document::json_with_value_at(document, path, "0", kEditRules);
    }
    std::string without(const Document& document, const document::KeyPath& path) const override {
        return document::json_without_value_at(document, path);
    }
};

}  // namespace

const DocumentFormat& json_format() {
    static const JsonFormat format;
    return format;
}

}  // namespace bestow::sops
