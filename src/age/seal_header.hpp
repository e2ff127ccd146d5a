#pragma once
/// A new file's key, wrapped for everybody who shall have it.

#include "age/age.hpp"

namespace bestow::age {

struct SealedHeader {
    SecretBytes file_key;
    std::string text;  ///< the header, through the LF after its MAC
};

/// Throws Error(Usage) for no recipients or a passphrase in company.
SealedHeader seal_header(const Recipients& recipients);

}  // namespace bestow::age
