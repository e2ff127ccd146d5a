#include "base/text.hpp"

#include "base/format.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace bestow {
namespace {

/// Insertions, deletions, substitutions, and neighbours that changed places, each counted once.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> above(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before = std::exchange(above, std::move(row));
    }
    return above.back();
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    for (;;) {
        const std::size_t end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return pieces;
        }
        text.remove_prefix(end + 1);
    }
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string join(const std::vector<std::string>& pieces, std::string_view separator) {
    std::string text;
    for (const std::string& piece : pieces) {
        if (&piece != &pieces.front()) {
            text += separator;
        }
        text += piece;
    }
    return text;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t limit = 120;
    std::string result = "'";
    for (const char character : text.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20 || byte == 0x7f || byte >= 0x80) {
            result += format("\\x{:02x}", byte);
        } else {
            result += character;
        }
    }
    return result + (text.size() > limit ? "...'" : "'");
}

std::string on_one_line(std::string_view text) {
    std::string result;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        result += byte < 0x20 || byte == 0x7f ? format("\\x{:02x}", byte) : std::string(1, character);
    }
    return result;
}

std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.size() > 64) {
        return std::nullopt;
    }
    const std::string* best = nullptr;
    const std::size_t typing_errors = word.size() < 4 ? 1 : std::max<std::size_t>(2, word.size() / 3);
    std::size_t best_distance = typing_errors + 1;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > 64) {
            continue;
        }
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance && distance < word.size()) {
            best = &candidate;
            best_distance = distance;
        }
    }
    return best != nullptr ? std::optional(*best) : std::nullopt;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::optional<std::string> nearest = nearest_word(word, candidates);
    return nearest ? format("; did you mean {}?", quoted(*nearest)) : std::string();
}

}  // namespace bestow
