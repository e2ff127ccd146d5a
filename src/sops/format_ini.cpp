#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/ini.hpp"
#include "document/ini_comment.hpp"
#include "sops/document_format.hpp"
#include "sops/flat_metadata.hpp"
#include "sops/ini_comments.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

using document::Child;
using document::Comment;
using document::Document;
using document::KeyPath;
using document::Node;
using document::Span;

constexpr document::EditRules kEditRules = {kMetadataKey, nullptr};
constexpr std::size_t kSpaceOfEquals = 1;

std::string_view source(const Document& document, Span span) {
    return std::string_view(document.text).substr(span.begin, span.end - span.begin);
}

std::size_t line_begin(std::string_view text, std::size_t at) {
    return at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
}

std::size_t next_line(std::string_view text, std::size_t at) {
    const std::size_t line_break = text.find('\n', at);
    return line_break == std::string_view::npos ? text.size() : line_break + 1;
}

/// "name = value", the '=' in column `width` + 1 where the name leaves room.
std::string line_of(std::string_view name, std::string_view value, std::size_t width, std::string_view line_ending) {
    const std::string space(width > name.size() ? width - name.size() : 0, ' ');
    return std::string(name) + space + " = " + std::string(value) + std::string(line_ending);
}

std::string line_of(const FlatField& field, std::size_t width, std::string_view line_ending) {
    SecretBuilder value;  // in quotes where it needs them
    document::append_ini_value(value, with_escaped_breaks(field.name, field.value));
    return line_of(field.name, as_text(value.view()), width, line_ending);
}

std::string new_section(const Metadata& metadata, std::string_view line_ending) {
    const std::vector<FlatField> fields = flat_fields(metadata);
    std::size_t width = 0;
    for (const FlatField& field : fields) {
        width = std::max(width, field.name.size());
    }
    std::string text = "[" + std::string(kMetadataKey) + "]" + std::string(line_ending);
    for (const FlatField& field : fields) {
        text += line_of(field, width, line_ending);
    }
    return text;
}

/// The lines of the section, from its header on, as they stand.
Span section_lines(const Document& document) {
    const Node& sops = *find_metadata(document.roots.front());
    std::size_t end = sops.span.end;
    for (const Child* const line : flat_lines(sops)) {
        end = std::max<std::size_t>(end, line->node()->span.end);
    }
    return {line_begin(document.text, sops.span.begin), next_line(document.text, end)};
}

void put_mac(document::Splices& splices, const Document& document, std::string_view mac,
             std::string_view last_modified) {
    const Node& sops = *find_metadata(document.roots.front());
    splices.replace(flat_line(sops, "mac").node()->span, std::string(mac));
    splices.replace(flat_line(sops, "lastmodified").node()->span, std::string(last_modified));
}

std::string kept_section(const Document& old, const Metadata& metadata) {
    const Span lines = section_lines(old);
    document::Splices splices;
    put_mac(splices, old, metadata.mac, metadata.last_modified);
    splices.replace({0, lines.begin}, {});
    splices.replace({lines.end, old.text.size()}, {});
    return splices.apply(old.text);
}

/// The column of the '=' in the section, less the space before it.
std::size_t width_of(const Document& document, const Node& sops) {
    const Child& line = flat_line(sops, "mac");
    const std::size_t equals = document.text.find_first_of("=:", line.key_span.end);
    return equals - line.key_span.begin - kSpaceOfEquals;
}

/// The section's keys and values become a nested mapping; what is above its header belongs to the root.
void nest_metadata(Node& root) {
    const auto is_sops = [](const Child& child) { return child.node() != nullptr && child.key == kMetadataKey; };
    const auto found = std::find_if(root.children.begin(), root.children.end(), is_sops);
    if (found == root.children.end()) {
        return;
    }
    if (const auto again = std::find_if(found + 1, root.children.end(), is_sops); again != root.children.end()) {
        throw Error(ErrorKind::Format, format("line {}: the section 'sops' is here twice", again->key_at.line));
    }
    Node& section = std::get<Node>(found->what);
    std::vector<Child> lines;
    std::vector<Child> above;
    for (Child& child : section.children) {
        if (child.comment() == nullptr) {
            auto& value = std::get<Node>(child.what);
            value.text = with_real_breaks(value.text);
            lines.push_back(std::move(child));
        } else if (child.comment()->span.begin < section.span.begin) {
            above.push_back(std::move(child));
        }
    }
    section.children = unflattened(lines, 0).children;
    root.children.insert(found, std::make_move_iterator(above.begin()), std::make_move_iterator(above.end()));
}

class IniFormat final : public DocumentFormat {
  public:
    Document parse(std::string text) const override {
        Document document = document::parse_ini(std::move(text));
        nest_metadata(document.roots.front());
        split_enveloped_comments(document);
        return document;
    }

    std::optional<std::string> with_comments_to_seal(const Document& document,
                                                     const Selector& selector) const override {
        return with_one_comment_a_key(document, selector);
    }

    /// In the quotes that the value had, save those that it gets anyway when it is decrypted.
    std::string value_envelope(const Document& document, const Place& place, std::string envelope) const override {
        const std::string quotes(document::ini_quotes(document.text, *place.node));
        const std::string_view behind = std::string_view(document.text).substr(place.node->span.end, 1);
        const bool touches_comment = behind == "#" || behind == ";";
        if (document::ini_own_quotes(place.node->text) == quotes && !touches_comment) {
            return envelope;
        }
        return quotes + envelope + quotes;
    }

    std::string comment_envelope(const Document& document, const Place& place,
                                 const std::string& envelope) const override {
        const std::string_view text = source(document, place.comment->span);
        return std::string(text.substr(0, document::ini_comment_marks(text))) + envelope;
    }

    void put_plaintext(SecretSplices& splices, const Document& document, const Opened& opened) const override {
        if (opened.place.comment == nullptr) {
            splices.replace(opened.place.node->span, plain_value(document, opened.place, opened.value));
            return;
        }
        const Span span = opened.place.comment->span;
        const std::string_view marks =
            source(document, span).substr(0, document::ini_comment_marks(source(document, span)));
        const std::optional<std::string_view> indentation = document::ini_comment_indentation(document.text, span);
        const std::string_view text = as_text(opened.value.bytes.view());
        if (!indentation && text.find('\n') != std::string_view::npos) {
            return;  // behind a value there is room for one line; the ciphertext stays
        }
        std::string plain = document::ini_comment_source(text, indentation.value_or(std::string_view()));
        SecretBuilder out;
        out.append(marks);
        out.append(std::string_view(plain));
        wipe(plain);
        splices.replace(span, out.finish());
    }

    SecretBytes plain_value(const Document& document, const Place& place, const TypedBytes& value) const override {
        try {
            SecretBuilder out;
            document::append_ini_value(out, as_text(flat_value(value).view()),
                                       document::ini_quotes(document.text, *place.node));
            return out.finish();
        } catch (Error& error) {
            error.add_context(format("line {}, {}", place.node->at.line, document::to_text(*place.path)));
            throw;
        }
    }

    void check_value(const TypedBytes& value) const override {
        check_is_text(value);
        SecretBuilder out;
        document::append_ini_value(out, as_text(value.bytes.view()));
    }

    void remove_metadata(SecretSplices& splices, const Document& document) const override {
        if (find_metadata(document.roots.front()) == nullptr) {
            return;
        }
        Span lines = section_lines(document);
        const std::string_view before = std::string_view(document.text).substr(0, lines.begin);
        for (const std::string_view line_ending : {"\r\n", "\n"}) {
            const std::string empty_line = std::string(line_ending) + std::string(line_ending);
            if (before.size() >= empty_line.size() && before.substr(before.size() - empty_line.size()) == empty_line) {
                lines.begin -= line_ending.size();
                break;
            }
        }
        splices.replace(lines, std::string_view());
    }

    void add_metadata(document::Splices& splices, const Document& document, std::size_t /*index*/,
                      const Metadata& metadata, const Document* old) const override {
        const std::string line_ending(document::line_ending_of(document.text));
        const std::size_t end = document.text.size();
        std::string text = end > 0 && document.text.back() != '\n' ? line_ending : "";
        text += end > 0 ? line_ending : "";
        text += old != nullptr ? kept_section(*old, metadata) : new_section(metadata, line_ending);
        splices.replace({end, end}, std::move(text));
    }

    void edit_mac(document::Splices& splices, const Document& document, std::string_view mac,
                  std::string_view last_modified) const override {
        put_mac(splices, document, mac, last_modified);
    }

    void edit_age_entries(document::Splices& splices, const Document& document,
                          const std::vector<AgeEntryEdit>& entries) const override {
        const Node& sops = *find_metadata(document.roots.front());
        const std::vector<std::vector<const Child*>> old = age_lines(sops);
        const std::size_t width = width_of(document, sops);
        const std::string_view line_ending = document::line_ending_of(document.text);
        std::string text;
        for (std::size_t index = 0; index < entries.size(); ++index) {
            const AgeEntryEdit& entry = entries[index];
            for (const Child* const line : entry.kept ? old.at(*entry.kept) : std::vector<const Child*>()) {
                text += line_of(flat_name_at(source(document, line->key_span), index),
                                source(document, line->node()->span), width, line_ending);
            }
            for (const FlatField& field : entry.kept ? std::vector<FlatField>() : flat_fields(entry.added, index)) {
                text += line_of(field, width, line_ending);
            }
        }
        const std::size_t begin = line_begin(document.text, age_begin(sops));
        splices.replace({begin, begin}, std::move(text));
        for (const std::vector<const Child*>& lines : old) {
            for (const Child* const line : lines) {
                splices.replace(
                    {line_begin(document.text, line->key_span.begin), next_line(document.text, line->node()->span.end)},
                    {});
            }
        }
    }

    std::string with_placeholder(const Document& document, const KeyPath& path) const override {
        std::string quotes;
        if (path.size() == 2) {
            walk_values(document, path, [&](const Node& node) { quotes = document::ini_quotes(document.text, node); });
        }
        return document::ini_with_value_at(document, path, quotes + "0" + quotes, kEditRules);
    }
    std::string without(const Document& document, const KeyPath& path) const override {
        return document::ini_without_value_at(document, path);
    }

  private:
    template <typename Take>
    static void walk_values(const Document& document, const KeyPath& path, Take take) {
        for (const Child& section : document.roots.front().children) {
            if (section.node() == nullptr || document::PathElement(section.key) != path[0]) {
                continue;
            }
            for (const Child& child : section.node()->children) {
                if (child.node() != nullptr && document::PathElement(child.key) == path[1]) {
                    take(*child.node());
                }
            }
        }
    }
};

}  // namespace

const DocumentFormat& ini_format() {
    static const IniFormat format;
    return format;
}

}  // namespace bestow::sops
