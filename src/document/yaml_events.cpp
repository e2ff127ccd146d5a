#include "document/yaml_events.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <utility>

#include <yaml.h>

namespace bestow::document {
namespace {

constexpr std::string_view kCorePrefix = "tag:yaml.org,2002:";

std::string to_string(const yaml_char_t* text) {
    return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

std::string short_tag(const yaml_char_t* tag) {
    std::string text = to_string(tag);
    if (text.rfind(kCorePrefix, 0) == 0) {
        text.replace(0, kCorePrefix.size(), "!!");
    }
    return text == "!" ? std::string() : text;
}

Style scalar_style(yaml_scalar_style_t style) {
    switch (style) {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE:
            return Style::SingleQuoted;
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
            return Style::DoubleQuoted;
        case YAML_LITERAL_SCALAR_STYLE:
            return Style::Literal;
        case YAML_FOLDED_SCALAR_STYLE:
            return Style::Folded;
        default:
            return Style::Plain;
    }
}

/// Frees the event whatever happens while it is being copied.
struct EventOwner {
    yaml_event_t event{};
    EventOwner() = default;
    EventOwner(const EventOwner&) = delete;
    EventOwner& operator=(const EventOwner&) = delete;
    ~EventOwner() { yaml_event_delete(&event); }
};

void copy_scalar(const yaml_event_t& from, Event& to) {
    const auto& scalar = from.data.scalar;
    to.type = EventType::Scalar;
    to.style = scalar_style(scalar.style);
    to.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    to.tag = short_tag(scalar.tag);
    // A lone "!" means "not plain": the string as it stands.
    if (scalar.tag != nullptr && to.tag.empty()) {
        to.tag = "!!str";
    }
    to.anchor = to_string(scalar.anchor);
}

void copy_collection(const yaml_event_t& from, Event& to) {
    if (from.type == YAML_MAPPING_START_EVENT) {
        const auto& mapping = from.data.mapping_start;
        to.type = EventType::MappingStart;
        to.style = mapping.style == YAML_FLOW_MAPPING_STYLE ? Style::Flow : Style::Block;
        to.tag = short_tag(mapping.tag);
        to.anchor = to_string(mapping.anchor);
    } else {
        const auto& sequence = from.data.sequence_start;
        to.type = EventType::SequenceStart;
        to.style = sequence.style == YAML_FLOW_SEQUENCE_STYLE ? Style::Flow : Style::Block;
        to.tag = short_tag(sequence.tag);
        to.anchor = to_string(sequence.anchor);
    }
}

/// False for events that say nothing about content.
bool copy_event(const yaml_event_t& from, Event& to) {
    switch (from.type) {
        case YAML_SCALAR_EVENT:
            copy_scalar(from, to);
            return true;
        case YAML_MAPPING_START_EVENT:
        case YAML_SEQUENCE_START_EVENT:
            copy_collection(from, to);
            return true;
        case YAML_ALIAS_EVENT:
            to.type = EventType::Alias;
            to.text = to_string(from.data.alias.anchor);
            return true;
        case YAML_MAPPING_END_EVENT:
            to.type = EventType::MappingEnd;
            return true;
        case YAML_SEQUENCE_END_EVENT:
            to.type = EventType::SequenceEnd;
            return true;
        case YAML_DOCUMENT_START_EVENT:
            to.type = EventType::DocumentStart;
            return true;
        case YAML_DOCUMENT_END_EVENT:
            to.type = EventType::DocumentEnd;
            return true;
        case YAML_STREAM_END_EVENT:
            to.type = EventType::StreamEnd;
            return true;
        default:
            return false;
    }
}

}  // namespace

struct EventReader::State {
    yaml_parser_t parser{};
    std::string_view text;
    std::size_t first_byte = 0;
    const SourceMap& map;

    [[noreturn]] void fail() const {
        const std::string problem = parser.problem != nullptr ? parser.problem : "malformed YAML";
        const std::size_t byte = parser.error == YAML_READER_ERROR ? first_byte + parser.problem_offset
                                                                   : map.byte_of(parser.problem_mark.index);
        if (parser.error == YAML_MEMORY_ERROR) {
            throw Error(ErrorKind::Failed, "out of memory while reading YAML");
        }
        const Position at = map.position_of(byte);
        throw Error(ErrorKind::Format, format("line {}, column {}: {}", at.line, at.column, problem));
    }
};

EventReader::EventReader(std::string_view text, std::size_t first_byte, const SourceMap& map)
    : state_(new State{{}, text, first_byte, map}) {
    if (yaml_parser_initialize(&state_->parser) == 0) {
        throw Error(ErrorKind::Failed, "out of memory while reading YAML");
    }
    const std::string_view content = text.substr(first_byte);
    yaml_parser_set_encoding(&state_->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&state_->parser, reinterpret_cast<const unsigned char*>(content.data()),
                                 content.size());
}

EventReader::~EventReader() {
    yaml_parser_delete(&state_->parser);
}

Event EventReader::next() {
    for (;;) {
        EventOwner owner;
        if (yaml_parser_parse(&state_->parser, &owner.event) == 0) {
            state_->fail();
        }
        Event event;
        if (!copy_event(owner.event, event)) {
            continue;
        }
        event.span = {state_->map.byte_of(owner.event.start_mark.index),
                      state_->map.byte_of(owner.event.end_mark.index)};
        return event;
    }
}

}  // namespace bestow::document
