#pragma once
/// What bestow does to its own process before it touches a secret.

namespace bestow::os {

/// No core dumps (also none through a core_pattern pipe, which RLIMIT_CORE alone does not stop), no debugger of the
/// same user, memory locked where the limits allow it. Best effort: never fails. The umask stays as it is, since
/// every file that must be private is created with its mode.
void harden_process() noexcept;

}  // namespace bestow::os
