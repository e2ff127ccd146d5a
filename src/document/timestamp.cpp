#include "base/format.hpp"
#include "document/scalar.hpp"

namespace bestow::document {
namespace {

/// Reads a timestamp from the left; every step gives false when the text does not go on like that.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool number(int& value, std::size_t least, std::size_t most) {
        std::size_t digits = 0;
        value = 0;
        while (digits < most && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') {
            value = value * 10 + (rest_[digits] - '0');
            ++digits;
        }
        rest_.remove_prefix(digits);
        return digits >= least;
    }
    bool literal(char character) {
        if (rest_.empty() || rest_.front() != character) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    /// "." or "," and digits, of which nine count; may be absent.
    std::string fraction() {
        if (rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || rest_[1] < '0' || rest_[1] > '9') {
            return {};
        }
        std::size_t end = rest_.find_first_not_of("0123456789", 1);
        end = end == std::string_view::npos ? rest_.size() : end;
        std::string digits(rest_.substr(1, std::min<std::size_t>(end - 1, 9)));
        rest_.remove_prefix(end);
        digits.erase(digits.find_last_not_of('0') + 1);
        return digits;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

bool is_date(int year, int month, int day) {
    if (month < 1 || month > 12 || day < 1) {
        return false;
    }
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1] + (leap && month == 2 ? 1 : 0);
}

/// "Z" or "+hh:mm", in normal form; empty when malformed.
std::string read_zone(Reader& reader) {
    if (reader.literal('Z')) {
        return "Z";
    }
    const bool west = reader.literal('-');
    int hours = 0;
    int minutes = 0;
    if ((!west && !reader.literal('+')) || !reader.number(hours, 2, 2) || !reader.literal(':') ||
        !reader.number(minutes, 2, 2) || hours > 23 || minutes > 59) {
        return {};
    }
    return hours == 0 && minutes == 0 ? "Z" : format("{}{:02}:{:02}", west ? '-' : '+', hours, minutes);
}

}  // namespace

std::optional<std::string> normalize_timestamp(std::string_view text) {
    Reader reader(text);
    int year = 0;
    int month = 0;
    int day = 0;
    if (!reader.number(year, 4, 4) || !reader.literal('-') || !reader.number(month, 1, 2) || !reader.literal('-') ||
        !reader.number(day, 1, 2) || !is_date(year, month, day)) {
        return std::nullopt;
    }
    if (reader.at_end()) {
        return format("{:04}-{:02}-{:02}T00:00:00Z", year, month, day);
    }
    const bool spaced = reader.literal(' ');
    int hour = 0;
    int minute = 0;
    int second = 0;
    if ((!spaced && !reader.literal('T') && !reader.literal('t')) || !reader.number(hour, 1, 2) ||
        !reader.literal(':') || !reader.number(minute, 1, 2) || !reader.literal(':') || !reader.number(second, 1, 2) ||
        hour > 23 || minute > 59 || second > 59) {
        return std::nullopt;
    }
    const std::string fraction = reader.fraction();
    const std::string zone = spaced ? "Z" : read_zone(reader);
    if (zone.empty() || !reader.at_end()) {
        return std::nullopt;
    }
    return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}{}", year, month, day, hour, minute, second,
                  fraction.empty() ? "" : ".", fraction, zone);
}

namespace {

/// Days from 1970-01-01 to a day of the Gregorian calendar, with years that begin in March.
std::int64_t days_to(std::int64_t year, std::int64_t month, std::int64_t day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/// "Z" or "+02:00", in seconds.
std::optional<std::int64_t> offset_seconds(Reader reader, std::string_view text) {
    int hours = 0;
    int minutes = 0;
    if (text == "Z" || text == "z") {
        return 0;
    }
    const bool is_minus = reader.literal('-');
    if ((!is_minus && !reader.literal('+')) || !reader.number(hours, 2, 2) || !reader.literal(':') ||
        !reader.number(minutes, 2, 2) || text.size() != 6 || hours > 23 || minutes > 59) {
        return std::nullopt;
    }
    return (is_minus ? -1 : 1) * (std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60);
}

}  // namespace

std::optional<std::int64_t> timestamp_seconds(std::string_view text) {
    Reader reader(text);
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    const bool is_time =
        reader.number(year, 4, 4) && reader.literal('-') && reader.number(month, 2, 2) && reader.literal('-') &&
        reader.number(day, 2, 2) && (reader.literal('T') || reader.literal('t')) && reader.number(hour, 2, 2) &&
        reader.literal(':') && reader.number(minute, 2, 2) && reader.literal(':') && reader.number(second, 2, 2);
    if (!is_time || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    (void)reader.fraction();
    const std::size_t zone = text.find_first_of("Zz+-", 19);
    const std::string_view rest = zone == std::string_view::npos ? std::string_view() : text.substr(zone);
    const std::optional<std::int64_t> offset = offset_seconds(Reader(rest), rest);
    if (!offset) {
        return std::nullopt;
    }
    return days_to(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - *offset;
}

}  // namespace bestow::document
