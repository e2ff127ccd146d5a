#pragma once
/// The shortest list of commands that closes exposures.

#include "operations/audit.hpp"

namespace bestow::operations {

/// What the encrypted files of the working tree are.
struct FilesInUse {
    std::set<std::string> drifting;  ///< somebody can read them who may not
    std::set<std::string> age;       ///< age files
};

/// First whoever still reads a file is shut out, then each value is made anew, once: those that bestow makes in one
/// command, the others by hand.
std::vector<std::string> closing_commands(const OpenStore& store, const std::vector<Exposure>& exposures,
                                          const FilesInUse& files);

}  // namespace bestow::operations
