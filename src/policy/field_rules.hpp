#pragma once
/// What a name, path, mode, owner or unit may look like, wherever it comes from: bestow.yaml, or the manifest of a
/// bundle, which is trusted no more. Each gives what stands in its way, or nullopt.

#include "document/key_path.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace bestow::policy {

inline constexpr unsigned kMaxGenerations = 100;  ///< that `keep_generations` may ask for

/// A name of a host, role, operator or group.
std::optional<std::string> name_problem(std::string_view name);
/// ".git", in capitals too, as file systems without them see it: what lies below steers git, and so runs programs.
bool is_git_folder(std::string_view segment);
/// A path below the store's root: no climbing, no leading '/', no odd characters.
std::optional<std::string> relative_path_problem(std::string_view path);
bool is_variable_name(std::string_view name);
std::optional<std::string> secret_name_problem(std::string_view name);
std::optional<std::string> template_name_problem(std::string_view name);
/// A file that secrets live in.
std::optional<std::string> secret_file_problem(std::string_view file);
std::optional<std::string> key_problem(const document::KeyPath& path);

/// The bits of "0400" or "0o400" go to `mode`.
std::optional<std::string> read_mode(std::string_view text, unsigned& mode);
std::optional<std::string> owner_problem(std::string_view name);
/// An absolute path where a link is wanted.
std::optional<std::string> link_problem(std::string_view path);
std::optional<std::string> unit_problem(std::string_view unit);

}  // namespace bestow::policy
