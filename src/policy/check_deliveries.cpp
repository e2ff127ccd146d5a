/// Rules about what lies beside each other on a host: no delivered name is a folder of another, no two deliveries want
/// one path, early files belong to root, overrides do not contradict each other.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/access.hpp"
#include "policy/audience.hpp"
#include "policy/reading.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

/// A secret or a template, as far as delivery is concerned.
struct Item {
    std::string what;  ///< "secret 'a/b'"
    const std::string& name;
    const Audience& to;
    const Placement& placement;
    const std::map<std::string, Placement>& overrides;
    const Origin& origin;
};

void check_prefixes(Reading& reading, const std::vector<Item>& items) {
    std::map<std::string_view, const Item*> delivered;
    for (const Item& item : items) {
        if (!item.to.any_of_all.empty()) {
            delivered[item.name] = &item;
        }
    }
    for (const auto& [name, item] : delivered) {
        for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1)) {
            const auto folder = delivered.find(name.substr(0, slash));
            if (folder != delivered.end()) {
                reading.problems.add(item->origin, format("{} would lie below {} (at {}), which is a file", item->what,
                                                          folder->second->what, to_text(folder->second->origin)));
            }
        }
    }
}

const char* contradiction(const Placement& a, const Placement& b, const Placement& own) {
    const auto differ = [](const auto& x, const auto& y, const auto& z) { return x && y && !z && *x != *y; };
    return differ(a.owner, b.owner, own.owner)         ? "owner"
           : differ(a.group, b.group, own.group)       ? "group"
           : differ(a.mode, b.mode, own.mode)          ? "mode"
           : differ(a.path, b.path, own.path)          ? "path"
           : differ(a.restart, b.restart, own.restart) ? "restart"
           : differ(a.reload, b.reload, own.reload)    ? "reload"
           : differ(a.phase, b.phase, own.phase)       ? "phase"
                                                       : nullptr;
}

void check_overrides(Reading& reading, const Item& item, const Host& host, const std::set<std::string>& names) {
    const auto own = item.overrides.find(host.name);
    const Placement nothing;
    const Placement& of_host = own == item.overrides.end() ? nothing : own->second;
    for (auto a = item.overrides.begin(); a != item.overrides.end(); ++a) {
        for (auto b = std::next(a); b != item.overrides.end(); ++b) {
            if (a->first == host.name || b->first == host.name || names.count(a->first) + names.count(b->first) < 2) {
                continue;
            }
            if (const char* field = contradiction(a->second, b->second, of_host)) {
                reading.problems.add(
                    item.origin,
                    format("{}: the overrides for {} and {} disagree on {} for host {}; add one for {}", item.what,
                           quoted(a->first), quoted(b->first), quoted(field), quoted(host.name), quoted(host.name)));
            }
        }
    }
}

class HostCheck {
  public:
    HostCheck(Reading& reading, const Host& host) : reading_(reading), host_(host) {}

    void add(const Item& item) {
        const Placement placement = placement_for(reading_.policy, item.placement, item.overrides, host_);
        if (placement.phase == Phase::Early) {
            check_early(item, "owner", placement.owner.value_or("root"));
            check_early(item, "group", placement.group.value_or("root"));
        }
        if (placement.path) {
            links_.emplace(*placement.path, item);
        }
    }

    /// Each link against the one that stands at its path already, or at the nearest folder above it.
    void check_links() {
        for (auto link = links_.begin(); link != links_.end(); ++link) {
            const auto first = links_.find(link->first);
            const auto other = first != link ? std::prev(link) : nearest_above(link->first);
            if (other != links_.end()) {
                reading_.problems.add(
                    link->second.origin,
                    format("{} and {} (at {}) both want {} on host {}", link->second.what, other->second.what,
                           to_text(other->second.origin), quoted(other->first), quoted(host_.name)));
            }
        }
    }

  private:
    using Links = std::multimap<std::string, Item>;

    [[nodiscard]] Links::const_iterator nearest_above(std::string path) const {
        for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash != 0; slash = path.rfind('/')) {
            path.resize(slash);
            if (const auto found = links_.find(path); found != links_.end()) {
                return found;
            }
        }
        return links_.end();
    }

    void check_early(const Item& item, const char* field, const std::string& name) {
        if (name != "root" && name != "0") {
            reading_.problems.add(item.origin, format("{} is early on host {}, before users exist, so its {} is root, "
                                                      "not {}",
                                                      item.what, quoted(host_.name), field, quoted(name)));
        }
    }

    Reading& reading_;
    const Host& host_;
    Links links_;
};

template <typename Declared>
std::vector<Item> items_of(const std::vector<Declared>& declared, std::string_view kind) {
    std::vector<Item> items;
    for (const Declared& one : declared) {
        items.push_back(
            {format("{} {}", kind, quoted(one.name)), one.name, one.to, one.placement, one.overrides, one.origin});
    }
    return items;
}

}  // namespace

void check_deliveries(Reading& reading) {
    const Memberships memberships(reading.policy);
    std::map<const Host*, HostCheck> checks;
    for (const Host& host : reading.policy.hosts) {
        checks.emplace(&host, HostCheck(reading, host));
    }
    for (const auto& items :
         {items_of(reading.policy.secrets, "secret"), items_of(reading.policy.templates, "template")}) {
        check_prefixes(reading, items);
        for (const Item& item : items) {
            for (const Host* host : memberships.hosts_in(item.to)) {
                checks.at(host).add(item);
                check_overrides(reading, item, *host, memberships.names_of(*host));
            }
        }
    }
    for (auto& check : checks) {
        check.second.check_links();
    }
}

}  // namespace bestow::policy
