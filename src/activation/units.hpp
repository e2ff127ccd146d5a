#pragma once
/// Tells systemd which units' secrets changed, after the switch. Nothing is waited for: jobs are queued, so that an
/// activation that a boot waits for does not wait for the boot.

#include "delivery/plan.hpp"
#include "os/system.hpp"

namespace bestow::activation {

struct UnitsTold {
    bool by_systemd = false;  ///< false: it does not run here, and nobody was told
    bool all = true;          ///< false: they have to be told again
    std::vector<delivery::Problem> problems;
};

/// Units that run are restarted or reloaded, those that do not are left alone; but of the awaited ones, those are
/// started that somebody wanted to run and that could not: failed ones, ones that an AssertPathExists= held back, and
/// enabled ones that were never started since the machine did. A unit that does not exist is a problem and the others
/// are told; masked ones are left alone. Throws Error when systemd cannot be told.
///
/// `user_runtime`: the user's $XDG_RUNTIME_DIR, to tell his own systemd; empty: the machine's.
UnitsTold tell_units(os::System& system, const delivery::Units& units, const std::string& user_runtime);

struct Options;
/// The same as options want it: nobody is told, or the user's own systemd in a session of his. What goes wrong is a
/// problem.
UnitsTold try_tell_units(os::System& system, const delivery::Units& units, const Options& options);

/// When each unit that is active became so, in seconds since the epoch; the others are left out. Empty where there is
/// no systemd. Throws Error(Failed) with what systemctl said.
std::map<std::string, std::int64_t> running_since(os::System& system, const std::vector<std::string>& units,
                                                  const std::string& user_runtime);

}  // namespace bestow::activation
