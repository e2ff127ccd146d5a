#pragma once
/// Links outside RUN, where host.yaml allows them: what lies there now, and making and removing them one rename at a
/// time. No folder on the way may be a link or writable by others.

#include "delivery/plan.hpp"
#include "os/system.hpp"

namespace bestow::activation {

/// `entry_path`: "/run/secrets", whatever leads below it is ours.
delivery::LinkStatus observe_link(os::System& system, const std::string& path, const std::string& target,
                                  const std::string& entry_path);

/// Missing folders are made, 0755.
void apply_link(os::System& system, const delivery::LinkStep& step);

}  // namespace bestow::activation
