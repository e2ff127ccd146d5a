#include "history/git_output.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace bestow::history {
namespace {

constexpr std::size_t kMaxPieceBytes = std::size_t{1} * 1024 * 1024;
constexpr std::size_t kMaxHeaderBytes = 256;
constexpr std::size_t kMaxObjectBytes = std::size_t{1}
                                        << 62U;  ///< nothing is that large: sums stay below the type's end

Error unexpected(std::string_view text) {
    return {ErrorKind::Format, format("git says {}", quoted(text))};
}

template <typename Number>
Number number_of(std::string_view text, std::string_view whole) {
    Number number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) {
        throw unexpected(whole);
    }
    return number;
}

/// 100644, 100755 and the old 100664.
bool is_regular_mode(std::string_view mode) {
    return mode.size() == 6 && mode.starts_with("100");
}

}  // namespace

bool is_object_name(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) && std::all_of(text.begin(), text.end(), [](char digit) {
               return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
           });
}

ListedCommit parse_listed_commit(std::string_view line) {
    const std::vector<std::string_view> words = split(line, ' ');
    if (words.size() < 2 || !std::all_of(words.begin() + 1, words.end(), is_object_name)) {
        throw unexpected(line);
    }
    ListedCommit commit;
    commit.seconds = number_of<std::int64_t>(words[0], line);
    commit.name = words[1];
    commit.parents.assign(words.begin() + 2, words.end());
    return commit;
}

void Pieces::feed(ByteView bytes) {
    std::string_view text = as_text(bytes);
    for (;;) {
        const std::size_t end = text.find(separator_);
        if (rest_.size() + std::min(end, text.size()) > kMaxPieceBytes) {
            throw Error(ErrorKind::Format, "git prints a line of more than 1 MiB");
        }
        if (end == std::string_view::npos) {
            rest_.append(text);
            return;
        }
        if (rest_.empty()) {
            take_(text.substr(0, end));
        } else {
            rest_.append(text.substr(0, end));
            take_(std::exchange(rest_, {}));
        }
        text.remove_prefix(end + 1);
    }
}

void RawChanges::feed(std::string_view piece) {
    if (pending_) {
        if (piece.empty()) {
            throw unexpected(piece);
        }
        RawChange change = *std::exchange(pending_, std::nullopt);
        change.path = piece;
        if (change.before != change.after) {
            take_(std::move(change));
        }
        return;
    }
    if (piece.empty()) {
        throw unexpected(piece);
    }
    // A commit's name is a piece of its own. Those of two trees end with a line break, -z or not.
    while (!piece.empty() && !piece.starts_with(':')) {
        const std::size_t end = piece.find('\n');
        const std::string_view names = piece.substr(0, end);
        for (const std::string_view name : split(names, ' ')) {
            if (!is_object_name(name)) {
                throw unexpected(piece);
            }
        }
        begin_(names);
        piece.remove_prefix(std::min(piece.size(), names.size() + 1));
    }
    if (!piece.empty()) {
        begin_change(piece);
    }
}

void RawChanges::begin_change(std::string_view piece) {
    // ":100644 100755 BEFORE AFTER M"
    const std::vector<std::string_view> words = split(piece.substr(1), ' ');
    if (words.size() != 5 || !is_object_name(words[2]) || !is_object_name(words[3])) {
        throw unexpected(piece);
    }
    pending_.emplace();
    pending_->before = is_regular_mode(words[0]) ? words[2] : "";
    pending_->after = is_regular_mode(words[1]) ? words[3] : "";
}

void ObjectStream::feed(ByteView bytes) {
    while (!bytes.empty()) {
        if (in_content_) {
            bytes = feed_content(bytes);
            continue;
        }
        const auto end = std::find(bytes.begin(), bytes.end(), '\n');
        header_.append(bytes.begin(), end);
        if (header_.size() > kMaxHeaderBytes) {
            throw unexpected(header_);
        }
        if (end == bytes.end()) {
            return;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(end - bytes.begin()) + 1);
        finish_header();
        header_.clear();
    }
}

void ObjectStream::finish_header() {
    // "NAME blob 123" or "NAME missing"
    const std::vector<std::string_view> words = split(header_, ' ');
    if (words.size() < 2 || !is_object_name(words[0])) {
        throw unexpected(header_);
    }
    if (words.size() == 2) {
        take_.none(words[0], words[1] == "missing" ? "the object is missing" : std::string(words[1]));
        return;
    }
    name_ = words[0];
    size_bytes_ = number_of<std::size_t>(words[2], header_);
    if (size_bytes_ > kMaxObjectBytes) {
        throw unexpected(header_);
    }
    seen_bytes_ = 0;
    why_not_ = words[1] != "blob"           ? format("the object is a {}", words[1])
               : size_bytes_ > limit_bytes_ ? format("it has more than {} bytes", limit_bytes_)
                                            : "";
    content_.clear();
    in_content_ = true;
}

ByteView ObjectStream::feed_content(ByteView bytes) {
    const std::size_t count = std::min(size_bytes_ + 1 - seen_bytes_, bytes.size());
    const std::size_t kept = std::min(size_bytes_ - std::min(size_bytes_, seen_bytes_), count);
    if (why_not_.empty()) {
        content_.insert(content_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept));
    }
    seen_bytes_ += count;
    if (seen_bytes_ == size_bytes_ + 1) {
        if (bytes[count - 1] != '\n') {
            throw Error(ErrorKind::Format, "git prints an object that is longer than it says");
        }
        in_content_ = false;
        if (why_not_.empty()) {
            take_.blob(name_, content_);
        } else {
            take_.none(name_, why_not_);
        }
    }
    return bytes.subspan(count);
}

}  // namespace bestow::history
