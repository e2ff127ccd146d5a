#pragma once
/// Which SOPS document a file is, by its name, as sops decides it.

#include <string_view>

namespace bestow::sops {

enum class Format { Yaml, Json, Dotenv, Ini, Binary };

/// .yaml .yml .json .env .ini; everything else is Binary.
Format format_of(std::string_view file_name);

std::string_view format_name(Format format);

}  // namespace bestow::sops
