#pragma once
/// What the posix_*.cpp files share: retrying, reporting, and opening beneath a directory. For this folder only.

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "os/unique_fd.hpp"

#include <cerrno>
#include <string>

namespace bestow::os {

/// Repeats a call for as long as a signal interrupts it.
template <typename Call>
auto retry_interrupted(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR) {
        result = call();
    }
    return result;
}

/// The error of the call that just failed: "cannot open 'name': Permission denied".
[[nodiscard]] inline Error last_error(const char* verb, const std::string& name) {
    const int errno_value = errno;
    return Error::system(format("cannot {} {}", verb, quoted(name)), errno_value);
}

/// openat2 with RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS; -1 and errno when it fails.
[[nodiscard]] int open_beneath(int directory, const std::string& name, int flags);

/// A name taken apart for calls that change the last component: its folder, opened beneath `directory` when the name
/// has more than one component, and the component.
struct Place {
    UniqueFd opened;
    int directory = -1;
    std::string leaf;
};

/// Throws Error(System) when the folder is not there, Error(Policy) when the last component is "", "." or "..".
[[nodiscard]] Place place_of(int directory, const std::string& name);

}  // namespace bestow::os
