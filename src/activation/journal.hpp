#pragma once
/// An entry in systemd's journal for every secret that an activation added, changed, removed or could not deliver, in
/// its native protocol, so that they can be searched by field: BESTOW_SECRET, BESTOW_CHANGE, BESTOW_HOST,
/// BESTOW_DIRECTORY, BESTOW_GENERATION, BESTOW_COMMIT. Never a value. Silently nothing where there is no journal.

#include "activation/activate.hpp"

namespace bestow::activation {

void write_journal(os::System& system, const Report& report);

}  // namespace bestow::activation
