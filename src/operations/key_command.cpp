#include "operations/key_command.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace bestow::operations {
namespace {

constexpr std::size_t kOutputLimitBytes = std::size_t{1} * 1024 * 1024;

}  // namespace

age::Identities KeyCommand::run(const std::string& recipient, const age::Unlocking& unlocking) {
    std::map<std::string, std::string> environment;
    if (!recipient.empty()) {
        environment.emplace("SOPS_AGE_RECIPIENT", recipient);
    }
    try {
        std::string output = system_.run_for_output(argv_, environment, kOutputLimitBytes);
        SecretBytes text = SecretBytes::copy_of(output);
        wipe(output);
        const bool known = std::any_of(printed_.begin(), printed_.end(), [&](const SecretBytes& earlier) {
            return equal_constant_time(earlier.view(), text.view());
        });
        if (known) {
            return {};
        }
        printed_.push_back(std::move(text));
        return age::parse_identities(printed_.back().view(), variable_, unlocking);
    } catch (const Error& error) {
        throw Error(ErrorKind::NoIdentity, format("{}: {}", variable_, error.full_message()), error.hint());
    }
}

}  // namespace bestow::operations
