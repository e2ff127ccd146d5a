#include "document/scalar.hpp"

#include "document/yaml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>

namespace bestow::document {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

const std::map<std::string_view, ResolvedScalar>& words() {
    static const std::map<std::string_view, ResolvedScalar> table = [] {
        std::map<std::string_view, ResolvedScalar> words;
        const auto add = [&](std::initializer_list<std::string_view> names, Kind kind, const char* canonical) {
            for (const std::string_view name : names) {
                words[name] = {kind, canonical, false};
            }
        };
        add({"true", "True", "TRUE"}, Kind::Boolean, "true");
        add({"false", "False", "FALSE"}, Kind::Boolean, "false");
        add({"", "~", "null", "Null", "NULL"}, Kind::Null, "");
        add({".nan", ".NaN", ".NAN"}, Kind::Float, "NaN");
        add({".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"}, Kind::Float, "+Inf");
        add({"-.inf", "-.Inf", "-.INF"}, Kind::Float, "-Inf");
        return words;
    }();
    return table;
}

/// The base that a prefix names, which is then removed: 0x, 0o, 0b, and a leading 0 for octal.
int take_base(std::string_view& digits) {
    if (digits.size() < 2 || digits[0] != '0') {
        return 10;
    }
    int base = 8;
    std::size_t prefix = 2;
    switch (digits[1]) {
        case 'x':
        case 'X':
            base = 16;
            break;
        case 'b':
        case 'B':
            base = 2;
            break;
        case 'o':
        case 'O':
            break;
        default:
            prefix = 1;
    }
    digits.remove_prefix(prefix);
    return base;
}

std::optional<ResolvedScalar> resolve_integer(std::string_view text) {
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') {
        text.remove_prefix(1);
    }
    const int base = take_base(text);
    std::uint64_t magnitude = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    constexpr std::uint64_t limit = std::numeric_limits<std::int64_t>::max();
    if (negative && magnitude > limit + 1) {
        return std::nullopt;
    }
    const std::string digits = std::to_string(magnitude);
    return ResolvedScalar{Kind::Integer, negative && magnitude != 0 ? "-" + digits : digits,
                          !negative && magnitude > limit};
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) {
    const auto skip_digits = [&text] {
        const std::size_t count = std::min(text.find_first_not_of(kDigits), text.size());
        text.remove_prefix(count);
        return count;
    };
    const auto take_any = [&text](std::string_view set) {
        const bool there = !text.empty() && set.find(text.front()) != std::string_view::npos;
        text.remove_prefix(there ? 1 : 0);
        return there;
    };
    take_any("+-");
    const std::size_t whole = skip_digits();
    const std::size_t fraction = take_any(".") ? skip_digits() : 0;
    if (whole + fraction == 0) {
        return false;
    }
    if (take_any("eE")) {
        take_any("+-");
        if (skip_digits() == 0) {
            return false;
        }
    }
    return text.empty();
}

std::optional<ResolvedScalar> resolve_number(std::string_view text) {
    std::string plain(text);
    if (plain.front() != '.') {
        plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
        if (auto integer = resolve_integer(plain)) {
            return integer;
        }
    }
    const std::optional<double> number = looks_like_float(plain) ? parse_float(plain) : std::nullopt;
    if (!number) {
        return std::nullopt;
    }
    return ResolvedScalar{Kind::Float, float_text(*number), false};
}

/// "-1.5e+06": the shortest digits that read back, as Go's FormatFloat(value, 'e', -1, 64). libstdc++'s fixed notation
/// prints exact digits of large values, so that every form is made of this one.
std::string scientific_text(double value) {
    std::array<char, 64> buffer{};
    const auto result =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
    return {buffer.data(), result.ptr};
}

int exponent_of(std::string_view scientific) {
    return std::atoi(std::string(scientific.substr(scientific.find('e') + 1)).c_str());
}

}  // namespace

std::optional<double> parse_float(std::string_view text) {
    if (!looks_like_float(text)) {
        return std::nullopt;
    }
    // The C locale holds throughout bestow. strtod gives zero on underflow, as Go does; overflow is an error there.
    const double value = std::strtod(std::string(text).c_str(), nullptr);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::string float_text(double value) {
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value < 0 ? "-Inf" : "+Inf";
    }
    const std::string scientific = scientific_text(value);
    const std::string_view text = scientific;
    const std::size_t sign = text.front() == '-' ? 1 : 0;
    const std::size_t mark = text.find('e');
    std::string digits(text.substr(sign, mark - sign));
    digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
    const int point = exponent_of(text) + 1;
    if (point <= 0) {
        digits = digits == "0" ? digits : "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
    } else if (static_cast<std::size_t>(point) >= digits.size()) {
        digits.append(static_cast<std::size_t>(point) - digits.size(), '0');
    } else {
        digits.insert(static_cast<std::size_t>(point), 1, '.');
    }
    return digits.insert(0, text.substr(0, sign));
}

std::string float_text_with_exponent(double value) {
    if (std::isnan(value)) {
        return ".nan";
    }
    if (std::isinf(value)) {
        return value < 0 ? "-.inf" : ".inf";
    }
    std::string scientific = scientific_text(value);
    const int exponent = exponent_of(scientific);
    return exponent < -4 || exponent > 5 ? scientific : float_text(value);
}

ResolvedScalar resolve_scalar_text(std::string_view text) {
    if (const auto word = words().find(text); word != words().end()) {
        return word->second;
    }
    const char first = text.front();
    if (is_digit(first) || first == '+' || first == '-' || first == '.') {
        if (std::optional<std::string> timestamp = normalize_timestamp(text)) {
            return {Kind::Timestamp, std::move(*timestamp), false};
        }
        if (std::optional<ResolvedScalar> number = resolve_number(text)) {
            return std::move(*number);
        }
    }
    return {Kind::String, std::string(text), false};
}

Kind resolve_plain_scalar(std::string_view text) {
    return resolve_scalar_text(text).kind;
}

}  // namespace bestow::document
