#include "operations/state_lines.hpp"

#include "base/text.hpp"
#include "operations/user_folders.hpp"
#include "store/atomic_write.hpp"

#include <utility>

namespace bestow::operations {
namespace {

constexpr std::size_t kLimitBytes = std::size_t{16} * 1024 * 1024;

}  // namespace

StateLines StateLines::load(os::System& system, std::string file_name) {
    StateLines list;
    list.file_name_ = std::move(file_name);
    const std::string path = state_folder(system) + "/" + list.file_name_;
    const std::optional<os::UniqueFd> file = system.try_open_file(path);
    if (!file) {
        return list;
    }
    const std::string text = system.read_text(file->get(), kLimitBytes, path);
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty()) {
            list.lines_.emplace(line);
        }
    }
    return list;
}

void StateLines::save(os::System& system) {
    if (!changed_) {
        return;
    }
    const os::UniqueFd folder = make_folder(system, state_folder(system), 0700);
    store::WriteBatch batch(system, folder.get());
    // Another run may have added others meanwhile; the batch holds the lock now.
    lines_.merge(load(system, file_name_).lines_);
    std::string text;
    for (const std::string& line : lines_) {
        text += line + "\n";
    }
    batch.write(file_name_, as_bytes(text), 0600);
    batch.commit();
    changed_ = false;
}

}  // namespace bestow::operations
