#include "os/posix_calls.hpp"
#include "os/posix_system.hpp"

#include <cstdlib>
#include <ctime>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace bestow::os {
namespace {

constexpr std::size_t kFirstBufferBytes = 4096;
constexpr std::size_t kLargestBufferBytes = std::size_t{16} * 1024 * 1024;

/// One entry of a user database through a *_r function; nullopt when there is none.
template <typename Entry, typename Lookup>
std::optional<Entry> look_up(Lookup lookup, const std::string& name, std::vector<char>& buffer) {
    buffer.resize(kFirstBufferBytes);
    while (true) {
        Entry entry = {};
        Entry* found = nullptr;
        const int failure = lookup(&entry, buffer.data(), buffer.size(), &found);
        if (found != nullptr) {
            return entry;
        }
        if (failure == ERANGE && buffer.size() < kLargestBufferBytes) {
            buffer.resize(buffer.size() * 2);
        } else if (failure == 0 || failure == ENOENT || failure == ESRCH || failure == EBADF || failure == EPERM) {
            return std::nullopt;  // getpwnam(3): all of these may mean "not found"
        } else if (failure != EINTR) {
            throw Error::system(format("cannot look up {}", quoted(name)), failure);
        }
    }
}

std::optional<User> user_of(const std::optional<passwd>& entry) {
    if (!entry) {
        return std::nullopt;
    }
    return User{entry->pw_uid, entry->pw_gid, entry->pw_dir == nullptr ? "" : entry->pw_dir};
}

std::tm utc_parts(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts = {};
    if (::gmtime_r(&time, &parts) == nullptr) {
        throw Error(ErrorKind::Failed, "the clock is out of range");
    }
    return parts;
}

}  // namespace

std::optional<User> PosixSystem::find_user(const std::string& name) {
    std::vector<char> buffer;
    const auto entry =
        look_up<passwd>([&](passwd* into, char* memory, std::size_t size,
                            passwd** found) { return ::getpwnam_r(name.c_str(), into, memory, size, found); },
                        name, buffer);
    return user_of(entry);
}

std::optional<User> PosixSystem::find_user_by_id(std::uint32_t uid) {
    std::vector<char> buffer;
    const auto entry = look_up<passwd>([&](passwd* into, char* memory, std::size_t size,
                                           passwd** found) { return ::getpwuid_r(uid, into, memory, size, found); },
                                       std::to_string(uid), buffer);
    return user_of(entry);
}

std::optional<std::uint32_t> PosixSystem::find_group(const std::string& name) {
    std::vector<char> buffer;
    const auto entry =
        look_up<group>([&](group* into, char* memory, std::size_t size,
                           group** found) { return ::getgrnam_r(name.c_str(), into, memory, size, found); },
                       name, buffer);
    return entry ? std::optional<std::uint32_t>(entry->gr_gid) : std::nullopt;
}

std::uint32_t PosixSystem::effective_uid() {
    return ::geteuid();
}

std::int64_t PosixSystem::now() {
    return std::time(nullptr);
}

std::optional<std::string> PosixSystem::environment(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string utc_date(std::int64_t seconds) {
    const std::tm parts = utc_parts(seconds);
    return format("{:04d}-{:02d}-{:02d}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string utc_timestamp(std::int64_t seconds) {
    const std::tm parts = utc_parts(seconds);
    return format("{}T{:02d}:{:02d}:{:02d}Z", utc_date(seconds), parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace bestow::os
