#include "operations/check.hpp"

#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "operations/due.hpp"
#include "operations/entry_proof.hpp"
#include "operations/file_report.hpp"
#include "operations/public_half.hpp"
#include "operations/unfinished_run.hpp"
#include "policy/path_pattern.hpp"
#include "policy/problems.hpp"

#include <algorithm>
#include <set>

namespace bestow::operations {
namespace {

using delivery::duration_text;
using policy::FileAccess;
using policy::Reader;
using store::StoredFile;

constexpr std::string_view kSecretsFolder = "secrets/";

std::string reader_name(const Reader& reader) {
    return format("{} {}", reader.kind == Reader::Kind::Host ? "host" : "operator", quoted(reader.name));
}

class Check {
  public:
    explicit Check(const store::Store& store)
        : store_(store),
          policy_(store.load_policy()),
          today_(os::utc_date(store.system().now())),
          sources_(policy::secret_sources(policy_)) {}

    CheckResult run(PublicHalves public_halves) {
        policy::Problems problems;
        const std::vector<FileAccess> access = policy::file_access(policy_, sources_, today_, problems);
        for (const std::string& line : problems.lines()) {
            const std::size_t colon = line.find(": ");
            add("policy", line.substr(0, colon), line.substr(colon + 2), "");
        }
        check_keys();
        for (const FileAccess& one : access) {
            const FileReport report = report_file(store_, one);
            check_declared(report);
            check_due(report);
        }
        check_public_halves(public_halves);
        check_unfinished();
        check_undeclared(access);
        check_patterns(access);
        result_.secrets = policy_.secrets.size();
        return std::move(result_);
    }

    std::vector<Finding> run_for(const std::set<std::string>& files, const std::string& host) {
        for (const FileAccess& one : policy::file_access(policy_, sources_, today_)) {
            if (files.count(one.file) == 0) {
                continue;
            }
            FileReport report = report_file(store_, one);
            const auto of_others = [&](const policy::SecretSource* source) {
                return std::none_of(source->hosts.begin(), source->hosts.end(),
                                    [&](const policy::Host* getting) { return getting->name == host; });
            };
            std::erase_if(report.sources, of_others);
            check_declared(report);
        }
        return std::move(result_.findings);
    }

  private:
    void add(std::string kind, std::string place, std::string message, std::string hint) {
        sink_->push_back({std::move(kind), std::move(place), std::move(message), std::move(hint)});
    }

    void note(std::string place, std::string message) {
        result_.notes.push_back({"note", std::move(place), std::move(message), ""});
    }

    /// Who has only keys whose date has passed reads nothing any more.
    void check_keys() {
        const auto check = [&](const auto& owner, std::string_view what) {
            const auto is_current = [&](const policy::Key& key) { return !key.until || today_ <= *key.until; };
            if (std::none_of(owner.keys.begin(), owner.keys.end(), is_current)) {
                add("policy", policy::to_text(owner.origin),
                    format("every key of {} {} has passed its 'until'", what, quoted(owner.name)),
                    format("bestow {} replace-key {} --key NEW", what, owner.name));
            } else if (!std::all_of(owner.keys.begin(), owner.keys.end(), is_current)) {
                note(policy::to_text(owner.origin),
                     format("{} {} has an old key whose last day is over: `bestow sync` takes it out", what,
                            quoted(owner.name)));
            }
        };
        for (const policy::Host& host : policy_.hosts) {
            check(host, "host");
        }
        for (const policy::Operator& one : policy_.operators) {
            check(one, "operator");
        }
    }

    void check_declared(const FileReport& report) {
        ++result_.files;
        if (report.problem) {
            add("malformed", report.file, without_place(*report.problem, report.file), "");
            return;
        }
        if (report.stored.kind == StoredFile::Kind::Plaintext) {
            add("plaintext", report.file, "it is not encrypted",
                format("bestow encrypt --in-place {}; if it was ever committed, its values need to be changed",
                       report.file));
            return;
        }
        if (report.stored.kind == StoredFile::Kind::Age) {
            note(report.file, "an age file: who can read it cannot be told");
            return;
        }
        for (const policy::SecretSource* source : report.sources) {
            check_value(report, *source);
        }
        if (report.stored.document) {
            check_document(report.file, *report.stored.document);
            check_drift(report.file, *report.drift);
        }
    }

    static std::string without_place(const Error& error, const std::string& file) {
        std::string message = error.full_message();
        const std::string prefix = file + ": ";
        return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
    }

    void check_value(const FileReport& report, const policy::SecretSource& source) {
        const ValueState state = value_state(report, source);
        states_[&source] = state;
        const bool is_missing = state == ValueState::NoFile || state == ValueState::NoValue;
        if (is_missing && source.secret->is_optional()) {
            return;
        }
        const std::string name = name_of(source);
        const std::string hint =
            source.secret->generate ? "bestow generate"
            : source.secret->per.empty() || source.hosts.empty()
                ? format("bestow set {}", source.secret->name)
                : format("bestow set {} --host {}", source.secret->name, source.hosts.front()->name);
        switch (state) {
            case ValueState::NoFile:
                add("missing", report.file, format("there is no such file; secret {} has no value", name), hint);
                break;
            case ValueState::NoValue:
                add("missing", report.file,
                    format("there is no key {} for secret {}", document::to_text(source.key), name), hint);
                break;
            case ValueState::Plaintext:
                add("plaintext", report.file, format("the value of secret {} is not encrypted", name),
                    "the file's selector leaves it out, or somebody wrote it there; change the value");
                break;
            default:
                break;
        }
    }

    /// Says nothing of whether the host gets its values: they are those that the policy means.
    void check_due(const FileReport& report) {
        for (const policy::SecretSource* source : report.sources) {
            const auto due = report.stored.document && states_[source] == ValueState::Set
                                 ? due_dates_.of(*source, *report.stored.document)
                                 : std::nullopt;
            const std::string name = name_of(*source);
            if (due && due->is_due()) {
                add("due", report.file,
                    format("the value of secret {} is {} old or older, and was to be changed after {}", name,
                           duration_text(due->age_seconds), duration_text(due->age_seconds + due->left_seconds)),
                    format("bestow rotate {}{}", source->secret->name,
                           source->variant.empty() || source->hosts.empty()
                               ? ""
                               : format(" --host {}, or bestow rotate --due", source->hosts.front()->name)));
            } else if (due && due->is_foretold()) {
                note(report.file, format("the value of secret {} is to be changed within {}", name,
                                         duration_text(due->left_seconds)));
            }
        }
    }

    /// Of this operator's own runs; an interrupted `generate` shows in what is missing.
    void check_unfinished() {
        const auto noted_run = own_run();
        if (!noted_run || !noted_run->is_of(UnfinishedRun::Command::Rotate) || !noted_run->is_unfinished()) {
            return;
        }
        for (const policy::SecretSource* source : noted_run->sources()) {
            const bool is_new = noted_run->has_written(*source);
            if (!is_new || !noted_run->has_written_half(*source)) {
                add("unfinished", source->file,
                    format("{} secret {} is still the old one, where an interrupted `bestow rotate` has written others",
                           is_new ? "the public half of" : "the value of", quoted(source->secret->name)),
                    "bestow rotate --unfinished");
            }
        }
    }

    [[nodiscard]] std::optional<UnfinishedRun> own_run() const {
        try {
            return UnfinishedRun::load(store_, sources_);
        } catch (const Error&) {
            return std::nullopt;  // who has no home, has no notes
        }
    }

    static std::string name_of(const policy::SecretSource& source) {
        return source.variant.empty() ? quoted(source.secret->name)
                                      : format("{} for {}", quoted(source.secret->name), quoted(source.variant));
    }

    void check_public_halves(PublicHalves proved) {
        std::size_t unproved = 0;
        for (const policy::SecretSource& source : sources_) {
            if (source.secret->generate && source.secret->generate->has_public_half()) {
                const PublicHalf half = report_public_half(store_, sources_, source, states_[&source]);
                public_files_.insert(half.file);
                unproved += half.is_there ? 1 : 0;
                if (!half.problem.empty()) {
                    add(half.kind, half.file, half.problem, half.hint);
                }
            }
        }
        if (unproved > 0 && proved == PublicHalves::Unproved) {
            note(store::kPolicyFile,
                 format("{} not proved to belong to {}, which takes private keys: bestow check --public-halves",
                        unproved == 1 ? "a public half was" : format("{} public halves were", unproved),
                        unproved == 1 ? "its value" : "their values"));
        }
    }

    void check_document(const std::string& file, const sops::EncryptedFile& document) {
        for (const sops::Leaf& leaf : document.leaves()) {
            if (leaf.should_be_encrypted && !leaf.encrypted) {
                add("plaintext", format("{}:{}", file, leaf.at.line),
                    format("the value at {} is not encrypted", document::to_text(leaf.path)),
                    "somebody wrote it there without bestow; it needs to be changed if it was ever committed");
            }
        }
        const sops::Metadata& metadata = document.metadata();
        for (const sops::AgeEntry& entry : metadata.age_entries()) {
            check_entry(file, entry);
        }
        if (metadata.mac.empty()) {
            add("malformed", file, "it has no MAC, so changes to it would go unnoticed", "");
        }
        if (metadata.is_shared()) {
            add("drift", file,
                format("its data key is split between {} key groups, of which {} have to come together, so that no "
                       "reader opens it alone",
                       metadata.groups.size(), metadata.groups_needed()),
                "bestow.yaml has no key groups: decrypt and encrypt it, or keep it outside of the store");
        }
        for (const std::string& kind : metadata.foreign_kinds()) {
            add("unprovable", file, format("it is also encrypted to {} keys, which bestow.yaml does not know", kind),
                "");
        }
    }

    void check_entry(const std::string& file, const sops::AgeEntry& entry) {
        std::string recipient = entry.recipient;
        std::optional<std::string> problem;
        try {
            recipient = age::normalize_recipient(entry.recipient);
            problem = entry_problem(entry);
        } catch (const Error& error) {
            problem = error.message();
        }
        if (problem) {
            add("forged", file, format("the entry of {}: {}", store::describe_recipient(policy_, recipient), *problem),
                "somebody wrote it there without bestow; look at its history in git");
        }
    }

    void check_drift(const std::string& file, const store::Drift& drift) {
        for (const Reader& reader : drift.missing) {
            add("drift", file, format("{} may read it but cannot", reader_name(reader)),
                format("bestow sync {}", file));
        }
        for (const std::string& recipient : drift.surplus) {
            add("drift", file, format("{} can read it but may not", store::describe_recipient(policy_, recipient)),
                format("bestow sync {}, then change its values", file));
        }
    }

    /// Files that no declared secret lives in: those under secrets/, and encrypted ones anywhere.
    void check_undeclared(const std::vector<FileAccess>& access) {
        std::set<std::string> known = public_files_;
        for (const FileAccess& one : access) {
            known.insert(one.file);
        }
        std::vector<std::string> files = store_.match_files(std::string(kSecretsFolder) + "**");
        const std::vector<std::string> encrypted = store_.find_encrypted_files();
        files.insert(files.end(), encrypted.begin(), encrypted.end());
        for (const std::string& file : std::set<std::string>(files.begin(), files.end())) {
            if (known.count(file) == 0) {
                // Elsewhere, encrypted files may be somebody else's, with readers of their own.
                sink_ = file.starts_with(kSecretsFolder) ? &result_.findings : &result_.notes;
                check_orphan(file);
            }
        }
        sink_ = &result_.findings;
    }

    void check_orphan(const std::string& file) {
        const bool below_secrets = file.starts_with(kSecretsFolder);
        if (below_secrets && looks_like_public_half(store_, file)) {
            add("orphan", file, "a public half that no secret has any more", "remove it");
            return;
        }
        FileAccess access{file, {}, {}};
        try {
            access.readers = policy::operator_readers(policy_, file, today_);
        } catch (const Error& error) {
            add("policy", file, error.full_message(), error.hint());
        }
        const FileReport report = report_file(store_, access);
        const std::string base = base_name(file);
        const bool dull =
            report.stored.kind == StoredFile::Kind::Plaintext && (base.front() == '.' || base == "README.md");
        if (below_secrets && !dull) {
            add("orphan", file, "no secret is declared in it", "declare one with 'file:', or remove it");
        }
        if (!dull && !(report.stored.kind == StoredFile::Kind::Missing && !report.problem)) {
            check_declared(report);
        }
    }

    /// A pattern that matches nothing may be a typing error, and the file that it meant open to all operators.
    void check_patterns(const std::vector<FileAccess>& access) {
        const std::vector<std::string> present = store_.match_files("**");
        const auto used = [&](const std::string& pattern) {
            return std::any_of(access.begin(), access.end(),
                               [&](const FileAccess& one) { return policy::matches_path(pattern, one.file); }) ||
                   std::any_of(present.begin(), present.end(),
                               [&](const std::string& file) { return policy::matches_path(pattern, file); });
        };
        for (const policy::AccessRule& rule : policy_.access) {
            if (!used(rule.pattern)) {
                note(policy::to_text(rule.origin), format("access to {} matches no file", quoted(rule.pattern)));
            }
        }
        for (const auto& [pattern, rule] : policy_.files) {
            if (!used(pattern)) {
                note(policy::to_text(rule.origin), format("{} under 'files' matches no file", quoted(pattern)));
            }
        }
    }

    const store::Store& store_;
    policy::Policy policy_;
    std::string today_;
    std::vector<policy::SecretSource> sources_;
    std::map<const policy::SecretSource*, ValueState> states_;
    std::set<std::string> public_files_;
    DueDates due_dates_{store_};
    CheckResult result_;
    std::vector<Finding>* sink_ = &result_.findings;
};

}  // namespace

CheckResult check_store(const store::Store& store, PublicHalves public_halves) {
    return Check(store).run(public_halves);
}

std::vector<Finding> check_files(const store::Store& store, const std::set<std::string>& files,
                                 const std::string& host) {
    return Check(store).run_for(files, host);
}

}  // namespace bestow::operations
