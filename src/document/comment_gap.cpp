#include "document/comment_gap.hpp"

#include <utility>

namespace bestow::document {
namespace {

/// Positions in a gap, counted in half comment lines: line i begins at 2 i, the end of line i is 2 i + 1.
using Mark = std::ptrdiff_t;
constexpr Mark kBeforeGap = -2;
constexpr Mark kPreviousToken = -1;

/// Lines that yaml.v3 keeps together.
struct Group {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t column = 0;
    Mark token = kPreviousToken;  ///< the foot belongs to the first token at or behind this
    bool is_head = false;
};

class Grouping {
  public:
    explicit Grouping(const CommentGap& gap) : gap_(gap) {}

    std::vector<Group> run() {
        no_blank_yet_ = gap_.lines.front()->at.line <= gap_.previous_line + 1;
        std::size_t last_line = gap_.lines.front()->at.line - 1;
        for (std::size_t index = 0; index < gap_.lines.size(); ++index) {
            const Position& at = gap_.lines[index]->at;
            if (at.line > last_line + 1) {
                take_blank();
            }
            if (is_dedented_from_group(at.column)) {
                close(token_);
            }
            if (end_ == begin_) {
                begin_ = index;
            }
            end_ = index + 1;
            after_blank_ = false;
            last_line = at.line;
        }
        if (gap_.next.line > last_line + 1) {
            take_blank();
        }
        if (is_dedented_from_group(gap_.next.column)) {
            close(token_);
        }
        if (end_ > begin_) {
            close(token_);
            groups_.back().is_head = true;
        }
        return std::move(groups_);
    }

  private:
    [[nodiscard]] const Position& start() const { return gap_.lines[begin_]->at; }

    [[nodiscard]] bool is_dedented_from_group(std::size_t column) const {
        return end_ > begin_ && column <= gap_.indent && column != start().column;
    }

    void take_blank() {
        const bool open = end_ > begin_;
        if (!after_blank_ && no_blank_yet_ && open) {
            const bool dedented = start().column <= gap_.indent;
            const bool directly_below = start().line == gap_.previous_line + 1 && !gap_.previous_is_value_mark;
            if (dedented || directly_below) {
                close(dedented ? static_cast<Mark>(2 * begin_) : token_);
            }
        }
        no_blank_yet_ = false;
        after_blank_ = true;
    }

    void close(Mark token) {
        groups_.push_back({begin_, end_, start().column, token, false});
        token_ = static_cast<Mark>(2 * end_) - 1;
        begin_ = end_;
    }

    const CommentGap& gap_;
    std::vector<Group> groups_;
    std::size_t begin_ = 0;  ///< the open group's lines
    std::size_t end_ = 0;
    Mark token_ = kPreviousToken;
    bool no_blank_yet_ = false;
    bool after_blank_ = false;
};

/// Where the end of each block is taken to be: at the first group in its column, else where the one inside it ends.
std::vector<Mark> block_ends(const CommentGap& gap, const std::vector<Group>& groups) {
    std::vector<Mark> ends;
    Mark mark = kBeforeGap;
    for (const std::size_t column : gap.ending_blocks) {
        for (const Group& group : groups) {
            if (group.column == column + 1) {
                mark = static_cast<Mark>(2 * group.begin);
                break;
            }
        }
        ends.push_back(mark);
    }
    return ends;
}

CommentOwner owner_of(const Group& group, const std::vector<Mark>& ends) {
    if (group.is_head) {
        return {CommentOwner::Where::Next, 0};
    }
    if (group.token == kPreviousToken) {
        return {CommentOwner::Where::Previous, 0};
    }
    for (std::size_t block = 0; block < ends.size(); ++block) {
        if (ends[block] >= group.token) {
            return {CommentOwner::Where::EndingBlock, block};
        }
    }
    return {CommentOwner::Where::Next, 0};
}

}  // namespace

std::vector<CommentOwner> find_owners(const CommentGap& gap) {
    const std::vector<Group> groups = Grouping(gap).run();
    const std::vector<Mark> ends = block_ends(gap, groups);
    std::vector<CommentOwner> owners;
    for (const Group& group : groups) {
        owners.insert(owners.end(), group.end - group.begin, owner_of(group, ends));
    }
    return owners;
}

}  // namespace bestow::document
