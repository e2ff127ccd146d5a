#include "os/account.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <cerrno>

#include <grp.h>
#include <pwd.h>
#include <sys/mman.h>
#include <unistd.h>

namespace bestow::os {
namespace {

constexpr int kMostGroups = 65536;

std::vector<std::uint32_t> groups_of(const std::string& name, gid_t primary) {
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    while (::getgrouplist(name.c_str(), primary, groups.data(), &count) < 0 && count <= kMostGroups) {
        groups.resize(static_cast<std::size_t>(count));
    }
    groups.resize(static_cast<std::size_t>(count));
    return {groups.begin(), groups.end()};
}

}  // namespace

std::optional<Account> find_account(const std::string& name) {
    errno = 0;
    const passwd* const entry = ::getpwnam(name.c_str());  // no other thread runs (base/parallel.hpp)
    if (entry == nullptr) {
        return std::nullopt;
    }
    return Account{entry->pw_name, entry->pw_dir, entry->pw_uid, entry->pw_gid, groups_of(name, entry->pw_gid)};
}

void become_user(const Account& account) {
    const std::vector<gid_t> groups(account.groups.begin(), account.groups.end());
    // What is locked stays so; what comes later is no longer locked as a matter of course, since it would have to fit
    // into the other user's limit.
    (void)::mlockall(MCL_CURRENT | MCL_ONFAULT);
    if (::setgroups(groups.size(), groups.data()) != 0 || ::setresgid(account.gid, account.gid, account.gid) != 0 ||
        ::setresuid(account.uid, account.uid, account.uid) != 0) {
        throw Error::system(format("cannot become the user {}", quoted(account.name)), errno);
    }
    const bool can_go_back = account.uid != 0 && (::setuid(0) == 0 || ::seteuid(0) == 0);
    require(!can_go_back, "privileges that were given up do not come back");
}

}  // namespace bestow::os
