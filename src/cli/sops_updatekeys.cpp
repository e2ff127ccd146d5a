#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"
#include "cli/sops_encrypt.hpp"
#include "cli/sops_file.hpp"
#include "sops/edit.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace bestow::cli {
namespace {

using operations::CreationConfig;

using sops::RecipientGroups;

/// What becomes of one group's recipients, in the order in which sops tells it.
struct KeyChanges {
    std::vector<std::string> kept;
    std::vector<std::string> added;
    std::vector<std::string> removed;

    [[nodiscard]] bool none() const { return added.empty() && removed.empty(); }
};

bool contains(const std::vector<std::string>& list, const std::string& entry) {
    return std::find(list.begin(), list.end(), entry) != list.end();
}

KeyChanges changes_between(const std::vector<std::string>& present, const std::vector<std::string>& wanted) {
    KeyChanges changes;
    for (const std::string& recipient : wanted) {
        (contains(present, recipient) ? changes.kept : changes.added).push_back(recipient);
    }
    std::copy_if(present.begin(), present.end(), std::back_inserter(changes.removed),
                 [&wanted](const std::string& recipient) { return !contains(wanted, recipient); });
    return changes;
}

/// Group by group, as many as one side has.
std::vector<KeyChanges> changes_between(const RecipientGroups& present, const RecipientGroups& wanted) {
    std::vector<KeyChanges> changes;
    for (std::size_t index = 0; index < std::max(present.groups.size(), wanted.groups.size()); ++index) {
        const std::vector<std::string> none;
        changes.push_back(changes_between(index < present.groups.size() ? present.groups[index] : none,
                                          index < wanted.groups.size() ? wanted.groups[index] : none));
    }
    return changes;
}

void print_threshold(std::size_t old_threshold, std::size_t new_threshold) {
    if (old_threshold == new_threshold && new_threshold > 0) {
        std::cout << "shamir_threshold: " << new_threshold << '\n';
        return;
    }
    if (new_threshold > 0) {
        std::cout << "+++ shamir_threshold: " << new_threshold << '\n';
    }
    if (old_threshold > 0) {
        std::cout << "--- shamir_threshold: " << old_threshold << '\n';
    }
}

void print_changes(const std::vector<KeyChanges>& changes) {
    for (std::size_t index = 0; index < changes.size(); ++index) {
        std::cout << "Group " << index + 1 << '\n';
        for (const std::string& recipient : changes[index].kept) {
            std::cout << "    " << recipient << '\n';
        }
        for (const std::string& recipient : changes[index].added) {
            std::cout << "+++ " << recipient << '\n';
        }
        for (const std::string& recipient : changes[index].removed) {
            std::cout << "--- " << recipient << '\n';
        }
    }
    std::cout << std::flush;
}

/// The first word of the next line of standard input.
std::string read_answer(os::System& system) {
    std::string line;
    std::array<Byte, 1> byte{};
    while (system.read_some(0, byte) == 1 && byte[0] != '\n') {
        line.push_back(static_cast<char>(byte[0]));
        if (line.size() > 100) {
            break;
        }
    }
    return std::string(trim(line));
}

bool is_agreed(const SopsCall& call) {
    if (call.flags.boolean("yes")) {
        return true;
    }
    for (;;) {
        std::cout << "Is this okay? (y/n):" << std::flush;
        const std::string answer = read_answer(call.system());
        if (answer == "y" || answer == "n") {
            return answer == "y";
        }
        if (answer.empty()) {
            throw Error(ErrorKind::Failed, "nobody said whether this is okay", "--yes says so beforehand");
        }
    }
}

/// The threshold stays the file's, as in sops, where there are groups enough for it.
RecipientGroups wanted_recipients(const SopsCall& call, const sops::CreationRule& rule, std::size_t threshold) {
    RecipientGroups wanted = recipients_of_rule(rule);
    for (std::vector<std::string>& group : wanted.groups) {
        for (std::string& recipient : group) {
            recipient = age::normalize_recipient(recipient);
        }
    }
    wanted.threshold = std::min(threshold_flag(call).value_or(threshold), wanted.groups.size());
    return wanted;
}

const sops::CreationRule& rule_for(const SopsCall& call, const CreationConfig& config, const std::string& file) {
    const sops::CreationRule* const rule = creation_rule(call, &config, file);
    if (rule == nullptr) {
        throw Error(ErrorKind::Policy, format("{} has no creation rules", config.path));
    }
    return *rule;
}

void update_file(const SopsCall& call, const CreationConfig& config, const std::string& file) {
    const std::string& program = call.invocation.program_name;
    if (!call.system().try_open_file(file)) {
        throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(file)));
    }
    const sops::EncryptedFile document = load_encrypted(call, file, sops_format(call, "input-type", file));
    const RecipientGroups present{document.recipient_groups(), document.metadata().shamir_threshold};
    const RecipientGroups wanted = wanted_recipients(call, rule_for(call, config, file), present.threshold);
    const std::vector<KeyChanges> changes = changes_between(present, wanted);
    const bool same_keys =
        std::all_of(changes.begin(), changes.end(), [](const KeyChanges& group) { return group.none(); });
    if (same_keys && present.threshold == wanted.threshold) {
        std::cerr << program << ": " << quoted(file) << " is up to date\n";
        return;
    }
    std::cout << "The following changes will be made to the file's groups:\n";
    print_threshold(present.threshold, wanted.threshold);
    print_changes(changes);
    if (!is_agreed(call)) {
        std::cerr << program << ": " << quoted(file) << " is left as it is\n";
        return;
    }
    const SecretBytes key = data_key_of(call, document, file);
    const std::string text = sops::replace_groups(document, key.view(), wanted);
    write_sops_file(call, file, as_bytes(text), Secrecy::Ciphertext);
    if (std::any_of(changes.begin(), changes.end(), [](const KeyChanges& group) { return !group.removed.empty(); })) {
        report_warning(program, format("{}: whoever was removed knows the data key still; `sops rotate -i` makes "
                                       "another one",
                                       quoted(file)));
    }
}

/// With several files, the others are done when one fails.
int update_all(const SopsCall& call, const CreationConfig& config) {
    std::size_t failures = 0;
    for (const std::string& file : call.arguments()) {
        try {
            update_file(call, config, file);
        } catch (const Error& error) {
            report_error(call.invocation.program_name, error);
            ++failures;
        }
    }
    if (failures > 0) {
        throw SopsFailure(SopsStatus::Failed, format("{} of the files could not be updated", failures));
    }
    return 0;
}

}  // namespace

int sops_updatekeys(const SopsCall& call) {
    const CreationConfig* const config = creation_config(call);
    if (config == nullptr) {
        throw SopsFailure(SopsStatus::Failed, "there is no .sops.yaml here or above");
    }
    if (call.arguments().empty()) {
        throw SopsFailure(SopsStatus::NoFile, "no file is named");
    }
    if (call.arguments().size() > 1) {
        return update_all(call, *config);
    }
    update_file(call, *config, call.arguments().front());
    return 0;
}

}  // namespace bestow::cli
