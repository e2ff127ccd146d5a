#include "history/cache_file.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "crypto/hash.hpp"
#include "store/atomic_write.hpp"

namespace bestow::history {
namespace {

constexpr const char* kFolder = "bestow";
constexpr std::size_t kMaxBytes = std::size_t{512} * 1024 * 1024;
constexpr unsigned kFolderMode = 0700;
constexpr unsigned kFileMode = 0600;
constexpr unsigned kWritableByOthers = 022;

std::string file_name(const Repository& repository) {
    const crypto::Sha256Digest digest = crypto::sha256(as_bytes(repository.prefix));
    return format("history-{}", to_hex(ByteView(digest).first(8)));
}

std::string label_of(const Repository& repository) {
    return format("facts {}\n{}\n{}", kFactsVersion, repository.uses_sha256 ? "sha256" : "sha1", repository.prefix);
}

bool is_ours(os::System& system, const os::FileStatus& status) {
    return status.uid == system.effective_uid() && (status.mode_bits & kWritableByOthers) == 0;
}

/// nullopt when there is none that only we can write.
std::optional<os::UniqueFd> open_folder(os::System& system, const Repository& repository) {
    const os::UniqueFd common = system.open_directory(repository.common_directory);
    std::optional<os::UniqueFd> folder = system.try_open_directory_beneath(common.get(), kFolder);
    return folder && is_ours(system, system.status(folder->get())) ? std::move(folder) : std::nullopt;
}

}  // namespace

std::optional<Known> load_known(os::System& system, const Repository& repository) {
    try {
        const std::optional<os::UniqueFd> folder = open_folder(system, repository);
        const std::string name = file_name(repository);
        const std::optional<os::UniqueFd> file =
            folder ? system.try_open_file_beneath(folder->get(), name) : std::nullopt;
        if (!file || !is_ours(system, system.status(file->get()))) {
            return std::nullopt;
        }
        return parse_known(as_bytes(system.read_text(file->get(), kMaxBytes, name)), label_of(repository));
    } catch (const Error&) {
        return std::nullopt;
    }
}

void save_known(os::System& system, const Repository& repository, const Known& known) {
    try {
        const Bytes bytes = encode_known(known, label_of(repository));
        if (bytes.size() > kMaxBytes) {
            return;
        }
        const os::UniqueFd common = system.open_directory(repository.common_directory);
        if (!system.try_status(common.get(), kFolder)) {
            system.make_directory(common.get(), kFolder, kFolderMode);
        }
        const std::optional<os::UniqueFd> folder = open_folder(system, repository);
        if (!folder) {
            return;
        }
        const std::string name = file_name(repository);
        const std::optional<os::FileStatus> old = system.try_status(folder->get(), name);
        store::WriteBatch batch(system, folder->get());
        if (old && !is_ours(system, *old)) {
            system.remove_file(folder->get(), name);  // its mode would stay
        }
        batch.write(name, bytes, kFileMode);
        batch.commit();
    } catch (const Error&) {
        // A read-only repository can be audited, too.
    }
}

}  // namespace bestow::history
