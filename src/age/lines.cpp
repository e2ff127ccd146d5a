#include "age/lines.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::age {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} * 1024 * 1024;
constexpr std::size_t kLongestLine = std::size_t{8} * 1024;

void take_line(std::string_view line, const std::function<void(std::string_view)>& take) {
    if (line.size() > kLongestLine) {
        throw Error(ErrorKind::Format, format("longer than {} bytes", kLongestLine));
    }
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    if (!line.empty() && line.front() != '#') {
        take(line);
    }
}

}  // namespace

void for_each_line(ByteView file, std::string_view name, const std::function<void(std::string_view)>& take) {
    if (file.size() > kLargestFile) {
        throw Error(ErrorKind::Format, format("{}: larger than {} bytes", quoted(name), kLargestFile));
    }
    std::size_t number = 0;
    for (const std::string_view line : split(as_text(file), '\n')) {
        ++number;
        try {
            take_line(line, take);
        } catch (Error& error) {
            error.add_context(format("{}: line {}", quoted(name), number));
            throw;
        }
    }
}

}  // namespace bestow::age
