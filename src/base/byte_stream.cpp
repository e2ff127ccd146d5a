#include "base/byte_stream.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace bestow {

std::size_t Source::read_full(ByteSpan out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const std::size_t count = read(out.subspan(done));
        if (count == 0) {
            break;
        }
        done += count;
    }
    return done;
}

std::size_t MemorySource::read(ByteSpan out) {
    const std::size_t count = std::min(out.size(), rest_.size());
    std::copy_n(rest_.begin(), count, out.begin());
    rest_ = rest_.subspan(count);
    return count;
}

BufferedSource::BufferedSource(Source& source, std::size_t buffer_bytes) : source_(source), buffer_(buffer_bytes) {
    require(buffer_bytes > 0, "a buffer");
}

bool BufferedSource::refill() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    }
    if (end_ == buffer_.size()) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.end(), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    const std::size_t count = source_.read(ByteSpan(buffer_).subspan(end_));
    end_ += count;
    return count > 0;
}

std::size_t BufferedSource::read(ByteSpan out) {
    if (begin_ == end_) {
        // Large reads need no detour.
        if (out.size() >= buffer_.size()) {
            return source_.read(out);
        }
        if (!refill()) {
            return 0;
        }
    }
    const std::size_t count = std::min(out.size(), end_ - begin_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), count, out.begin());
    begin_ += count;
    return count;
}

ByteView BufferedSource::peek(std::size_t count) {
    require(count <= buffer_.size(), "no look beyond the buffer");
    while (end_ - begin_ < count && refill()) {
    }
    return ByteView(buffer_).subspan(begin_, std::min(count, end_ - begin_));
}

std::optional<std::string_view> BufferedSource::read_line(std::size_t limit_bytes) {
    line_.clear();
    line_too_long_ = false;
    while (begin_ != end_ || refill()) {
        const ByteView ready = ByteView(buffer_).subspan(begin_, end_ - begin_);
        const auto newline = std::find(ready.begin(), ready.end(), Byte{'\n'});
        const std::size_t count = static_cast<std::size_t>(newline - ready.begin()) + (newline != ready.end() ? 1 : 0);
        if (line_.size() + count > limit_bytes) {
            line_too_long_ = true;
            return std::nullopt;
        }
        line_.append(as_text(ready.first(count)));
        begin_ += count;
        if (newline != ready.end()) {
            return line_;
        }
    }
    return line_.empty() ? std::nullopt : std::optional<std::string_view>(line_);
}

}  // namespace bestow
