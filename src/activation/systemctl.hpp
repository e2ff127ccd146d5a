#pragma once
/// Telling systemd about units whose secrets changed.

#include "os/system.hpp"

#include <string>
#include <vector>

namespace bestow::activation {

/// `systemctl --no-block VERB UNITS...`, looked up in PATH; nothing for no units. Never waits for a job: whoever runs
/// before sysinit.target would wait for ever. Throws Error(Failed) when it fails, Error(System) when it cannot be run.
void call_systemctl(os::System& system, const std::string& verb, const std::vector<std::string>& units);

}  // namespace bestow::activation
