#include "operations/unfinished_run.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "operations/user_folders.hpp"
#include "store/atomic_write.hpp"

#include <algorithm>
#include <charconv>

namespace bestow::operations {
namespace {

constexpr std::size_t kLimitBytes = std::size_t{16} * 1024 * 1024;
constexpr std::int64_t kForgottenAfterSeconds = 86'400;
constexpr std::string_view kNothing = "-";  // in place of a hash: there is no such file

std::string hash_of(std::string_view text) {
    return to_hex(crypto::sha256(as_bytes(text)));
}

std::string hash_of_file(const OpenStore& store, const std::string& file) {
    const std::optional<std::string> text = store.store().try_read_text(file);
    return text ? hash_of(*text) : std::string(kNothing);
}

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

UnfinishedRun::UnfinishedRun(const OpenStore& store, const std::string& request)
    : system_(store.system()),
      file_name_("unfinished-" + hash_of(store.store().path()).substr(0, 32)),
      request_(hash_of(request)) {}

UnfinishedRun UnfinishedRun::find(const OpenStore& store, const std::string& request) {
    UnfinishedRun run(store, request);
    run.read(store);
    return run;
}

void UnfinishedRun::read(const OpenStore& store) {
    const std::string path = state_folder(system_) + "/" + file_name_;
    const std::optional<os::UniqueFd> file = system_.try_open_file(path);
    if (!file) {
        return;
    }
    const std::string text = system_.read_text(file->get(), kLimitBytes, path);
    const std::vector<std::string_view> lines = split(text, '\n');
    const bool is_same =
        lines.size() > 2 && lines[0] == request_ && system_.now() - number_of(lines[1]) < kForgottenAfterSeconds;
    for (std::size_t index = 2; is_same && index < lines.size(); ++index) {
        const std::vector<std::string_view> fields = split(lines[index], '\t');
        if (fields.size() != 3) {
            continue;
        }
        const std::string now = hash_of_file(store, std::string(fields[2]));
        if (now != fields[0] && now != fields[1]) {
            written_.clear();
            return;  // somebody else has been there
        }
        written_.emplace(fields[2], now == fields[1]);
    }
    const auto is_written = [](const auto& file_state) { return file_state.second; };
    complete_ = std::all_of(written_.begin(), written_.end(), is_written);
    if (std::none_of(written_.begin(), written_.end(), is_written)) {
        written_.clear();
    }
}

bool UnfinishedRun::has_written(const std::string& file) const {
    const auto found = written_.find(file);
    return found != written_.end() && found->second;
}

void UnfinishedRun::note(const std::vector<WorkingFiles::PlannedWrite>& writes) const {
    std::string text = format("{}\n{}\n", request_, system_.now());
    for (const WorkingFiles::PlannedWrite& write : writes) {
        text += format("{}\t{}\t{}\n", write.old_text->empty() ? std::string(kNothing) : hash_of(*write.old_text),
                       write.new_text == nullptr ? std::string(kNothing) : hash_of(*write.new_text), write.file);
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

}  // namespace bestow::operations
