#include "base/secret_bytes.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>

#include <sodium.h>

namespace bestow {
namespace {

constexpr std::size_t kFirstSlabBytes = std::size_t{16} * 1024;  // most runs have few secrets, and locking costs
constexpr std::size_t kLargestSlabBytes = std::size_t{256} * 1024;
constexpr std::size_t kSmallestBlock = 32;
constexpr std::size_t kSizeClasses = 10;  // 32, 64, ... 16384; larger blocks are allocated on their own

std::atomic<bool> every_block_is_locked = true;

Byte* allocate_guarded(std::size_t size_bytes) {
    static const int ready = sodium_init();
    require(ready >= 0, "libsodium initialises");
    void* const memory = sodium_malloc(size_bytes);
    if (memory == nullptr) {
        throw Error(ErrorKind::Failed, "out of memory for secrets");
    }
    // sodium_malloc keeps quiet when the kernel refuses the lock; asking again tells.
    if (sodium_mlock(memory, size_bytes) != 0) {
        every_block_is_locked = false;
    }
    return static_cast<Byte*>(memory);
}

/// Free lists by power-of-two size, fed from slabs that live until the process ends.
class SmallBlocks {
  public:
    Byte* take(std::size_t size_class) {
        const std::scoped_lock lock(mutex_);
        if (free_.at(size_class).empty()) {
            add_slab(size_class);
        }
        Byte* const block = free_.at(size_class).back();
        free_.at(size_class).pop_back();
        return block;
    }

    void give_back(std::size_t size_class, Byte* block) noexcept {
        const std::scoped_lock lock(mutex_);
        free_.at(size_class).push_back(block);
    }

  private:
    void add_slab(std::size_t size_class) {
        const std::size_t block_bytes = kSmallestBlock << size_class;
        const std::size_t have_bytes = total_.at(size_class) * block_bytes;
        const std::size_t slab_bytes = std::clamp(have_bytes, kFirstSlabBytes, kLargestSlabBytes);
        Byte* const slab = allocate_guarded(slab_bytes);
        const std::size_t count = slab_bytes / block_bytes;
        // Room for every block that exists, so that giving one back never allocates.
        total_.at(size_class) += count;
        free_.at(size_class).reserve(total_.at(size_class));
        for (std::size_t index = count; index > 0; --index) {
            free_.at(size_class).push_back(slab + (index - 1) * block_bytes);
        }
    }

    std::mutex mutex_;
    std::array<std::vector<Byte*>, kSizeClasses> free_;
    std::array<std::size_t, kSizeClasses> total_{};
};

SmallBlocks& small_blocks() {
    // Never destroyed: secrets of static lifetime may die after it otherwise.
    static auto* const blocks = new SmallBlocks;
    return *blocks;
}

std::size_t size_class_of(std::size_t size_bytes) {
    std::size_t size_class = 0;
    while ((kSmallestBlock << size_class) < size_bytes) {
        ++size_class;
    }
    return size_class;
}

}  // namespace

SecretBytes::SecretBytes(std::size_t size_bytes) : size_(size_bytes), capacity_(size_bytes) {
    if (size_bytes == 0) {
        return;
    }
    const std::size_t size_class = size_class_of(size_bytes);
    data_ = size_class < kSizeClasses ? small_blocks().take(size_class) : allocate_guarded(size_bytes);
    std::memset(data_, 0, size_bytes);
}

SecretBytes SecretBytes::copy_of(ByteView bytes) {
    SecretBytes copy(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.data_);
    return copy;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
}

SecretBytes::~SecretBytes() {
    if (data_ == nullptr) {
        return;
    }
    const std::size_t size_class = size_class_of(capacity_);
    if (size_class < kSizeClasses) {
        sodium_memzero(data_, capacity_);
        small_blocks().give_back(size_class, data_);
    } else {
        sodium_free(data_);  // wipes
    }
}

void SecretBytes::truncate(std::size_t size_bytes) {
    require(size_bytes <= size_, "a secret only shrinks");
    if (size_bytes < size_) {
        sodium_memzero(data_ + size_bytes, size_ - size_bytes);
    }
    size_ = size_bytes;
}

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

void SecretBuilder::append(ByteView bytes) {
    if (bytes.empty()) {
        return;
    }
    if (size_ + bytes.size() > storage_.size()) {
        SecretBytes larger(std::max(size_ + bytes.size(), storage_.size() * 2));
        std::copy_n(storage_.view().begin(), size_, larger.writable().begin());
        storage_ = std::move(larger);
    }
    std::copy(bytes.begin(), bytes.end(), storage_.writable().subspan(size_).begin());
    size_ += bytes.size();
}

SecretBytes SecretBuilder::finish() {
    storage_.truncate(std::exchange(size_, 0));
    return std::exchange(storage_, SecretBytes());
}

void wipe(ByteSpan bytes) noexcept {
    sodium_memzero(bytes.data(), bytes.size());
}

void wipe(std::string& text) noexcept {
    sodium_memzero(text.data(), text.size());
    text.clear();
}

bool secret_memory_is_locked() noexcept {
    return every_block_is_locked;
}

}  // namespace bestow
