#include "operations/reader_change.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "operations/own_keys.hpp"
#include "policy/date.hpp"
#include "policy/edit.hpp"
#include "ssh/public_key.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

using policy::Reader;

std::string_view kind_word(Reader::Kind kind) {
    return kind == Reader::Kind::Host ? "host" : "operator";
}

/// Its keys. Throws Error(NotFound) with the nearest name.
const std::vector<policy::Key>& keys_of(const policy::Policy& policy, Reader::Kind kind, const std::string& name) {
    std::vector<std::string> names;
    if (kind == Reader::Kind::Host) {
        if (const policy::Host* const host = policy.find_host(name)) {
            return host->keys;
        }
        std::transform(policy.hosts.begin(), policy.hosts.end(), std::back_inserter(names),
                       [](const policy::Host& host) { return host.name; });
    } else {
        if (const policy::Operator* const person = policy.find_operator(name)) {
            return person->keys;
        }
        std::transform(policy.operators.begin(), policy.operators.end(), std::back_inserter(names),
                       [](const policy::Operator& person) { return person.name; });
    }
    throw Error(ErrorKind::NotFound,
                format("there is no {} {}{}", kind_word(kind), quoted(name), did_you_mean(name, names)));
}

std::vector<Readable> readable_files(const OpenStore& store, Reader::Kind kind, const std::string& name) {
    std::vector<Readable> readable;
    for (const Readable& one : readable_by(store.view(), kind, name)) {
        if (std::optional<Readable> there = readable_now(store, one.file)) {
            readable.push_back(std::move(*there));
        }
    }
    return readable;
}

std::set<std::string> both_forms(const std::string& recipient) {
    return {recipient, age::recipient_as_x25519(recipient)};
}

/// bestow.yaml does not know any more whose these recipients were.
void name_the_lost(ReaderChange& change, const std::string& name) {
    for (FileDrift& file : change.plan.drifting) {
        for (std::size_t i = 0; i < file.drift.surplus.size(); ++i) {
            if (change.lost.contains(file.drift.surplus[i])) {
                file.surplus_names[i] = name;
            }
        }
    }
}

std::set<std::string> files_of(const std::vector<Readable>& readable) {
    std::set<std::string> files;
    for (const Readable& one : readable) {
        files.insert(one.file);
    }
    return files;
}

/// What `--old` names: the key itself, whatever its comment, its X25519 form, or its SSH fingerprint.
bool is_key_named(const policy::Key& key, const std::string& text) {
    if (key.recipient.starts_with("ssh-") && ssh::parse_public_key(key.recipient).fingerprint() == text) {
        return true;
    }
    try {
        return both_forms(key.recipient).contains(age::normalize_recipient(text));
    } catch (const Error&) {
        return false;
    }
}

using Keys = std::vector<const policy::Key*>;

template <typename Predicate>
Keys keys_that(const std::vector<policy::Key>& keys, Predicate predicate) {
    Keys found;
    for (const policy::Key& key : keys) {
        if (predicate(key)) {
            found.push_back(&key);
        }
    }
    return found;
}

/// Which of a reader's keys is the old one.
class OldKey {
  public:
    OldKey(const std::vector<policy::Key>& keys, const ReplacementRequest& request, std::string today)
        : keys_(keys), request_(request), today_(std::move(today)) {
        for (const std::string& key : request.keys) {
            new_.insert(age::normalize_recipient(key));
        }
        all_there_ = std::all_of(new_.begin(), new_.end(), [&](const std::string& recipient) {
            return std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.recipient == recipient; });
        });
    }

    /// nullptr when an earlier run has dealt with it already.
    [[nodiscard]] const policy::Key* find() const {
        const policy::Key* const found = request_.old_key.empty() ? only(candidates()) : named();
        if (found == nullptr && !request_.until.empty()) {
            throw Error(ErrorKind::NotFound,
                        format("{} has no old key any more that could stay until {}", whose(), request_.until));
        }
        if (found == nullptr && new_.empty()) {
            throw Error(ErrorKind::NotFound, format("{} has no key with a date that could go", whose()),
                        "--key, --key-file or --old says which keys come and go");
        }
        return found;
    }

  private:
    [[nodiscard]] std::string whose() const { return format("{} {}", kind_word(request_.kind), quoted(request_.name)); }

    [[nodiscard]] const policy::Key* named() const {
        const auto found = std::find_if(keys_.begin(), keys_.end(),
                                        [&](const auto& key) { return is_key_named(key, request_.old_key); });
        if (found == keys_.end() && !all_there_) {
            throw Error(ErrorKind::NotFound, format("{} has no key {}", whose(), quoted(request_.old_key)));
        }
        return found == keys_.end() || new_.contains(found->recipient) ? nullptr : &*found;
    }

    /// A key that goes at once may have a date; one whose date has passed cannot stay longer by a mere repetition.
    [[nodiscard]] Keys candidates() const {
        const Keys undated = keys_that(
            keys_, [&](const policy::Key& key) { return !new_.contains(key.recipient) && !key.until.has_value(); });
        const Keys dated = keys_that(keys_, [&](const policy::Key& key) {
            return !new_.contains(key.recipient) && key.until && (request_.until.empty() || today_ <= *key.until);
        });
        const bool is_repeated = all_there_ && !request_.until.empty() && !dated.empty();
        return new_.empty() || undated.empty() || is_repeated ? dated : undated;
    }

    [[nodiscard]] const policy::Key* only(const Keys& found) const {
        if (found.size() > 1 && (!all_there_ || new_.empty() || !request_.until.empty())) {
            std::vector<std::string> shown;
            std::transform(found.begin(), found.end(), std::back_inserter(shown),
                           [](const policy::Key* key) { return shown_key(*key); });
            throw Error(ErrorKind::Usage, format("{} has several keys: {}", whose(), join(shown, ", ")),
                        "--old KEY says which one is replaced");
        }
        return found.size() == 1 ? found.front() : nullptr;
    }

    const std::vector<policy::Key>& keys_;
    const ReplacementRequest& request_;
    std::string today_;
    std::set<std::string> new_;
    bool all_there_ = false;
};

PolicyTexts replaced_texts(const OpenStore& store, const ReplacementRequest& request, const policy::Key* old_key) {
    policy::KeyReplacement replacement;
    replacement.section = request.kind == Reader::Kind::Host ? "hosts" : "operators";
    replacement.name = request.name;
    replacement.old_recipient = old_key != nullptr ? old_key->recipient : "";
    replacement.keys = request.keys;
    replacement.until = request.until;
    return edited_policy_files(store,
                               [&](std::string_view text) { return policy::with_replaced_key(text, replacement); });
}

std::optional<Error> why_closed(OpenStore& store, const FileDrift& change) {
    try {
        (void)open_data_key(store::require_document(*change.stored), change.file, store.identities());
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

}  // namespace

ReaderChange plan_removal(OpenStore& store, Reader::Kind kind, const std::string& name) {
    (void)keys_of(store.policy(), kind, name);
    ReaderChange change;
    change.readable = readable_files(store, kind, name);
    change.lost = recipients_of_reader(store.view(), kind, name);
    change.policy.last = edited_policy_files(store, [&](std::string_view text) {
        return kind == Reader::Kind::Host ? policy::without_host(text, name) : policy::without_operator(text, name);
    });
    change.policy.lost = change.lost;
    change.before = store.replace_policy(change.policy.last);
    if (store.policy().operators.empty()) {
        throw Error(ErrorKind::Policy,
                    format("operator {} is the last one: nobody could change anything", quoted(name)),
                    "bestow operator add declares another one first");
    }
    for (const policy::FileAccess& access : change.before->access) {
        if (store.view().find_file(access.file) == nullptr && store.store().try_read_text(access.file)) {
            change.abandoned.push_back(access.file);
        }
    }
    change.plan = plan_sync_for(store, {kind, name, change.lost, files_of(change.readable)});
    name_the_lost(change, format("{} {}", kind_word(kind), quoted(name)));
    return change;
}

ReaderChange plan_replacement(OpenStore& store, const ReplacementRequest& request) {
    const std::vector<policy::Key>& keys = keys_of(store.policy(), request.kind, request.name);
    if (!request.until.empty()) {
        check_until(store.system(), request.until);
    }
    const policy::Key* const old_key = OldKey(keys, request, os::utc_date(store.system().now())).find();
    ReaderChange change;
    change.old_key = old_key != nullptr ? shown_key(*old_key) : "";
    change.readable = readable_files(store, request.kind, request.name);
    const std::set<std::string> old_forms =
        old_key != nullptr ? both_forms(old_key->recipient) : std::set<std::string>();
    change.policy.first = replaced_texts(store, request, old_key);
    change.before = store.replace_policy(change.policy.first);
    for (const std::string& key : request.keys) {
        const std::string recipient = age::normalize_recipient(key);
        change.newcomers.push_back(
            {request.kind, request.name,
             request.kind == Reader::Kind::Host ? age::recipient_as_x25519(recipient) : recipient, recipient});
    }
    ReaderScope scope{request.kind, request.name, old_forms, {}, change.newcomers, !request.until.empty()};
    if (request.until.empty()) {
        change.lost = old_forms;
        scope.renewed = old_key != nullptr ? files_of(change.readable) : std::set<std::string>();
    }
    change.plan = plan_sync_for(store, scope);
    name_the_lost(change, format("{} {}, the old key", kind_word(request.kind), quoted(request.name)));
    return change;
}

std::string shown_key(const policy::Key& key) {
    return key.recipient.starts_with("ssh-") ? ssh::parse_public_key(key.recipient).fingerprint() : key.recipient;
}

void check_until(os::System& system, const std::string& until) {
    if (!policy::is_date(until)) {
        throw Error(ErrorKind::Usage, format("--until takes a date like 2027-03-01, not {}", quoted(until)));
    }
    if (until < os::utc_date(system.now())) {
        throw Error(ErrorKind::Usage, format("{} has passed", until), "--at-once drops the old key now");
    }
}

std::vector<FileProblem> closed_files(OpenStore& store, const SyncPlan& plan) {
    std::vector<FileProblem> closed;
    for (const FileDrift& change : plan.drifting) {
        if (std::optional<Error> error = why_closed(store, change)) {
            closed.push_back({change.file, std::move(*error)});
        }
    }
    return closed;
}

std::optional<Error> why_all_are_closed(OpenStore& store, const SyncPlan& plan) {
    std::optional<Error> first;
    for (const FileDrift& change : plan.drifting) {
        std::optional<Error> error = why_closed(store, change);
        if (!error) {
            return std::nullopt;
        }
        if (!first) {
            first = std::move(error);
        }
    }
    return first;
}

SyncResult apply_change(OpenStore& store, const ReaderChange& change, const Confirmation& confirmation,
                        const SyncProgress& progress) {
    if (!change.keepers.empty()) {
        Confirmation of_keepers = confirmation;
        of_keepers.given.clear();  // not before everybody else is confirmed
        confirm_readers(store, change.keepers, of_keepers);
    }
    return apply_sync(store, change.plan, confirmation, progress, change.policy);
}

}  // namespace bestow::operations
