#include "activation/trusted_path.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

#include <deque>

namespace bestow::activation {
namespace {

constexpr unsigned kSticky = 01000;
constexpr unsigned kGroupWrite = 0020;
constexpr unsigned kOtherWrite = 0002;
constexpr int kMaxLinks = 40;
constexpr const char* kHint = "chown it to root and chmod go-w, all the way up";

/// One walk from the root down.
class Walk {
  public:
    Walk(os::System& system, bool follow_links, AlsoTrusted also)
        : system_(system), own_uid_(system.effective_uid()), follow_links_(follow_links), also_(also) {
        start_over();
    }

    void append(const std::string& path) {
        const auto pieces = split(path, '/');
        remaining_.insert(remaining_.begin(), pieces.begin(), pieces.end());
    }

    TrustedDirectory run() {
        while (!remaining_.empty()) {
            const std::string name = std::move(remaining_.front());
            remaining_.pop_front();
            step(name);
        }
        return {std::move(opened_.back()), path()};
    }

  private:
    void start_over() {
        opened_.clear();
        names_.clear();
        opened_.push_back(system_.open_directory("/"));
        check_trust(system_.status(opened_.back().get()), own_uid_, "/");
    }

    [[nodiscard]] std::string path() const { return names_.empty() ? "/" : "/" + join(names_, "/"); }
    [[nodiscard]] std::string path_of(const std::string& name) const {
        return names_.empty() ? "/" + name : path() + "/" + name;
    }

    void step(const std::string& name) {
        if (name.empty() || name == ".") {
            return;
        }
        if (name == "..") {
            if (!names_.empty()) {
                names_.pop_back();
                opened_.pop_back();
            }
            return;
        }
        const auto status = system_.try_status(opened_.back().get(), name);
        if (!status) {
            throw Error(ErrorKind::NotFound, format("there is no directory {}", quoted(path_of(name))));
        }
        if (status->type == os::FileType::Symlink) {
            follow(name, *status);
            return;
        }
        auto opened = system_.try_open_directory_beneath(opened_.back().get(), name);
        if (!opened) {
            throw Error(ErrorKind::NotFound, format("there is no directory {}", quoted(path_of(name))));
        }
        const os::FileStatus opened_status = system_.status(opened->get());
        const bool owner_will_do = also_.any_owner || also_.uid == std::optional(opened_status.uid);
        check_trust(opened_status, owner_will_do ? opened_status.uid : own_uid_, path_of(name));
        opened_.push_back(std::move(*opened));
        names_.push_back(name);
    }

    void follow(const std::string& name, const os::FileStatus& link) {
        if (!follow_links_ || ++links_ > kMaxLinks) {
            throw Error(ErrorKind::Policy, format("{} is a link", quoted(path_of(name))));
        }
        if (link.uid != 0 && link.uid != own_uid_) {
            throw Error(ErrorKind::Policy, format("the link {} is owned by uid {}", quoted(path_of(name)), link.uid),
                        kHint);
        }
        const auto target = system_.try_read_link(opened_.back().get(), name);
        if (!target) {
            throw Error(ErrorKind::NotFound, format("there is no directory {}", quoted(path_of(name))));
        }
        if (!target->empty() && target->front() == '/') {
            start_over();
        }
        append(*target);
    }

    os::System& system_;
    std::uint32_t own_uid_;
    bool follow_links_;
    AlsoTrusted also_;
    int links_ = 0;
    std::deque<std::string> remaining_;
    std::vector<os::UniqueFd> opened_;
    std::vector<std::string> names_;
};

}  // namespace

std::string distrust_of(const os::FileStatus& status, std::uint32_t own_uid) {
    if (status.uid != 0 && status.uid != own_uid) {
        return format("is owned by uid {}", status.uid);
    }
    const bool sticky = status.type == os::FileType::Directory && (status.mode_bits & kSticky) != 0;
    // Whatever the group: with an access control list, these bits show the most that it gives to anybody.
    if (!sticky && (status.mode_bits & (kGroupWrite | kOtherWrite)) != 0) {
        return "can be written by others";
    }
    return {};
}

void check_trust(const os::FileStatus& status, std::uint32_t own_uid, const std::string& path) {
    const std::string reason = distrust_of(status, own_uid);
    if (!reason.empty()) {
        throw Error(ErrorKind::Policy, format("{} {}, so it is not trusted", quoted(path), reason), kHint);
    }
}

TrustedDirectory open_trusted_directory(os::System& system, const std::string& path, AlsoTrusted also) {
    Walk walk(system, true, also);
    walk.append(path);
    if (path.empty() || path.front() != '/') {
        walk.append(system.real_path("."));
    }
    return walk.run();
}

TrustedDirectory open_trusted_without_links(os::System& system, const std::string& path, AlsoTrusted also) {
    Walk walk(system, false, also);
    walk.append(path);
    return walk.run();
}

}  // namespace bestow::activation
