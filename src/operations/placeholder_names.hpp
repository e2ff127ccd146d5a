#pragma once
/// Giving a secret another name in the texts of templates.

#include <string>
#include <string_view>

namespace bestow::operations {

struct Delimiters {
    std::string open = "{{";
    std::string close = "}}";
};

/// The text with `old_name` replaced in each placeholder whose subject it is; everything else stays byte for byte.
std::string with_renamed_placeholders(std::string_view text, const Delimiters& delimiters, std::string_view old_name,
                                      std::string_view new_name);

}  // namespace bestow::operations
