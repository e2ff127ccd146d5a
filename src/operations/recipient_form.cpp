#include "operations/recipient_form.hpp"

#include "age/age.hpp"
#include "base/error.hpp"

namespace bestow::operations {

std::string canonical_recipient(const std::string& recipient) {
    if (!recipient.starts_with("ssh-")) {
        return recipient;  // in normal form already, or no recipient that bestow knows
    }
    try {
        return age::recipient_as_x25519(recipient);
    } catch (const Error&) {
        return recipient;
    }
}

}  // namespace bestow::operations
