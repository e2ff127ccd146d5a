#pragma once
/// Links outside RUN, where host.yaml allows them: what lies there now, and making and removing them one rename at a
/// time. No folder on the way may be a link, or writable by others than root and the secret's owner.

#include "activation/trusted_path.hpp"
#include "delivery/plan.hpp"
#include "os/system.hpp"

namespace bestow::activation {

/// A link that is wanted, or one that an earlier run made.
struct LinkQuestion {
    std::string path;
    std::string target;      ///< where it is to lead; empty for one that is to go
    std::string home;        ///< its owner's home directory, or empty
    std::string entry_path;  ///< "/run/secrets": whatever leads below it is ours
    AlsoTrusted folder_owner;
};

delivery::LinkStatus observe_link(os::System& system, const LinkQuestion& question);

/// Missing folders are made: root's, 0755; in a folder of the owner's they are his, 0700.
void apply_link(os::System& system, const delivery::LinkStep& step);

}  // namespace bestow::activation
