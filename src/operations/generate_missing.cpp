#include "operations/generate_missing.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/file_report.hpp"
#include "operations/public_half_proof.hpp"
#include "operations/unfinished_run.hpp"
#include "operations/value_maker.hpp"
#include "policy/dependency_order.hpp"
#include "policy/source.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace bestow::operations {
namespace {

using policy::SecretSource;

std::string described(const SecretSource& source) {
    return format("{}{}", quoted(source.secret->name),
                  source.variant.empty() ? "" : format(" for {}", quoted(source.variant)));
}

std::vector<const SecretSource*> sources_of(const std::vector<GeneratedValue>& values) {
    std::vector<const SecretSource*> sources;
    for (const GeneratedValue& one : values) {
        sources.push_back(one.source);
    }
    return sources;
}

class Search {
  public:
    Search(OpenStore& store, const GenerateRequest& request)
        : store_(store),
          request_(request),
          prover_(store),
          interrupted_(UnfinishedRun::load(store.store(), store.view().sources)) {
        require_finished(interrupted_, UnfinishedRun::Command::Generate);
    }

    GenerateResult run() {
        mark_wanted();
        for (const SecretSource* source : policy::in_dependency_order(store_.view().sources)) {
            if (request_.names.empty() || wanted_.count(source->secret->name) > 0) {
                look_at(*source);
            }
        }
        warn_of_unproved();
        if (!request_.dry_run && !result_.made.empty()) {
            make();
        } else if (!request_.dry_run && request_.names.empty() && result_.problems.empty() &&
                   interrupted_.is_of(UnfinishedRun::Command::Generate)) {
            interrupted_.forget();  // whatever it left has come by another way
        }
        return std::move(result_);
    }

  private:
    /// Those that were named, and what they are made from.
    void mark_wanted() {
        std::vector<std::string> open;
        for (const std::string& name : request_.names) {
            if (!find_declared(store_.policy(), name).generate) {
                throw Error(ErrorKind::Policy, format("secret {} has no 'generate'", quoted(name)),
                            format("bestow set {} sets its value", name));
            }
            open.push_back(name);
        }
        while (!open.empty()) {
            const std::string name = open.back();
            open.pop_back();
            const policy::Secret& secret = find_declared(store_.policy(), name);
            if (wanted_.insert(name).second && secret.generate) {
                for (const std::string& input : secret.generate->dependencies()) {
                    open.push_back(input);
                }
            }
        }
    }

    ValueState state_of(const SecretSource& source) {
        auto known = reports_.find(source.file);
        if (known == reports_.end()) {
            const policy::FileAccess* const access = store_.view().find_file(source.file);
            require(access != nullptr, "every file of a source has readers");
            known = reports_.emplace(source.file, report_file(store_.store(), *access)).first;
        }
        return value_state(known->second, source);
    }

    void look_at(const SecretSource& source) {
        const ValueState state = state_of(source);
        if (state == ValueState::NoFile || state == ValueState::NoValue) {
            plan(source);
        } else if (state == ValueState::Plaintext || state == ValueState::Unreadable) {
            result_.problems.push_back(format("{}: {} is {}; bestow check says more", described(source),
                                              quoted(source.file), value_state_name(state)));
        } else if (is_stale(source)) {
            plan(source);
        } else if (lacks_public_half(store_, source)) {
            plan_public_half(source);
        } else {
            look_at_public_half(source);
        }
    }

    void plan_public_half(const SecretSource& source) {
        result_.made.push_back({&source, false, policy::public_file_of(*source.secret, source.variant),
                                derivation_of(store_, source, false)});
    }

    /// One that somebody exchanged would be trusted by whoever reads it.
    void look_at_public_half(const SecretSource& source) {
        const std::optional<HalfProof> proof = prover_.prove(source);
        if (!proof || proof->outcome == HalfProof::Outcome::Right) {
            return;
        }
        if (proof->outcome != HalfProof::Outcome::Wrong) {
            unproved_.push_back(*proof);
        } else if (request_.rewrite_public_halves) {
            plan_public_half(source);
        } else {
            result_.exchanged.push_back(format("{}: {}; {}", quoted(proof->file), proof->reason, proof->hint));
        }
    }

    void warn_of_unproved() {
        if (!unproved_.empty()) {
            result_.warnings.push_back(
                format("{}{} not proved to be the public half of its value: {}", quoted(unproved_.front().file),
                       unproved_.size() == 1 ? " was" : format(" and {} more were", unproved_.size() - 1),
                       unproved_.front().reason));
        }
    }

    void plan(const SecretSource& source) {
        for (const std::string& name : source.secret->generate->dependencies()) {
            const SecretSource* const input = policy::input_source(store_.view().sources, name, source.variant);
            if (input == nullptr) {
                result_.problems.push_back(format("{}: {} has no value for it", described(source), quoted(name)));
                return;
            }
            const ValueState state = state_of(*input);
            const bool is_missing = state == ValueState::NoFile || state == ValueState::NoValue;
            if (is_missing && !is_planned(*input)) {
                result_.problems.push_back(format("{}: it is made from {}, which has no value yet: bestow set {}",
                                                  described(source), described(*input), name));
                return;
            }
        }
        const bool has_public_half = source.secret->generate->has_public_half();
        result_.made.push_back({&source, true,
                                has_public_half ? policy::public_file_of(*source.secret, source.variant) : "",
                                derivation_of(store_, source, true)});
    }

    bool is_planned(const SecretSource& source) const {
        return std::any_of(result_.made.begin(), result_.made.end(),
                           [&](const GeneratedValue& one) { return one.source == &source && one.value; });
    }

    /// Made from a value that is made anew now: by a run that was interrupted between the two, it is finished; else
    /// what is there is left alone, and said.
    bool is_stale(const SecretSource& source) {
        for (const std::string& name : source.secret->generate->dependencies()) {
            const SecretSource* const input = policy::input_source(store_.view().sources, name, source.variant);
            if (input == nullptr || !is_planned(*input)) {
                continue;
            }
            if (interrupted_.is_of(UnfinishedRun::Command::Generate) && interrupted_.has_written(source)) {
                return true;
            }
            result_.warnings.push_back(format("{} was made from another value of {}: bestow rotate {}",
                                              described(source), described(*input), source.secret->name));
        }
        return false;
    }

    void confirm() {
        std::vector<Derivation> derivations;
        for (const GeneratedValue& one : result_.made) {
            if (one.derivation) {
                derivations.push_back(*one.derivation);
            }
        }
        if (!derivations.empty() && !(request_.confirm && request_.confirm(derivations))) {
            throw Error(ErrorKind::Failed, "nothing was changed");
        }
    }

    [[nodiscard]] std::vector<const policy::Secret*> commands() const {
        std::vector<const policy::Secret*> commands;
        for (const GeneratedValue& one : result_.made) {
            const policy::Secret* const secret = one.source->secret;
            if (one.value && secret->generate->kind == policy::GenerateKind::Command &&
                std::find(commands.begin(), commands.end(), secret) == commands.end()) {
                commands.push_back(secret);
            }
        }
        return commands;
    }

    void make() {
        confirm();
        const ApprovedPrograms programs = approve_commands(store_, commands(), request_.approval);
        WorkingFiles files(store_, request_.confirmation);
        ValueMaker maker(store_, files, programs);
        for (const GeneratedValue& one : result_.made) {
            if (one.value) {
                maker.make(*one.source);
            } else {
                maker.make_public_half(*one.source);
            }
        }
        files.before_writing([this](const auto& writes) {
            interrupted_.note(UnfinishedRun::Command::Generate, sources_of(result_.made), writes);
        });
        (void)files.commit();
        if (request_.names.empty() || !interrupted_.is_unfinished()) {
            interrupted_.forget();
        }
        const std::vector<std::string> warnings = files.warnings();
        result_.warnings.insert(result_.warnings.end(), warnings.begin(), warnings.end());
    }

    OpenStore& store_;
    const GenerateRequest& request_;
    HalfProver prover_;
    UnfinishedRun interrupted_;
    std::set<std::string> wanted_;
    std::map<std::string, FileReport> reports_;
    std::vector<HalfProof> unproved_;
    GenerateResult result_;
};

}  // namespace

GenerateResult generate_missing(OpenStore& store, const GenerateRequest& request) {
    return Search(store, request).run();
}

}  // namespace bestow::operations
