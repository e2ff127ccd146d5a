#pragma once
/// libyaml as a stream of events with byte spans: the only file pair that includes yaml.h. Throws Error(Format) with
/// line and column for whatever libyaml refuses; its messages never quote the text.

#include "document/source_map.hpp"

#include <memory>
#include <string>

namespace bestow::document {

enum class EventType {
    DocumentStart,
    DocumentEnd,
    Scalar,
    Alias,
    MappingStart,
    MappingEnd,
    SequenceStart,
    SequenceEnd,
    StreamEnd,
};

struct Event {
    EventType type = EventType::StreamEnd;
    Style style = Style::Plain;
    std::string text;    ///< a scalar's value, an alias's anchor
    std::string tag;     ///< in its short form, "!!str"; empty when there is none
    std::string anchor;  ///< empty when there is none
    Span span;
};

class EventReader {
  public:
    /// `text` and `map` outlive the reader; `first_byte` skips a byte-order mark.
    EventReader(std::string_view text, std::size_t first_byte, const SourceMap& map);
    ~EventReader();
    EventReader(const EventReader&) = delete;
    EventReader& operator=(const EventReader&) = delete;

    Event next();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace bestow::document
