#pragma once
/// Between reading and writing, commands ask and generators run, and neither git nor an editor knows of the store's
/// lock. So right before anything is written, what it was made from is looked at again: nothing that came meanwhile is
/// overwritten, and nobody whom it took out comes back.

#include "operations/open_store.hpp"

#include <string>

namespace bestow::operations {

/// Throws Error(Failed) where the file's text is another one now; empty stands for a file that is not there.
void expect_unchanged(const OpenStore& store, const std::string& file, const std::string& as_read);

/// The same for every file that the policy was read from, and for the patterns of its `include`.
void expect_policy_unchanged(const OpenStore& store);

}  // namespace bestow::operations
