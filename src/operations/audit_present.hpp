#pragma once
/// What an audit has to say of the store as it is now, whatever its history: values that nobody could look at, and what
/// a key still reads by right.

#include "operations/audit.hpp"

namespace bestow::operations {

/// Declared values that are not in use as ciphertext: their file is missing, in the clear, or cannot be read.
std::vector<history::Unreadable> unread_files(const OpenStore& store, const AuditRequest& request);

/// The declared secrets that the present policy lets these keys read, in any of their forms.
std::vector<EntitledNow> entitled_now(const OpenStore& store, const std::set<std::string>& keys);

}  // namespace bestow::operations
