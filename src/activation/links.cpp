#include "activation/links.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::activation {
namespace {

using delivery::LinkStatus;
using delivery::LinkStep;

constexpr unsigned kFolderMode = 0755;
constexpr unsigned kOwnersFolderMode = 0700;

struct LinkPlace {
    std::string folder;
    std::string name;
};

LinkPlace place_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

/// Everything of what somebody else could have put there is shut out: it is root's and empty.
void check_is_new(os::System& system, int folder, const std::string& path) {
    const os::FileStatus status = system.status(folder);
    if (status.uid != system.effective_uid() || !system.list_directory(folder).empty()) {
        throw Error(ErrorKind::Policy, format("{} was exchanged while it was made", quoted(path)));
    }
}

/// A folder in one of the owner's is his, too. It has another name until then, so that a killed run leaves nothing
/// under the right one that he cannot use.
void make_folder_of_owner(os::System& system, int parent, const LinkPlace& place, const delivery::Owner& owner) {
    const std::string temporary = format(".{}.bestow-new", place.name);
    if (system.try_status(parent, temporary)) {
        system.remove_directory(parent, temporary);
    }
    system.make_directory(parent, temporary, kOwnersFolderMode);
    const auto made = system.try_open_directory_beneath(parent, temporary);
    if (!made) {
        throw Error(ErrorKind::Failed,
                    format("{} went away while it was made", quoted(place.folder + "/" + place.name)));
    }
    check_is_new(system, made->get(), place.folder + "/" + place.name);
    system.change_owner(made->get(), owner.uid, owner.gid);
    system.rename(parent, temporary, place.name);
}

/// The folder, with what is missing of it made.
os::UniqueFd make_folder(os::System& system, const std::string& folder, const delivery::Owner& owner) {
    try {
        return open_trusted_without_links(system, folder, {owner.uid}).fd;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) {
            throw;
        }
    }
    const LinkPlace place = place_of(folder);
    const os::UniqueFd parent = make_folder(system, place.folder, owner);
    const std::uint32_t parents_uid = system.status(parent.get()).uid;
    if (parents_uid == owner.uid && parents_uid != system.effective_uid()) {
        make_folder_of_owner(system, parent.get(), place, owner);
    } else {
        system.make_directory(parent.get(), place.name, kFolderMode);
    }
    return open_trusted_without_links(system, folder, {owner.uid}).fd;
}

LinkStatus status_of_missing(os::System& system, const LinkQuestion& question) {
    const bool at_home =
        !question.home.empty() && question.home != "/" && delivery::is_below(question.path, {question.home});
    if (!at_home) {
        return LinkStatus::NoFolder;
    }
    try {
        (void)open_trusted_without_links(system, question.home, question.folder_owner);
        return LinkStatus::NoFolder;
    } catch (const Error& error) {
        return error.kind() == ErrorKind::NotFound ? LinkStatus::NoHome : LinkStatus::Unsafe;
    }
}

LinkStatus status_in(os::System& system, int folder, const std::string& name, const LinkQuestion& question) {
    const auto status = system.try_status(folder, name);
    if (!status) {
        return LinkStatus::Missing;
    }
    if (status->type != os::FileType::Symlink) {
        return status->type == os::FileType::Regular ? LinkStatus::Foreign : LinkStatus::Immovable;
    }
    const auto found = system.try_read_link(folder, name);
    if (found == std::optional(question.target)) {
        return LinkStatus::Right;
    }
    const std::string inside = question.entry_path + "/";
    return found && found->compare(0, inside.size(), inside) == 0 ? LinkStatus::Ours : LinkStatus::Foreign;
}

/// It was seen to be ours; in a folder of its owner's it may have been exchanged since.
void check_still_ours(os::System& system, int folder, const LinkPlace& place, const LinkStep& step) {
    const auto found = system.try_read_link(folder, place.name);
    if (!step.only_into.empty() && !(found && found->starts_with(step.only_into))) {
        throw Error(ErrorKind::Policy, format("{} was exchanged meanwhile; left alone", quoted(step.path)));
    }
}

}  // namespace

LinkStatus observe_link(os::System& system, const LinkQuestion& question) {
    const LinkPlace place = place_of(question.path);
    try {
        const TrustedDirectory folder = open_trusted_without_links(system, place.folder, question.folder_owner);
        return status_in(system, folder.fd.get(), place.name, question);
    } catch (const Error& error) {
        return error.kind() == ErrorKind::NotFound ? status_of_missing(system, question) : LinkStatus::Unsafe;
    }
}

void apply_link(os::System& system, const LinkStep& step) {
    const LinkPlace place = place_of(step.path);
    if (step.action == LinkStep::Action::Remove) {
        AlsoTrusted whose;
        whose.any_owner = true;
        const TrustedDirectory folder = open_trusted_without_links(system, place.folder, whose);
        check_still_ours(system, folder.fd.get(), place, step);
        system.remove_file(folder.fd.get(), place.name);
        return;
    }
    const os::UniqueFd folder = make_folder(system, place.folder, step.owner);
    if (step.action == LinkStep::Action::Make) {  // fails where something has appeared since it was looked at
        system.make_link(folder.get(), place.name, step.target);
        return;
    }
    check_still_ours(system, folder.get(), place, step);
    const std::string temporary = format(".{}.bestow-new", place.name);
    if (system.try_status(folder.get(), temporary)) {
        system.remove_file(folder.get(), temporary);
    }
    system.make_link(folder.get(), temporary, step.target);
    system.rename(folder.get(), temporary, place.name);
}

}  // namespace bestow::activation
