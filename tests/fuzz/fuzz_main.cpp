#include "fuzz/targets.hpp"

// One program a target: BESTOW_FUZZ_TARGET is its function.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bestow::fuzz::BESTOW_FUZZ_TARGET({data, size});
    return 0;
}
