#pragma once
/// The folders of the person who runs bestow, by the XDG rules: relative values of the variables are ignored.

#include "os/system.hpp"

#include <string>

namespace bestow::operations {

/// Throws Error(Failed) when HOME is not set.
std::string home_folder(os::System& system);
/// $XDG_CONFIG_HOME, else ~/.config.
std::string config_folder(os::System& system);
/// $XDG_STATE_HOME/bestow, else ~/.local/state/bestow.
std::string state_folder(os::System& system);

/// Opens an absolute path as a directory, making what is missing of it with that mode. Links are followed.
os::UniqueFd make_folder(os::System& system, const std::string& path, unsigned mode_bits);

}  // namespace bestow::operations
