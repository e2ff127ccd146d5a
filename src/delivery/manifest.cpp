#include "delivery/manifest.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/audience.hpp"

#include <algorithm>
#include <set>

namespace bestow::delivery {
namespace {

constexpr std::string_view kReserved = ".bestow-";  // what a generation records about itself

std::optional<sops::Rendering> rendering_of(const std::optional<policy::As>& as) {
    if (!as) {
        return std::nullopt;
    }
    switch (*as) {
        case policy::As::Yaml:
            return sops::Rendering::Yaml;
        case policy::As::Json:
            return sops::Rendering::Json;
        case policy::As::Env:
            return sops::Rendering::Env;
        case policy::As::Raw:
            break;
    }
    return sops::Rendering::Raw;
}

Placement resolved(const policy::Placement& from) {
    Placement placement;
    placement.owner = from.owner.value_or(placement.owner);
    placement.group = from.group.value_or(placement.group);
    placement.mode_bits = from.mode.value_or(placement.mode_bits);
    placement.link = from.path.value_or(placement.link);
    placement.restart = from.restart.value_or(placement.restart);
    placement.reload = from.reload.value_or(placement.reload);
    placement.phase = from.phase.value_or(placement.phase);
    return placement;
}

bool is_root(const std::string& name) {
    return name == "root" || name == "0";
}

/// What would make a delivery ambiguous or too early; the policy's parser says most of it already, but a bundle has
/// not been through that.
class Checks {
  public:
    explicit Checks(const std::string& host) : host_(host) {}

    void file(const std::string& path, const Placement& placement) {
        if ((path + placement.link).find('\n') != std::string::npos) {
            throw Error(ErrorKind::Policy, format("{} has a line break in its name or link", quoted(path)));
        }
        if (path.compare(0, kReserved.size(), kReserved) == 0) {
            throw Error(ErrorKind::Policy,
                        format("{}: names that start with {} are bestow's own", quoted(path), quoted(kReserved)));
        }
        if (!paths_.insert(path).second) {
            throw Error(ErrorKind::Policy, format("host {} gets two files at {}", quoted(host_), quoted(path)));
        }
        if (!placement.link.empty() && !links_.insert(placement.link).second) {
            throw Error(ErrorKind::Policy, format("host {} gets two links at {}", quoted(host_), placement.link));
        }
        const bool root_alone = is_root(placement.owner) && (placement.group.empty() || is_root(placement.group));
        if (placement.phase == Phase::Early && !root_alone) {
            throw Error(ErrorKind::Policy,
                        format("{} is delivered early, before users exist, and so must be root's", quoted(path)));
        }
    }

    /// What wants to be a file and a folder at once.
    void finish() const {
        refuse_nested(paths_, "a file");
        refuse_nested(links_, "a link");
    }

  private:
    void refuse_nested(const std::set<std::string>& paths, const char* what) const {
        for (const std::string& path : paths) {
            for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
                if (paths.count(path.substr(0, slash)) != 0) {
                    throw Error(ErrorKind::Policy,
                                format("host {} gets {} at {}, and another below it at {}", quoted(host_), what,
                                       quoted(path.substr(0, slash)), quoted(path)));
                }
            }
        }
    }

    std::string host_;
    std::set<std::string> paths_;
    std::set<std::string> links_;
};

std::vector<ManifestSecret> secrets_for(const policy::Policy& policy, const policy::Host& host,
                                        const policy::Memberships& memberships) {
    std::vector<ManifestSecret> result;
    for (const policy::SecretSource& source : policy::secret_sources(policy)) {
        if (std::find(source.hosts.begin(), source.hosts.end(), &host) == source.hosts.end()) {
            continue;
        }
        const policy::Secret& declared = *source.secret;
        const std::vector<const policy::Host*> receivers = memberships.hosts_in(declared.to);
        ManifestSecret secret;
        secret.name = declared.name;
        secret.file = source.file;
        secret.key = source.key;
        secret.as = rendering_of(declared.as);
        secret.delivered = std::find(receivers.begin(), receivers.end(), &host) != receivers.end();
        secret.optional = declared.is_optional();
        if (declared.rotate_after_seconds) {
            secret.rotation = Rotation{*declared.rotate_after_seconds, {}};
        }
        secret.placement = resolved(policy::placement_for(policy, declared.placement, declared.overrides, host));
        result.push_back(std::move(secret));
    }
    return result;
}

std::vector<ManifestTemplate> templates_for(const policy::Policy& policy, const policy::Host& host,
                                            const policy::Memberships& memberships) {
    std::vector<ManifestTemplate> result;
    for (const policy::Template& declared : policy.templates) {
        const std::vector<const policy::Host*> receivers = memberships.hosts_in(declared.to);
        if (std::find(receivers.begin(), receivers.end(), &host) == receivers.end()) {
            continue;
        }
        ManifestTemplate one;
        one.name = declared.name;
        one.pieces = policy::parse_template(declared);
        one.inputs = policy::template_inputs(one.pieces);
        one.placement = resolved(policy::placement_for(policy, declared.placement, declared.overrides, host));
        result.push_back(std::move(one));
    }
    return result;
}

}  // namespace

std::string delivered_path(const ManifestSecret& secret) {
    return secret.name;
}

std::string delivered_path(const ManifestTemplate& one) {
    return "rendered/" + one.name;
}

bool is_optional(const Manifest& manifest, std::string_view secret) {
    return std::any_of(manifest.secrets.begin(), manifest.secrets.end(),
                       [&](const ManifestSecret& one) { return one.optional && one.name == secret; });
}

void check_deliveries(const Manifest& manifest) {
    Checks checks(manifest.host);
    for (const ManifestSecret& secret : manifest.secrets) {
        if (secret.delivered) {
            checks.file(delivered_path(secret), secret.placement);
        }
    }
    for (const ManifestTemplate& one : manifest.templates) {
        checks.file(delivered_path(one), one.placement);
    }
    checks.finish();
}

Manifest manifest_for(const policy::Policy& policy, const policy::Host& host) {
    const policy::Memberships memberships(policy);
    Manifest manifest;
    manifest.host = host.name;
    for (const policy::Key& key : host.keys) {
        manifest.keys.push_back(key.recipient);
    }
    manifest.vars = host.vars;
    manifest.settings = policy.activation;
    manifest.secrets = secrets_for(policy, host, memberships);
    manifest.templates = templates_for(policy, host, memberships);
    check_deliveries(manifest);
    return manifest;
}

}  // namespace bestow::delivery
