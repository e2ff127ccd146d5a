#pragma once
/// age's armor (C2SP age.md, "ASCII armor"): strict PEM without headers, 64 columns, as streams in both directions.

#include "base/byte_stream.hpp"

#include <array>
#include <string>

namespace bestow::codec {

inline constexpr std::string_view kArmorBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
inline constexpr std::string_view kArmorEnd = "-----END AGE ENCRYPTED FILE-----";
/// White space that is taken before and after the armor.
inline constexpr std::size_t kArmorWhiteSpaceBytes = 1024;
inline constexpr std::size_t kArmorBytesPerLine = 48;

/// Whether what comes is armored: white space, then the begin line.
bool starts_with_armor(BufferedSource& source);

/// The bytes inside the armor. read() throws Error(Format) where the armor is malformed; whatever came before that has
/// been given.
class ArmorReader : public Source {
  public:
    explicit ArmorReader(BufferedSource& source) : source_(source) {}
    std::size_t read(ByteSpan out) override;

  private:
    std::string_view next_line();
    void skip_to_begin();
    void decode_next_line();
    void expect_only_white_space();

    BufferedSource& source_;
    bool started_ = false;
    bool ended_ = false;
    std::array<Byte, kArmorBytesPerLine> ready_{};
    std::size_t ready_at_ = 0;
    std::size_t ready_end_ = 0;
    std::size_t line_number_ = 0;
};

/// Armors what is written to it; finish() writes the end line.
class ArmorWriter : public Sink {
  public:
    explicit ArmorWriter(Sink& sink) : sink_(sink) {}
    void write(ByteView bytes) override;
    void finish();

  private:
    void begin();

    Sink& sink_;
    bool begun_ = false;
    std::string lines_;
    std::array<Byte, kArmorBytesPerLine> pending_{};
    std::size_t pending_bytes_ = 0;  ///< less than a line's
};

}  // namespace bestow::codec
