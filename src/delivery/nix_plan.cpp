#include "delivery/nix_plan.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace bestow::delivery {
namespace {

constexpr unsigned kClosedMode = 0400;
constexpr std::string_view kRendered = "rendered/";

/// Names by what happened to them; sorted, each once.
struct Changes {
    std::set<std::string> added, modified, removed;
};

void append(std::vector<std::string>& list, const std::vector<std::string>& more) {
    list.insert(list.end(), more.begin(), more.end());
}

class Planner {
  public:
    Planner(const NixPlanInput& input, const NixObserved& observed)
        : input_(input), manifest_(*input.manifest), observed_(observed) {}

    NixPlan run() {
        if (nothing_can_be_had()) {
            plan_.refused = true;
            for (const NixContent& one : input_.contents) {
                add_problem(*one.item, one.fault() == nullptr ? Fault{} : *one.fault(), "");
            }
            return std::move(plan_);
        }
        plan_.generation = observed_.generation + 1;
        take_pending();
        for (const NixContent& one : input_.contents) {
            plan_item(one);
        }
        for (auto& [path, file] : files_) {
            plan_.files.push_back(std::move(file));
        }
        find_stale_links();
        find_removed();
        if (manifest_.log_secret_changes) {
            print("secret", secrets_);
            print("rendered secret", templates_);
        }
        return std::move(plan_);
    }

  private:
    /// Then the fault is one of the run: keys that are not there, or of another machine.
    [[nodiscard]] bool nothing_can_be_had() const {
        return !manifest_.secrets.empty() && std::all_of(input_.contents.begin(), input_.contents.end(),
                                                         [](const NixContent& one) { return one.fault() != nullptr; });
    }

    void add_problem(const NixItem& item, const Fault& fault, const char* consequence) {
        if (fault.message.empty()) {
            return;
        }
        plan_.problems.push_back({(item.kind == ItemKind::Template ? "template " : "secret ") + item.name, fault.kind,
                                  fault.message + consequence});
    }

    /// Units of a generation that is live, whom nobody told.
    void take_pending() {
        if (manifest_.user_mode || input_.dry_run) {
            return;
        }
        for (const NixPendingUnit& pending : observed_.record.pending) {
            if (pending.generation <= observed_.generation) {
                (pending.reload ? plan_.reload : plan_.restart).push_back(pending.unit);
                plan_.record.pending.push_back(pending);
            }
        }
    }

    void plan_item(const NixContent& one) {
        const NixItem& item = *one.item;
        const auto before = observed_.contents.find(item.path);
        const bool was_there = before != observed_.contents.end();
        const SecretBytes* content = std::get_if<SecretBytes>(&one.content);
        if (content == nullptr) {
            add_problem(item, *one.fault(), was_there ? "; what it held stays" : "; it is missing now");
            if (!was_there) {
                return;
            }
            content = &before->second;
        }
        const Owner owner = add_file(item, content);
        add_link(item, owner);
        if (!manifest_.user_mode && observed_.visible && one.fault() == nullptr) {
            compare(item, *content, was_there ? &before->second : nullptr);
        }
    }

    Owner add_file(const NixItem& item, const SecretBytes* content) {
        FileRecord record;
        record.path = item.path;
        record.mode_bits = item.mode_bits;
        Owner owner;
        const auto found = input_.owner_of(item);
        if (const std::string* const reason = std::get_if<std::string>(&found)) {
            record.mode_bits = kClosedMode;
            record.owner_pending = true;
            add_problem(item, {ErrorKind::NotFound, *reason}, "; until then it is root's, mode 0400");
        } else {
            owner = std::get<Owner>(found);
        }
        record.uid = owner.uid;
        record.gid = owner.gid;
        files_[item.path] = {std::move(record), content};
        return owner;
    }

    void add_link(const NixItem& item, Owner owner) {
        const std::string target = manifest_.symlink_path + "/" + item.path;
        if (!item.link.empty() && item.link != target) {
            plan_.links.push_back({item.link, target, owner});
        }
    }

    /// What reads a secret is told when its content changes, or when it is new.
    void compare(const NixItem& item, const SecretBytes& content, const SecretBytes* before) {
        if (before != nullptr && equal_constant_time(before->view(), content.view())) {
            return;
        }
        Changes& changes = item.kind == ItemKind::Template ? templates_ : secrets_;
        (before == nullptr ? changes.added : changes.modified).insert(item.name);
        append(plan_.restart, item.restart);
        append(plan_.reload, item.reload);
        for (const std::string& unit : item.restart) {
            plan_.record.pending.push_back({false, plan_.generation, unit});
        }
        for (const std::string& unit : item.reload) {
            plan_.record.pending.push_back({true, plan_.generation, unit});
        }
    }

    /// What is named no more keeps no link; what could not be had this time keeps its own.
    void find_stale_links() {
        std::set<std::string> wanted;
        for (const NixContent& one : input_.contents) {
            wanted.insert(one.item->link);
        }
        plan_.record.links = observed_.record.links;
        for (const NixLink& link : plan_.links) {
            plan_.record.links.insert(link.path);
        }
        for (const std::string& link : observed_.record.links) {
            if (wanted.count(link) == 0) {
                plan_.stale_links.push_back(link);
            }
        }
    }

    void find_removed() {
        if (manifest_.user_mode || !observed_.visible) {
            return;
        }
        std::set<std::string> wanted;
        for (const NixContent& one : input_.contents) {
            wanted.insert(one.item->path);
        }
        for (const std::string& path : observed_.paths) {
            if (wanted.count(path) != 0) {
                continue;
            }
            if (path.starts_with(kRendered)) {
                templates_.removed.insert(path.substr(kRendered.size()));
            } else {
                secrets_.removed.insert(path);
            }
        }
    }

    void print(const char* noun, const Changes& changes) {
        print_names(input_.dry_run ? "would add" : "adding", noun, changes.added);
        print_names(input_.dry_run ? "would modify" : "modifying", noun, changes.modified);
        print_names(input_.dry_run ? "would remove" : "removing", noun, changes.removed);
    }

    void print_names(const char* verb, const char* noun, const std::set<std::string>& names) {
        if (!names.empty()) {
            plan_.lines.push_back(format("{} {}{}: {}", verb, noun, names.size() == 1 ? "" : "s",
                                         on_one_line(join({names.begin(), names.end()}, ", "))));
        }
    }

    const NixPlanInput& input_;
    const NixManifest& manifest_;
    const NixObserved& observed_;
    NixPlan plan_;
    std::map<std::string, PlannedFile> files_;
    Changes secrets_, templates_;
};

}  // namespace

NixPlan make_nix_plan(const NixPlanInput& input, const NixObserved& observed) {
    return Planner(input, observed).run();
}

}  // namespace bestow::delivery
