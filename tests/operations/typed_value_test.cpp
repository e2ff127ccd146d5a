#include "operations/typed_value.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using bestow::as_text;
using bestow::Error;
using bestow::SecretBytes;
using bestow::operations::make_typed_value;
using bestow::operations::parse_value_type;
using bestow::sops::ValueType;

namespace {

std::string stored(const char* text, ValueType type) {
    return std::string(as_text(make_typed_value(SecretBytes::copy_of(text), type).bytes.view()));
}

}  // namespace

TEST_CASE("typed values are stored in SOPS's byte form") {
    CHECK(stored("5", ValueType::Integer) == "5");
    CHECK(stored("-0", ValueType::Integer) == "0");
    CHECK(stored("007", ValueType::Integer) == "7");
    CHECK(stored("true", ValueType::Boolean) == "True");
    CHECK(stored("FALSE", ValueType::Boolean) == "False");
    CHECK(stored("", ValueType::Null).empty());
    CHECK(stored("2.50", ValueType::Float) == "2.5");
    CHECK(stored("1e3", ValueType::Float) == "1000");
    CHECK(stored("5", ValueType::String) == "5");
}

TEST_CASE("what is not of the type is refused without being shown") {
    const std::pair<const char*, ValueType> wrong[] = {
        {"canary", ValueType::Integer},   {"9223372036854775808", ValueType::Integer},
        {"1 canary", ValueType::Integer}, {"canary", ValueType::Boolean},
        {"yes", ValueType::Boolean},      {"canary", ValueType::Float},
        {"nan", ValueType::Float},        {"inf", ValueType::Float},
        {"canary", ValueType::Null},      {"", ValueType::Integer},
        {"", ValueType::Boolean},
    };
    for (const auto& [text, type] : wrong) {
        INFO(text);
        try {
            (void)make_typed_value(SecretBytes::copy_of(text), type);
            FAIL("was taken");
        } catch (const Error& error) {
            CHECK(exit_status(error.kind()) == 2);
            CHECK_THAT(error.full_message() + error.hint(), !Catch::Contains("canary"));
        }
    }
}

TEST_CASE("an unknown type names the nearest one") {
    CHECK(parse_value_type("bool") == ValueType::Boolean);
    CHECK_THROWS_WITH(parse_value_type("sting"), Catch::Contains("string"));
}
