#pragma once
/// bestow::format: the project's one way to build a message (std::format is not in GCC 12).
/// Never hand it a secret: SecretBytes has no formatter, on purpose.

#include <fmt/format.h>

namespace bestow {

using fmt::format;

}  // namespace bestow
