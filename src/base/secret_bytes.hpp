#pragma once
/// SecretBytes: the only type that holds plaintext or a private key. Fixed size from birth, move-only, unprintable,
/// in locked memory that is left out of core dumps, wiped when it dies. SecretBuilder grows one from pieces.
///
/// Memory comes from slabs of libsodium's guarded allocator, shared between small secrets: one secret costs its size
/// and not three pages. Different secrets may live and die in different threads (base/parallel.hpp).

#include "base/bytes.hpp"

#include <cstddef>

namespace bestow {

class SecretBytes {
  public:
    SecretBytes() noexcept = default;
    /// Zeroed memory of that many bytes. Throws Error(Failed) when memory is exhausted.
    explicit SecretBytes(std::size_t size_bytes);
    /// A copy, for bytes that come from a library's own buffer; wiping that one is the caller's task.
    static SecretBytes copy_of(ByteView bytes);
    static SecretBytes copy_of(std::string_view text) { return copy_of(as_bytes(text)); }

    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes();

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] ByteView view() const noexcept { return {data_, size_}; }
    [[nodiscard]] ByteSpan writable() noexcept { return {data_, size_}; }
    [[nodiscard]] SecretBytes copy() const { return copy_of(view()); }
    /// Forgets everything past the first `size_bytes`, wiping it. Precondition: size_bytes <= size().
    void truncate(std::size_t size_bytes);

  private:
    Byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// Equal content and size, compared in constant time for equal sizes.
[[nodiscard]] bool equal_constant_time(ByteView a, ByteView b);

/// Collects pieces whose total size is not known beforehand; old storage is wiped as it grows.
class SecretBuilder {
  public:
    void append(ByteView bytes);
    void append(std::string_view text) { append(as_bytes(text)); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] ByteView view() const noexcept { return storage_.view().first(size_); }
    /// The collected bytes; the builder is empty afterwards.
    [[nodiscard]] SecretBytes finish();

  private:
    SecretBytes storage_;
    std::size_t size_ = 0;
};

/// Wipes public-typed memory that held a secret for a moment (a library's buffer, a std::string).
void wipe(ByteSpan bytes) noexcept;
void wipe(std::string& text) noexcept;

/// False once the kernel has refused to lock memory for a secret (RLIMIT_MEMLOCK).
[[nodiscard]] bool secret_memory_is_locked() noexcept;

}  // namespace bestow
