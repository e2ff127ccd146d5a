#include "policy/host_settings.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/yaml.hpp"

#include <functional>

namespace bestow::policy {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} * 1024 * 1024;
constexpr std::size_t kMaxDepth = 4;
constexpr std::size_t kMaxNodes = 10'000;

[[noreturn]] void refuse(const document::Position& at, const std::string& message) {
    throw Error(ErrorKind::Policy, format("line {}: {}", at.line, message));
}

std::string text_of(const document::Node& node, std::string_view key) {
    if (!node.is_scalar() || node.kind == document::Kind::Null || node.text.empty()) {
        refuse(node.at, format("{} is a text", quoted(key)));
    }
    return node.text;
}

std::string absolute_path(const document::Node& node, std::string_view key) {
    std::string path = text_of(node, key);
    if (path.front() != '/') {
        refuse(node.at, format("{}: {} is not an absolute path", key, quoted(path)));
    }
    for (const std::string_view component : split(path, '/')) {
        if (component == "." || component == "..") {
            refuse(node.at, format("{}: {} must not hold '.' or '..'", key, quoted(path)));
        }
    }
    return path;
}

bool flag_of(const document::Node& node, std::string_view key) {
    if (node.kind != document::Kind::Boolean) {
        refuse(node.at, format("{} is true or false", quoted(key)));
    }
    return node.text == "true";
}

std::vector<std::string> list_of(const document::Node& node, std::string_view key,
                                 const std::function<std::string(const document::Node&, std::string_view)>& element) {
    if (node.kind != document::Kind::Sequence) {
        refuse(node.at, format("{} is a list", quoted(key)));
    }
    std::vector<std::string> result;
    for (const document::Child& child : node.children) {
        if (const document::Node* const one = child.node()) {
            result.push_back(element(*one, key));
        }
    }
    return result;
}

void set_field(HostSettings& settings, const document::Child& child) {
    const document::Node& node = *child.node();
    if (child.key == "store") {
        settings.store = absolute_path(node, child.key);
    } else if (child.key == "host") {
        settings.host = text_of(node, child.key);
    } else if (child.key == "links") {
        settings.link_prefixes = list_of(node, child.key, absolute_path);
    } else if (child.key == "identities") {
        settings.identities = list_of(node, child.key, absolute_path);
    } else if (child.key == "run_dir") {
        settings.run_directory = absolute_path(node, child.key);
    } else if (child.key == "allow_swap") {
        settings.allow_swap = flag_of(node, child.key);
    } else if (child.key == "signers") {
        if (!list_of(node, child.key, text_of).empty()) {
            refuse(node.at, "'signers': this bestow verifies no signatures, so nobody's can be demanded; leave it out");
        }
    } else {
        refuse(child.key_at, format("unknown key {}{}", quoted(child.key),
                                    did_you_mean(child.key, {"store", "host", "links", "identities", "run_dir",
                                                             "allow_swap", "signers"})));
    }
}

}  // namespace

HostSettings parse_host_settings(std::string text, HostSettings defaults) {
    const document::Document parsed =
        document::parse_yaml(std::move(text), document::Aliases::Refuse, {kMaxBytes, kMaxDepth, kMaxNodes});
    HostSettings settings = std::move(defaults);
    if (parsed.roots.empty() || parsed.roots.front().kind == document::Kind::Null) {
        return settings;
    }
    const document::Node& root = parsed.roots.front();
    if (parsed.roots.size() > 1 || root.kind != document::Kind::Mapping) {
        refuse(root.at, "one mapping is expected");
    }
    for (const document::Child& child : root.children) {
        if (child.node() != nullptr) {
            set_field(settings, child);
        }
    }
    return settings;
}

}  // namespace bestow::policy
