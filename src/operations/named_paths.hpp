#pragma once
/// Which paths a word of a command line may name, however they are packed into it.

#include "os/system.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bestow::operations {

/// More than these in one command are not looked through: it would take long.
constexpr std::size_t kMaxNamedPaths = 1000;

/// Both absolute and clean.
bool is_below(std::string_view path, std::string_view folder);

/// What the file system makes of it; nullopt when nothing is there.
std::optional<std::string> try_real_path(os::System& system, const std::string& path);

/// Does it name `folder`, which is absolute and real, or something below it? Looked at from each of its slashes on, as
/// a whole and in its pieces between white space, quotes and what separates paths: as text, and behind links.
bool names_path_below(os::System& system, std::string_view word, std::string_view folder);

/// How many paths these words could name at most.
std::size_t count_slashes(const std::vector<std::string>& words);

}  // namespace bestow::operations
