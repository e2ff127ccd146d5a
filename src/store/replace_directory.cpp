#include "store/replace_directory.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"

#include <array>
#include <cerrno>
#include <vector>

namespace bestow::store {
namespace {

constexpr std::string_view kPrefix = ".bestow-";
constexpr std::string_view kSuffix = ".new";
constexpr unsigned kPrivate = 0700;
constexpr unsigned kPatienceSeconds = 60;

std::string staging_name() {
    std::array<Byte, 8> random{};
    crypto::fill_random(random);
    return format("{}{}{}", kPrefix, to_hex(random), kSuffix);
}

/// Where others may list the parent, they may lock it, too: not for ever.
void lock_patiently(os::System& system, int parent) {
    for (unsigned waited = 0; !system.lock(parent, false); ++waited) {
        if (waited == kPatienceSeconds) {
            throw Error(ErrorKind::Failed, format("somebody has held the lock on its folder for {} seconds", waited),
                        "`lslocks` names the process");
        }
        system.pause(1);
    }
}

/// What killed runs left: the lock on the parent tells that nobody is at work there.
void remove_leftovers(os::System& system, int parent) {
    for (const std::string& name : system.list_directory(parent)) {
        const auto status = system.try_status(parent, name);
        if (name.starts_with(kPrefix) && name.ends_with(kSuffix) && status && status->type == os::FileType::Directory &&
            status->uid == system.effective_uid()) {
            remove_tree(system, parent, name);
        }
    }
}

/// Fills one directory, folder by folder; files come sorted.
class Filler {
  public:
    Filler(os::System& system, int root, const NewDirectory& content)
        : system_(system), root_(root), content_(content) {}

    void fill() {
        for (const auto& [name, bytes] : content_.files) {
            make_folders(name);
            const os::UniqueFd file = system_.create_file(root_, name, content_.file_mode);
            system_.write_all(file.get(), as_bytes(bytes), name);
            system_.sync(file.get());
        }
        for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
            system_.sync(system_.try_open_directory_beneath(root_, *folder)->get());
        }
        system_.change_mode(root_, content_.directory_mode);
        system_.sync(root_);
    }

  private:
    void make_folders(const std::string& name) {
        for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
            const std::string folder = name.substr(0, slash);
            if (!system_.try_status(root_, folder)) {
                system_.make_directory(root_, folder, content_.directory_mode);
                folders_.push_back(folder);
            }
        }
    }

    os::System& system_;
    int root_;
    const NewDirectory& content_;
    std::vector<std::string> folders_;
};

}  // namespace

void remove_tree(os::System& system, int parent, const std::string& name) {
    const auto status = system.try_status(parent, name);
    if (!status) {
        return;
    }
    if (status->type != os::FileType::Directory) {
        system.remove_file(parent, name);
        return;
    }
    if (const auto opened = system.try_open_directory_beneath(parent, name)) {
        for (const std::string& entry : system.list_directory(opened->get())) {
            remove_tree(system, opened->get(), entry);
        }
    }
    system.remove_directory(parent, name);
}

StagedDirectory::StagedDirectory(os::System& system, int parent, const NewDirectory& content)
    : system_(system), parent_(parent) {
    lock_patiently(system, parent);
    remove_leftovers(system, parent);
    name_ = staging_name();
    try {
        system.make_directory(parent, name_, kPrivate);
        const auto opened = system.try_open_directory_beneath(parent, name_);
        require(opened.has_value(), "a directory that was just made is there");
        Filler(system, opened->get(), content).fill();
    } catch (...) {
        discard();
        throw;
    }
}

StagedDirectory::~StagedDirectory() {
    discard();
}

void StagedDirectory::discard() noexcept {
    if (name_.empty()) {
        return;
    }
    try {
        remove_tree(system_, parent_, name_);
    } catch (const Error&) {
        return;  // the next run tries again
    }
}

void StagedDirectory::put(const std::string& target) {
    if (!system_.try_status(parent_, target)) {
        system_.rename(parent_, name_, target);
        name_.clear();
        system_.sync(parent_);
        return;
    }
    try {
        system_.exchange(parent_, name_, target);
    } catch (Error& error) {
        if (error.errno_value() == EINVAL) {
            error.set_hint("this file system cannot exchange two directories: move the old one away first");
        }
        throw;
    }
    system_.sync(parent_);
    // By now the name is the old one's, which goes when this dies; what cannot be removed stays for the next run.
}

}  // namespace bestow::store
