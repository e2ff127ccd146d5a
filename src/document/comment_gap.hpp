#pragma once
/// yaml.v3's opinion about the comment lines between two tokens: they are the foot of what stands before, or of a block
/// that ends here, or the head of what comes next. Its scanner and parser decide that by columns and blank lines; this
/// is the same decision as one function. Pure.

#include "document/node.hpp"

#include <optional>

namespace bestow::document {

struct CommentGap {
    std::vector<const Comment*> lines;    ///< comments on lines of their own, in order; not empty
    std::size_t previous_line = 0;        ///< where the token before them ends
    bool previous_is_value_mark = false;  ///< that token is the ':' of a key whose value is still to come, or empty
    std::size_t indent = 0;               ///< the column, from 0, of the innermost open block
    /// Columns, from 0, of the blocks that end between the two tokens, innermost first.
    std::vector<std::size_t> ending_blocks;
    Position next;  ///< of the token behind them
};

/// Whose comment a line is.
struct CommentOwner {
    enum class Where { Previous, EndingBlock, Next };
    Where where = Where::Next;
    std::size_t block = 0;  ///< an index into ending_blocks
};

/// One owner a line, never going back inwards.
std::vector<CommentOwner> find_owners(const CommentGap& gap);

}  // namespace bestow::document
