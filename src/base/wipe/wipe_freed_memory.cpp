/// Linked into the program, not into the library: every block that C++ code frees is wiped first, so that copies made
/// by parsers and by std::string do not outlive their owner in the heap. C allocations are out of its reach. Measured
/// at about one per cent of a 200-key document's parsing time.

#include <cstdlib>
#include <new>

#include <malloc.h>
#include <string.h>

namespace {

void wipe_and_free(void* memory) noexcept {
    if (memory != nullptr) {
        explicit_bzero(memory, malloc_usable_size(memory));
        std::free(memory);
    }
}

}  // namespace

void operator delete(void* memory) noexcept {
    wipe_and_free(memory);
}
void operator delete[](void* memory) noexcept {
    wipe_and_free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    wipe_and_free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    wipe_and_free(memory);
}
