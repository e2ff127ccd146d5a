#include "operations/placeholder_names.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace bestow::operations {

std::string with_renamed_placeholders(std::string_view text, const Delimiters& delimiters, std::string_view old_name,
                                      std::string_view new_name) {
    std::string result;
    for (;;) {
        const std::size_t open = text.find(delimiters.open);
        if (open == std::string_view::npos) {
            return result.append(text);
        }
        const std::size_t body_begin = open + delimiters.open.size();
        const std::size_t line_end = std::min(text.find('\n', body_begin), text.size());
        const std::size_t close = text.find(delimiters.close, body_begin);
        if (close >= line_end) {  // not a placeholder: those end on their line
            result.append(text.substr(0, line_end));
            text.remove_prefix(line_end);
            continue;
        }
        const std::string_view body = text.substr(body_begin, close - body_begin);
        const std::string_view subject = trim(body.substr(0, body.find('|')));
        const std::size_t end = close + delimiters.close.size();
        if (subject == old_name) {
            const auto subject_begin = static_cast<std::size_t>(subject.data() - text.data());
            const std::size_t subject_end = subject_begin + subject.size();
            result.append(text.substr(0, subject_begin)).append(new_name);
            result.append(text.substr(subject_end, end - subject_end));
        } else {
            result.append(text.substr(0, end));
        }
        text.remove_prefix(end);
    }
}

}  // namespace bestow::operations
