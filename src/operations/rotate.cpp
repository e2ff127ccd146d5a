#include "operations/rotate.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "delivery/manifest.hpp"
#include "operations/due.hpp"
#include "operations/read_value.hpp"
#include "operations/unfinished_run.hpp"
#include "operations/value_kind.hpp"
#include "operations/value_maker.hpp"
#include "policy/dependency_order.hpp"
#include "policy/path_pattern.hpp"
#include "policy/source.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

using policy::SecretSource;

class Selection {
  public:
    Selection(const OpenStore& store, const RotationRequest& request, const UnfinishedRun& interrupted)
        : store_(store), request_(request), interrupted_(interrupted) {}

    std::vector<RotationItem> take() {
        for (const std::string& name : request_.names) {
            const bool is_name = name.find_first_of("*?") == std::string::npos;
            if (request_.due && is_name) {
                (void)find_declared(store_.policy(), name);
            } else if (request_.due) {
                expect_match(name);
            } else if (!request_.due) {
                is_name ? select_secret(name) : select_pattern(name);
            }
        }
        if (request_.due) {
            select_due();
        }
        close();
        if (interrupted_.is_unfinished()) {
            take_unfinished();
        }
        return in_order();
    }

  private:
    [[nodiscard]] const std::vector<SecretSource>& sources() const { return store_.view().sources; }

    void select_due() {
        std::map<std::string, store::StoredFile> files;
        DueDates due_dates(store_.store());
        for (const SecretSource& source : sources()) {
            if (!source.secret->rotate_after_seconds || !is_asked_for(source)) {
                continue;
            }
            auto known = files.find(source.file);
            if (known == files.end()) {
                known = files.emplace(source.file, store_.store().read_file(source.file)).first;
            }
            const std::optional<sops::EncryptedFile>& document = known->second.document;
            const std::optional<delivery::DueDate> due = document ? due_dates.of(source, *document) : std::nullopt;
            if (due && due->is_due()) {
                select(source);
            }
        }
    }

    [[nodiscard]] bool is_asked_for(const SecretSource& source) const {
        const std::vector<std::string>& names = request_.names;
        const bool is_named = names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
                                  return name == source.secret->name || policy::matches_path(name, source.secret->name);
                              });
        const bool is_of_host =
            request_.host.empty() ||
            (!source.secret->per.empty() &&
             source.variant == policy::variant_for(*source.secret, find_declared_host(store_.policy(), request_.host)));
        return is_named && is_of_host;
    }

    void select_pattern(const std::string& pattern) {
        expect_match(pattern);
        for (const policy::Secret& secret : store_.policy().secrets) {
            if (is_like(pattern, secret)) {
                select_secret(secret.name);
            }
        }
    }

    static bool is_like(const std::string& pattern, const policy::Secret& secret) {
        return !secret.is_optional() && policy::matches_path(pattern, secret.name);
    }

    void expect_match(const std::string& pattern) const {
        const std::vector<policy::Secret>& secrets = store_.policy().secrets;
        if (std::none_of(secrets.begin(), secrets.end(), [&](const auto& one) { return is_like(pattern, one); })) {
            throw Error(ErrorKind::NotFound, format("no secret's name is like {}", quoted(pattern)));
        }
    }

    void select_secret(const std::string& name) {
        const policy::Secret& secret = find_declared(store_.policy(), name);
        if (secret.is_optional()) {
            throw Error(ErrorKind::Policy, format("{} is what a rotation kept", quoted(name)),
                        format("bestow rotate {}", secret.previous_of));
        }
        if (!request_.host.empty()) {
            if (secret.per.empty()) {
                throw Error(ErrorKind::Usage, format("secret {} is the same for all its hosts", quoted(name)),
                            "leave --host out");
            }
            select(variant_of_host(secret));
            return;
        }
        std::size_t count = 0;
        for (const SecretSource& source : sources()) {
            if (source.secret == &secret) {
                select(source);
                ++count;
            }
        }
        if (count == 0 || (count > 1 && !secret.generate)) {
            (void)find_source(store_.view(), name, "");  // says which --host there is
        }
    }

    const SecretSource& variant_of_host(const policy::Secret& secret) const {
        const std::optional<std::string> variant =
            policy::variant_for(secret, find_declared_host(store_.policy(), request_.host));
        const SecretSource* const source = variant ? policy::input_source(sources(), secret.name, *variant) : nullptr;
        return source != nullptr ? *source : find_source(store_.view(), secret.name, request_.host);
    }

    /// Whatever is asked for, what stands between two files is finished with it.
    void take_unfinished() {
        const std::map<const SecretSource*, std::string> asked_for = chosen_;
        const std::vector<const SecretSource*>& left = interrupted_.sources();
        for (const SecretSource* source : left) {
            const auto input = std::find_if(left.begin(), left.end(),
                                            [&](const SecretSource* one) { return is_made_from(*source, *one); });
            chosen_.emplace(source, input == left.end() ? "" : (*input)->secret->name);
        }
        close();
        for (const auto& [source, cause] : chosen_) {
            if (asked_for.count(source) == 0) {
                resumed_.insert(source);
            }
        }
    }

    void select(const SecretSource& source) { chosen_.emplace(&source, ""); }

    /// Whatever is made from what is chosen, until nothing more is.
    void close() {
        std::vector<const SecretSource*> open;
        for (const auto& [source, cause] : chosen_) {
            open.push_back(source);
        }
        while (!open.empty()) {
            const SecretSource& input = *open.back();
            open.pop_back();
            for (const SecretSource& source : sources()) {
                if (is_made_from(source, input) && chosen_.emplace(&source, input.secret->name).second) {
                    open.push_back(&source);
                }
            }
        }
    }

    [[nodiscard]] bool is_made_from(const SecretSource& source, const SecretSource& input) const {
        if (!source.secret->generate) {
            return false;
        }
        const std::vector<std::string> names = source.secret->generate->dependencies();
        return std::find(names.begin(), names.end(), input.secret->name) != names.end() &&
               policy::input_source(sources(), input.secret->name, source.variant) == &input;
    }

    std::vector<RotationItem> in_order() {
        std::vector<RotationItem> items;
        const auto append = [&](const SecretSource* source) {
            const auto found = chosen_.find(source);
            if (found != chosen_.end()) {
                items.push_back(
                    {source, found->second, source->secret->keep_previous, resumed_.contains(source), false, false});
            }
        };
        for (const SecretSource& source : sources()) {
            if (!source.secret->generate) {
                append(&source);
            }
        }
        for (const SecretSource* source : policy::in_dependency_order(sources())) {
            append(source);
        }
        return items;
    }

    const OpenStore& store_;
    const RotationRequest& request_;
    const UnfinishedRun& interrupted_;
    std::map<const SecretSource*, std::string> chosen_;
    std::set<const SecretSource*> resumed_;
};

std::vector<const SecretSource*> sources_of(const std::vector<RotationItem>& items) {
    std::vector<const SecretSource*> sources;
    for (const RotationItem& item : items) {
        sources.push_back(item.source);
    }
    return sources;
}

/// What an interrupted run has written stays as it is, unless what it was made from is made once more.
void mark_done(const OpenStore& store, std::vector<RotationItem>& items, const UnfinishedRun& interrupted) {
    std::set<const SecretSource*> again;
    for (RotationItem& item : items) {
        const SecretSource& source = *item.source;
        item.done = interrupted.has_written(source);
        for (const std::string& name :
             item.is_generated() ? source.secret->generate->dependencies() : std::vector<std::string>()) {
            item.done = item.done && again.count(policy::input_source(store.view().sources, name, source.variant)) == 0;
        }
        if (!item.done) {
            again.insert(&source);
        }
        item.public_half_done =
            item.done && (!item.is_generated() || !source.secret->generate->has_public_half() ||
                          interrupted.has_written_file(policy::public_file_of(*source.secret, source.variant)));
    }
}

void append_units(HostChange& change, const delivery::Placement& placement) {
    change.restart.insert(placement.restart.begin(), placement.restart.end());
    change.reload.insert(placement.reload.begin(), placement.reload.end());
}

std::map<std::string, HostChange> changes_of(const OpenStore& store, const std::vector<RotationItem>& items) {
    std::map<std::string, std::set<std::string>> names_by_host;
    for (const RotationItem& item : items) {
        for (const policy::Host* host : item.source->hosts) {
            names_by_host[host->name].insert(item.source->secret->name);
        }
    }
    std::map<std::string, HostChange> changes;
    for (const auto& [host, names] : names_by_host) {
        const delivery::Manifest manifest = delivery::manifest_for(store.policy(), *store.policy().find_host(host));
        HostChange& change = changes[host];
        for (const delivery::ManifestSecret& secret : manifest.secrets) {
            if (secret.delivered && names.count(secret.name) > 0) {
                append_units(change, secret.placement);
            }
        }
        for (const delivery::ManifestTemplate& one : manifest.templates) {
            if (std::any_of(one.inputs.begin(), one.inputs.end(),
                            [&](const std::string& input) { return names.count(input) > 0; })) {
                append_units(change, one.placement);
            }
        }
    }
    return changes;
}

/// Whoever rotates wants another value: a program that derives it, or a person, may well give the old one.
void refuse_old_value(OpenStore& store, const RotationItem& item, const SecretBytes& value) {
    try {
        const SecretBytes old = read_value(store, {item.source->file, item.source->key}, std::nullopt);
        if (!equal_constant_time(old.view(), value.view())) {
            return;
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::NotFound) {
            return;
        }
        throw;
    }
    throw Error(ErrorKind::Failed,
                format("the new value of {} is the old one; nothing was changed", quoted(item.source->secret->name)),
                "change what it is made from, or leave it out");
}

std::vector<const policy::Secret*> commands_of(const RotationPlan& plan) {
    std::vector<const policy::Secret*> commands;
    for (const RotationItem& item : plan.items) {
        const policy::Secret* const secret = item.source->secret;
        if (!item.done && item.is_generated() && secret->generate->kind == policy::GenerateKind::Command &&
            std::find(commands.begin(), commands.end(), secret) == commands.end()) {
            commands.push_back(secret);
        }
    }
    return commands;
}

/// Before anything is asked: `apply_rotation` would find it, too.
void require_certificates(const OpenStore& store, const std::vector<RotationItem>& items) {
    std::set<const SecretSource*> listed;
    for (const RotationItem& item : items) {
        listed.insert(item.source);
        if (item.public_half_done || !item.is_generated() || item.source->secret->generate->ca.empty()) {
            continue;
        }
        const SecretSource* const ca =
            policy::input_source(store.view().sources, item.source->secret->generate->ca, item.source->variant);
        if (ca != nullptr && !listed.contains(ca) && lacks_public_half(store, *ca)) {
            throw missing_certificate(*ca).add_context(format("secret {}", quoted(item.source->secret->name)));
        }
    }
}

}  // namespace

RotationPlan plan_rotation(const OpenStore& store, const RotationRequest& request) {
    RotationPlan plan;
    const UnfinishedRun interrupted = UnfinishedRun::load(store.store(), store.view().sources);
    require_finished(interrupted, UnfinishedRun::Command::Rotate);
    plan.items = Selection(store, request, interrupted).take();
    if (interrupted.is_continued_by(UnfinishedRun::Command::Rotate, sources_of(plan.items))) {
        mark_done(store, plan.items, interrupted);
    }
    require_certificates(store, plan.items);
    for (RotationItem& item : plan.items) {
        item.derivation = item.public_half_done ? std::nullopt : derivation_of(store, *item.source, !item.done);
    }
    plan.hosts = changes_of(store, plan.items);
    return plan;
}

std::vector<std::string> apply_rotation(OpenStore& store, const RotationPlan& plan, const RotationInput& input) {
    const ApprovedPrograms programs = approve_commands(store, commands_of(plan), input.approval);
    const UnfinishedRun run = UnfinishedRun::load(store.store(), store.view().sources);
    WorkingFiles files(store, input.confirmation);
    ValueMaker maker(store, files, programs);
    for (const RotationItem& item : plan.items) {
        if (item.done) {
            if (!item.public_half_done) {
                maker.make_public_half(*item.source);
            }
            continue;
        }
        if (item.keeps_previous) {
            maker.keep_previous(*item.source);
        }
        if (item.is_generated()) {
            const SecretBytes& made = maker.make(*item.source);
            if (item.made_from.empty() && item.source->secret->generate->kind == policy::GenerateKind::Command) {
                refuse_old_value(store, item, made);
            }
        } else {
            check_same_kind(files, {item.source->file, item.source->key}, sops::ValueType::String);
            SecretBytes value = input.ask(*item.source);
            refuse_old_value(store, item, value);
            maker.take(*item.source, std::move(value));
        }
    }
    files.before_writing(
        [&](const auto& writes) { run.note(UnfinishedRun::Command::Rotate, sources_of(plan.items), writes); });
    (void)files.commit();
    run.forget();
    return files.warnings();
}

}  // namespace bestow::operations
