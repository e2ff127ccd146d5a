#pragma once
/// The operator's editor, told to keep no copies of its own: swap, backup and undo files, histories and sessions of
/// vim, neovim, emacs and nano would hold plaintext where it stays.

#include "os/system.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

struct EditorCommand {
    std::vector<std::string> words;
    std::string name;            ///< of the program, for messages
    bool keeps_nothing = false;  ///< it is one of those that were told so
};

/// The command line for editing `path` with $VISUAL, $EDITOR or vi, as git splits it: by a shell only when it holds
/// characters of a shell's. `vi` and other links are looked through to see which editor it is.
EditorCommand editor_command(os::System& system, const std::string& path);

/// The same for an editor whose words are there already.
EditorCommand editor_command_of(os::System& system, std::vector<std::string> words, const std::string& path);

}  // namespace bestow::operations
