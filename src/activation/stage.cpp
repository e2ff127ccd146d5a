#include "activation/stage.hpp"

#include "activation/generations.hpp"
#include "activation/memory_directory.hpp"
#include "base/format.hpp"

namespace bestow::activation {
namespace {

constexpr unsigned kPrivateMode = 0700;
constexpr unsigned kDirectoryMode = 0751;
constexpr unsigned kRecordMode = 0400;
constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kSpareInodes = 64;

/// Writes one generation below its directory; files come sorted, so that one folder is open at a time.
class Stager {
  public:
    Stager(os::System& system, int generation) : system_(system), generation_(generation) {}

    void write_file(const delivery::PlannedFile& file) {
        const std::size_t slash = file.record.path.rfind('/');
        const bool nested = slash != std::string::npos;
        enter(nested ? file.record.path.substr(0, slash) : "");
        // Closed when it is made, opened last: even in a directory with wrong permissions it would never be readable
        // by the wrong user.
        const os::UniqueFd fd = system_.create_file(nested ? folder_fd_.get() : generation_,
                                                    nested ? file.record.path.substr(slash + 1) : file.record.path, 0);
        system_.change_owner(fd.get(), file.record.uid, file.record.gid);
        system_.change_mode(fd.get(), file.record.mode_bits);
        system_.write_all(fd.get(), file.content->view(), file.record.path);
    }

    void write_record(const char* name, const std::string& text) {
        const os::UniqueFd fd = system_.create_file(generation_, name, kRecordMode);
        system_.write_all(fd.get(), as_bytes(text), name);
    }

  private:
    void enter(const std::string& folder) {
        if (folder.empty() || folder == folder_) {
            return;
        }
        for (std::size_t slash = folder.find('/'); slash != std::string::npos; slash = folder.find('/', slash + 1)) {
            make(folder.substr(0, slash));
        }
        make(folder);
        auto opened = system_.try_open_directory_beneath(generation_, folder);
        require(opened.has_value(), "a folder that was just made is there");
        folder_fd_ = std::move(*opened);
        folder_ = folder;
    }

    void make(const std::string& folder) {
        if (!system_.try_status(generation_, folder)) {
            system_.make_directory(generation_, folder, kDirectoryMode);
        }
    }

    os::System& system_;
    int generation_;
    std::string folder_;
    os::UniqueFd folder_fd_;
};

void fill(os::System& system, int memory, const std::string& name, const delivery::Plan& plan) {
    system.make_directory(memory, name, kPrivateMode);
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
    system.change_mode(generation->get(), kDirectoryMode);
    system.rename(memory, name, std::to_string(plan.generation));
}

void check_size(const delivery::Plan& plan) {
    std::uint64_t total = 0;
    for (const delivery::PlannedFile& file : plan.files) {
        total += file.content->size();
    }
    if (total > kMaxGenerationBytes) {
        throw Error(ErrorKind::Failed,
                    format("{} bytes are to be delivered, {} are the most", total, kMaxGenerationBytes));
    }
}

}  // namespace

std::uint64_t needed_bytes(const delivery::Plan& plan) {
    std::uint64_t pages = kSpareInodes;
    for (const delivery::PlannedFile& file : plan.files) {
        pages += 2 + file.content->size() / kPageBytes;  // its last page, and as much for its inode and folder
    }
    return pages * kPageBytes;
}

void stage(os::System& system, int memory, const delivery::Plan& plan) {
    check_size(plan);
    reserve_memory(system, memory, needed_bytes(plan));
    try {
        fill(system, memory, staging_name(plan.generation), plan);
    } catch (...) {  // out of memory, too, leaves nothing behind
        (void)try_remove_generation(system, memory, plan.generation);
        throw;
    }
}

}  // namespace bestow::activation
