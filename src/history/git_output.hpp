#pragma once
/// What git's plumbing prints, parsed as it comes. Pure, and strict: whatever is not as git prints it throws
/// Error(Format). Bounded: no piece is collected past its limit.

#include "base/bytes.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bestow::history {

/// 40 or 64 lowercase hexadecimal digits.
bool is_object_name(std::string_view text);

struct ListedCommit {
    std::string name;
    std::int64_t seconds = 0;  ///< the committer's time
    std::vector<std::string> parents;
};

/// A line of `git rev-list --parents --timestamp`.
ListedCommit parse_listed_commit(std::string_view line);

/// Takes a stream apart at one byte. Throws Error(Format) for a piece of more than 1 MiB.
class Pieces {
  public:
    Pieces(char separator, std::function<void(std::string_view)> take)
        : separator_(separator), take_(std::move(take)) {}
    void feed(ByteView bytes);
    /// What came behind the last separator.
    [[nodiscard]] const std::string& rest() const { return rest_; }

  private:
    char separator_;
    std::function<void(std::string_view)> take_;
    std::string rest_;
};

/// One file that a commit changed.
struct RawChange {
    std::string path;
    std::string before;  ///< a regular file's blob; empty where there was none
    std::string after;   ///< likewise
};

/// The pieces of `git diff-tree --stdin -r -z --raw --no-renames --no-abbrev`. What is no regular file (a link, a
/// submodule) is as if it were not there. What comes behind the last separator is a piece, too.
class RawChanges {
  public:
    RawChanges(std::function<void(std::string_view commit)> begin, std::function<void(RawChange)> take)
        : begin_(std::move(begin)), take_(std::move(take)) {}
    void feed(std::string_view piece);

  private:
    void begin_change(std::string_view piece);

    std::function<void(std::string_view)> begin_;
    std::function<void(RawChange)> take_;
    std::optional<RawChange> pending_;
};

/// The output of `git cat-file --batch` for names of objects.
class ObjectStream {
  public:
    struct Take {
        std::function<void(std::string_view name, ByteView content)> blob;
        /// There is no such object, or it is of another type, or it is larger than the limit.
        std::function<void(std::string_view name, const std::string& why)> none;
    };
    ObjectStream(std::size_t limit_bytes, Take take) : limit_bytes_(limit_bytes), take_(std::move(take)) {}
    void feed(ByteView bytes);

  private:
    void finish_header();
    ByteView feed_content(ByteView bytes);

    std::size_t limit_bytes_;
    Take take_;
    std::string header_;
    bool in_content_ = false;
    std::string name_;
    std::string why_not_;         ///< why the content is dropped; empty when it is kept
    std::size_t size_bytes_ = 0;  ///< of the content, without the line break behind it
    std::size_t seen_bytes_ = 0;
    Bytes content_;
};

}  // namespace bestow::history
