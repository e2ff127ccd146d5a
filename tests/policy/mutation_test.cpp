#include "design_example.hpp"
#include "policy/access.hpp"
#include "policy/edit.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

namespace {

constexpr int kRounds = 400;

/// The text with a few bytes, words or lines lost, doubled or replaced; the same for the same number.
std::string mutated(std::string text, unsigned number) {
    static const std::vector<std::string> pieces = {
        "{", "}",   "[",   "]",  ":",    ",",        "\n",         " ",   "- ",   "#",      "\"",
        "'", "|",   "&a ", "*a", "null", "true",     "07",         "all", "../x", "schere", "alice",
        "~", "to:", "{{",  "}}", "\t",   "\xc3\xa4", "!!binary x", "? ",  "<<: ", "0"};
    std::mt19937 random(number);
    const auto below = [&](std::size_t limit) { return random() % limit; };
    for (std::size_t i = below(3) + 1; i > 0; --i) {
        const std::size_t at = below(text.size());
        const std::size_t length = below(12);
        switch (below(3)) {
            case 0:
                text.erase(at, length);
                break;
            case 1:
                text.insert(at, text.substr(at, length * 4));
                break;
            default:
                text.replace(at, below(2) * length, pieces[below(pieces.size())]);
        }
    }
    return text;
}

/// nullopt when it is refused, as it must be: by a policy error and nothing else.
std::optional<Policy> parse_or_refuse(const std::string& text, Strictness strictness) {
    try {
        return parse(text, {}, strictness);
    } catch (const bestow::Error& error) {
        CHECK(error.kind() == bestow::ErrorKind::Policy);
        CHECK_FALSE(error.message().empty());
        return std::nullopt;
    }
}

}  // namespace

TEST_CASE("whatever is done to a policy, it is read or refused", "[policy]") {
    int read = 0;
    for (unsigned number = 0; number < kRounds; ++number) {
        const std::string text = mutated(with_keys(kExample), number);
        INFO(number << ":\n" << text);
        const std::optional<Policy> strict = parse_or_refuse(text, Strictness::Operator);
        const std::optional<Policy> lenient = parse_or_refuse(text, Strictness::Host);
        CHECK((!strict || lenient));  // a host is never stricter
        read += strict ? 1 : 0;
    }
    CHECK(read > kRounds / 20);
    CHECK(read < kRounds);
}

TEST_CASE("whatever a valid policy looks like, a host can be added to it and removed again", "[policy]") {
    for (unsigned number = 0; number < kRounds; ++number) {
        const std::string text = mutated(kExample, number);
        const std::optional<Policy> before = parse_or_refuse(text, Strictness::Host);
        if (!before || before->find_host("new") != nullptr) {
            continue;
        }
        INFO(number << ":\n" << text);
        const std::string longer =
            with_host(text, {"new", {"age12m6xghnrjpwms0jyrxqxkswpnvp0xl4slxjk0sp2fxesd7u4vfhq5u0tgk"}, {}, {}});
        const Policy with = parse(longer, {}, Strictness::Host);
        CHECK(with.hosts.size() == before->hosts.size() + 1);
        CHECK(with.secrets.size() == before->secrets.size());
        const Policy without = parse(without_host(longer, "new"), {}, Strictness::Host);
        CHECK(without.hosts.size() == before->hosts.size());
        CHECK(without.secrets.size() == before->secrets.size());
        CHECK(without.templates.size() == before->templates.size());
    }
}
