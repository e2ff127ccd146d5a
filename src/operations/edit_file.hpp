#pragma once
/// `edit`: a whole document in the operator's editor. The plaintext exists in locked memory and in a PrivateFolder.

#include "operations/working_files.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bestow::operations {

struct EditRequest {
    std::string file;  ///< relative to the store
    Confirmation confirmation;
    /// Told before the editor starts: swap, and an editor that may keep copies.
    std::function<void(const std::string& warning)> warn;
    /// Shows why the text was not taken and asks whether to go on editing; false when nobody can be asked.
    std::function<bool(const Error& why)> edit_again;
};

enum class EditOutcome { Unchanged, Written };

/// Opens the file in $VISUAL, $EDITOR or vi. A text that is not taken (syntax, somebody else's change meanwhile, a full
/// disk) goes back to the editor. Throws when the editor fails or `edit_again` says no; nothing is changed then.
/// `store` was opened for reading: its lock is taken when the editor is done, and its policy is read again.
EditOutcome edit_file(OpenStore& store, const EditRequest& request);

}  // namespace bestow::operations
