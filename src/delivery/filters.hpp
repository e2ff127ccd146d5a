#pragma once
/// What may follow a '|' in a placeholder. Each takes a value and gives a new one; intermediate results stay secret.

#include "base/secret_bytes.hpp"
#include "policy/template_text.hpp"

#include <string>

namespace bestow::delivery {

/// What salts of password hashes depend on, besides the filter and the value.
struct SaltSource {
    ByteView key;              ///< the host's own
    std::string_view subject;  ///< the secret's name
};

/// base64, hex, json (a quoted JSON string), shell (one POSIX word), urlencode (RFC 3986 unreserved characters stay),
/// trim (white space at both ends), indent(n) (every line but the first, empty ones excepted), sha512crypt, yescrypt,
/// bcrypt. Throws Error(Format) for a value that the filter cannot express (json: not UTF-8; shell: a NUL byte).
SecretBytes apply_filter(const policy::Filter& filter, ByteView value, const SaltSource& salt);

}  // namespace bestow::delivery
