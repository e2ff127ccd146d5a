#pragma once
/// A text in somebody's editor: it lies in a PrivateFolder under a name that tells the editor its kind, and is gone
/// with the session.

#include "base/secret_bytes.hpp"
#include "operations/private_folder.hpp"

#include <string>
#include <vector>

namespace bestow::operations {

class EditorSession {
  public:
    /// `base_name` is the file's name without a folder.
    EditorSession(os::System& system, std::string base_name, ByteView text);

    /// Where the text lies, for the editor's command line.
    [[nodiscard]] std::string path() const { return folder_.path() + "/" + base_name_; }
    /// The text may be written to a swap device while it is edited.
    [[nodiscard]] bool may_swap() const { return folder_.may_swap(); }

    /// Runs the editor once and gives what it left. May be called again: the text is what it was then. Throws
    /// Error(Failed) when the editor fails, or removes the file.
    SecretBytes run(const std::vector<std::string>& command);

  private:
    os::System& system_;
    PrivateFolder folder_;
    std::string base_name_;
};

}  // namespace bestow::operations
