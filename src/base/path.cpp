#include "base/path.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <vector>

namespace bestow {

std::string base_name(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));  // npos + 1 is the text's begin
}

std::string parent_of(std::string_view absolute_path) {
    const std::size_t slash = absolute_path.rfind('/');
    return slash == 0 ? "/" : std::string(absolute_path.substr(0, slash));
}

std::string clean_path(std::string_view path) {
    const bool is_absolute = path.starts_with('/');
    std::vector<std::string> kept;
    for (const std::string_view piece : split(path, '/')) {
        if (piece == ".." && !kept.empty() && kept.back() != "..") {
            kept.pop_back();
        } else if (!piece.empty() && piece != "." && (piece != ".." || !is_absolute)) {
            kept.emplace_back(piece);
        }
    }
    return (is_absolute ? "/" : "") + join(kept, "/");
}

bool climbs(std::string_view path) {
    const std::vector<std::string_view> pieces = split(path, '/');
    return std::find(pieces.begin(), pieces.end(), "..") != pieces.end();
}

}  // namespace bestow
