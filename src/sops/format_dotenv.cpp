#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/dotenv.hpp"
#include "sops/document_format.hpp"
#include "sops/flat_metadata.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

using document::Child;
using document::Document;
using document::KeyPath;
using document::Node;
using document::Span;

constexpr document::EditRules kEditRules = {kMetadataKey, nullptr};
constexpr std::string_view kPrefix = "sops_";

bool is_metadata(const Child& child) {
    return child.node() != nullptr && child.key.substr(0, kPrefix.size()) == kPrefix;
}

/// A line of its own, with its line break.
Span whole_line(const Document& document, const Child& child) {
    return {child.key_span.begin, std::min(child.node()->span.end + 1, document.text.size())};
}

std::string line_of(const FlatField& field) {
    return std::string(kPrefix) + field.name + "=" + with_escaped_breaks(field.name, field.value) + "\n";
}

std::string_view name_in(const Document& document, const Child& line) {
    const std::string_view key =
        std::string_view(document.text).substr(line.key_span.begin, line.key_span.end - line.key_span.begin);
    return key.substr(kPrefix.size());
}

std::string_view value_in(const Document& document, const Child& line) {
    const Span span = line.node()->span;
    return std::string_view(document.text).substr(span.begin, span.end - span.begin);
}

void check_line(const Child& line) {
    if (!line.node()->text.empty() && line.node()->text.back() == '\r') {
        throw Error(ErrorKind::Format,
                    format("line {}: the line ends with CR and LF, and the CR belongs to the value in a dotenv file",
                           line.key_at.line),
                    "something converted the file's line ends; take it as it was committed");
    }
}

/// The old lines with MAC and time of `metadata`.
std::string kept_lines(const Document& old, const Metadata& metadata) {
    std::string text;
    for (const Child* const line : flat_lines(*find_metadata(old.roots.front()))) {
        const std::string_view name = name_in(old, *line);
        std::string_view value = value_in(old, *line);
        value = name == "mac" ? metadata.mac : name == "lastmodified" ? metadata.last_modified : value;
        text += std::string(kPrefix) + std::string(name) + "=" + std::string(value) + "\n";
    }
    return text;
}

class DotenvFormat final : public DocumentFormat {
  public:
    Document parse(std::string text) const override {
        Document document = document::parse_dotenv(std::move(text));
        std::vector<Child>& children = document.roots.front().children;
        for (const Child& child : children) {
            if (child.node() != nullptr && child.key == kMetadataKey) {
                throw Error(ErrorKind::Format,
                            format("line {}: the key 'sops' stands for SOPS's own data", child.key_at.line),
                            "give it another name");
            }
        }
        const auto first = std::stable_partition(children.begin(), children.end(),
                                                 [](const Child& child) { return !is_metadata(child); });
        const std::vector<Child> lines(first, children.end());
        if (lines.empty()) {
            return document;
        }
        std::for_each(lines.begin(), lines.end(), check_line);
        children.erase(first, children.end());
        Child member;
        member.key = kMetadataKey;
        member.key_at = lines.front().key_at;
        member.key_span = lines.front().key_span;
        Node sops = unflattened(lines, kPrefix.size());
        sops.at = member.key_at;
        sops.span = {lines.front().key_span.begin, lines.back().node()->span.end};
        member.what = std::move(sops);
        children.push_back(std::move(member));
        return document;
    }

    std::string value_envelope(const Document& /*document*/, const Place& /*place*/,
                               std::string envelope) const override {
        return envelope;
    }

    void put_plaintext(SecretSplices& splices, const Document& document, const Opened& opened) const override {
        const std::string_view text = as_text(opened.value.bytes.view());
        if (opened.place.comment == nullptr) {
            splices.replace(opened.place.node->span, plain_value(document, opened.place, opened.value));
        } else if (text.find('\n') == std::string_view::npos) {
            // Else the ciphertext stays: it was no comment when it was encrypted.
            SecretBuilder out;
            out.append(std::string_view("#"));
            out.append(text);
            splices.replace(opened.place.comment->span, out.finish());
        }
    }

    SecretBytes plain_value(const Document& /*document*/, const Place& /*place*/,
                            const TypedBytes& value) const override {
        SecretBuilder out;
        document::append_dotenv_value(out, as_text(flat_value(value).view()));
        return out.finish();
    }

    void check_value(const TypedBytes& value) const override {
        check_is_text(value);
        document::check_dotenv_value(as_text(value.bytes.view()));
    }

    void remove_metadata(SecretSplices& splices, const Document& document) const override {
        if (const Node* const sops = find_metadata(document.roots.front())) {
            for (const Child* const line : flat_lines(*sops)) {
                splices.replace(whole_line(document, *line), std::string_view());
            }
        }
    }

    void add_metadata(document::Splices& splices, const Document& document, std::size_t /*index*/,
                      const Metadata& metadata, const Document* old) const override {
        const std::size_t end = document.text.size();
        std::string text = end > 0 && document.text.back() != '\n' ? "\n" : "";
        if (old != nullptr) {
            text += kept_lines(*old, metadata);
        } else {
            for (const FlatField& field : flat_fields(metadata)) {
                text += line_of(field);
            }
        }
        splices.replace({end, end}, std::move(text));
    }

    void edit_mac(document::Splices& splices, const Document& document, std::string_view mac,
                  std::string_view last_modified) const override {
        const Node& sops = *find_metadata(document.roots.front());
        splices.replace(flat_line(sops, "mac").node()->span, std::string(mac));
        splices.replace(flat_line(sops, "lastmodified").node()->span, std::string(last_modified));
    }

    void edit_age_entries(document::Splices& splices, const Document& document,
                          const std::vector<AgeEntryEdit>& entries) const override {
        const Node& sops = *find_metadata(document.roots.front());
        const std::vector<std::vector<const Child*>> old = age_lines(sops);
        std::string text;
        for (std::size_t index = 0; index < entries.size(); ++index) {
            const AgeEntryEdit& entry = entries[index];
            for (const Child* const line : entry.kept ? old.at(*entry.kept) : std::vector<const Child*>()) {
                text += std::string(kPrefix) + flat_name_at(name_in(document, *line), index) + "=" +
                        std::string(value_in(document, *line)) + "\n";
            }
            for (const FlatField& field : entry.kept ? std::vector<FlatField>() : flat_fields(entry.added, index)) {
                text += line_of(field);
            }
        }
        const std::size_t begin = age_begin(sops);
        splices.replace({begin, begin}, std::move(text));
        for (const std::vector<const Child*>& lines : old) {
            for (const Child* const line : lines) {
                splices.replace(whole_line(document, *line), {});
            }
        }
    }

    std::string with_placeholder(const Document& document, const KeyPath& path) const override {
        const auto* const key = std::get_if<std::string>(&path.front());
        if (key != nullptr && key->substr(0, kPrefix.size()) == kPrefix) {
            throw Error(ErrorKind::Usage, format("{}: keys that begin with 'sops_' are SOPS's own", quoted(*key)));
        }
        return document::dotenv_with_value_at(document, path, "0", kEditRules);
    }
    std::string without(const Document& document, const KeyPath& path) const override {
        return document::dotenv_without_value_at(document, path);
    }
};

}  // namespace

const DocumentFormat& dotenv_format() {
    static const DotenvFormat format;
    return format;
}

}  // namespace bestow::sops
