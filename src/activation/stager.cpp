#include "activation/stager.hpp"

#include "base/error.hpp"

namespace bestow::activation {
namespace {

constexpr unsigned kRecordMode = 0400;

os::UniqueFd open_made(os::System& system, int generation, const std::string& folder) {
    auto opened = system.try_open_directory_beneath(generation, folder);
    require(opened.has_value(), "a folder that was just made is there");
    return std::move(*opened);
}

}  // namespace

void Stager::write_file(const delivery::PlannedFile& file) {
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

void Stager::write_record(const char* name, const std::string& text) {
    const os::UniqueFd fd = system_.create_file(generation_, name, kRecordMode);
    system_.write_all(fd.get(), as_bytes(text), name);
}

void Stager::enter(const std::string& folder) {
    if (folder.empty() || folder == folder_) {
        return;
    }
    for (std::size_t slash = folder.find('/'); slash != std::string::npos; slash = folder.find('/', slash + 1)) {
        make(folder.substr(0, slash));
    }
    make(folder);
    folder_fd_ = open_made(system_, generation_, folder);
    folder_ = folder;
}

void Stager::make(const std::string& folder) {
    if (system_.try_status(generation_, folder)) {
        return;
    }
    system_.make_directory(generation_, folder, kGenerationMode);
    if (folders_) {
        system_.change_owner(open_made(system_, generation_, folder).get(), folders_->uid, folders_->gid);
    }
}

}  // namespace bestow::activation
