#include "delivery/plan.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace bestow::delivery {
namespace {

constexpr unsigned kPendingMode = 0400;

std::string name_of(const Item& item) {
    return item.kind == ItemKind::Template ? format("template {}", item.name) : item.name;
}

/// Puts a plan together item by item.
class Planner {
  public:
    Planner(const PlanInput& input, const Observed& observed) : input_(input), observed_(observed) {
        plan_.state.host = input.host;
        plan_.units = observed.pending;
    }

    Plan run() {
        for (const Item& item : input_.items) {
            add_item(item);
        }
        note_removed();
        for (const std::string& link : observed_.state.links) {
            drop_link(link);
        }
        std::sort(plan_.state.links.begin(), plan_.state.links.end());
        plan_entry();
        plan_.new_generation = !observed_.live || !plan_.added.empty() || !plan_.changed.empty() ||
                               !plan_.removed.empty() || encode_state(plan_.state) != encode_state(observed_.state);
        plan_.generation = plan_.new_generation ? observed_.highest + 1 : observed_.generation;
        return std::move(plan_);
    }

  private:
    void report(const Item& item, ErrorKind kind, std::string message) {
        plan_.problems.push_back({name_of(item), kind, std::move(message)});
    }

    /// The content of an item: fresh, the last good one, or nullptr.
    const SecretBytes* content_of(const Item& item, FileRecord& record) {
        if (const auto* fresh = std::get_if<SecretBytes>(&item.content)) {
            return fresh;
        }
        const Fault& fault = std::get<Fault>(item.content);
        const auto old = observed_.files.find(item.path);
        if (old == observed_.files.end()) {
            report(item, fault.kind, fault.message + "; not delivered");
            return nullptr;
        }
        const FileRecord* const old_record = observed_.state.find(item.path);
        const std::int64_t since = old_record != nullptr ? old_record->stale_since : 0;
        record.stale_since = since != 0 ? since : input_.now;
        const std::int64_t age_seconds = input_.now - record.stale_since;  // negative when the clock was set back
        if (age_seconds > 0 && static_cast<std::uint64_t>(age_seconds) > input_.max_stale_seconds) {
            report(item, fault.kind, fault.message + "; its last good content is older than max_stale and removed");
            return nullptr;
        }
        report(item, fault.kind, fault.message + "; its last good content stays");
        plan_.stale.push_back(item.path);
        return &old->second.content;
    }

    void set_owner(const Item& item, FileRecord& record) {
        record.mode_bits = item.placement.mode_bits;
        if (const auto owner = input_.owner_of(item.placement)) {
            record.uid = owner->uid;
            record.gid = owner->gid;
            return;
        }
        record.owner_pending = true;
        record.mode_bits = kPendingMode;
        const std::string& group = item.placement.group;
        report(item, ErrorKind::NotFound,
               format("owner {}{} does not exist here; root's until it does", quoted(item.placement.owner),
                      group.empty() ? "" : format(" or group {}", quoted(group))));
    }

    void add_item(const Item& item) {
        FileRecord record;
        record.path = item.path;
        const SecretBytes* const content = content_of(item, record);
        if (content == nullptr) {
            return;
        }
        set_owner(item, record);
        compare(item, record, *content);
        want_link(item);
        plan_.state.files.push_back(record);
        plan_.files.push_back({std::move(record), content});
    }

    void compare(const Item& item, const FileRecord& record, const SecretBytes& content) {
        const auto old = observed_.files.find(item.path);
        if (old == observed_.files.end()) {
            plan_.added.push_back(item.path);
        } else {
            const ObservedFile& file = old->second;
            const bool same = file.owner == Owner{record.uid, record.gid} && file.mode_bits == record.mode_bits &&
                              equal_constant_time(file.content.view(), content.view());
            if (same) {
                return;
            }
            plan_.changed.push_back(item.path);
        }
        plan_.units.add(item.placement.restart, item.placement.reload);
    }

    void note_removed() {
        for (const FileRecord& record : observed_.state.files) {
            if (plan_.state.find(record.path) == nullptr) {
                plan_.removed.push_back(record.path);
            }
        }
    }

    [[nodiscard]] LinkStatus link_status(const std::string& path) const {
        const auto found = observed_.links.find(path);
        return found == observed_.links.end() ? LinkStatus::Missing : found->second;
    }

    void want_link(const Item& item) {
        const std::string& path = item.placement.link;
        if (path.empty()) {
            return;
        }
        if (!is_below(path, input_.link_prefixes)) {
            report(item, ErrorKind::Policy, format("host.yaml allows no link at {}; not made", quoted(path)));
            return;
        }
        const LinkStatus status = link_status(path);
        if (status == LinkStatus::Foreign) {
            report(item, ErrorKind::Failed, format("there is something else at {}; left alone", quoted(path)));
            return;
        }
        if (status == LinkStatus::Unsafe) {
            report(item, ErrorKind::Policy,
                   format("the folder of {} is reached over a link or can be written by others; no link made",
                          quoted(path)));
            return;
        }
        plan_.state.links.push_back(path);
        if (status != LinkStatus::Right) {
            const auto action = status == LinkStatus::Missing ? LinkStep::Action::Make : LinkStep::Action::Replace;
            plan_.links.push_back({action, path, input_.entry_path + "/" + item.path});
        }
    }

    void drop_link(const std::string& path) {
        const auto& wanted = plan_.state.links;
        const LinkStatus status = link_status(path);
        if (std::find(wanted.begin(), wanted.end(), path) == wanted.end() &&
            (status == LinkStatus::Right || status == LinkStatus::Ours)) {
            plan_.links.push_back({LinkStep::Action::Remove, path, {}});
        }
    }

    void plan_entry() {
        plan_.make_entry = observed_.entry == LinkStatus::Missing;
        if (observed_.entry == LinkStatus::Foreign || observed_.entry == LinkStatus::Ours) {
            plan_.problems.push_back(
                {input_.entry_path, ErrorKind::Failed, "is not bestow's and is left alone; remove it and run again"});
        }
    }

    const PlanInput& input_;
    const Observed& observed_;
    Plan plan_;
};

}  // namespace

bool Plan::is_empty() const {
    return !new_generation && !make_entry && links.empty() && units.empty();
}

Plan make_plan(const PlanInput& input, const Observed& observed) {
    return Planner(input, observed).run();
}

bool is_below(std::string_view path, const std::vector<std::string>& prefixes) {
    for (const std::string_view component : split(path, '/')) {
        if (component == "." || component == "..") {
            return false;
        }
    }
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
        while (prefix.size() > 1 && prefix.back() == '/') {
            prefix.remove_suffix(1);
        }
        if (prefix == "/") {
            return !path.empty() && path.front() == '/';
        }
        return path.substr(0, prefix.size()) == prefix && (path.size() == prefix.size() || path[prefix.size()] == '/');
    });
}

}  // namespace bestow::delivery
