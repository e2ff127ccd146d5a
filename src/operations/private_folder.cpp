#include "operations/private_folder.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"

#include <array>
#include <utility>

namespace bestow::operations {
namespace {

constexpr std::string_view kPrefix = "bestow-edit-";
constexpr unsigned kPrivate = 0700;

std::string random_name() {
    std::array<Byte, 8> random{};
    crypto::fill_random(random);
    return std::string(kPrefix) + to_hex(random);
}

/// Removes what is in a folder, editors' own folders included. Silent: what cannot be removed stays.
void empty_folder(os::System& system, int folder, int depth) noexcept {
    constexpr int kDepth = 8;
    try {
        for (const std::string& name : system.list_directory(folder)) {
            const std::optional<os::FileStatus> status = system.try_status(folder, name);
            if (!status || status->type != os::FileType::Directory) {
                system.remove_file(folder, name);
                continue;
            }
            if (const auto below = system.try_open_directory_beneath(folder, name); below && depth < kDepth) {
                empty_folder(system, below->get(), depth + 1);
            }
            system.remove_directory(folder, name);
        }
    } catch (const Error&) {
        return;
    }
}

/// A folder whose lock nobody holds belongs to a run that was killed.
void remove_stale(os::System& system, int place) noexcept {
    try {
        for (const std::string& name : system.list_directory(place)) {
            const std::optional<os::FileStatus> status = system.try_status(place, name);
            if (!name.starts_with(kPrefix) || !status || status->type != os::FileType::Directory ||
                status->uid != system.effective_uid()) {
                continue;
            }
            const auto folder = system.try_open_directory_beneath(place, name);
            if (folder && system.lock(folder->get(), false)) {
                empty_folder(system, folder->get(), 0);
                system.remove_directory(place, name);
            }
        }
    } catch (const Error&) {
        return;
    }
}

}  // namespace

PrivateFolder::PrivateFolder(os::System& system) : system_(system) {
    const std::string runtime = system.environment("XDG_RUNTIME_DIR").value_or("");
    if ((runtime.starts_with('/') && make_below(runtime)) || make_below("/dev/shm")) {
        return;
    }
    throw Error(ErrorKind::Failed, "there is no memory file system for the plaintext",
                "XDG_RUNTIME_DIR should name a tmpfs of yours; `bestow set` and `bestow get` need none");
}

bool PrivateFolder::make_below(const std::string& place) {
    try {
        place_ = system_.open_directory(place);
    } catch (const Error&) {
        return false;
    }
    const os::FileSystemStatus status = system_.file_system_status(place_.get());
    if (status.type == os::FileSystemStatus::Type::Other) {
        return false;
    }
    may_swap_ = !status.noswap && system_.swap_is_active();
    remove_stale(system_, place_.get());
    name_ = random_name();
    system_.make_directory(place_.get(), name_, kPrivate);
    std::optional<os::UniqueFd> made = system_.try_open_directory_beneath(place_.get(), name_);
    if (!made || !system_.lock(made->get(), false)) {
        throw Error(ErrorKind::Failed, format("the folder {} vanished", quoted(name_)));
    }
    folder_ = std::move(*made);
    path_ = place + "/" + name_;
    return true;
}

PrivateFolder::~PrivateFolder() {
    if (!folder_.valid()) {
        return;
    }
    empty_folder(system_, folder_.get(), 0);
    try {
        system_.remove_directory(place_.get(), name_);
    } catch (const Error&) {
        return;  // its content is gone
    }
}

}  // namespace bestow::operations
