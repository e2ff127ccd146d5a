#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "sops/plain_tree.hpp"

#include <algorithm>

// As go-ini writes: "=" aligned in each section, an empty line between sections. In sops's tree the comment of a
// section comes first in it, and the comment of a key behind the key.

namespace bestow::sops {
namespace {

using Shape = PlainNode::Shape;

constexpr std::string_view kDelimiters = "=:";
constexpr std::string_view kDefaultSection = "DEFAULT";

struct Entry {
    std::string_view key;
    const PlainNode* value = nullptr;
    const PlainChild* comment = nullptr;  ///< above it
};

struct Section {
    std::string_view name;
    const PlainChild* comment = nullptr;
    std::vector<Entry> entries;
};

std::string written_key(std::string_view key) {
    if (key.find('"') != std::string_view::npos || key.find_first_of(kDelimiters) != std::string_view::npos) {
        return format("`{}`", key);
    }
    return key.find('`') != std::string_view::npos ? format("\"\"\"{}\"\"\"", key) : std::string(key);
}

void append_value(SecretBuilder& out, std::string_view value) {
    std::string_view quotes;
    if (value.find_first_of("\n`") != std::string_view::npos) {
        quotes = "\"\"\"";
    } else if (value.find_first_of("#;") != std::string_view::npos) {
        quotes = "`";
    } else if (trim(value).size() != value.size()) {
        quotes = "\"";
    }
    out.append(quotes);
    out.append(value);
    out.append(quotes);
}

enum class Trim { No, Yes };

void append_comment(SecretBuilder& out, const PlainChild* comment, Trim trimmed) {
    if (comment == nullptr || comment->comment.empty()) {
        return;
    }
    for (const std::string_view line : split(as_text(comment->comment.view()), '\n')) {
        const bool marked = !line.empty() && (line.front() == '#' || line.front() == ';');
        out.append(marked ? line.substr(0, 1) : ";");
        out.append(" ");
        out.append(marked || trimmed == Trim::Yes ? trim(marked ? line.substr(1) : line) : line);
        out.append("\n");
    }
}

Section section_of(const PlainChild& child) {
    Section section;
    section.name = child.key;
    if (child.node.shape != Shape::Mapping) {
        throw Error(ErrorKind::Format, format("an INI file holds sections; {} is none", quoted(child.key)));
    }
    for (const PlainChild& inner : child.node.children) {
        if (inner.is_comment) {
            if (&inner == &child.node.children.front()) {
                section.comment = &inner;
            } else if (!section.entries.empty()) {
                section.entries.back().comment = &inner;
            }
        } else if (inner.node.shape != Shape::Scalar) {
            throw Error(ErrorKind::Format, format("an INI file holds single values; {} in {} is none",
                                                  quoted(inner.key), quoted(child.key)));
        } else {
            section.entries.push_back({inner.key, &inner.node, nullptr});
        }
    }
    return section;
}

/// False when nothing but perhaps a comment was written, as of an empty section for what stands above the first header.
bool append_section(SecretBuilder& out, const Section& section, bool first) {
    append_comment(out, section.comment, Trim::No);
    if (!first || section.name != kDefaultSection) {
        out.append(format("[{}]\n", section.name));
    } else if (section.entries.empty()) {
        return false;
    }
    std::size_t width = 0;
    for (const Entry& entry : section.entries) {
        width = std::max(width, written_key(entry.key).size());
    }
    for (const Entry& entry : section.entries) {
        append_comment(out, entry.comment, Trim::Yes);
        const std::string key = written_key(entry.key);
        out.append(key + std::string(width - key.size(), ' ') + " = ");
        append_value(out, as_text(scalar_text(*entry.value).view()));
        out.append("\n");
    }
    return true;
}

}  // namespace

SecretBytes emit_ini(const PlainNode& root) {
    std::vector<Section> sections;
    for (const PlainChild& child : root.children) {
        if (!child.is_comment) {
            sections.push_back(section_of(child));
        }
    }
    SecretBuilder out;
    for (std::size_t index = 0; index < sections.size(); ++index) {
        if (append_section(out, sections[index], index == 0) && index + 1 < sections.size()) {
            out.append("\n");
        }
    }
    return out.finish();
}

}  // namespace bestow::sops
