#pragma once
/// What a part of a history is that cannot be read. Its identity is the same in every clone and every run: it follows
/// from git's own names, not from the words that tell why.

#include <string>
#include <string_view>

namespace bestow::history {

enum class GapReason {
    NotParsed,     ///< a blob that holds ciphertext, and is no document
    ObjectUnread,  ///< a blob that git does not hand out
    TreeUnread,    ///< a commit whose files git cannot list
};

/// 64 hex digits. `object`: of the blob, or of the commit; `path` may be empty.
std::string gap_identity(GapReason reason, std::string_view object, std::string_view path);

}  // namespace bestow::history
