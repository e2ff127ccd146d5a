#include "policy/access.hpp"

#include "policy/audience.hpp"
#include "policy/source.hpp"
#include "policy/template_text.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace bestow::policy {
namespace {

using Needs = std::unordered_map<std::string, std::set<const Host*>>;

/// Which hosts' templates name each secret. A template that does not parse gives nothing: the parser has said so.
Needs needs_of_templates(const Policy& policy, const Memberships& memberships) {
    Needs needs;
    for (const Template& declared : policy.templates) {
        std::vector<TemplateProblem> ignored;
        const std::vector<const Host*> hosts = memberships.hosts_in(declared.to);
        for (const std::string& name : template_inputs(parse_template(declared, ignored))) {
            needs[name].insert(hosts.begin(), hosts.end());
        }
    }
    return needs;
}

std::vector<const Host*> hosts_of(const Secret& secret, const Memberships& memberships, const Needs& needs) {
    std::vector<const Host*> hosts = memberships.hosts_in(secret.to);
    if (const auto more = needs.find(secret.name); more != needs.end()) {
        hosts.insert(hosts.end(), more->second.begin(), more->second.end());
    }
    std::sort(hosts.begin(), hosts.end());  // by address in policy.hosts: in order of declaration
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    return hosts;
}

void append_sources(std::vector<SecretSource>& sources, const Secret& secret, const std::vector<const Host*>& hosts) {
    const auto source_of = [&](const std::string& variant) {
        return SecretSource{&secret, variant, file_of(secret, variant), key_of(secret), {}};
    };
    if (secret.per.empty()) {
        sources.push_back(source_of(""));
        sources.back().hosts = hosts;
        return;
    }
    const std::size_t first = sources.size();
    for (const Host* host : hosts) {
        const std::optional<std::string> variant = variant_for(secret, *host);
        if (!variant) {
            continue;  // an error of the policy, said by the parser
        }
        auto own = std::find_if(sources.begin() + static_cast<std::ptrdiff_t>(first), sources.end(),
                                [&](const SecretSource& source) { return source.variant == *variant; });
        if (own == sources.end()) {
            own = sources.insert(own, source_of(*variant));
        }
        own->hosts.push_back(host);
    }
}

}  // namespace

std::vector<SecretSource> secret_sources(const Policy& policy) {
    const Memberships memberships(policy);
    const Needs needs = needs_of_templates(policy, memberships);
    std::vector<SecretSource> sources;
    for (const Secret& secret : policy.secrets) {
        append_sources(sources, secret, hosts_of(secret, memberships, needs));
    }
    return sources;
}

const SecretSource* source_for(const std::vector<SecretSource>& sources, std::string_view secret,
                               std::string_view host) {
    for (const SecretSource& source : sources) {
        if (source.secret->name == secret &&
            std::any_of(source.hosts.begin(), source.hosts.end(), [&](const Host* one) { return one->name == host; })) {
            return &source;
        }
    }
    return nullptr;
}

}  // namespace bestow::policy
