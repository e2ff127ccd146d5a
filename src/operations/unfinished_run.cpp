#include "operations/unfinished_run.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "operations/user_folders.hpp"
#include "policy/source.hpp"
#include "sops/standing_leaf.hpp"
#include "store/atomic_write.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace bestow::operations {
namespace {

using policy::SecretSource;

constexpr std::size_t kLimitBytes = std::size_t{16} * 1024 * 1024;
constexpr std::int64_t kForgottenAfterSeconds = 86'400;
constexpr std::string_view kNothing = "-";  // in place of a hash: there is no such file
constexpr std::string_view kValueLine = "value";
constexpr std::string_view kFileLine = "file";
constexpr std::size_t kValueFields = 5;
constexpr std::size_t kFileFields = 4;

std::string hash_of(std::string_view text) {
    return to_hex(crypto::sha256(as_bytes(text)));
}

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string_view word_of(UnfinishedRun::Command command) {
    return command == UnfinishedRun::Command::Rotate ? "rotate" : "generate";
}

struct Ciphertext {
    std::string envelopes;  ///< a hash; empty: none
    std::string last_modified;
};

/// What stands at and below a key. Nothing in a file that is broken, or is none.
Ciphertext ciphertext_at(const std::string& file, std::string text, const document::KeyPath& key) {
    Ciphertext found;
    try {
        const store::StoredFile stored = store::classify_file(file, std::move(text));
        if (stored.document) {
            std::string envelopes;
            sops::visit_leaves(*stored.document, [&](const sops::StandingLeaf& leaf) {
                if (leaf.path.size() >= key.size() && std::equal(key.begin(), key.end(), leaf.path.begin())) {
                    envelopes += format("{}\n", leaf.envelope);
                }
            });
            found = {envelopes.empty() ? "" : hash_of(envelopes), stored.document->metadata().last_modified};
        }
    } catch (const Error&) {
        return {};
    }
    return found;
}

}  // namespace

UnfinishedRun::UnfinishedRun(const store::Store& store)
    : system_(store.system()), file_name_("unfinished-" + hash_of(store.path()).substr(0, 32)) {}

UnfinishedRun UnfinishedRun::load(const store::Store& store, const std::vector<SecretSource>& sources) {
    UnfinishedRun run(store);
    const std::string path = state_folder(run.system_) + "/" + run.file_name_;
    if (const std::optional<os::UniqueFd> file = run.system_.try_open_file(path)) {
        run.parse(run.system_.read_text(file->get(), kLimitBytes, path));
        run.compare(store, sources);
    }
    return run;
}

void UnfinishedRun::parse(const std::string& text) {
    const std::vector<std::string_view> lines = split(text, '\n');
    if (lines.size() < 2) {
        return;
    }
    command_ = lines[0] == word_of(Command::Rotate) ? Command::Rotate : Command::Generate;
    noted_at_ = number_of(lines[1]);
    for (const std::string_view line : lines) {
        const std::vector<std::string_view> words = split(line, '\t');
        const std::vector<std::string> fields(words.begin(), words.end());
        if (fields.size() == kValueFields && fields[0] == kValueLine) {
            marks_[{fields[3], fields[4]}] = {fields[1], fields[2]};
        } else if (fields.size() == kFileFields && fields[0] == kFileLine) {
            files_[fields[3]] = {fields[1], fields[2], false};
        }
    }
}

bool UnfinishedRun::is_marked(const store::Store& store, const SecretSource& source, const Mark& mark) {
    std::optional<std::string> text = store.try_read_text(source.file);
    if (!text || mark.envelopes.empty()) {
        return false;
    }
    const Ciphertext now = ciphertext_at(source.file, std::move(*text), source.key);
    return now.envelopes == mark.envelopes || (!now.envelopes.empty() && now.last_modified == mark.last_modified);
}

UnfinishedRun::Mark UnfinishedRun::mark_of(const SecretSource& source, const WorkingFiles::PlannedWrite& write) {
    if (write.new_text == nullptr) {
        return {};
    }
    const Ciphertext before = ciphertext_at(source.file, *write.old_text, source.key);
    const Ciphertext after = ciphertext_at(source.file, *write.new_text, source.key);
    return {after.envelopes, before.last_modified == after.last_modified ? std::string(kNothing) : after.last_modified};
}

void UnfinishedRun::compare(const store::Store& store, const std::vector<SecretSource>& sources) {
    for (auto& [file, state] : files_) {
        const std::optional<std::string> text = store.try_read_text(file);
        state.written = (text ? hash_of(*text) : std::string(kNothing)) == state.after;
    }
    for (const SecretSource& source : sources) {
        const auto known = marks_.find({source.secret->name, source.variant});
        if (known == marks_.end()) {
            continue;
        }
        sources_.push_back(&source);
        if (is_marked(store, source, known->second)) {
            values_.insert(&source);
        }
    }
}

bool UnfinishedRun::has_written_file(const std::string& file) const {
    const auto found = files_.find(file);
    return found != files_.end() && found->second.written;
}

bool UnfinishedRun::has_written_half(const SecretSource& source) const {
    if (!source.secret->generate || !source.secret->generate->has_public_half()) {
        return true;
    }
    const std::string file = policy::public_file_of(*source.secret, source.variant);
    return files_.count(file) == 0 || has_written_file(file);
}

bool UnfinishedRun::is_unfinished() const {
    const auto is_written = [](const auto& noted) { return noted.second.written; };
    const bool is_begun = !values_.empty() || std::any_of(files_.begin(), files_.end(), is_written);
    return is_begun && !std::all_of(sources_.begin(), sources_.end(), [&](const SecretSource* source) {
               return has_written(*source) && has_written_half(*source);
           });
}

bool UnfinishedRun::is_continued_by(Command command, const std::vector<const SecretSource*>& sources) const {
    const std::set<const SecretSource*> wanted(sources.begin(), sources.end());
    const bool is_the_same = wanted == std::set<const SecretSource*>(sources_.begin(), sources_.end()) &&
                             system_.now() - noted_at_ < kForgottenAfterSeconds;
    return is_of(command) && (is_unfinished() || is_the_same);
}

void UnfinishedRun::note(Command command, const std::vector<const SecretSource*>& sources,
                         const std::vector<WorkingFiles::PlannedWrite>& writes) const {
    const bool goes_on = is_continued_by(command, sources);
    std::map<std::string, FileState> files;
    std::map<Place, Mark> marks = goes_on ? marks_ : std::map<Place, Mark>();
    for (const auto& [file, state] : files_) {
        if (goes_on && state.written) {
            files[file] = state;
        }
    }
    for (const SecretSource* source : sources) {
        marks.try_emplace({source->secret->name, source->variant});
    }
    for (const WorkingFiles::PlannedWrite& write : writes) {
        files[write.file] = {write.old_text->empty() ? std::string(kNothing) : hash_of(*write.old_text),
                             write.new_text == nullptr ? std::string(kNothing) : hash_of(*write.new_text), false};
        for (const SecretSource* source : sources) {
            if (source->file == write.file) {
                marks[{source->secret->name, source->variant}] = mark_of(*source, write);
            }
        }
    }
    std::string text = format("{}\n{}\n", word_of(command), system_.now());
    for (const auto& [place, mark] : marks) {
        text +=
            format("{}\t{}\t{}\t{}\t{}\n", kValueLine, mark.envelopes, mark.last_modified, place.first, place.second);
    }
    for (const auto& [file, state] : files) {
        text += format("{}\t{}\t{}\t{}\n", kFileLine, state.before, state.after, file);
    }
    const os::UniqueFd folder = make_folder(system_, state_folder(system_), 0700);
    store::WriteBatch batch(system_, folder.get());
    batch.write(file_name_, as_bytes(text), 0600);
    batch.commit();
}

void UnfinishedRun::forget() const {
    const os::UniqueFd folder = make_folder(system_, state_folder(system_), 0700);
    if (system_.try_status(folder.get(), file_name_)) {
        system_.remove_file(folder.get(), file_name_);
    }
}

void require_finished(const UnfinishedRun& run, UnfinishedRun::Command command) {
    if (run.is_of(command) || !run.is_unfinished()) {
        return;
    }
    const bool is_rotation = run.is_of(UnfinishedRun::Command::Rotate);
    throw Error(ErrorKind::Failed,
                format("`bestow {}` was interrupted between two files", is_rotation ? "rotate" : "generate"),
                format("bestow {} finishes it", is_rotation ? "rotate --unfinished" : "generate"));
}

}  // namespace bestow::operations
