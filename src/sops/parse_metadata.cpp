#include "sops/parse_metadata.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "sops/selector.hpp"
#include "sops/shamir.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace bestow::sops {
namespace {

using document::Child;
using document::Kind;
using document::Node;

constexpr std::size_t kMostRecipients = 10'000;
constexpr std::array<std::string_view, 7> kForeignKinds = {"pgp",      "kms",   "gcp_kms", "azure_kv",
                                                           "hc_vault", "hckms", "hc_kms"};
constexpr std::array<SelectorKind, 6> kSelectors = {
    SelectorKind::UnencryptedSuffix, SelectorKind::EncryptedSuffix,         SelectorKind::UnencryptedRegex,
    SelectorKind::EncryptedRegex,    SelectorKind::UnencryptedCommentRegex, SelectorKind::EncryptedCommentRegex};

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

[[noreturn]] void fail(const Node& node, std::string_view name, std::string_view problem) {
    throw Error(ErrorKind::Format, format("line {}: sops.{} {}", node.at.line, name, problem));
}

const std::string& scalar(const Node& node, std::string_view name) {
    if (!node.is_scalar()) {
        fail(node, name, "is not a text");
    }
    return node.text;
}

bool boolean(const Node& node, std::string_view name) {
    const std::string value = lower_case(scalar(node, name));
    if (value != "true" && value != "false" && value != "1" && value != "0" && !value.empty()) {
        fail(node, name, "is not true or false");
    }
    return value == "true" || value == "1";
}

bool has_entries(const Node& node) {
    return std::any_of(node.children.begin(), node.children.end(),
                       [](const Child& child) { return child.node() != nullptr; });
}

/// sops takes the digits as a text, too.
std::size_t threshold_of(const Node& node) {
    const std::string& digits = scalar(node, "shamir_threshold");
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value > kMostShares) {
        fail(node, "shamir_threshold", "is not a number from 0 to 255");
    }
    return value;
}

AgeEntry age_entry(const Node& node) {
    if (node.kind != Kind::Mapping) {
        fail(node, "age", "holds something that is not a mapping");
    }
    AgeEntry entry;
    for (const Child& child : node.children) {
        if (child.node() != nullptr && lower_case(child.key) == "recipient") {
            entry.recipient = scalar(*child.node(), "age recipient");
        } else if (child.node() != nullptr && lower_case(child.key) == "enc") {
            entry.enc = scalar(*child.node(), "age enc");
        }
    }
    return entry;
}

std::vector<AgeEntry> age_entries(const Node& node) {
    std::vector<AgeEntry> entries;
    if (node.kind == Kind::Null) {
        return entries;
    }
    if (node.kind != Kind::Sequence) {
        fail(node, "age", "is not a list");
    }
    for (const Child& child : node.children) {
        if (child.node() != nullptr) {
            entries.push_back(age_entry(*child.node()));
        }
    }
    if (entries.size() > kMostRecipients) {
        fail(node, "age", format("has more than {} entries", kMostRecipients));
    }
    return entries;
}

bool is_foreign(std::string_view name) {
    return std::find(kForeignKinds.begin(), kForeignKinds.end(), name) != kForeignKinds.end();
}

/// What an entry of another kind of key says of itself, in the order in which sops writes it: every member that is
/// neither the wrapped data key nor a time.
std::string name_of_foreign(const std::string& kind, const Node& entry) {
    std::string name = kind;
    for (const Child& child : entry.children) {
        const bool names_the_key = child.node() != nullptr && child.node()->is_scalar() &&
                                   !child.node()->text.empty() && lower_case(child.key) != "enc" &&
                                   lower_case(child.key) != "created_at";
        if (names_the_key) {
            name += " " + child.node()->text;
        }
    }
    return name;
}

/// One member of the block, or of one of `key_groups`, that lists keys.
void take_keys(KeyGroup& group, const std::string& name, const Node& node) {
    if (name == "age") {
        group.age = age_entries(node);
    } else if (is_foreign(name) && has_entries(node)) {
        group.foreign_kinds.push_back(name);
        if (node.children.size() > kMostRecipients) {
            fail(node, name, format("has more than {} entries", kMostRecipients));
        }
        for (const Child& child : node.children) {
            if (child.node() != nullptr) {
                group.foreign_keys.push_back(name_of_foreign(name, *child.node()));
            }
        }
    }
}

KeyGroup key_group(const Node& node) {
    if (node.kind != Kind::Mapping) {
        fail(node, "key_groups", "holds something that is not a mapping");
    }
    KeyGroup group;
    for (const Child& child : node.children) {
        if (child.node() != nullptr) {
            take_keys(group, lower_case(child.key), *child.node());
        }
    }
    return group;
}

std::vector<KeyGroup> key_groups(const Node& node) {
    std::vector<KeyGroup> groups;
    if (node.kind == Kind::Null) {
        return groups;
    }
    if (node.kind != Kind::Sequence) {
        fail(node, "key_groups", "is not a list");
    }
    for (const Child& child : node.children) {
        if (child.node() != nullptr) {
            groups.push_back(key_group(*child.node()));
        }
    }
    if (groups.size() > kMostShares) {
        fail(node, "key_groups", format("has more than {} groups", kMostShares));
    }
    return groups;
}

/// Takes a selector; false when `name` is none or its pattern is empty.
bool take_selector(Metadata& metadata, std::string_view name, const Node& node) {
    for (const SelectorKind kind : kSelectors) {
        if (name == selector_name(kind) && !scalar(node, name).empty()) {
            metadata.selector = {kind, node.text};
            return true;
        }
    }
    return false;
}

void take(Metadata& metadata, const std::string& name, const Node& node) {
    if (name == "key_groups") {
        metadata.groups = key_groups(node);
    } else if (name == "shamir_threshold") {
        metadata.shamir_threshold = node.kind == Kind::Null ? 0 : threshold_of(node);
    } else if (name == "mac") {
        metadata.mac = scalar(node, name);
    } else if (name == "lastmodified") {
        metadata.last_modified = scalar(node, name);
    } else if (name == "version") {
        metadata.version = scalar(node, name);
    } else if (name == "mac_only_encrypted") {
        metadata.mac_only_encrypted = boolean(node, name);
    }
}

/// Lists in the block itself come before `key_groups`, which count only where there are none, as upstream has it.
void choose_groups(Metadata& metadata, KeyGroup flat, const Node& sops) {
    if (!flat.age.empty() || !flat.foreign_kinds.empty()) {
        metadata.groups.clear();
        metadata.groups.push_back(std::move(flat));
        return;
    }
    metadata.has_key_groups = !metadata.groups.empty();
    if (metadata.is_shared() &&
        (metadata.shamir_threshold == 1 || metadata.shamir_threshold > metadata.groups.size())) {
        fail(sops, "shamir_threshold", format("does not fit {} key groups", metadata.groups.size()));
    }
}

}  // namespace

Metadata parse_metadata(const Node& sops) {
    if (sops.kind != Kind::Mapping) {
        throw Error(ErrorKind::Format, format("line {}: sops is not a mapping", sops.at.line));
    }
    Metadata metadata;
    KeyGroup flat;
    std::size_t selectors = 0;
    for (const Child& child : sops.children) {
        if (child.node() == nullptr) {
            continue;
        }
        const std::string name = lower_case(child.key);
        if (take_selector(metadata, name, *child.node())) {
            ++selectors;
        } else {
            take(metadata, name, *child.node());
            take_keys(flat, name, *child.node());
        }
    }
    choose_groups(metadata, std::move(flat), sops);
    if (selectors > 1) {
        throw Error(ErrorKind::Policy,
                    format("line {}: sops has {} rules for what is encrypted; at most one may be there", sops.at.line,
                           selectors));
    }
    return metadata;
}

}  // namespace bestow::sops
