#include "store/atomic_write.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace bestow::store {
namespace {

constexpr std::string_view kTemporaryPrefix = ".bestow-";
constexpr std::string_view kTemporarySuffix = ".tmp";

struct SplitName {
    std::string folder;  ///< empty: the root itself
    std::string base;
};

SplitName split_name(const std::string& name) {
    for (const std::string_view component : split(name, '/')) {
        if (component.empty() || component == "." || component == "..") {
            throw Error(ErrorKind::Usage, format("{} is not a path below the store", quoted(name)));
        }
    }
    const std::size_t slash = name.rfind('/');
    return slash == std::string::npos ? SplitName{{}, name} : SplitName{name.substr(0, slash), name.substr(slash + 1)};
}

/// From there on, one sync of the file system costs less than one of each file.
constexpr std::size_t kSyncedOneByOne = 8;

std::string temporary_name() {
    std::array<Byte, 8> random{};
    crypto::fill_random(random);
    return format("{}{}{}", kTemporaryPrefix, to_hex(random), kTemporarySuffix);
}

}  // namespace

bool is_temporary_name(std::string_view base_name) {
    return base_name.starts_with(kTemporaryPrefix) && base_name.ends_with(kTemporarySuffix);
}

struct WriteBatch::State {
    struct Folder {
        os::UniqueFd fd;        ///< invalid for the root
        bool unsynced = false;  ///< a temporary file in it is
        bool changed = false;   ///< not synced since a file came
        bool lost = false;      ///< not synced since a file went
    };
    struct Staged {
        Folder* folder = nullptr;
        std::string name;  ///< relative to the root
        std::string base;
        std::string temporary;  ///< empty for a removal, and once it was renamed
        bool removal = false;
        bool waits = false;  ///< for what was named before to be on the disk
    };
    struct MadeFolder {
        Folder* parent;
        std::string base;
    };

    os::System* system;
    int root;
    std::map<std::string, Folder> folders;  ///< by path; nodes stay where they are
    std::vector<Staged> staged;
    std::vector<MadeFolder> made_folders;
    bool next_waits = false;  ///< of the entry that is named next
    bool begun = false;       ///< something was renamed or removed

    [[nodiscard]] int fd_of(const Folder& folder) const { return folder.fd.valid() ? folder.fd.get() : root; }
    Folder& open_folder(const std::string& path);
    void stage(Folder& folder, Staged entry, ByteView content, unsigned new_mode_bits);
    void forget(const Folder& folder, const std::string& base) noexcept;
    void remove_stale_temporaries(const Folder& folder) noexcept;
    bool is_stale(const Folder& folder, const std::string& temporary) noexcept;
    void sync_staged();
    void sync_changed_folders();
    void apply(Staged& entry);
    void apply_all();
    void keep_what_was_done() noexcept;
    void roll_back() noexcept;
};

WriteBatch::State::Folder& WriteBatch::State::open_folder(const std::string& path) {
    if (const auto known = folders.find(path); known != folders.end()) {
        return known->second;
    }
    if (path.empty()) {
        Folder& opened = folders[path];
        remove_stale_temporaries(opened);
        return opened;
    }
    const SplitName name = split_name(path);
    Folder& parent = open_folder(name.folder);
    std::optional<os::UniqueFd> fd = system->try_open_directory_beneath(root, path);
    if (!fd) {
        system->make_directory(fd_of(parent), name.base, 0755);
        made_folders.push_back({&parent, name.base});
        parent.changed = true;
        fd = system->try_open_directory_beneath(root, path);
        if (!fd) {
            throw Error(ErrorKind::Failed, format("the folder {} vanished", quoted(path)));
        }
    }
    Folder& opened = folders[path];
    opened.fd = std::move(*fd);
    remove_stale_temporaries(opened);
    return opened;
}

/// Left by a run that was killed. The lock on the root tells that no other batch is writing now; whoever writes here
/// without it holds a lock on its temporary file.
void WriteBatch::State::remove_stale_temporaries(const Folder& folder) noexcept {
    try {
        for (const std::string& name : system->list_directory(fd_of(folder))) {
            if (is_temporary_name(name) && is_stale(folder, name)) {
                forget(folder, name);
            }
        }
    } catch (const Error&) {
        // A folder that may be written but not listed is no reason to fail.
        return;
    }
}

bool WriteBatch::State::is_stale(const Folder& folder, const std::string& temporary) noexcept {
    try {
        const std::optional<os::UniqueFd> file = system->try_open_file_beneath(fd_of(folder), temporary);
        return file && system->lock(file->get(), false);
    } catch (const Error&) {
        return false;  // what cannot be told stays
    }
}

void WriteBatch::State::forget(const Folder& folder, const std::string& base) noexcept {
    try {
        system->remove_file(fd_of(folder), base);
    } catch (const Error&) {
        return;  // nothing better can be done; the next run tries again
    }
}

void WriteBatch::State::stage(Folder& folder, Staged entry, ByteView content, unsigned new_mode_bits) {
    const std::optional<os::FileStatus> present = system->try_status(fd_of(folder), entry.base);
    if (present && present->type != os::FileType::Regular) {
        throw Error(ErrorKind::Failed, format("{} is not a regular file", quoted(entry.name)));
    }
    entry.temporary = temporary_name();
    os::UniqueFd file = system->create_file(fd_of(folder), entry.temporary, 0600);
    staged.push_back(entry);  // from here on the destructor removes it
    system->write_all(file.get(), content, entry.name);
    if (present && system->effective_uid() == 0) {
        system->change_owner(file.get(), present->uid, present->gid);
    }
    system->change_mode(file.get(), present ? present->mode_bits : new_mode_bits);
    if (staged.size() <= kSyncedOneByOne) {
        system->sync(file.get());
    } else {
        folder.unsynced = true;
    }
}

/// Before the first rename, the file systems of all temporary files that were not synced by themselves.
void WriteBatch::State::sync_staged() {
    std::set<std::uint64_t> done;
    for (auto& [path, folder] : folders) {
        if (folder.unsynced && done.insert(system->status(fd_of(folder)).device).second) {
            system->sync_file_system(fd_of(folder));
        }
        folder.unsynced = false;
    }
}

void WriteBatch::State::sync_changed_folders() {
    for (auto& [path, folder] : folders) {
        if (folder.changed) {
            system->sync(fd_of(folder));
            folder.changed = false;
        }
    }
}

void WriteBatch::State::roll_back() noexcept {
    for (const Staged& entry : staged) {
        if (!entry.temporary.empty()) {
            forget(*entry.folder, entry.temporary);
        }
    }
    for (auto made = made_folders.rbegin(); made != made_folders.rend(); ++made) {
        try {
            system->remove_directory(fd_of(*made->parent), made->base);
        } catch (const Error&) {
            continue;  // it holds a file that was renamed before the failure
        }
    }
}

WriteBatch::WriteBatch(os::System& system, int root) : state_(std::make_unique<State>()) {
    state_->system = &system;
    state_->root = root;
    (void)system.lock(root, true);
}

WriteBatch::~WriteBatch() {
    if (state_) {
        state_->roll_back();
    }
}

void WriteBatch::write(const std::string& name, ByteView content, unsigned new_mode_bits) {
    const SplitName where = split_name(name);
    try {
        State::Folder& folder = state_->open_folder(where.folder);
        const bool waits = std::exchange(state_->next_waits, false);
        state_->stage(folder, {&folder, name, where.base, {}, false, waits}, content, new_mode_bits);
    } catch (Error& error) {
        error.add_context(format("cannot write {}", quoted(name)));
        throw;
    }
}

void WriteBatch::remove(const std::string& name) {
    const SplitName where = split_name(name);
    State::Folder& folder = state_->open_folder(where.folder);
    state_->staged.push_back({&folder, name, where.base, {}, true, true});
}

void WriteBatch::barrier() {
    state_->next_waits = true;
}

void WriteBatch::State::apply(Staged& entry) {
    if (entry.waits) {
        sync_changed_folders();  // what goes away may have moved: its new place is on the disk first
    }
    try {
        if (entry.removal) {
            system->remove_file(fd_of(*entry.folder), entry.base);
        } else {
            system->rename(fd_of(*entry.folder), entry.temporary, entry.base);
        }
    } catch (Error& error) {
        error.add_context(format("cannot replace {}", quoted(entry.name)));
        throw;
    }
    begun = true;
    entry.temporary.clear();
    (entry.removal ? entry.folder->lost : entry.folder->changed) = true;
}

void WriteBatch::State::apply_all() {
    sync_staged();
    for (Staged& entry : staged) {
        apply(entry);
    }
    for (auto& [path, folder] : folders) {
        folder.changed = folder.changed || folder.lost;
    }
    sync_changed_folders();
}

/// Of a batch that stopped half-way: what was renamed survives a crash, too.
void WriteBatch::State::keep_what_was_done() noexcept {
    for (auto& [path, folder] : folders) {
        if (!folder.changed && !folder.lost) {
            continue;
        }
        try {
            system->sync(fd_of(folder));
        } catch (const Error&) {
            continue;  // the error that stopped the batch is told
        }
    }
}

void WriteBatch::commit() {
    try {
        state_->apply_all();
    } catch (Error& error) {
        if (state_->begun) {
            state_->keep_what_was_done();
            error.mark_partial();
        }
        throw;
    }
    state_.reset();
}

}  // namespace bestow::store
