#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/ini.hpp"
#include "document/white_space.hpp"

#include <algorithm>
#include <optional>

namespace bestow::document {
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_delimiter(char character) {
    return character == '=' || character == ':';
}

struct Names {
    std::string section;
    std::string key;
};

Names names_of(const KeyPath& path) {
    const auto* const section = path.size() == 2 ? std::get_if<std::string>(&path[0]) : nullptr;
    const auto* const key = path.size() == 2 ? std::get_if<std::string>(&path[1]) : nullptr;
    if (section == nullptr || key == nullptr) {
        throw Error(ErrorKind::Usage, format("{}: an INI document has values under a section and a key", to_text(path)),
                    "name both: section.key; what is above the first header is in the section DEFAULT");
    }
    return {*section, *key};
}

bool has_line_break(std::string_view name) {
    return name.find_first_of(std::string_view("\n\r\0", 3)) != kNone;
}

class IniEditor {
  public:
    explicit IniEditor(const Document& document)
        : text_(document.text),
          root_(document.roots.at(0)),
          begin_(document.text.compare(0, 3, "\xef\xbb\xbf") == 0 ? 3 : 0),
          line_ending_(line_ending_of(document.text)) {}

    std::string set(const Names& names, std::string_view value, const EditRules& rules) {
        const std::vector<std::size_t> sections = sections_named(names.section);
        std::vector<const Child*> members;
        for (const std::size_t index : sections) {
            if (const Child* const member = member_of(section_at(index), names.key)) {
                members.push_back(member);
            }
        }
        if (members.size() > 1 || (members.empty() && sections.size() > 1)) {
            refuse_repeated(names.section);
        }
        if (!members.empty()) {
            put_value(*members.front()->node(), value);
        } else if (!sections.empty()) {
            check_ini_path({names.section, names.key});
            append_member(section_at(sections.front()), names.key, value);
        } else {
            check_ini_path({names.section, names.key});
            append_section(names, value, rules);
        }
        return splices_.apply(text_);
    }

    std::string unset_member(const Names& names, const KeyPath& path) {
        const Node* holder = nullptr;
        for (const std::size_t index : sections_named(names.section)) {
            if (member_of(section_at(index), names.key) != nullptr) {
                holder == nullptr ? void(holder = &section_at(index)) : refuse_repeated(names.section);
            }
        }
        if (holder == nullptr) {
            throw Error(ErrorKind::NotFound, format("there is no {}", to_text(path)));
        }
        const Child& member = *member_of(*holder, names.key);
        std::size_t end = member.node()->span.end;
        std::size_t lowest = member.key_span.begin;
        const auto index = static_cast<std::size_t>(&member - holder->children.data());
        for (std::size_t next = index + 1; next < holder->children.size(); ++next) {
            const Comment* const comment = holder->children[next].comment();
            if (comment == nullptr) {
                break;
            }
            end = std::max<std::size_t>(end, comment->span.end);
            lowest = std::min<std::size_t>(lowest, comment->span.begin);
        }
        splices_.replace({begin_with_comments(member.key_span.begin, lowest), next_line(end)}, {});
        return splices_.apply(text_);
    }

    std::string unset_section(const std::string& name) {
        const std::vector<std::size_t> sections = sections_named(name);
        if (sections.empty()) {
            throw Error(ErrorKind::NotFound, format("there is no {}", quoted(name)));
        }
        if (sections.size() > 1) {
            refuse_repeated(name);
        }
        const Child& section = root_.children[sections.front()];
        const bool has_header = section.key_span.begin < section.key_span.end;
        std::size_t begin = begin_with_comments(header_begin(section), has_header ? lowest_comment(section) : begin_);
        const std::size_t next = sections.front() + 1;
        const std::size_t end = next < root_.children.size() ? region_begin(root_.children[next]) : text_.size();
        const std::string empty = std::string(line_ending_) + std::string(line_ending_);
        if (end == text_.size() && begin >= empty.size() && text_.substr(begin - empty.size(), empty.size()) == empty) {
            begin -= line_ending_.size();
        }
        splices_.replace({begin, end}, {});
        return splices_.apply(text_);
    }

  private:
    [[noreturn]] static void refuse_repeated(const std::string& section) {
        throw Error(ErrorKind::Policy,
                    format("the section {} is there more than once, so the place is not clear", quoted(section)),
                    "edit the document as a whole: bestow edit");
    }

    [[nodiscard]] const Node& section_at(std::size_t index) const { return *root_.children[index].node(); }

    [[nodiscard]] std::vector<std::size_t> sections_named(const std::string& name) const {
        std::vector<std::size_t> found;
        for (std::size_t index = 0; index < root_.children.size(); ++index) {
            if (root_.children[index].node() != nullptr && root_.children[index].key == name) {
                found.push_back(index);
            }
        }
        return found;
    }

    static const Child* member_of(const Node& section, const std::string& key) {
        for (const Child& child : section.children) {
            if (child.node() != nullptr && child.key == key) {
                return &child;
            }
        }
        return nullptr;
    }

    // Places

    [[nodiscard]] std::size_t line_begin(std::size_t at) const {
        const std::size_t line_break = at == 0 ? kNone : text_.rfind('\n', at - 1);
        return line_break == kNone ? begin_ : line_break + 1;
    }

    [[nodiscard]] std::size_t next_line(std::size_t at) const {
        const std::size_t line_break = text_.find('\n', at);
        return line_break == kNone ? text_.size() : line_break + 1;
    }

    /// The line of `at`, and the lines of comments directly above it, none before `lowest`.
    [[nodiscard]] std::size_t begin_with_comments(std::size_t at, std::size_t lowest) const {
        std::size_t begin = line_begin(at);
        while (begin > line_begin(lowest)) {
            const std::size_t above = line_begin(begin - 1);
            const std::string_view line = trim_space(text_.substr(above, begin - above));
            if (line.empty() || (line.front() != '#' && line.front() != ';')) {
                break;
            }
            begin = above;
        }
        return begin;
    }

    static std::size_t header_begin(const Child& section) { return section.node()->span.begin; }

    /// Where the comments of a header begin, or the header.
    static std::size_t lowest_comment(const Child& section) {
        std::size_t lowest = header_begin(section);
        for (const Child& child : section.node()->children) {
            if (child.comment() == nullptr) {
                break;
            }
            lowest = std::min<std::size_t>(lowest, child.comment()->span.begin);
        }
        return lowest;
    }

    [[nodiscard]] std::size_t region_begin(const Child& child) const {
        return line_begin(child.comment() != nullptr ? std::size_t{child.comment()->span.begin} : lowest_comment(child));
    }

    static std::size_t content_end(const Node& section) {
        std::size_t end = section.span.end;
        for (const Child& child : section.children) {
            end = std::max<std::size_t>(end, child.comment() != nullptr ? child.comment()->span.end : child.node()->span.end);
        }
        return end;
    }

    // Texts

    /// "key = value", with the delimiter as the section's other keys have it.
    [[nodiscard]] std::string member_text(const Node* section, const std::string& key, std::string_view value) const {
        const std::string source = ini_key_source(key);
        std::string before = " ";
        std::string behind = " ";
        char delimiter = '=';
        std::optional<std::size_t> column;
        std::size_t members = 0;
        for (std::size_t index = 0; section != nullptr && index < section->children.size(); ++index) {
            const Child& child = section->children[index];
            if (child.node() == nullptr) {
                continue;
            }
            const std::size_t at = text_.find_first_of("=:", child.key_span.end);
            const std::size_t its_column = at - child.key_span.begin;
            column = members == 0 || column == its_column ? its_column : 0;
            ++members;
            delimiter = text_[at];
            before = at > child.key_span.end ? " " : "";
            behind = text_.substr(at + 1, 1) == " " || text_.substr(at + 1, 1) == "\t" ? " " : "";
        }
        if (members > 1 && column && *column > source.size()) {
            before = std::string(*column - source.size(), ' ');
        }
        return source + before + delimiter + behind + std::string(value) + std::string(line_ending_);
    }

    [[nodiscard]] std::string indentation_of(const Node& section) const {
        for (const Child& child : section.children) {
            if (child.node() != nullptr) {
                const std::size_t begin = line_begin(child.key_span.begin);
                return std::string(text_.substr(begin, child.key_span.begin - begin));
            }
        }
        return {};
    }

    void insert_line(std::size_t at, const std::string& line) {
        const bool open_line = at > begin_ && text_[at - 1] != '\n';
        splices_.replace({at, at}, (open_line ? std::string(line_ending_) : std::string()) + line);
    }

    void put_value(const Node& node, std::string_view value) {
        const std::size_t at = node.span.begin;
        const bool empty = at == node.span.end;
        const bool space_before = empty && is_delimiter(text_[at - 1]) && text_[at - 2] == ' ';
        const std::string_view behind = text_.substr(node.span.end, 1);
        const bool space_behind = behind == "#" || behind == ";";
        splices_.replace(node.span, (space_before ? " " : "") + std::string(value) + (space_behind ? " " : ""));
    }

    void append_member(const Node& section, const std::string& key, std::string_view value) {
        insert_line(next_line(content_end(section)), indentation_of(section) + member_text(&section, key, value));
    }

    void append_section(const Names& names, std::string_view value, const EditRules& rules) {
        const std::string line = member_text(nullptr, names.key, value);
        const std::string eol(line_ending_);
        std::size_t at = begin_;
        bool is_first = true;
        for (const Child& child : root_.children) {
            if (child.node() == nullptr || (!rules.last_key.empty() && child.key == rules.last_key)) {
                break;
            }
            if (names.section != kIniDefaultSection) {
                at = next_line(content_end(*child.node()));
                is_first = false;
            }
        }
        const std::string_view rest = text_.substr(at);
        const bool apart = rest.empty() || rest.front() == '\n' || rest.substr(0, 2) == "\r\n";
        const std::string header = names.section == kIniDefaultSection ? "" : "[" + names.section + "]" + eol;
        insert_line(at, (is_first ? "" : eol) + header + line + (apart ? "" : eol));
    }

    std::string_view text_;
    const Node& root_;
    std::size_t begin_;  ///< behind a byte-order mark
    std::string_view line_ending_;
    Splices splices_;
};

}  // namespace

std::string ini_key_source(const std::string& key) {
    if (key.find_first_of("\"=:") != std::string::npos) {
        return "`" + key + "`";
    }
    return key.find('`') != std::string::npos ? "\"\"\"" + key + "\"\"\"" : key;
}

void check_ini_path(const KeyPath& path) {
    const auto [section, key] = names_of(path);
    if (section.empty() || has_line_break(section) || section.find(']') != std::string::npos) {
        throw Error(ErrorKind::Usage, format("{} cannot be the name of a section in an INI file", quoted(section)),
                    "a section's name is not empty and has no ']' and no line break in it");
    }
    const bool readable = !key.empty() && !has_line_break(key) && trim_space(key).size() == key.size() && key != "-" &&
                          std::string_view("#;[").find(key.front()) == kNone &&
                          (key.find('`') == std::string::npos || key.find_first_of("\"=:") == std::string::npos);
    if (!readable) {
        throw Error(
            ErrorKind::Usage, format("SOPS could not read back the key {} in an INI file", quoted(key)),
            "a key is not empty and not '-', begins with none of '#', ';', '[', has no white space around it, no "
            "line break, and no backquote together with '=', ':' or '\"'");
    }
}

std::string ini_with_value_at(const Document& document, const KeyPath& path, std::string_view value,
                              const EditRules& rules) {
    return IniEditor(document).set(names_of(path), value, rules);
}

std::string ini_without_value_at(const Document& document, const KeyPath& path) {
    if (path.size() == 1 && std::holds_alternative<std::string>(path.front())) {
        return IniEditor(document).unset_section(std::get<std::string>(path.front()));
    }
    return IniEditor(document).unset_member(names_of(path), path);
}

}  // namespace bestow::document
