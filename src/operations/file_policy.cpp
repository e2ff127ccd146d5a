#include "operations/file_policy.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "operations/file_context.hpp"
#include "sops/data_key.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

constexpr unsigned kWritableByOthers = 0002;

/// Whoever can write it decides who reads every secret that is set from now on.
void refuse_config_of_everybody(os::System& system, const std::string& path) {
    const os::UniqueFd file = system.open_for_reading(path);
    if ((system.status(file.get()).mode_bits & kWritableByOthers) != 0) {
        throw Error(ErrorKind::Policy, format("everybody can write {}", quoted(path)),
                    format("chmod o-w {}, and look at what was changed", path));
    }
}

/// The real path of an absolute one whose last parts may not exist yet.
std::string real_as_far_as_it_exists(os::System& system, const std::string& path) {
    if (path == "/") {
        return path;
    }
    try {
        return system.real_path(path);
    } catch (const Error&) {
        const std::string folder = real_as_far_as_it_exists(system, parent_of(path));
        return (folder == "/" ? "" : folder) + path.substr(path.rfind('/'));
    }
}

/// The nearest folder upwards that exists.
std::string existing_folder(os::System& system, std::string path) {
    for (;; path = parent_of(path)) {
        try {
            (void)system.open_directory(path);
            return path;
        } catch (const Error&) {
            if (path == "/") {
                throw;
            }
        }
    }
}

void check_recipient(const std::string& recipient, std::size_t line) {
    try {
        (void)age::parse_recipient(recipient);
    } catch (Error& error) {
        error.add_context(format("line {}, {}", line, quoted(recipient)));
        throw;
    }
}

}  // namespace

std::vector<policy::Reader> readers_of_recipients(const std::vector<std::string>& recipients) {
    std::vector<policy::Reader> readers;
    for (const std::string& recipient : recipients) {
        const std::string normal = sops::normal_recipient(recipient);
        const bool is_known = std::any_of(readers.begin(), readers.end(),
                                          [&](const policy::Reader& reader) { return reader.recipient == normal; });
        if (!is_known) {
            readers.push_back({policy::Reader::Kind::Recipient, normal, normal, normal});
        }
    }
    return readers;
}

std::vector<policy::Reader> FilePolicy::readers() const {
    std::vector<std::string> recipients;
    if (rule != nullptr) {
        for (const sops::RecipientGroup& group : rule->groups) {
            recipients.insert(recipients.end(), group.age.begin(), group.age.end());
        }
    }
    return in_file(config ? config->path : name, [&] { return readers_of_recipients(recipients); });
}

sops::EncryptOptions FilePolicy::encrypt_options(std::string now) const {
    if (rule == nullptr) {
        const std::string why = config && config->rules.has_rules()
                                    ? format("no rule of {} fits it", config->path)
                                    : "neither a bestow.yaml nor a .sops.yaml with creation rules is here or above";
        throw Error(ErrorKind::Policy, format("there is nobody to encrypt {} to: {}", quoted(name), why),
                    "bestow encrypt --recipient KEY names somebody, --store DIR a store");
    }
    return in_file(config->path, [&] {
        sops::check_own_recipients(*rule);
        sops::EncryptOptions options;
        for (const sops::RecipientGroup& group : rule->groups) {
            for (const std::string& recipient : group.age) {
                check_recipient(recipient, rule->line);
            }
            options.groups.push_back(group.age);
        }
        options.shamir_threshold = rule->shamir_threshold;
        options.selector = rule->selector.value_or(sops::SelectorRule{});
        options.mac_only_encrypted = rule->mac_only_encrypted;
        options.indents = config->rules.indents();
        options.now = std::move(now);
        return options;
    });
}

FilePolicy find_file_policy(os::System& system, const std::string& file) {
    FilePolicy found;
    const std::string path = absolute_path(system, file);
    found.config = find_creation_config(system, path, LookFrom::File, found.warnings);
    if (found.config) {
        refuse_config_of_everybody(system, found.config->path);
        in_file(found.config->path, [&] { found.config->rules.check(); });
        found.rule = find_rule(system, *found.config, path);
    }
    const std::string real = real_as_far_as_it_exists(system, path);
    found.folder = system.real_path(found.config ? found.config->folder : existing_folder(system, parent_of(real)));
    found.name = sops::path_for_rules(found.folder, real);
    if (found.name.starts_with('/')) {  // a link leads out of the folder
        found.folder = existing_folder(system, parent_of(real));
        found.name = sops::path_for_rules(found.folder, real);
    }
    return found;
}

}  // namespace bestow::operations
