/// Random dotenv and INI texts out of the pieces that matter: whatever is accepted can be edited, and an edit changes
/// nothing else.

#include "base/error.hpp"
#include "document/dotenv.hpp"
#include "document/ini.hpp"
#include "support/flat_texts.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::document;

namespace {

struct Value {
    KeyPath path;
    std::string text;
    Style style = Style::Plain;
    bool operator==(const Value& other) const { return path == other.path && text == other.text; }
};

std::vector<Value> values_of(const Node& node, const KeyPath& path = {}) {
    std::vector<Value> values;
    for (const Child& child : node.children) {
        if (child.node() == nullptr) {
            continue;
        }
        KeyPath its = path;
        its.emplace_back(child.key);
        if (child.node()->is_scalar()) {
            values.push_back({its, child.node()->text, child.node()->style});
        }
        for (Value& inner : values_of(*child.node(), its)) {
            values.push_back(std::move(inner));
        }
    }
    return values;
}

void check_spans(const Node& node, std::string_view text) {
    for (const Child& child : node.children) {
        const Span span = child.node() != nullptr ? child.node()->span : child.comment()->span;
        REQUIRE((span.begin <= span.end && span.end <= text.size()));
        REQUIRE((child.key_span.begin <= child.key_span.end && child.key_span.end <= text.size()));
        if (child.node() != nullptr) {
            check_spans(*child.node(), text);
        }
    }
}

struct Form {
    Document (*parse)(std::string text, const Limits& limits);
    std::string (*set)(const Document&, const KeyPath&, std::string_view, const EditRules&);
    std::string (*unset)(const Document&, const KeyPath&);
    KeyPath new_path;
};

std::vector<Value> reread(const Form& form, const std::string& text) {
    return values_of(form.parse(text, {}).roots.at(0));
}

/// The number of texts that were accepted.
std::size_t check_edits(const Form& form, unsigned seed, int count) {
    std::mt19937 chance(seed);
    std::size_t accepted = 0;
    for (int round = 0; round < count; ++round) {
        const std::string text = support::random_flat_text(chance);
        INFO(text);
        Document document;
        try {
            document = form.parse(text, {});
        } catch (const Error& error) {
            REQUIRE(error.kind() == ErrorKind::Format);
            continue;
        }
        ++accepted;
        check_spans(document.roots.at(0), text);
        const std::vector<Value> values = values_of(document.roots[0]);
        for (std::size_t index = 0; index < values.size(); ++index) {
            const bool repeated = std::count_if(values.begin(), values.end(), [&](const Value& value) {
                                      return value.path == values[index].path;
                                  }) > 1;
            if (repeated) {
                REQUIRE_THROWS_AS(form.set(document, values[index].path, "new", {}), Error);
                continue;
            }
            std::vector<Value> expected = values;
            expected[index].text = "new";
            REQUIRE(reread(form, form.set(document, values[index].path, "new", {})) == expected);
            expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(index));
            REQUIRE(reread(form, form.unset(document, values[index].path)) == expected);
        }
        std::vector<Value> more = reread(form, form.set(document, form.new_path, "new", {}));
        const auto added =
            std::find_if(more.begin(), more.end(), [&](const Value& value) { return value.path == form.new_path; });
        REQUIRE(added != more.end());
        REQUIRE(added->text == "new");
        more.erase(added);
        REQUIRE(more == values);
    }
    return accepted;
}

}  // namespace

TEST_CASE("every dotenv text that is accepted can be edited, and nothing else changes") {
    CHECK(check_edits({&parse_dotenv, &dotenv_with_value_at, &dotenv_without_value_at, {std::string("new key")}}, 1,
                      20000) > 1000);
}

TEST_CASE("every INI text that is accepted can be edited, and nothing else changes") {
    const Form form{
        &parse_ini, &ini_with_value_at, &ini_without_value_at, {std::string("new section"), std::string("k")}};
    CHECK(check_edits(form, 2, 40000) > 1000);
    const Form above{&parse_ini, &ini_with_value_at, &ini_without_value_at, {std::string("DEFAULT"), std::string("n")}};
    CHECK(check_edits(above, 3, 10000) > 100);
}
