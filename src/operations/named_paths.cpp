#include "operations/named_paths.hpp"

#include "base/error.hpp"
#include "base/path.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

constexpr std::string_view kSeparators = ":=,; \t\r\n\v\f\"'`()<>|&";
constexpr std::size_t kLongestPath = 4096;  // the kernel takes none that is longer

bool is_separator(char character) {
    return kSeparators.find(character) != std::string_view::npos;
}

/// `text` goes on behind the path.
bool begins_below(std::string_view text, std::string_view folder) {
    return is_below(text, folder) || (text.starts_with(folder) && is_separator(text[folder.size()]));
}

/// What is not there yet counts by its folder.
bool leads_below(os::System& system, const std::string& path, std::string_view folder) {
    const auto real = try_real_path(system, path);
    const auto known = real ? real : try_real_path(system, parent_of(path));
    return known && is_below(*known, folder);
}

bool is_or_ends_below(os::System& system, std::string_view piece, std::string_view folder) {
    for (std::size_t slash = piece.find('/'); slash != std::string_view::npos; slash = piece.find('/', slash + 1)) {
        const std::string path(piece.substr(slash, kLongestPath));
        if (begins_below(clean_path(path), folder) || leads_below(system, path, folder)) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_below(std::string_view path, std::string_view folder) {
    return path == folder || folder == "/" || (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

std::optional<std::string> try_real_path(os::System& system, const std::string& path) {
    try {
        return system.real_path(path);
    } catch (const Error&) {
        return std::nullopt;
    }
}

bool names_path_below(os::System& system, std::string_view word, std::string_view folder) {
    if (is_or_ends_below(system, word, folder)) {
        return true;
    }
    while (!word.empty()) {
        const std::size_t end = std::min(word.find_first_of(kSeparators), word.size());
        if (is_or_ends_below(system, word.substr(0, end), folder)) {
            return true;
        }
        word.remove_prefix(std::min(end + 1, word.size()));
    }
    return false;
}

std::size_t count_slashes(const std::vector<std::string>& words) {
    std::size_t count = 0;
    for (const std::string& word : words) {
        count += static_cast<std::size_t>(std::count(word.begin(), word.end(), '/'));
    }
    return count;
}

}  // namespace bestow::operations
