#include "os/posix_calls.hpp"
#include "os/posix_system.hpp"

#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bestow::os {

void PosixSystem::make_directory(int directory, const std::string& name, unsigned mode_bits) {
    const Place place = place_of(directory, name);
    if (::mkdirat(place.directory, place.leaf.c_str(), mode_bits) != 0) {
        throw last_error("make directory", name);
    }
    const UniqueFd made(::openat(place.directory, place.leaf.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made.valid()) {
        throw last_error("open directory", name);
    }
    const FileStatus found = status(made.get());
    if ((found.mode_bits & 0777U) == mode_bits) {
        return;
    }
    // In a folder of somebody else's, the name may stand for another directory by now, which nothing is to open up.
    if (found.uid != ::geteuid() || !list_directory(made.get()).empty()) {
        throw Error(ErrorKind::Policy, format("{} was exchanged while it was made", quoted(name)));
    }
    change_mode(made.get(), mode_bits);
}

UniqueFd PosixSystem::create_file(int directory, const std::string& name, unsigned mode_bits) {
    const Place place = place_of(directory, name);
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
    UniqueFd fd(retry_interrupted([&] { return ::openat(place.directory, place.leaf.c_str(), kFlags, mode_bits); }));
    if (!fd.valid()) {
        throw last_error("create", name);
    }
    if (mode_bits != 0) {
        change_mode(fd.get(), mode_bits);
    }
    return fd;
}

UniqueFd PosixSystem::open_for_writing(const std::string& path, unsigned mode_bits) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC;
    UniqueFd fd(retry_interrupted([&] { return ::open(path.c_str(), kFlags, mode_bits); }));
    if (!fd.valid()) {
        throw last_error("write", path);
    }
    return fd;
}

void PosixSystem::write_all(int fd, ByteView bytes, const std::string& name) {
    while (!bytes.empty()) {
        const ssize_t count = retry_interrupted([&] { return ::write(fd, bytes.data(), bytes.size()); });
        if (count < 0) {
            throw last_error("write", name);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void PosixSystem::change_owner(int fd, std::uint32_t uid, std::uint32_t gid) {
    if (::fchown(fd, uid, gid) != 0) {
        throw Error::system(format("cannot give a file to {}:{}", uid, gid), errno);
    }
}

void PosixSystem::change_mode(int fd, unsigned mode_bits) {
    if (::fchmod(fd, mode_bits) != 0) {
        throw Error::system(format("cannot set mode {:04o}", mode_bits), errno);
    }
}

void PosixSystem::sync(int fd) {
    if (retry_interrupted([&] { return ::fsync(fd); }) != 0) {
        throw Error::system("cannot sync", errno);
    }
}

void PosixSystem::sync_file_system(int fd) {
    if (retry_interrupted([&] { return ::syncfs(fd); }) != 0) {
        throw Error::system("cannot sync the file system", errno);
    }
}

void PosixSystem::rename(int directory, const std::string& from, const std::string& to) {
    const Place source = place_of(directory, from);
    const Place target = place_of(directory, to);
    if (::renameat(source.directory, source.leaf.c_str(), target.directory, target.leaf.c_str()) != 0) {
        throw last_error("rename to", to);
    }
}

void PosixSystem::exchange(int directory, const std::string& one, const std::string& other) {
    const Place first = place_of(directory, one);
    const Place second = place_of(directory, other);
    if (::renameat2(first.directory, first.leaf.c_str(), second.directory, second.leaf.c_str(), RENAME_EXCHANGE) != 0) {
        throw last_error("exchange", other);
    }
}

void PosixSystem::make_link(int directory, const std::string& name, const std::string& target) {
    const Place place = place_of(directory, name);
    if (::symlinkat(target.c_str(), place.directory, place.leaf.c_str()) != 0) {
        throw last_error("make link", name);
    }
}

void PosixSystem::change_link_owner(int directory, const std::string& name, std::uint32_t uid, std::uint32_t gid) {
    const Place place = place_of(directory, name);
    // By descriptor: in a folder of somebody else's, the name may stand for another file by now.
    const UniqueFd link(::openat(place.directory, place.leaf.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!link.valid()) {
        throw last_error("open", name);
    }
    struct stat found{};
    if (::fstat(link.get(), &found) != 0 || !S_ISLNK(found.st_mode) || found.st_uid != ::geteuid()) {
        throw Error(ErrorKind::Policy, format("{} was exchanged while it was made", quoted(name)));
    }
    if (::fchownat(link.get(), "", uid, gid, AT_EMPTY_PATH) != 0) {
        throw last_error("change the owner of", name);
    }
}

void PosixSystem::remove_file(int directory, const std::string& name) {
    const Place place = place_of(directory, name);
    if (::unlinkat(place.directory, place.leaf.c_str(), 0) != 0) {
        throw last_error("remove", name);
    }
}

void PosixSystem::remove_directory(int directory, const std::string& name) {
    const Place place = place_of(directory, name);
    if (::unlinkat(place.directory, place.leaf.c_str(), AT_REMOVEDIR) != 0) {
        throw last_error("remove directory", name);
    }
}

}  // namespace bestow::os
