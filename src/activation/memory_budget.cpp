#include "activation/memory_budget.hpp"

#include "activation/memory_directory.hpp"
#include "base/error.hpp"
#include "base/format.hpp"

#include <algorithm>
#include <cerrno>

namespace bestow::activation {
namespace {

std::uint64_t used_bytes(os::System& system, int directory) {
    std::uint64_t used = 0;
    for (const std::string& name : system.list_directory(directory)) {
        const auto status = system.try_status(directory, name);
        if (status && status->type == os::FileType::Regular) {
            used += std::min(status->size_bytes, kMountedSizeBytes);  // a file with holes may claim anything
        } else if (status && status->type == os::FileType::Directory) {
            const auto below = system.try_open_directory_beneath(directory, name);
            used += below ? used_bytes(system, below->get()) : 0;
        }
    }
    return used;
}

}  // namespace

void check_budget(os::System& system, int memory, std::uint64_t needed_bytes) {
    if (system.file_system_status(memory).size_bytes != 0) {
        return;
    }
    const std::uint64_t used = used_bytes(system, memory);
    if (used + needed_bytes > kMountedSizeBytes) {
        throw Error::system(
            format("{} bytes are needed, {} lie there, {} are the most", needed_bytes, used, kMountedSizeBytes),
            ENOSPC);
    }
}

}  // namespace bestow::activation
