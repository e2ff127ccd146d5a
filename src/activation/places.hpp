#pragma once
/// Where an activation finds and puts things: the machine's, or with `--user` one user's own.

#include "activation/activate.hpp"
#include "policy/host_settings.hpp"

namespace bestow::activation {

/// host.yaml: /etc/bestow/host.yaml, or $XDG_CONFIG_HOME/bestow/host.yaml, or the file that was named. Throws
/// Error(Policy), Error(NotFound) for one that was named.
policy::HostSettings read_settings(os::System& system, const Options& options);

/// --run-dir, else host.yaml's `run_dir`, else /run; with --user $XDG_RUNTIME_DIR, which must be the user's and closed
/// to others. Throws Error(Policy).
std::string run_directory_of(os::System& system, const Options& options, const policy::HostSettings& settings);

/// What is remembered across reboots: /var/lib/bestow, or $XDG_STATE_HOME/bestow; empty, for nothing, with --run-dir.
std::string state_directory_of(os::System& system, const Options& options);

/// The user's identities, in order, beside those that are named; empty for the machine.
std::vector<std::string> users_identities(os::System& system, const Options& options);

/// Runs `action`, and tells why the system may have refused it.
template <typename Action>
auto as_root(os::System& system, const Options& options, Action action) {
    try {
        return action();
    } catch (Error& error) {
        if (error.kind() == ErrorKind::System && system.effective_uid() != 0 && !options.user) {
            error.add_context("this needs root");
        }
        throw;
    }
}

}  // namespace bestow::activation
