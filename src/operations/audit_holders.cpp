#include "operations/audit_holders.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "document/yaml.hpp"
#include "operations/recipient_form.hpp"
#include "policy/parse.hpp"
#include "policy/path_pattern.hpp"
#include "ssh/public_key.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

using document::Node;

constexpr const char* kCreationRules = ".sops.yaml";
constexpr std::size_t kDateLength = 10;  // "2026-11-20"

bool is_key(std::string_view text) {
    return text.starts_with("age1") || text.starts_with("ssh-");
}

/// The text of a top-level member with everything below it; empty when there is none.
std::string section(std::string_view text, std::string_view name) {
    std::string found;
    bool inside = false;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty() && line.front() != ' ' && line.front() != '#' && line.front() != '\r') {
            inside = line.starts_with(name);
        }
        if (inside) {
            found.append(line).push_back('\n');
        }
    }
    return found;
}

void add_keys_of(const Node& people, KeyHolder::Kind kind, std::vector<DeclaredKey>& keys) {
    for (const document::Child& person : people.children) {
        const Node* const list = person.node() != nullptr ? person.node()->find("keys") : nullptr;
        for (const document::Child& item : list != nullptr ? list->children : std::vector<document::Child>()) {
            const Node* key = item.node();
            if (key != nullptr && !key->is_scalar()) {
                key = key->find("key");
            }
            if (key != nullptr && is_key(key->text)) {
                keys.push_back({kind, person.key, key->text});
            }
        }
    }
}

void add_section(std::string_view text, const char* name, KeyHolder::Kind kind, std::vector<DeclaredKey>& keys) {
    const std::string part = section(text, std::string(name) + ":");
    try {
        const document::Document document =
            document::parse_yaml(part.empty() ? std::string(text) : part, document::Aliases::Expand);
        const Node* const people = document.roots.empty() ? nullptr : document.roots.front().find(name);
        if (people != nullptr) {
            add_keys_of(*people, kind, keys);
        }
    } catch (const Error&) {
        // A policy that nothing could read declared nothing.
    }
}

/// "- &web1 age1...", as a .sops.yaml names its keys.
void add_anchors(std::string_view text, std::vector<DeclaredKey>& keys) {
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t anchor = line.find('&');
        const std::size_t space = line.find(' ', anchor);
        if (anchor == std::string_view::npos || space == std::string_view::npos) {
            continue;
        }
        std::string_view key = trim(line.substr(space));
        if (key.size() > 1 && (key.front() == '"' || key.front() == '\'')) {
            key = key.substr(1, key.size() - 2);
        }
        if (is_key(key)) {
            keys.push_back(
                {KeyHolder::Kind::Unknown, std::string(line.substr(anchor + 1, space - anchor - 1)), std::string(key)});
        }
    }
}

/// The patterns of a bestow.yaml's `include:`.
std::vector<std::string> includes_of(std::string_view text) {
    std::vector<std::string> patterns;
    const std::string part = section(text, "include:");
    try {
        const document::Document document = document::parse_yaml(part, document::Aliases::Expand);
        const Node* const list = document.roots.empty() ? nullptr : document.roots.front().find("include");
        for (const document::Child& item : list != nullptr ? list->children : std::vector<document::Child>()) {
            const Node* pattern = item.node();
            if (pattern != nullptr && !pattern->is_scalar()) {
                pattern = pattern->find("path");
            }
            if (pattern != nullptr) {
                patterns.push_back(pattern->text);
            }
        }
    } catch (const Error&) {
        // likewise
    }
    return patterns;
}

}  // namespace

std::vector<DeclaredKey> declared_keys(std::string_view text) {
    std::vector<DeclaredKey> keys;
    add_section(text, "hosts", KeyHolder::Kind::Host, keys);
    add_section(text, "operators", KeyHolder::Kind::Operator, keys);
    add_anchors(text, keys);
    return keys;
}

std::string_view holder_kind_name(KeyHolder::Kind kind) {
    switch (kind) {
        case KeyHolder::Kind::Host:
            return "host";
        case KeyHolder::Kind::Operator:
            return "operator";
        case KeyHolder::Kind::Everybody:
            return "everybody";
        case KeyHolder::Kind::Unknown:
            break;
    }
    return "unknown";
}

Holders::Holders(const AuditModel& model, const OpenStore& store) : model_(model), store_(store) {
    read_present(store.policy());
    // Wherever they lie: the store may have moved in its repository.
    std::set<std::string> paths;
    for (const history::Version& version : model.history.versions) {
        const std::string& path = model.text(version.path);
        if (base_name(path) == store::kPolicyFile || base_name(path) == kCreationRules) {
            paths.insert(path);
        }
    }
    read_past(paths);
}

void Holders::read_present(const policy::Policy& policy) {
    const auto add_all = [&](const auto& people, KeyHolder::Kind kind) {
        for (const auto& person : people) {
            for (const policy::Key& key : person.keys) {
                present_.try_emplace(canonical_recipient(key.recipient), DeclaredKey{kind, person.name, key.recipient});
                add_stanza(key.recipient);
            }
        }
    };
    for (const policy::Operator& person : policy.operators) {
        present_names_.insert({KeyHolder::Kind::Operator, person.name});
    }
    for (const policy::Host& host : policy.hosts) {
        present_names_.insert({KeyHolder::Kind::Host, host.name});
    }
    add_all(policy.operators, KeyHolder::Kind::Operator);
    add_all(policy.hosts, KeyHolder::Kind::Host);
}

void Holders::read_past(const std::set<std::string>& paths) {
    std::map<Index, std::vector<const history::Version*>> versions;  // by object
    std::vector<std::string> names;
    const history::Known& known = model_.history.known;
    for (const history::Version& version : model_.history.versions) {
        if (version.blob != kNone && paths.contains(model_.text(version.path))) {
            const Index object = known.blob(version.blob).object;
            if (versions[object].empty()) {
                names.push_back(known.objects.at(object));
            }
            versions[object].push_back(&version);
        }
    }
    std::set<std::string> patterns;
    const history::Git git = history::git_of(store_.store());
    history::read_blobs(git, names,
                        {[&](std::string_view name, ByteView content) {
                             for (const DeclaredKey& key : declared_keys(as_text(content))) {
                                 for (const history::Version* version : versions.at(known.objects.find(name))) {
                                     add(key, *version);
                                 }
                             }
                             for (std::string& pattern : includes_of(as_text(content))) {
                                 patterns.insert(std::move(pattern));
                             }
                         },
                         [](std::string_view /*name*/, const std::string& /*why*/) {}});
    read_included(paths, patterns);
}

/// Files that an old bestow.yaml includes, which were not read yet.
void Holders::read_included(const std::set<std::string>& known_paths, const std::set<std::string>& patterns) {
    std::set<std::string> included;
    for (const std::string& pattern : patterns) {
        for (const history::Version& version : model_.history.versions) {
            const std::string& path = model_.text(version.path);
            if (!known_paths.contains(path) && !included.contains(path) && policy::matches_path(pattern, path)) {
                included.insert(path);
            }
        }
    }
    if (!included.empty()) {
        read_past(included);
    }
}

void Holders::add(const DeclaredKey& key, const history::Version& version) {
    const auto newer = [](Index one, Index other) { return other == kNone || one > other; };
    if (key.kind != KeyHolder::Kind::Unknown) {
        Index& last = names_.try_emplace({key.kind, key.name}, kNone).first->second;
        last = newer(version.last, last) ? version.last : last;
    }
    Entry& entry = past_[canonical_recipient(key.recipient)];
    const bool says_more = entry.key.kind == KeyHolder::Kind::Unknown && key.kind != KeyHolder::Kind::Unknown;
    const bool says_less = entry.key.kind != KeyHolder::Kind::Unknown && key.kind == KeyHolder::Kind::Unknown;
    if (says_more || (!says_less && newer(version.last, entry.last))) {
        entry = {key, version.last};
    }
    add_stanza(key.recipient);
}

KeyHolder Holders::holder_of(const std::string& recipient) const {
    if (recipient.empty()) {
        return {KeyHolder::Kind::Everybody, {}, {}};
    }
    if (const auto present = present_.find(recipient); present != present_.end()) {
        return {present->second.kind, present->second.name, {}, present->second.recipient};
    }
    const auto past = past_.find(recipient);
    if (past == past_.end()) {
        return {};
    }
    KeyHolder holder{past->second.key.kind, past->second.key.name, {}, past->second.key.recipient};
    const auto name = names_.find({holder.kind, holder.name});
    if (name != names_.end() && !present_names_.contains(name->first)) {
        holder.removed = model_.history.date(name->second + 1);
    }
    return holder;
}

void Holders::expect_known(KeyHolder::Kind kind, const std::string& name) const {
    if (present_names_.contains({kind, name}) || names_.contains({kind, name})) {
        return;
    }
    std::vector<std::string> candidates;
    const auto take = [&](const std::pair<KeyHolder::Kind, std::string>& known) {
        if (known.first == kind) {
            candidates.push_back(known.second);
        }
    };
    std::for_each(present_names_.begin(), present_names_.end(), take);
    for (const auto& [known, last] : names_) {
        take(known);
    }
    throw Error(ErrorKind::NotFound, format("no policy ever declared the {} {}{}", holder_kind_name(kind), quoted(name),
                                            did_you_mean(name, candidates)));
}

std::vector<std::string> Holders::with_fingerprint(std::string_view fingerprint) const {
    std::vector<std::string> found;
    const auto take = [&](const std::string& canonical, const std::string& declared) {
        try {
            if (declared.starts_with("ssh-") && ssh::parse_public_key(declared).fingerprint() == fingerprint) {
                found.push_back(canonical);
            }
        } catch (const Error&) {
            // An old policy may say what is no key.
        }
    };
    for (const auto& [canonical, key] : present_) {
        take(canonical, key.recipient);
    }
    for (const auto& [canonical, entry] : past_) {
        take(canonical, entry.key.recipient);
    }
    return found;
}

void Holders::add_stanza(const std::string& recipient) {
    if (const std::string stanza = history::stanza_text_of(recipient); !stanza.empty()) {
        stanzas_[stanza].try_emplace(canonical_recipient(recipient), recipient);
    }
}

std::vector<std::string> Holders::recipients_of_stanza(const std::string& stanza) const {
    std::vector<std::string> recipients;
    if (const auto found = stanzas_.find(stanza); found != stanzas_.end()) {
        for (const auto& [canonical, recipient] : found->second) {
            recipients.push_back(recipient);
        }
    }
    return recipients;
}

std::vector<std::string> Holders::ever_declared() const {
    std::set<std::string> keys;
    for (const auto& [canonical, key] : present_) {
        keys.insert(canonical);
    }
    for (const auto& [canonical, entry] : past_) {
        keys.insert(canonical);
    }
    return {keys.begin(), keys.end()};
}

const std::vector<std::string>& Holders::readers_at(Index commit, const std::string& file) {
    const auto [place, is_new] = readers_at_.try_emplace({commit, file});
    if (!is_new) {
        return place->second;
    }
    const history::Git git = history::git_of(store_.store());
    const std::string& prefix = model_.history.repository.prefix;
    const std::string tree = model_.history.commits[commit].name + ":";
    const auto read = [&](const std::string& path) { return git.try_ask({"cat-file", "blob", tree + prefix + path}); };
    const auto match = [&](const std::string& pattern) {
        const std::string list = git.try_ask({"ls-tree", "-r", "-z", "--name-only", tree + prefix}).value_or("");
        std::vector<std::string> paths;
        for (const std::string_view path : split(list, '\0')) {
            if (!path.empty() && policy::matches_path(pattern, path)) {
                paths.emplace_back(path);
            }
        }
        return paths;
    };
    try {
        const std::optional<std::string> text = read(store::kPolicyFile);
        if (text) {
            const std::string today = model_.history.date(commit).substr(0, kDateLength);
            const policy::Policy policy = policy::parse_policy(*text, {read, match}, policy::Strictness::Host);
            const PolicyView view(policy, today);
            const policy::FileAccess* const access = view.find_file(file);
            place->second =
                recipients_of(access != nullptr ? access->readers : policy::operator_readers(view.policy, file, today));
        }
    } catch (const Error&) {
        // A policy that nothing could read entitled nobody.
    }
    return place->second;
}

}  // namespace bestow::operations
