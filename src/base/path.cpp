#include "base/path.hpp"

namespace bestow {

std::string base_name(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));  // npos + 1 is the text's begin
}

std::string parent_of(std::string_view absolute_path) {
    const std::size_t slash = absolute_path.rfind('/');
    return slash == 0 ? "/" : std::string(absolute_path.substr(0, slash));
}

}  // namespace bestow
