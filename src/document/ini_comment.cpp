#include "document/ini_comment.hpp"

#include "base/text.hpp"
#include "document/white_space.hpp"

#include <algorithm>
#include <vector>

namespace bestow::document {
namespace {

bool begins_with_mark(std::string_view text) {
    return !text.empty() && (text.front() == '#' || text.front() == ';');
}

std::string text_of_line(std::string_view line, std::string_view indentation) {
    const std::size_t space = leading_space(line);
    const std::string_view rest = line.substr(space);
    if (!rest.empty() && line.substr(0, space) == indentation) {
        return std::string(rest);
    }
    return std::string(line.substr(0, space)) + " " + std::string(rest);
}

std::string source_of_line(std::string_view line, std::string_view indentation) {
    const std::size_t space = leading_space(line);
    const std::string_view rest = line.substr(space);
    const bool own_indentation = space > 0 && line[space - 1] == ' ' && (rest.empty() || begins_with_mark(rest));
    if (own_indentation) {
        return std::string(line.substr(0, space - 1)) + std::string(rest);
    }
    return std::string(indentation) + (begins_with_mark(line) ? "" : "; ") + std::string(line);
}

}  // namespace

std::size_t ini_comment_marks(std::string_view source) {
    const std::string_view marks = !source.empty() && source.front() == '#' ? "# " : "; ";
    return std::min(source.find_first_not_of(marks), source.size());
}

std::string ini_comment_text(std::string_view source, std::string_view indentation) {
    source.remove_prefix(ini_comment_marks(source));
    const std::vector<std::string_view> lines = split(source, '\n');
    std::string text(lines.front());
    if (lines.size() > 1 && text.empty()) {
        text = " ";
    }
    for (std::size_t index = 1; index < lines.size(); ++index) {
        text += "\n" + text_of_line(lines[index], indentation);
    }
    return text;
}

std::string ini_comment_source(std::string_view text, std::string_view indentation) {
    const std::vector<std::string_view> lines = split(text, '\n');
    std::string source(lines.size() > 1 && lines.front() == " " ? std::string_view() : lines.front());
    for (std::size_t index = 1; index < lines.size(); ++index) {
        source += "\n" + source_of_line(lines[index], indentation);
    }
    return source;
}

}  // namespace bestow::document
