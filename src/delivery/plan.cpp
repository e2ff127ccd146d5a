#include "delivery/plan.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace bestow::delivery {
namespace {

std::string name_of(const Item& item) {
    return item.kind == ItemKind::Template ? format("template {}", item.name) : item.name;
}

/// Puts a plan together item by item.
class Planner {
  public:
    Planner(const PlanInput& input, const Observed& observed) : input_(input), observed_(observed) {
        require(!input.tag_keys.empty(), "the host has a key");
        plan_.state.host = input.host;
        plan_.state.made_at = input.now;
        plan_.state.provenance = input.held ? observed.state.provenance : input.provenance;
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
                               !plan_.removed.empty() || encode_state(plan_.state) != encode_state(recorded());
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
        const LastContent last = last_content_of(item);
        if (last.content == nullptr) {
            report(item, fault.kind, fault.message + last.words);
            return nullptr;
        }
        record.stale_since = last.since;
        const std::int64_t age_seconds = input_.now - record.stale_since;  // negative when the clock was set back
        if (age_seconds > 0 && static_cast<std::uint64_t>(age_seconds) > input_.max_stale_seconds) {
            report(item, fault.kind, fault.message + "; its last good content is older than max_stale and removed");
            return nullptr;
        }
        report(item, fault.kind, fault.message + last.words);
        plan_.stale.push_back(item.path);
        return last.content;
    }

    struct LastContent {
        const SecretBytes* content = nullptr;
        std::int64_t since = 0;
        const char* words = "";
    };

    /// What is live, if it is what was delivered; else what the last ciphertext that worked holds.
    [[nodiscard]] LastContent last_content_of(const Item& item) const {
        const auto old = observed_.files.find(item.path);
        const FileRecord* const old_record = observed_.state.find(item.path);
        const bool there = old != observed_.files.end();
        if (there && old_record != nullptr && is_ours(*old_record, old->second.content)) {
            const std::int64_t since = old_record->stale_since;
            return {&old->second.content, since != 0 ? since : input_.now, "; its last good content stays"};
        }
        if (item.kept) {
            return {&*item.kept, item.kept_since != 0 ? item.kept_since : input_.now,
                    there ? "; what is there is not what was delivered, and what worked last takes its place"
                          : "; what worked last is delivered instead"};
        }
        return {nullptr, 0, there ? "; what is there is not what was delivered, and is removed" : "; not delivered"};
    }

    [[nodiscard]] bool is_ours(const FileRecord& record, const SecretBytes& content) const {
        return is_as_delivered(record, content.view(), input_.tag_keys);
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
        const std::vector<std::string> missing = missing_accounts(item.placement);
        report(item, ErrorKind::NotFound,
               format("{} {} not exist here; root's until {}", join(missing, " and "),
                      missing.size() > 1 ? "do" : "does", missing.size() > 1 ? "they do" : "it does"));
    }

    /// Which of the two it is: each is looked up without the other.
    [[nodiscard]] std::vector<std::string> missing_accounts(const Placement& placement) const {
        std::vector<std::string> missing;
        Placement user_alone = placement;
        user_alone.group.clear();
        if (!input_.owner_of(user_alone)) {
            missing.push_back(format("owner {}", quoted(placement.owner)));
        }
        Placement group_alone = placement;
        group_alone.owner = "root";
        if (!placement.group.empty() && !input_.owner_of(group_alone)) {
            missing.push_back(format("group {}", quoted(placement.group)));
        }
        return missing;
    }

    /// What a rollback made live and is held there. Of what the store says now, whether and to whom it is delivered
    /// counts, and what it may restart.
    void hold_item(const Item& item) {
        const FileRecord* const recorded_file = observed_.state.find(item.path);
        const auto file = observed_.files.find(item.path);
        if (recorded_file == nullptr || file == observed_.files.end()) {
            return;
        }
        if (!is_ours(*recorded_file, file->second.content)) {
            report(item, ErrorKind::Authentication, "what is there is not what was delivered, and is removed");
            return;
        }
        FileRecord record = *recorded_file;
        record.owner_pending = false;
        set_owner(item, record);
        compare(item, record, file->second.content);
        want_link(item, record);
        plan_.state.files.push_back(record);
        plan_.files.push_back({std::move(record), &file->second.content});
    }

    void add_item(const Item& item) {
        if (input_.held) {
            hold_item(item);
            return;
        }
        FileRecord record;
        record.path = item.path;
        const SecretBytes* const content = content_of(item, record);
        if (content == nullptr) {
            return;
        }
        set_owner(item, record);
        record.restart = item.placement.restart;
        record.reload = item.placement.reload;
        record.tag = content_tag(input_.tag_keys.front(), record.path, content->view());
        compare(item, record, *content);
        want_link(item, record);
        plan_.state.files.push_back(record);
        plan_.files.push_back({std::move(record), content});
    }

    void compare(const Item& item, FileRecord& record, const SecretBytes& content) {
        const auto old = observed_.files.find(item.path);
        const FileRecord* const recorded = observed_.state.find(item.path);
        const bool had_no_owner = recorded != nullptr && recorded->owner_pending && !record.owner_pending;
        if (old == observed_.files.end() || had_no_owner) {  // what needs it could not run until now
            plan_.units.add_awaited(item.placement.restart);
            plan_.units.add_awaited(item.placement.reload);
        }
        if (old == observed_.files.end()) {
            plan_.added.push_back(item.path);
        } else {
            const ObservedFile& file = old->second;
            const bool same = file.owner == Owner{record.uid, record.gid} && file.mode_bits == record.mode_bits &&
                              equal_constant_time(file.content.view(), content.view());
            if (same) {
                record.changed_at = recorded != nullptr ? recorded->changed_at : 0;
                return;
            }
            plan_.changed.push_back(item.path);
        }
        record.changed_at = input_.now;
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

    void want_link(const Item& item, const FileRecord& record) {
        const std::string& path = item.placement.link;
        if (path.empty() || !may_link(item, record)) {
            return;
        }
        plan_.state.links.push_back(path);
        const LinkStatus status = link_status(path);
        if (status == LinkStatus::Foreign) {
            plan_.forced.push_back(path);
        }
        if (status != LinkStatus::Right) {
            const bool vacant = status == LinkStatus::Missing || status == LinkStatus::NoFolder;
            plan_.links.push_back({vacant ? LinkStep::Action::Make : LinkStep::Action::Replace,
                                   path,
                                   input_.entry_path + "/" + item.path,
                                   {record.uid, record.gid},
                                   status == LinkStatus::Foreign ? "" : input_.entry_path + "/"});
        }
    }

    /// False when it must not be made, which is then told, unless its reason has been.
    bool may_link(const Item& item, const FileRecord& record) {
        const std::string& path = item.placement.link;
        if (!is_below(path, input_.link_prefixes)) {
            report(item, ErrorKind::Policy, format("host.yaml allows no link at {}; not made", quoted(path)));
            return false;
        }
        switch (link_status(path)) {
            case LinkStatus::Foreign:
                if (!input_.force) {
                    report(item, ErrorKind::Failed,
                           format("there is something else at {}; left alone (activate --force replaces it)",
                                  quoted(path)));
                }
                return input_.force;
            case LinkStatus::Immovable:
                report(item, ErrorKind::Failed,
                       format("there is something at {} that is no file; left alone", quoted(path)));
                return false;
            case LinkStatus::Unsafe:
                report(item, ErrorKind::Policy,
                       format("the folder of {} is reached over a link or can be written by others; no link made",
                              quoted(path)));
                return false;
            case LinkStatus::NoHome:
                report(item, ErrorKind::NotFound,
                       format("the home directory of {} is not there yet; no link made", quoted(item.placement.owner)));
                return false;
            case LinkStatus::NoFolder:
                return !record.owner_pending;  // whose the folder will be is not known
            case LinkStatus::Missing:
            case LinkStatus::Right:
            case LinkStatus::Ours:
                break;
        }
        return true;
    }

    /// Stays on record until it is seen to be gone, since removing it may fail, or not be come to.
    void drop_link(const std::string& path) {
        if (is_planned(path) || is_gone(path)) {
            return;
        }
        plan_.state.links.push_back(path);
        if (link_status(path) != LinkStatus::Unsafe) {
            plan_.links.push_back({LinkStep::Action::Remove, path, {}, {}, input_.entry_path + "/"});
            return;
        }
        plan_.problems.push_back({path, ErrorKind::Policy,
                                  "its folder is reached over a link or can be written by others; the link stays "
                                  "until that is mended"});
    }

    [[nodiscard]] bool is_planned(const std::string& path) const {
        return std::find(plan_.state.links.begin(), plan_.state.links.end(), path) != plan_.state.links.end();
    }

    [[nodiscard]] bool is_gone(const std::string& path) const {
        const LinkStatus status = link_status(path);
        return status != LinkStatus::Right && status != LinkStatus::Ours && status != LinkStatus::Unsafe;
    }

    /// The state on record but for links that are gone, and when and from what it was made: neither is a reason for a
    /// new generation.
    [[nodiscard]] GenerationState recorded() const {
        GenerationState state = observed_.state;
        state.made_at = plan_.state.made_at;
        state.provenance = plan_.state.provenance;
        const auto forgotten = [&](const std::string& path) { return is_gone(path) && !is_planned(path); };
        state.links.erase(std::remove_if(state.links.begin(), state.links.end(), forgotten), state.links.end());
        return state;
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
