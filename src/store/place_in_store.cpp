#include "store/place_in_store.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

#include <vector>

namespace bestow::store {
namespace {

std::vector<std::string> components_of(std::string_view path) {
    std::vector<std::string> components;
    for (const std::string_view component : split(path, '/')) {
        if (!component.empty() && component != ".") {
            components.emplace_back(component);
        }
    }
    return components;
}

/// Goes down a path, a folder at a time.
class Walk {
  public:
    Walk(os::System& system, const std::string& start) : system_(system) { arrive_at(system.real_path(start)); }

    void enter(const std::string& component) {
        if (!root_) {
            arrive_at(system_.real_path(base_ + "/" + component));
        } else if (component == "..") {
            leave();
        } else {
            inside_.push_back(component);
            enter_inner_store();
        }
    }

    [[nodiscard]] std::optional<PlaceInStore> place_of(const std::string& leaf) const {
        if (!root_) {
            return std::nullopt;
        }
        return PlaceInStore{*root_, inside_.empty() ? leaf : join(inside_, "/") + "/" + leaf};
    }

  private:
    void arrive_at(std::string real) {
        base_ = std::move(real);
        root_ = nearest_store(system_, base_);
        inside_ = root_ ? components_of(std::string_view(base_).substr(root_->size())) : std::vector<std::string>();
    }

    void leave() {
        if (inside_.empty()) {
            arrive_at(parent_of(*root_));
        } else {
            inside_.pop_back();  // a folder, and no link: enter() opened it
        }
    }

    void enter_inner_store() {
        const os::UniqueFd root = system_.open_directory(*root_);
        try {
            const auto folder = system_.try_open_directory_beneath(root.get(), join(inside_, "/"));
            if (folder && system_.try_status(folder->get(), kPolicyFile)) {
                arrive_at(*root_ + "/" + join(inside_, "/"));
            }
        } catch (Error& error) {
            throw error.set_hint("names in a store must not pass through links; write it elsewhere");
        }
    }

    os::System& system_;
    std::string base_;                 ///< real
    std::optional<std::string> root_;  ///< of the store that this is in
    std::vector<std::string> inside_;  ///< folders below that root
};

}  // namespace

std::optional<std::string> nearest_store(os::System& system, const std::string& directory) {
    for (std::string path = directory;; path = parent_of(path)) {
        try {
            const os::UniqueFd opened = system.open_directory(path);
            if (system.try_status(opened.get(), kPolicyFile)) {
                return path;
            }
        } catch (const Error&) {
            return std::nullopt;
        }
        if (path == "/") {
            return std::nullopt;
        }
    }
}

std::optional<PlaceInStore> place_in_store(os::System& system, const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string leaf = slash == std::string::npos ? path : path.substr(slash + 1);
    if (leaf.empty() || leaf == "." || leaf == "..") {
        return std::nullopt;
    }
    Walk walk(system, path.front() == '/' ? "/" : ".");
    for (const std::string& component : components_of(path.substr(0, slash == std::string::npos ? 0 : slash))) {
        walk.enter(component);
    }
    return walk.place_of(leaf);
}

}  // namespace bestow::store
