#pragma once
/// JSON for output: what --json prints. Keeps the order of insertion; text that is not UTF-8 is replaced, never thrown
/// at.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bestow::document {

class JsonValue {
  public:
    static JsonValue object();
    static JsonValue array();
    static JsonValue text(std::string_view value);
    static JsonValue number(std::int64_t value);
    static JsonValue boolean(bool value);
    static JsonValue null();
    static JsonValue texts(const std::vector<std::string>& values);

    JsonValue(const JsonValue&);
    JsonValue(JsonValue&&) noexcept;
    JsonValue& operator=(JsonValue) noexcept;
    ~JsonValue();

    /// Precondition: an object. Returns *this.
    JsonValue& set(std::string_view key, JsonValue value);
    /// Precondition: an array. Returns *this.
    JsonValue& append(JsonValue value);
    /// Two-space indentation, no final newline.
    [[nodiscard]] std::string dump() const;

  private:
    struct State;
    explicit JsonValue(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace bestow::document
