#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace bestow {
namespace {

constexpr std::size_t kMostThreads = 16;

/// What one call shares between its threads.
class Work {
  public:
    Work(std::size_t count, const std::function<void(std::size_t)>& work) : count_(count), work_(work) {}

    void take_part() noexcept {
        for (std::size_t number = next_++; number < count_; number = next_++) {
            try {
                work_(number);
            } catch (...) {
                keep_first(number, std::current_exception());
            }
        }
    }

    void rethrow() const {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

  private:
    void keep_first(std::size_t number, std::exception_ptr failure) noexcept {
        const std::scoped_lock lock(failing_);
        if (!failure_ || number < failed_) {
            failed_ = number;
            failure_ = std::move(failure);
        }
    }

    const std::size_t count_;
    const std::function<void(std::size_t)>& work_;
    std::atomic<std::size_t> next_ = 0;
    std::mutex failing_;
    std::size_t failed_ = 0;
    std::exception_ptr failure_;
};

/// Joins on every way out.
class Helpers {
  public:
    Helpers(Work& work, std::size_t count) {
        threads_.reserve(count);
        try {
            while (threads_.size() < count) {
                threads_.emplace_back([&work] { work.take_part(); });
            }
        } catch (const std::system_error&) {
            return;  // a limit on processes or memory: whoever is there does the work
        }
    }
    ~Helpers() {
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    Helpers(const Helpers&) = delete;
    Helpers& operator=(const Helpers&) = delete;

  private:
    std::vector<std::thread> threads_;
};

}  // namespace

void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work, std::size_t most_threads) {
    const std::size_t processors = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
    const std::size_t threads = std::min({count, most_threads == 0 ? processors : most_threads, kMostThreads});
    Work shared(count, work);
    {
        const Helpers helpers(shared, threads > 1 ? threads - 1 : 0);
        shared.take_part();
    }
    shared.rethrow();
}

}  // namespace bestow
