#include "os/posix_calls.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bestow::os {
namespace {

// EAGAIN means that a rename elsewhere raced with the walk; the kernel asks for another try.
constexpr int kOpenAttempts = 64;

}  // namespace

int open_beneath(int directory, const std::string& name, int flags) {
    if (name.find('\0') != std::string::npos) {
        errno = EINVAL;
        return -1;
    }
    open_how how = {};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long fd = -1;
    for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
        fd = ::syscall(SYS_openat2, directory, name.c_str(), &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) {
            break;
        }
    }
    return static_cast<int>(fd);
}

Place place_of(int directory, const std::string& name) {
    const std::size_t slash = name.rfind('/');
    Place place;
    place.leaf = slash == std::string::npos ? name : name.substr(slash + 1);
    if (place.leaf.empty() || place.leaf == "." || place.leaf == ".." || name.find('\0') != std::string::npos) {
        throw Error(ErrorKind::Policy, format("{} is not a name for a file", quoted(name)));
    }
    place.directory = directory;
    if (slash != std::string::npos) {
        place.opened = UniqueFd(open_beneath(directory, name.substr(0, slash), O_PATH | O_DIRECTORY));
        if (!place.opened.valid()) {
            throw last_error("open the folder of", name);
        }
        place.directory = place.opened.get();
    }
    return place;
}

}  // namespace bestow::os
