#pragma once
/// Where bytes come from and where they go, for formats that work in constant memory.

#include "base/bytes.hpp"

#include <optional>

namespace bestow {

class Source {
  public:
    virtual ~Source() = default;
    /// Fills some of `out` and gives how much; 0 at the end only.
    virtual std::size_t read(ByteSpan out) = 0;
    /// Fills all of `out` unless the end comes first.
    std::size_t read_full(ByteSpan out);
};

class Sink {
  public:
    virtual ~Sink() = default;
    virtual void write(ByteView bytes) = 0;
};

/// Borrowed bytes as a source.
class MemorySource : public Source {
  public:
    explicit MemorySource(ByteView bytes) : rest_(bytes) {}
    std::size_t read(ByteSpan out) override;

  private:
    ByteView rest_;
};

/// Collects public bytes.
class MemorySink : public Sink {
  public:
    void write(ByteView bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    Bytes take() { return std::move(bytes_); }

  private:
    Bytes bytes_;
};

/// Reads ahead, to look at what comes and to read whole lines. Not for secrets: its buffer is ordinary memory.
class BufferedSource : public Source {
  public:
    explicit BufferedSource(Source& source, std::size_t buffer_bytes = std::size_t{64} * 1024);

    std::size_t read(ByteSpan out) override;
    /// The next bytes without taking them: `count` of them, or fewer when the end is near. Precondition: count is not
    /// above the buffer's size.
    ByteView peek(std::size_t count);
    /// The next line with its LF, or without one at the end; nullopt at the end, and for a line above `limit_bytes`,
    /// which `too_long` then tells. Valid until the next call.
    std::optional<std::string_view> read_line(std::size_t limit_bytes);
    [[nodiscard]] bool line_too_long() const { return line_too_long_; }

  private:
    bool refill();

    Source& source_;
    Bytes buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string line_;
    bool line_too_long_ = false;
};

}  // namespace bestow
