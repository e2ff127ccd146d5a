#pragma once
/// For deadlines: a clock that nobody sets.

#include <cstdint>
#include <ctime>

namespace bestow::os {

inline std::int64_t monotonic_milliseconds() noexcept {
    timespec time = {};
    (void)::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

}  // namespace bestow::os
