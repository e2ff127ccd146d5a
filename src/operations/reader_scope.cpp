#include "operations/reader_scope.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace bestow::operations {
namespace {

/// The reader whom a recipient is declared for, else the recipient by itself.
policy::Reader reader_of(const policy::Policy& policy, const std::string& recipient) {
    const auto is_it = [&](const policy::Key& key) {
        return key.recipient == recipient || age::recipient_as_x25519(key.recipient) == recipient;
    };
    for (const policy::Operator& one : policy.operators) {
        if (std::any_of(one.keys.begin(), one.keys.end(), is_it)) {
            return {policy::Reader::Kind::Operator, one.name, recipient, recipient};
        }
    }
    for (const policy::Host& one : policy.hosts) {
        if (std::any_of(one.keys.begin(), one.keys.end(), is_it)) {
            return {policy::Reader::Kind::Host, one.name, recipient, recipient};
        }
    }
    return {policy::Reader::Kind::Recipient, recipient, recipient, recipient};
}

class ScopedPlan {
  public:
    ScopedPlan(const OpenStore& store, const ReaderScope& scope) : store_(store), scope_(scope) {}

    SyncPlan make() {
        for (const policy::FileAccess& access : store_.view().access) {
            in_plan(access.file, [&] { plan_declared(access.file); });
        }
        if (!scope_.lost.empty()) {
            plan_undeclared_files();
        }
        return std::move(plan_);
    }

    SyncPlan make_of_undeclared() {
        plan_undeclared_files();
        return std::move(plan_);
    }

  private:
    template <typename Action>
    void in_plan(const std::string& name, Action action) {
        try {
            action();
        } catch (const Error& error) {
            plan_.problems.push_back({name, error});
        }
    }

    void plan_declared(const std::string& name) {
        const std::size_t before = plan_.drifting.size();
        const bool is_renewed = scope_.renewed.contains(name);
        (void)plan_file(store_, name, plan_, is_renewed);
        if (plan_.drifting.size() == before) {
            return;
        }
        FileDrift& change = plan_.drifting.back();
        if (!concerns_reader(change) && !is_renewed) {
            plan_.drifting.pop_back();
        } else {
            change.needs_new_data_key = change.needs_new_data_key || is_renewed;
        }
    }

    [[nodiscard]] bool concerns_reader(const FileDrift& change) const {
        const auto& gained = change.drift.missing;
        const auto& surplus = change.drift.surplus;
        return std::any_of(
                   gained.begin(), gained.end(),
                   [&](const policy::Reader& one) { return one.kind == scope_.kind && one.name == scope_.name; }) ||
               std::any_of(surplus.begin(), surplus.end(),
                           [&](const std::string& one) { return scope_.lost.contains(one); });
    }

    void plan_undeclared_files() {
        for (const std::string& name : store_.store().match_files("**")) {
            if (store_.view().find_file(name) == nullptr) {
                in_plan(name, [&] { plan_undeclared(name); });
            }
        }
    }

    /// A file that nothing declares keeps whom it has, save for those who go.
    void plan_undeclared(const std::string& name) {
        std::optional<std::string> text = store_.store().try_read_text(name);
        if (text && age::looks_like_age_file(as_bytes(*text))) {
            plan_.unproved.push_back(name);
            return;
        }
        const auto is_in_text = [&](const std::string& one) { return text->find(one) != std::string::npos; };
        if (!text || std::none_of(scope_.lost.begin(), scope_.lost.end(), is_in_text) ||
            !sops::is_encrypted(*text, sops::format_of(name))) {
            return;
        }
        auto file = std::make_shared<const store::StoredFile>(store::classify_file(name, std::move(*text)));
        FileDrift change{name, {}, {}, false, {}, file, true};
        bool concerned = false;
        for (const std::string& recipient : store::require_document(*file).recipients()) {
            const bool is_lost = scope_.lost.contains(recipient);
            concerned = concerned || is_lost;
            if (is_lost && !scope_.keeps_lost) {
                change.drift.surplus.push_back(recipient);
                change.surplus_names.push_back(store::describe_recipient(store_.policy(), recipient));
            } else {
                change.readers.push_back(reader_of(store_.policy(), recipient));
            }
        }
        if (!concerned) {
            return;
        }
        add_successors(change);
        if (change.drift.none()) {
            return;
        }
        change.needs_new_data_key = !change.drift.surplus.empty();
        if (change.readers.empty()) {
            throw Error(ErrorKind::Policy, format("nobody else could read {} any more", quoted(name)),
                        "give it another reader first, or remove it");
        }
        plan_.drifting.push_back(std::move(change));
    }

    void add_successors(FileDrift& change) const {
        for (const policy::Reader& successor : scope_.successors) {
            const bool is_there =
                std::any_of(change.readers.begin(), change.readers.end(), [&](const policy::Reader& reader) {
                    return reader.recipient == successor.recipient || reader.recipient == successor.key;
                });
            if (!is_there) {
                change.readers.push_back(successor);
                change.drift.missing.push_back(successor);
            }
        }
    }

    const OpenStore& store_;
    const ReaderScope& scope_;
    SyncPlan plan_;
};

}  // namespace

void plan_undeclared_losses(const OpenStore& store, const std::set<std::string>& lost, SyncPlan& plan) {
    ReaderScope scope;
    scope.lost = lost;
    SyncPlan undeclared = ScopedPlan(store, scope).make_of_undeclared();
    std::move(undeclared.drifting.begin(), undeclared.drifting.end(), std::back_inserter(plan.drifting));
    std::move(undeclared.problems.begin(), undeclared.problems.end(), std::back_inserter(plan.problems));
    std::move(undeclared.unproved.begin(), undeclared.unproved.end(), std::back_inserter(plan.unproved));
}

SyncPlan plan_sync_for(const OpenStore& store, const ReaderScope& scope) {
    return ScopedPlan(store, scope).make();
}

}  // namespace bestow::operations
