#include "os/posix_calls.hpp"
#include "os/posix_system.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bestow::os {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;
// A name that turns out to be a pipe or a terminal must neither block nor become ours.
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

bool is_absence(int errno_value) {
    return errno_value == ENOENT || errno_value == ENOTDIR;
}

FileStatus from_stat(const struct stat& status) {
    FileStatus result;
    result.type = S_ISREG(status.st_mode)   ? FileType::Regular
                  : S_ISDIR(status.st_mode) ? FileType::Directory
                  : S_ISLNK(status.st_mode) ? FileType::Symlink
                                            : FileType::Other;
    result.mode_bits = status.st_mode & 07777U;
    result.uid = status.st_uid;
    result.gid = status.st_gid;
    result.size_bytes = static_cast<std::uint64_t>(status.st_size);
    result.device = status.st_dev;
    result.inode = status.st_ino;
    result.modified_seconds = status.st_mtim.tv_sec;
    return result;
}

/// `fd` when it is a regular file, nullopt when there is none.
std::optional<UniqueFd> regular_or_none(int raw_fd, const std::string& name) {
    UniqueFd fd(raw_fd);
    if (!fd.valid()) {
        if (is_absence(errno)) {
            return std::nullopt;
        }
        if (errno == ELOOP || errno == EXDEV) {
            throw last_error("open", name).set_hint("names in a store must not be, pass through or climb over links");
        }
        throw last_error("open", name);
    }
    struct stat status = {};
    if (::fstat(fd.get(), &status) != 0) {
        throw last_error("examine", name);
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorKind::Format, format("{} is not a regular file", quoted(name)));
    }
    return fd;
}

[[noreturn]] void refuse_size(const std::string& name, std::size_t limit_bytes) {
    throw Error(ErrorKind::Format, format("{} is larger than {} bytes", quoted(name), limit_bytes));
}

/// A first guess of how much there is to read; files may grow or lie about it.
std::size_t expected_bytes(int fd, std::size_t limit_bytes, const std::string& name) {
    struct stat status = {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return 0;
    }
    const auto size_bytes = static_cast<std::size_t>(status.st_size);
    if (size_bytes > limit_bytes) {
        refuse_size(name, limit_bytes);
    }
    return size_bytes;
}

struct CloseDirectory {
    void operator()(DIR* directory) const noexcept { (void)::closedir(directory); }
};

}  // namespace

UniqueFd PosixSystem::open_directory(const std::string& path) {
    UniqueFd fd(retry_interrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!fd.valid()) {
        throw last_error("open directory", path);
    }
    return fd;
}

std::optional<UniqueFd> PosixSystem::try_open_directory_beneath(int directory, const std::string& name) {
    UniqueFd fd(open_beneath(directory, name, O_RDONLY | O_DIRECTORY));
    if (!fd.valid()) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        throw last_error("open directory", name);
    }
    return fd;
}

std::optional<UniqueFd> PosixSystem::try_open_file_beneath(int directory, const std::string& name) {
    return regular_or_none(open_beneath(directory, name, kReadFlags), name);
}

std::optional<UniqueFd> PosixSystem::try_open_file(const std::string& path) {
    return regular_or_none(retry_interrupted([&] { return ::open(path.c_str(), kReadFlags); }), path);
}

UniqueFd PosixSystem::open_for_reading(const std::string& path) {
    UniqueFd fd(retry_interrupted([&] { return ::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC); }));
    if (!fd.valid()) {
        if (is_absence(errno)) {
            throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(path)));
        }
        throw last_error("open", path);
    }
    return fd;
}

std::size_t PosixSystem::read_some(int fd, ByteSpan buffer) {
    const ssize_t count = retry_interrupted([&] { return ::read(fd, buffer.data(), buffer.size()); });
    if (count < 0) {
        throw Error::system("cannot read", errno);
    }
    return static_cast<std::size_t>(count);
}

SecretBytes PosixSystem::read_secret(int fd, std::size_t limit_bytes, const std::string& name) {
    // One byte more than expected, so that the end is seen without growing.
    SecretBytes content(std::max(expected_bytes(fd, limit_bytes, name) + 1, std::size_t{512}));
    std::size_t filled = 0;
    try {
        while (true) {
            if (filled == content.size()) {
                SecretBytes larger(content.size() * 2);
                std::copy_n(content.view().begin(), filled, larger.writable().begin());
                content = std::move(larger);
            }
            const std::size_t count = read_some(fd, content.writable().subspan(filled));
            filled += count;
            if (filled > limit_bytes) {
                refuse_size(name, limit_bytes);
            }
            if (count == 0) {
                content.truncate(filled);
                return content;
            }
        }
    } catch (Error& error) {
        throw error.kind() == ErrorKind::System ? error.add_context(name) : error;
    }
}

std::string PosixSystem::read_text(int fd, std::size_t limit_bytes, const std::string& name) {
    std::string content;
    content.resize(expected_bytes(fd, limit_bytes, name) + 1);
    std::size_t filled = 0;
    while (true) {
        if (filled == content.size()) {
            content.resize(content.size() + std::max(content.size(), kChunkBytes));
        }
        const ByteSpan rest(reinterpret_cast<Byte*>(content.data()) + filled, content.size() - filled);
        std::size_t count = 0;
        try {
            count = read_some(fd, rest);
        } catch (Error& error) {
            error.add_context(name);
            throw;
        }
        filled += count;
        if (filled > limit_bytes) {
            refuse_size(name, limit_bytes);
        }
        if (count == 0) {
            content.resize(filled);
            return content;
        }
    }
}

FileStatus PosixSystem::status(int fd) {
    struct stat status = {};
    if (::fstat(fd, &status) != 0) {
        throw Error::system("cannot examine an open file", errno);
    }
    return from_stat(status);
}

std::optional<FileStatus> PosixSystem::try_status(int directory, const std::string& name) {
    const UniqueFd fd(open_beneath(directory, name, O_PATH | O_NOFOLLOW));
    if (!fd.valid()) {
        if (is_absence(errno)) {
            return std::nullopt;
        }
        throw last_error("examine", name);
    }
    return status(fd.get());
}

std::optional<std::string> PosixSystem::try_read_link(int directory, const std::string& name) {
    const UniqueFd fd(open_beneath(directory, name, O_PATH | O_NOFOLLOW));
    if (!fd.valid()) {
        if (is_absence(errno)) {
            return std::nullopt;
        }
        throw last_error("examine", name);
    }
    std::string target(PATH_MAX, '\0');
    const ssize_t count = ::readlinkat(fd.get(), "", target.data(), target.size());
    if (count < 0) {
        if (errno == EINVAL || errno == ENOENT) {
            return std::nullopt;  // something, but not a link
        }
        throw last_error("read link", name);
    }
    target.resize(static_cast<std::size_t>(count));
    return target;
}

std::vector<std::string> PosixSystem::list_directory(int directory) {
    // A descriptor of its own: reading moves the position that duplicates share.
    UniqueFd fd(retry_interrupted([&] { return ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!fd.valid()) {
        throw Error::system("cannot list a directory", errno);
    }
    const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(fd.get()));
    if (!stream) {
        throw Error::system("cannot list a directory", errno);
    }
    (void)fd.release();
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        const dirent* const entry = ::readdir(stream.get());
        if (entry == nullptr) {
            break;
        }
        const std::string name = entry->d_name;
        if (name != "." && name != "..") {
            names.push_back(name);
        }
    }
    if (errno != 0) {
        throw Error::system("cannot list a directory", errno);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string PosixSystem::real_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), &std::free);
    if (!resolved) {
        throw last_error("find", path);
    }
    return resolved.get();
}

}  // namespace bestow::os
