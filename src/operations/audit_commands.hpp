#pragma once
/// The shortest list of commands that closes exposures.

#include "operations/audit.hpp"

#include <map>

namespace bestow::operations {

/// What the encrypted files of the working tree are.
struct FilesInUse {
    std::set<std::string> drifting;  ///< somebody can read them who may not
    std::set<std::string> age;       ///< age files
    /// Keys that are not age's and can read a file, as they are shown ("pgp FINGERPRINT"): only sops takes them out.
    std::map<std::string, std::set<std::string>> foreign_keys;
};

/// First whoever still reads a file is shut out, and files that nothing is delivered from go; then each value is made
/// anew, once: those that bestow makes together, the others by hand. What a rotation kept goes instead.
std::vector<std::string> closing_commands(const OpenStore& store, const std::vector<Exposure>& exposures,
                                          const FilesInUse& files);

}  // namespace bestow::operations
