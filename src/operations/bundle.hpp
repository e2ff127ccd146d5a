#pragma once
/// A bundle: what one host needs and no more, as a directory with manifest.json and that host's encrypted files under
/// their names in the store. Made without any key.

#include "delivery/manifest.hpp"
#include "operations/check.hpp"
#include "operations/due.hpp"
#include "operations/open_store.hpp"

#include <map>
#include <string>
#include <vector>

namespace bestow::operations {

struct Bundle {
    delivery::Manifest manifest;
    std::map<std::string, std::string> files;  ///< manifest.json and the encrypted ones
};

/// Throws Error(Failed) for a file that the host cannot open, that others than the policy's readers can, or that lacks
/// a value: one finding a line, and in the hint what to do. The bundle knows of no commit yet. `due_dates`: when the
/// values came that a host is to say of when they are due, which it cannot ask git.
Bundle make_bundle(const OpenStore& store, const policy::Host& host, DueDates& due_dates);

/// Gives it the commit that it was made from. The same commit makes the same bytes, where as much of its history is
/// at hand.
void set_provenance(Bundle& bundle, const delivery::Provenance& provenance);

/// For many bundles below one directory, which is made when only it is missing.
void make_output_directory(os::System& system, const std::string& directory);

/// Writes it as `directory`, at one instant: an older bundle there is exchanged for it. False when the very same was
/// there. Throws Error(Failed) when anything but a bundle is there.
bool write_bundle(os::System& system, const Bundle& bundle, const std::string& directory);

}  // namespace bestow::operations
