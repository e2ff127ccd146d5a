#include "codec/armor.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "codec/base64.hpp"

#include <algorithm>

namespace bestow::codec {
namespace {

constexpr std::size_t kColumns = 64;
static_assert(kColumns / 4 * 3 == kArmorBytesPerLine);
constexpr std::string_view kBlanks = " \t\n\v\f\r";

bool is_blank(std::string_view text) {
    return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

}  // namespace

bool starts_with_armor(BufferedSource& source) {
    // A look that grows: standard input may be a person who has typed one line.
    for (std::size_t count = kArmorBegin.size();; count += kArmorBegin.size()) {
        const std::string_view seen = as_text(source.peek(count));
        const std::size_t begin = seen.find_first_not_of(kBlanks);
        if (begin != std::string_view::npos && begin > 0 && seen.size() == count &&
            begin + kArmorBegin.size() > count) {
            continue;
        }
        if (begin != std::string_view::npos) {
            return seen.substr(begin, kArmorBegin.size()) == kArmorBegin;
        }
        if (seen.size() < count || count > kArmorWhiteSpaceBytes) {
            return false;
        }
    }
}

std::string_view ArmorReader::next_line() {
    ++line_number_;
    const auto line = source_.read_line(kArmorWhiteSpaceBytes + kColumns);
    if (!line) {
        throw Error(ErrorKind::Format, source_.line_too_long()
                                           ? format("malformed armor: line {} is too long", line_number_)
                                           : "malformed armor: it is cut off");
    }
    std::string_view text = *line;
    if (!text.empty() && text.back() == '\n') {
        text.remove_suffix(1);
        if (!text.empty() && text.back() == '\r') {
            text.remove_suffix(1);
        }
    }
    return text;
}

void ArmorReader::skip_to_begin() {
    std::size_t white_space = 0;
    std::string_view line = next_line();
    while (is_blank(line)) {
        white_space += line.size() + 1;
        if (white_space > kArmorWhiteSpaceBytes) {
            throw Error(ErrorKind::Format, "malformed armor: too much white space before it");
        }
        line = next_line();
    }
    if (line != kArmorBegin) {
        throw Error(ErrorKind::Format, format("malformed armor: line {} is not the begin line", line_number_));
    }
    started_ = true;
}

void ArmorReader::expect_only_white_space() {
    Bytes rest(kArmorWhiteSpaceBytes);
    rest.resize(source_.read_full(rest));
    if (!is_blank(as_text(rest))) {
        throw Error(ErrorKind::Format, "malformed armor: something follows it");
    }
    if (rest.size() == kArmorWhiteSpaceBytes) {
        throw Error(ErrorKind::Format, "malformed armor: too much white space after it");
    }
}

void ArmorReader::decode_next_line() {
    const std::string_view line = next_line();
    if (line == kArmorEnd) {
        ended_ = true;
        return;
    }
    const auto size_bytes = line.empty() || line.size() > kColumns ? std::nullopt : decode_base64_into(line, ready_);
    if (!size_bytes) {
        throw Error(ErrorKind::Format,
                    format("malformed armor: line {} is not 1 to 64 characters of base64", line_number_));
    }
    if (*size_bytes < kArmorBytesPerLine) {
        if (next_line() != kArmorEnd) {
            throw Error(ErrorKind::Format, format("malformed armor: line {} is not the end line", line_number_));
        }
        ended_ = true;
    }
    ready_at_ = 0;
    ready_end_ = *size_bytes;
}

std::size_t ArmorReader::read(ByteSpan out) {
    if (!started_) {
        skip_to_begin();
    }
    // A line a call: what precedes a malformed line is released, as age does.
    if (ready_at_ == ready_end_) {
        if (!ended_) {
            decode_next_line();
        }
        if (ready_at_ == ready_end_) {
            expect_only_white_space();
            return 0;
        }
    }
    const std::size_t count = std::min(out.size(), ready_end_ - ready_at_);
    std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(ready_at_), count, out.begin());
    ready_at_ += count;
    return count;
}

void ArmorWriter::begin() {
    if (!begun_) {
        begun_ = true;
        sink_.write(as_bytes(format("{}\n", kArmorBegin)));
    }
}

void ArmorWriter::write(ByteView bytes) {
    begin();
    lines_.clear();
    while (pending_bytes_ + bytes.size() >= kArmorBytesPerLine) {
        // A whole line is encoded from where it lies, unless a part of it waits.
        ByteView line = bytes.first(kArmorBytesPerLine - pending_bytes_);
        bytes = bytes.subspan(line.size());
        if (pending_bytes_ > 0) {
            std::copy(line.begin(), line.end(), pending_.begin() + static_cast<std::ptrdiff_t>(pending_bytes_));
            line = pending_;
            pending_bytes_ = 0;
        }
        append_base64(lines_, line);
        lines_ += '\n';
    }
    std::copy(bytes.begin(), bytes.end(), pending_.begin() + static_cast<std::ptrdiff_t>(pending_bytes_));
    pending_bytes_ += bytes.size();
    if (!lines_.empty()) {
        sink_.write(as_bytes(lines_));
    }
}

void ArmorWriter::finish() {
    begin();
    lines_.clear();
    if (pending_bytes_ > 0) {
        append_base64(lines_, ByteView(pending_).first(pending_bytes_));
        lines_ += '\n';
    }
    sink_.write(as_bytes(lines_.append(kArmorEnd).append("\n")));
}

}  // namespace bestow::codec
