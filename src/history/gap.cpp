#include "history/gap.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace bestow::history {
namespace {

std::string_view word_of(GapReason reason) {
    switch (reason) {
        case GapReason::NotParsed:
            return "not parsed";
        case GapReason::ObjectUnread:
            return "object unread";
        case GapReason::TreeUnread:
            break;
    }
    return "tree unread";
}

}  // namespace

std::string gap_identity(GapReason reason, std::string_view object, std::string_view path) {
    // The path is last: it may hold anything.
    return to_hex(crypto::sha256(as_bytes(format("bestow gap 1\n{}\n{}\n{}", word_of(reason), object, path))));
}

}  // namespace bestow::history
