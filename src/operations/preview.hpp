#pragma once
/// `render`: a template as a host would have it, rendered with an operator's key.

#include "operations/open_store.hpp"

#include <string>

namespace bestow::operations {

struct Preview {
    SecretBytes text;
    bool has_password_hash = false;  ///< its salt is the preview's own: on the host the hash differs
};

/// Each encrypted file is opened once. Throws Error(NotFound) with the nearest name, Error(NoIdentity),
/// Error(Authentication).
Preview preview_template(OpenStore& store, const std::string& template_name, const std::string& host_name);

}  // namespace bestow::operations
