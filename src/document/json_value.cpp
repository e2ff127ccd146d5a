#include "document/json_value.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace bestow::document {

struct JsonValue::State {
    nlohmann::ordered_json json;
};

namespace {

/// The library escapes C0 alone; a terminal obeys DEL and C1 too. In JSON they can stand in texts only.
std::string without_terminal_controls(std::string_view json) {
    std::string text;
    text.reserve(json.size());
    for (std::size_t index = 0; index < json.size(); ++index) {
        const auto byte = static_cast<unsigned char>(json[index]);
        const auto next = static_cast<unsigned char>(index + 1 < json.size() ? json[index + 1] : 0);
        if (byte == 0x7f) {
            text += "\\u007f";
        } else if (byte == 0xc2 && next < 0xa0) {
            text += format("\\u{:04x}", next);
            ++index;
        } else {
            text += json[index];
        }
    }
    return text;
}

}  // namespace

JsonValue::JsonValue(std::unique_ptr<State> state) : state_(std::move(state)) {}
JsonValue::JsonValue(const JsonValue& other) : state_(std::make_unique<State>(*other.state_)) {}
JsonValue::JsonValue(JsonValue&&) noexcept = default;
JsonValue& JsonValue::operator=(JsonValue other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}
JsonValue::~JsonValue() = default;

JsonValue JsonValue::object() {
    return JsonValue(std::make_unique<State>(State{nlohmann::ordered_json::object()}));
}
JsonValue JsonValue::array() {
    return JsonValue(std::make_unique<State>(State{nlohmann::ordered_json::array()}));
}
JsonValue JsonValue::text(std::string_view value) {
    return JsonValue(std::make_unique<State>(State{std::string(value)}));
}
JsonValue JsonValue::number(std::int64_t value) {
    return JsonValue(std::make_unique<State>(State{value}));
}
JsonValue JsonValue::boolean(bool value) {
    return JsonValue(std::make_unique<State>(State{value}));
}
JsonValue JsonValue::null() {
    return JsonValue(std::make_unique<State>(State{nullptr}));
}

JsonValue JsonValue::texts(const std::vector<std::string>& values) {
    JsonValue list = array();
    for (const std::string& value : values) {
        list.append(text(value));
    }
    return list;
}

JsonValue& JsonValue::set(std::string_view key, JsonValue value) {
    require(state_->json.is_object(), "a member is set in a JSON object");
    state_->json[std::string(key)] = std::move(value.state_->json);
    return *this;
}

JsonValue& JsonValue::append(JsonValue value) {
    require(state_->json.is_array(), "an item is appended to a JSON array");
    state_->json.push_back(std::move(value.state_->json));
    return *this;
}

std::string JsonValue::dump() const {
    return without_terminal_controls(
        state_->json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace bestow::document
