#include "activation/nix_links.hpp"

#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

#include <deque>

namespace bestow::activation {
namespace {

constexpr unsigned kFolderMode = 0755;
constexpr int kMaxLinks = 40;

class FolderWalk {
  public:
    FolderWalk(os::System& system, bool make) : system_(system), own_uid_(system.effective_uid()), make_(make) {
        start_over();
    }

    os::UniqueFd run(const std::string& path) {
        prepend(path);
        while (!remaining_.empty()) {
            const std::string name = std::move(remaining_.front());
            remaining_.pop_front();
            if (name == "..") {
                if (opened_.size() > 1) {
                    opened_.pop_back();
                }
            } else if (!name.empty() && name != ".") {
                step(name);
            }
        }
        return std::move(opened_.back());
    }

  private:
    void start_over() {
        opened_.clear();
        opened_.push_back(system_.open_directory("/"));
    }

    void prepend(const std::string& path) {
        const auto pieces = split(path, '/');
        remaining_.insert(remaining_.begin(), pieces.begin(), pieces.end());
    }

    void step(const std::string& name) {
        const int here = opened_.back().get();
        const auto status = system_.try_status(here, name);
        if (!status) {
            make_folder(here, name);
        } else if (status->type == os::FileType::Symlink) {
            follow(here, name, *status);
            return;
        }
        auto opened = system_.try_open_directory_beneath(here, name);
        if (!opened) {
            throw Error(ErrorKind::NotFound, format("there is no directory {}", quoted(name)));
        }
        opened_.push_back(std::move(*opened));
    }

    void make_folder(int here, const std::string& name) {
        if (!make_) {
            throw Error(ErrorKind::NotFound, format("there is no directory {}", quoted(name)));
        }
        system_.make_directory(here, name, kFolderMode);
        const os::FileStatus parent = system_.status(here);
        const auto made = system_.try_open_directory_beneath(here, name);
        if (made && own_uid_ == 0 && parent.uid != 0) {
            if (system_.status(made->get()).uid != own_uid_ || !system_.list_directory(made->get()).empty()) {
                throw Error(ErrorKind::Policy, format("{} was exchanged while it was made", quoted(name)));
            }
            system_.change_owner(made->get(), parent.uid, parent.gid);
        }
    }

    void follow(int here, const std::string& name, const os::FileStatus& link) {
        if (link.uid != 0 && link.uid != own_uid_) {
            throw Error(ErrorKind::Policy, format("on the way is the link {} of uid {}", quoted(name), link.uid));
        }
        if (++links_ > kMaxLinks) {
            throw Error(ErrorKind::Policy, format("there are too many links on the way to {}", quoted(name)));
        }
        const auto target = system_.try_read_link(here, name);
        if (!target) {
            throw Error(ErrorKind::NotFound, format("there is no directory {}", quoted(name)));
        }
        if (target->starts_with('/')) {
            start_over();
        }
        prepend(*target);
    }

    os::System& system_;
    std::uint32_t own_uid_;
    bool make_;
    int links_ = 0;
    std::deque<std::string> remaining_;
    std::vector<os::UniqueFd> opened_;
};

bool is_right(os::System& system, int folder, const std::string& name, const os::FileStatus& status,
              const delivery::NixLink& link) {
    return system.try_read_link(folder, name) == std::optional(link.target) &&
           (link.owner.uid == delivery::kSameOwner || (status.uid == link.owner.uid && status.gid == link.owner.gid));
}

}  // namespace

os::UniqueFd open_nix_folder(os::System& system, const std::string& path, bool make) {
    return FolderWalk(system, make).run(path);
}

void replace_link(os::System& system, int directory, const std::string& name, const delivery::NixLink& link) {
    const std::string temporary = format(".{}.bestow-new", name);
    if (system.try_status(directory, temporary)) {
        system.remove_file(directory, temporary);
    }
    system.make_link(directory, temporary, link.target);
    if (link.owner.uid != delivery::kSameOwner) {
        system.change_link_owner(directory, temporary, link.owner.uid, link.owner.gid);
    }
    try {
        system.rename(directory, temporary, name);
    } catch (const Error&) {
        system.remove_file(directory, temporary);
        throw;
    }
}

void apply_nix_link(os::System& system, const delivery::NixLink& link) {
    const std::string name = base_name(link.path);
    const os::UniqueFd folder = open_nix_folder(system, parent_of(link.path), true);
    if (const auto status = system.try_status(folder.get(), name)) {
        if (status->type == os::FileType::Symlink && is_right(system, folder.get(), name, *status, link)) {
            return;
        }
        if (status->type == os::FileType::Directory) {
            system.remove_directory(folder.get(), name);
        }
    }
    replace_link(system, folder.get(), name, link);
}

void remove_stale_nix_link(os::System& system, const std::string& path, const std::string& symlink_path) {
    try {
        const os::UniqueFd folder = open_nix_folder(system, parent_of(path), false);
        const auto target = system.try_read_link(folder.get(), base_name(path));
        if (target && target->starts_with(symlink_path + "/")) {
            system.remove_file(folder.get(), base_name(path));
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) {
            throw;
        }
    }
}

}  // namespace bestow::activation
