#include "document/conflict_marker.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::document {
namespace {

bool is_marker(std::string_view line) {
    const std::string_view begin = line.substr(0, 8);
    return begin == "<<<<<<< " || begin == ">>>>>>> " || line == "=======" || line == "=======\r";
}

}  // namespace

void refuse_conflict_markers(std::string_view text) {
    std::size_t number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        if (is_marker(line)) {
            throw Error(ErrorKind::Format, format("line {}: a git conflict marker", number),
                        "take one side (git checkout --ours FILE, or --theirs) and make the other side's change again, "
                        "values with bestow set");
        }
    }
}

}  // namespace bestow::document
