#include "activation/stage.hpp"

#include "activation/generations.hpp"
#include "activation/memory_budget.hpp"
#include "activation/memory_directory.hpp"
#include "activation/stager.hpp"
#include "base/format.hpp"

namespace bestow::activation {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kSpareInodes = 64;

void fill(os::System& system, int memory, const std::string& name, const delivery::Plan& plan) {
    system.make_directory(memory, name, kStagingMode);
    const auto generation = system.try_open_directory_beneath(memory, name);
    require(generation.has_value(), "a directory that was just made is there");
    Stager stager(system, generation->get());
    for (const delivery::PlannedFile& file : plan.files) {
        stager.write_file(file);
    }
    if (!plan.units.empty()) {
        stager.write_record(kPendingFile, delivery::encode_units(plan.units));
    }
    stager.write_record(kStateFile, delivery::encode_state(plan.state));
    system.change_mode(generation->get(), kGenerationMode);
    system.rename(memory, name, std::to_string(plan.generation));
}

void check_size(const std::vector<delivery::PlannedFile>& files) {
    std::uint64_t total = 0;
    for (const delivery::PlannedFile& file : files) {
        total += file.content->size();
    }
    if (total > kMaxGenerationBytes) {
        throw Error(ErrorKind::Failed,
                    format("{} bytes are to be delivered, {} are the most", total, kMaxGenerationBytes));
    }
}

/// In whole pages, with inodes.
std::uint64_t needed_bytes(const std::vector<delivery::PlannedFile>& files) {
    std::uint64_t pages = kSpareInodes;
    for (const delivery::PlannedFile& file : files) {
        pages += 2 + file.content->size() / kPageBytes;  // its last page, and as much for its inode and folder
    }
    return pages * kPageBytes;
}

}  // namespace

void reserve_for(os::System& system, int memory, const std::vector<delivery::PlannedFile>& files) {
    check_size(files);
    reserve_memory(system, memory, needed_bytes(files));
}

void stage(os::System& system, int memory, const delivery::Plan& plan) {
    reserve_for(system, memory, plan.files);
    check_budget(system, memory, needed_bytes(plan.files));
    try {
        fill(system, memory, staging_name(plan.generation), plan);
    } catch (...) {  // out of memory, too, leaves nothing behind
        (void)try_remove_generation(system, memory, plan.generation);
        throw;
    }
}

}  // namespace bestow::activation
