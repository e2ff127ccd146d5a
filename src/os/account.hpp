#pragma once
/// Becoming another user, for programs that are run on somebody's behalf.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bestow::os {

/// Somebody's account, with all groups.
struct Account {
    std::string name;
    std::string home;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;
};

/// nullopt when there is nobody of that name.
std::optional<Account> find_account(const std::string& name);

/// From here on, this process is that user's, real, effective and saved, and cannot go back. Throws Error(System): only
/// root may become somebody else.
void become_user(const Account& account);

}  // namespace bestow::os
