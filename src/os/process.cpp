#include "os/process.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define BESTOW_UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BESTOW_UNDER_SANITIZER 1
#endif
#endif

namespace bestow::os {

#ifndef BESTOW_UNDER_SANITIZER
namespace {

/// Documents are read, edited and written as a whole: growing texts and lists stay in one heap, where their old room is
/// used again, rather than each being mapped, cleared and given back.
void keep_memory_in_one_heap() noexcept {
    constexpr int most_bytes = 32 * 1024 * 1024;  // glibc takes no more
    (void)::mallopt(M_MMAP_THRESHOLD, most_bytes);
    (void)::mallopt(M_TRIM_THRESHOLD, most_bytes);
    constexpr int step_bytes = 1024 * 1024;
    (void)::mallopt(M_TOP_PAD, step_bytes);
}

}  // namespace
#endif

void harden_process() noexcept {
#ifndef BESTOW_UNDER_SANITIZER  // the leak check attaches to its own process, and locks terabytes of shadow
    keep_memory_in_one_heap();
    (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit no_core = {0, 0};
    (void)::setrlimit(RLIMIT_CORE, &no_core);
    // Under a limit, MCL_FUTURE would make every later allocation above it fail: then only SecretBytes is locked.
    rlimit locked = {0, 0};
    const bool unlimited = ::getrlimit(RLIMIT_MEMLOCK, &locked) == 0 && locked.rlim_cur == RLIM_INFINITY;
    if (unlimited || (::geteuid() == 0 && ::prctl(PR_CAPBSET_READ, 14 /* CAP_IPC_LOCK */, 0, 0, 0) == 1)) {
        (void)::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    }
#endif
}

}  // namespace bestow::os
