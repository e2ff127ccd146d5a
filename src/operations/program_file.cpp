#include "operations/program_file.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace bestow::operations {
namespace {

constexpr unsigned kExecutable = 0111;
constexpr unsigned kWritableByOthers = 022;
constexpr unsigned kSticky = 01000;
constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;
constexpr std::uint64_t kLimitBytes = std::uint64_t{1} << 30U;

Error too_large(const std::string& path) {
    return {ErrorKind::Policy, format("the program {} is larger than {} bytes", quoted(path), kLimitBytes),
            "name a program that is smaller"};
}

/// Whoever may write a folder exchanges what is in it, where it is not sticky.
void refuse_writable_by_others(os::System& system, const std::string& path, const os::FileStatus& status) {
    const bool is_shared = status.type == os::FileType::Directory && (status.mode_bits & kSticky) != 0;
    if (status.uid != 0 && status.uid != system.effective_uid()) {
        throw Error(ErrorKind::Policy,
                    format("{} belongs to another user, who could exchange what is run", quoted(path)),
                    "a program, and the folders above it, belong to root or to you");
    }
    if ((status.mode_bits & kWritableByOthers) != 0 && !is_shared) {
        throw Error(ErrorKind::Policy,
                    format("{} can be written by others, who could exchange what is run", quoted(path)),
                    format("chmod go-w {}, or keep the program elsewhere", quoted(path)));
    }
}

void refuse_folders_of_others(os::System& system, int root, const std::string& path) {
    for (std::string folder = parent_of(path); folder != "/"; folder = parent_of(folder)) {
        if (const auto status = system.try_status(root, folder.substr(1))) {
            refuse_writable_by_others(system, folder, *status);
        }
    }
    refuse_writable_by_others(system, "/", system.status(root));
}

/// Before it is opened, which does something to many a device, and of what was opened.
void refuse_unfit(os::System& system, const std::string& path, const os::FileStatus& status) {
    if (status.type != os::FileType::Regular) {
        throw Error(ErrorKind::Policy, format("the program {} is not a regular file", quoted(path)));
    }
    if ((status.mode_bits & kExecutable) == 0) {
        throw Error(ErrorKind::Policy, format("the program {} is not executable", quoted(path)),
                    "name a program, or make it one with chmod +x");
    }
    if (status.size_bytes > kLimitBytes) {
        throw too_large(path);
    }
    refuse_writable_by_others(system, path, status);
}

std::string hash_of(os::System& system, int file, const std::string& path) {
    crypto::Sha512 hash;
    Bytes chunk(kChunkBytes);
    std::uint64_t total = 0;
    while (const std::size_t count = system.read_some(file, chunk)) {
        total += count;
        if (total > kLimitBytes) {
            throw too_large(path);
        }
        hash.update(ByteView(chunk).first(count));
    }
    return to_hex(hash.finish());
}

}  // namespace

std::string hash_program(os::System& system, const std::string& path) {
    const os::UniqueFd root = system.open_directory("/");
    const std::string name = path.substr(1);
    if (const auto status = system.try_status(root.get(), name)) {
        refuse_unfit(system, path, *status);
        refuse_folders_of_others(system, root.get(), path);
        if (const auto file = system.try_open_file_beneath(root.get(), name)) {
            refuse_unfit(system, path, system.status(file->get()));
            return hash_of(system, file->get(), path);
        }
    }
    throw Error(ErrorKind::NotFound, format("there is no program {}", quoted(path)));
}

}  // namespace bestow::operations
