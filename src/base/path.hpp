#pragma once
/// Paths as text: nothing is looked up.

#include <string>
#include <string_view>

namespace bestow {

/// What stands behind the last slash; the whole text without one.
std::string base_name(std::string_view path);

/// The folder of an absolute path; "/" for what is directly below it.
std::string parent_of(std::string_view absolute_path);

/// Without empty, "." and ".." components, which are taken out as text; an absolute path never climbs above "/".
std::string clean_path(std::string_view path);

/// Has it a ".." component?
bool climbs(std::string_view path);

}  // namespace bestow
