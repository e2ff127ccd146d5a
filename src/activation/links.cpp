#include "activation/links.hpp"

#include "activation/trusted_path.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::activation {
namespace {

using delivery::LinkStatus;
using delivery::LinkStep;

constexpr unsigned kFolderMode = 0755;

struct LinkPlace {
    std::string folder;
    std::string name;
};

LinkPlace place_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

/// The folder, with what is missing of it made.
os::UniqueFd make_folder(os::System& system, const std::string& folder) {
    try {
        return open_trusted_without_links(system, folder).fd;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) {
            throw;
        }
    }
    const LinkPlace above = place_of(folder);
    const os::UniqueFd parent = make_folder(system, above.folder);
    system.make_directory(parent.get(), above.name, kFolderMode);
    return open_trusted_without_links(system, folder).fd;
}

}  // namespace

LinkStatus observe_link(os::System& system, const std::string& path, const std::string& target,
                        const std::string& entry_path) {
    const LinkPlace place = place_of(path);
    try {
        const TrustedDirectory folder = open_trusted_without_links(system, place.folder);
        if (!system.try_status(folder.fd.get(), place.name)) {
            return LinkStatus::Missing;
        }
        const auto found = system.try_read_link(folder.fd.get(), place.name);
        if (!found) {
            return LinkStatus::Foreign;
        }
        if (*found == target) {
            return LinkStatus::Right;
        }
        return found->compare(0, entry_path.size() + 1, entry_path + "/") == 0 ? LinkStatus::Ours : LinkStatus::Foreign;
    } catch (const Error& error) {
        return error.kind() == ErrorKind::NotFound ? LinkStatus::Missing : LinkStatus::Unsafe;
    }
}

void apply_link(os::System& system, const LinkStep& step) {
    const LinkPlace place = place_of(step.path);
    if (step.action == LinkStep::Action::Remove) {
        const TrustedDirectory folder = open_trusted_without_links(system, place.folder);
        system.remove_file(folder.fd.get(), place.name);
        return;
    }
    const os::UniqueFd folder = make_folder(system, place.folder);
    const std::string temporary = format(".{}.bestow-new", place.name);
    if (system.try_status(folder.get(), temporary)) {
        system.remove_file(folder.get(), temporary);
    }
    system.make_link(folder.get(), temporary, step.target);
    system.rename(folder.get(), temporary, place.name);
}

}  // namespace bestow::activation
