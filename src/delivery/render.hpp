#pragma once
/// Templates to bytes: placeholders are replaced in one pass, a value is never scanned for placeholders.

#include "delivery/manifest.hpp"

namespace bestow::delivery {

/// The value of a secret by name, or nullptr when it is not to be had (then render throws Error(NotFound)).
using ValueLookup = std::function<const SecretBytes*(const std::string& name)>;

/// `salt_key` keys the salts of password hash filters: an HMAC over template input, filter and value, so that output is
/// stable on one host and equal on no two.
SecretBytes render(const ManifestTemplate& rendered, const Manifest& manifest, const ValueLookup& values,
                   ByteView salt_key);

}  // namespace bestow::delivery
