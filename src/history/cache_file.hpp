#pragma once
/// Where what is known of a history lies between runs: bestow/ below the directory that all work trees of a repository
/// share, readable by its owner alone. A file that is damaged, or that somebody else could have written, is as none.

#include "history/known.hpp"
#include "history/repository.hpp"

namespace bestow::history {

std::optional<Known> load_known(os::System& system, const Repository& repository);
/// Best effort: where nothing can be written, the next run reads everything again.
void save_known(os::System& system, const Repository& repository, const Known& known);

}  // namespace bestow::history
