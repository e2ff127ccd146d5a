#include "os/deferred_signals.hpp"

#include <initializer_list>

namespace bestow::os {

DeferredSignals::DeferredSignals() noexcept {
    sigset_t deferred;
    (void)::sigemptyset(&deferred);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) {
        (void)::sigaddset(&deferred, signal);
    }
    (void)::sigprocmask(SIG_BLOCK, &deferred, &old_mask_);
}

DeferredSignals::~DeferredSignals() {
    (void)::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

}  // namespace bestow::os
