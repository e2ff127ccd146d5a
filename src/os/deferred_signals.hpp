#pragma once
/// While it lives, signals that would end the process (HUP, INT, QUIT, TERM) wait; they strike when it dies. For work
/// that must tidy up behind itself: declare it before whatever does the tidying.

#include <csignal>

namespace bestow::os {

class DeferredSignals {
  public:
    DeferredSignals() noexcept;
    ~DeferredSignals();
    DeferredSignals(const DeferredSignals&) = delete;
    DeferredSignals& operator=(const DeferredSignals&) = delete;

  private:
    sigset_t old_mask_ = {};
};

}  // namespace bestow::os
