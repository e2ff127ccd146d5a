#include "cli/generated_output.hpp"

#include "base/format.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "document/json_value.hpp"

#include <iostream>

namespace bestow::cli {
namespace {

using document::JsonValue;

constexpr int kFailed = 1;
constexpr int kPartial = 4;

JsonValue text_or_null(const std::string& text) {
    return text.empty() ? JsonValue::null() : JsonValue::text(text);
}

void print_json(const operations::GenerateResult& result) {
    JsonValue list = JsonValue::array();
    for (const operations::GeneratedValue& one : result.made) {
        list.append(
            JsonValue::object()
                .set("name", JsonValue::text(one.source->secret->name))
                .set("variant", text_or_null(one.source->variant))
                .set("file", JsonValue::text(one.source->file))
                .set("key", JsonValue::text(document::to_text(one.source->key)))
                .set("value", JsonValue::boolean(one.value))
                .set("public", text_or_null(one.public_file))
                .set("makes", one.derivation ? JsonValue::text(one.derivation->what) : JsonValue::null())
                .set("goes_to", one.derivation ? JsonValue::texts(one.derivation->readers) : JsonValue::null()));
    }
    std::cout << JsonValue::object()
                     .set("made", list)
                     .set("problems", JsonValue::texts(result.problems))
                     .set("exchanged", JsonValue::texts(result.exchanged))
                     .dump()
              << '\n';
}

void print_lines(const operations::GenerateResult& result) {
    for (const operations::GeneratedValue& one : result.made) {
        const std::string variant = one.source->variant.empty() ? "" : format(" for {}", one.source->variant);
        const std::string places = !one.value                ? one.public_file
                                   : one.public_file.empty() ? one.source->file
                                                             : format("{}, {}", one.source->file, one.public_file);
        std::cout << shown_line(format("{}{}: {}", one.source->secret->name, variant, places)) << '\n';
    }
}

}  // namespace

int print_generated(const Invocation& invocation, operations::OpenStore& store,
                    const operations::GenerateResult& result) {
    if (invocation.json) {
        print_json(result);
    } else {
        print_lines(result);
    }
    report_identity_warnings(invocation, store);
    report_warnings(invocation, result.warnings);
    report_warnings(invocation, result.problems);
    report_warnings(invocation, result.exchanged);
    if (!result.exchanged.empty()) {
        return kPartial;
    }
    return result.problems.empty() ? 0 : result.made.empty() ? kFailed : kPartial;
}

}  // namespace bestow::cli
