#pragma once
/// The last look at a text before it is written: nothing that bestow writes may be lost by writing it. Both throw
/// Error(Failed).

#include "sops/seal_document.hpp"

namespace bestow::sops {

/// The data key opens what was written, and the MAC fits.
void check_written(const std::string& text, Format format, ByteView data_key);

/// The same of what was sealed just now, without opening it again: it says what was sealed, each value in its place.
void check_sealed(const SealedDocument& sealed, Format format);

}  // namespace bestow::sops
