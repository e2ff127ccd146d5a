#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/access.hpp"
#include "policy/path_pattern.hpp"
#include "policy/problems.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

bool is_current(const Key& key, std::string_view today) {
    return !key.until || today <= *key.until;
}

void append_reader(std::vector<Reader>& readers, Reader reader) {
    const bool there = std::any_of(readers.begin(), readers.end(),
                                   [&](const Reader& other) { return other.recipient == reader.recipient; });
    if (!there) {
        readers.push_back(std::move(reader));
    }
}

/// The one rule that decides who among the operators reads a file; nullptr when no pattern matches.
const AccessRule* access_rule_for(const Policy& policy, std::string_view file) {
    const AccessRule* best = nullptr;
    for (const AccessRule& rule : policy.access) {
        if (!matches_path(rule.pattern, file)) {
            continue;
        }
        if (best == nullptr || specificity_of(rule.pattern) > specificity_of(best->pattern)) {
            best = &rule;
        } else if (specificity_of(rule.pattern) == specificity_of(best->pattern)) {
            throw Error(ErrorKind::Policy,
                        format("{}: {} and {} match {} equally well, so who reads it is not clear",
                               to_text(rule.origin), quoted(best->pattern), quoted(rule.pattern), quoted(file)),
                        "add a pattern that is that file's path");
        }
    }
    return best;
}

bool names_operator(const AccessRule& rule, const Operator& one) {
    const auto& named = rule.operators;
    const auto is_named = [&](const std::string& name) {
        return std::find(named.begin(), named.end(), name) != named.end();
    };
    return is_named(one.name) || std::any_of(one.groups.begin(), one.groups.end(), is_named);
}

bool is_shared(const Policy& policy, const std::string& file) {
    const std::pair<const std::string, FileRule>* best = nullptr;
    for (const auto& rule : policy.files) {
        if (matches_path(rule.first, file) &&
            (best == nullptr || specificity_of(rule.first) > specificity_of(best->first))) {
            best = &rule;
        }
    }
    return best != nullptr && best->second.shared;
}

std::string host_names(const std::vector<const Host*>& hosts) {
    std::vector<std::string> names;
    for (const Host* host : hosts) {
        names.push_back(host->name);
    }
    return names.empty() ? "no host" : join(names, ", ");
}

void check_sharing(const Policy& policy, const FileAccess& access, Problems& problems) {
    if (is_shared(policy, access.file)) {
        return;
    }
    const SecretSource& first = *access.sources.front();
    for (const SecretSource* source : access.sources) {
        if (source->hosts != first.hosts) {
            problems.add(source->secret->origin,
                         format("{} holds {} for {} and {} for {}, so each could read the other's; give one of them "
                                "another file, or set files: {{{}: {{shared: true}}}}",
                                quoted(access.file), quoted(first.secret->name), host_names(first.hosts),
                                quoted(source->secret->name), host_names(source->hosts), access.file));
            return;
        }
    }
}

std::vector<const Host*> hosts_of(const FileAccess& access) {
    std::vector<const Host*> hosts;
    for (const SecretSource* source : access.sources) {
        hosts.insert(hosts.end(), source->hosts.begin(), source->hosts.end());
    }
    std::sort(hosts.begin(), hosts.end());  // by address in policy.hosts: in order of declaration
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    return hosts;
}

using ConvertedKeys = std::map<std::string, std::string>;

/// A host's key as it goes into a SOPS file; the arithmetic is done once a key.
const std::string& converted(const Key& key, ConvertedKeys& known) {
    const auto [there, is_new] = known.try_emplace(key.recipient);
    if (is_new) {
        there->second = age::recipient_as_x25519(key.recipient);
    }
    return there->second;
}

struct ReaderSearch {
    const Policy& policy;
    std::string_view today;
    ConvertedKeys converted_keys;
};

void append_readers(FileAccess& access, ReaderSearch& search, Problems& problems) {
    const Origin& origin = access.sources.front()->secret->origin;
    try {
        access.readers = operator_readers(search.policy, access.file, search.today);
    } catch (const Error& error) {
        problems.add(origin, error.message());
        return;
    }
    if (access.readers.empty()) {
        problems.add(origin, format("no operator may read {}, so nobody could ever change it", quoted(access.file)));
    }
    for (const Host* host : hosts_of(access)) {
        for (const Key& key : host->keys) {
            if (is_current(key, search.today)) {
                append_reader(access.readers,
                              {Reader::Kind::Host, host->name, converted(key, search.converted_keys), key.recipient});
            }
        }
    }
}

}  // namespace

std::vector<Reader> operator_readers(const Policy& policy, std::string_view file, std::string_view today) {
    const AccessRule* rule = access_rule_for(policy, file);
    std::vector<Reader> readers;
    for (const Operator& one : policy.operators) {
        const bool entitled = one.recovery || (rule != nullptr ? names_operator(*rule, one) : !one.listed);
        for (const Key& key : one.keys) {
            if (entitled && is_current(key, today)) {
                append_reader(readers, {Reader::Kind::Operator, one.name, key.recipient, key.recipient});
            }
        }
    }
    return readers;
}

std::vector<FileAccess> file_access(const Policy& policy, const std::vector<SecretSource>& sources,
                                    std::string_view today, Problems& problems) {
    std::map<std::string, FileAccess> by_file;
    for (const SecretSource& source : sources) {
        FileAccess& access = by_file[source.file];
        access.file = source.file;
        access.sources.push_back(&source);
    }
    ReaderSearch search{policy, today, {}};
    std::vector<FileAccess> result;
    for (auto& [file, access] : by_file) {
        check_sharing(policy, access, problems);
        append_readers(access, search, problems);
        result.push_back(std::move(access));
    }
    return result;
}

std::vector<FileAccess> file_access(const Policy& policy, const std::vector<SecretSource>& sources,
                                    std::string_view today) {
    Problems problems;
    std::vector<FileAccess> result = file_access(policy, sources, today, problems);
    problems.throw_if_any();
    return result;
}

}  // namespace bestow::policy
