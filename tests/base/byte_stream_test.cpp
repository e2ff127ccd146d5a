#include "base/byte_stream.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace bestow;

namespace {

/// Gives at most that many bytes a call, as pipes do.
class Dripping : public Source {
  public:
    Dripping(std::string_view text, std::size_t at_most) : memory_(as_bytes(text)), at_most_(at_most) {}
    std::size_t read(ByteSpan out) override { return memory_.read(out.first(std::min(out.size(), at_most_))); }

  private:
    MemorySource memory_;
    std::size_t at_most_;
};

std::string rest_of(Source& source) {
    Bytes bytes(1000);
    bytes.resize(source.read_full(bytes));
    return to_text(bytes);
}

}  // namespace

TEST_CASE("a buffered source gives lines, looks ahead and the rest, however its bytes arrive") {
    const std::size_t at_most = GENERATE(1, 2, 3, 7, 100);
    const std::size_t buffer = GENERATE(4, 5, 64);
    Dripping dripping("one\n\ntwo\r\nthree", at_most);
    BufferedSource source(dripping, buffer);
    CHECK(as_text(source.peek(3)) == "one");
    CHECK(source.read_line(100) == "one\n");
    CHECK(source.read_line(100) == "\n");
    CHECK(as_text(source.peek(4)) == "two\r");
    CHECK(source.read_line(100) == "two\r\n");
    CHECK(rest_of(source) == "three");
    CHECK(source.peek(4).empty());
    CHECK_FALSE(source.read_line(100));
}

TEST_CASE("a buffered source gives a last line without LF, and tells a line that is too long") {
    Dripping dripping("last", 2);
    BufferedSource source(dripping, 4);
    CHECK(source.read_line(4) == "last");
    CHECK_FALSE(source.read_line(4));
    CHECK_FALSE(source.line_too_long());
    Dripping longer("12345\n", 2);
    BufferedSource limited(longer, 4);
    CHECK_FALSE(limited.read_line(5));
    CHECK(limited.line_too_long());
}

TEST_CASE("reading full stops at the end only") {
    Dripping dripping("abcdef", 1);
    Bytes four(4);
    CHECK(dripping.read_full(four) == 4);
    CHECK(dripping.read_full(four) == 2);
    CHECK(dripping.read_full(four) == 0);
}
