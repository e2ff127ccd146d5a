#pragma once
/// The one place with threads: pure work on every processor at once, for as long as one call takes. Between calls there
/// is one thread. What runs here has no effects; of what is shared, SecretBytes' memory and age's known recipients are
/// safe, everything else is read only or belongs to one call of `work`.

#include <cstddef>
#include <functional>

namespace bestow {

/// Calls work(0) to work(count - 1), each once, in no order, on up to `most_threads` threads (0: one a processor).
/// Returns when all are done. Rethrows what the first failed one in order of numbers threw; the others are done all the
/// same. Where the system gives no more threads, fewer do it.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work, std::size_t most_threads = 0);

}  // namespace bestow
