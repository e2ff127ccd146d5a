#pragma once
/// From the text of bestow.yaml and its includes to a validated Policy. Pure: other files of the store come through a
/// reader that the caller gives. All problems of one run are reported together, each with file, line and the nearest
/// valid word.

#include "policy/policy.hpp"

#include <functional>

namespace bestow::policy {

enum class Strictness {
    Operator,  ///< unknown keys are errors
    Host,      ///< unknown keys are warnings when `requires` is met: a newer laptop must not stop a boot
};

/// How the parser reaches other files of the store; paths are relative to its root and checked to stay below it.
struct StoreReader {
    /// The text of a file, or nullopt when there is none.
    std::function<std::optional<std::string>(const std::string& path)> read;
    /// Paths that match a pattern with * and **, sorted.
    std::function<std::vector<std::string>(const std::string& pattern)> match;
};

/// Throws Error(Policy): one problem a line, "bestow.yaml:12: ...".
Policy parse_policy(std::string text, const StoreReader& reader, Strictness strictness);

}  // namespace bestow::policy
