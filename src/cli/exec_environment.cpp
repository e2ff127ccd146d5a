#include "cli/exec_environment.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "os/launch.hpp"

namespace bestow::cli {

void ExecEnvironment::set(const std::string& name, ByteView value) {
    const bool is_name = !name.empty() && name.find_first_of(std::string_view("=\0", 2)) == std::string::npos;
    if (!is_name || as_text(value).find('\0') != std::string_view::npos) {
        throw Error(ErrorKind::Usage, format("{} cannot become a variable of the environment", quoted(name)));
    }
    SecretBuilder variable;
    variable.append(name);
    variable.append("=");
    variable.append(value);
    variables_[name] = variable.finish();
}

void ExecEnvironment::set_account(const os::Account& account) {
    set("HOME", as_bytes(account.home));
    set("USER", as_bytes(account.name));
    set("LOGNAME", as_bytes(account.name));
}

std::vector<SecretBytes> ExecEnvironment::finish(bool pristine) {
    std::vector<std::string> names;
    for (const auto& [name, variable] : variables_) {
        names.push_back(name);
    }
    std::vector<SecretBytes> all = pristine ? std::vector<SecretBytes>() : os::environment_without(names);
    for (auto& [name, variable] : variables_) {
        all.push_back(std::move(variable));
    }
    return all;
}

std::optional<os::Account> account_named(const std::string& name) {
    if (name.empty()) {
        return std::nullopt;
    }
    std::optional<os::Account> account = os::find_account(name);
    if (!account) {
        throw Error(ErrorKind::NotFound, format("there is no user {}", quoted(name)));
    }
    return account;
}

}  // namespace bestow::cli
