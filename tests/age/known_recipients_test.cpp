#include "age/known_recipients.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/parallel.hpp"

#include <vector>

#include <catch2/catch.hpp>

using bestow::Error;
using bestow::age::generate_identity;
using bestow::age::known_recipient;
using bestow::age::normalize_recipient;

TEST_CASE("a recipient is parsed once, whatever white space is around it", "[age]") {
    const std::string text = generate_identity().recipient;
    const auto known = known_recipient(text);
    REQUIRE(known->text == text);
    REQUIRE(known->as_x25519 == text);
    REQUIRE(known_recipient("  " + text + "\n") == known);
}

TEST_CASE("an SSH key is known with its X25519 form, and without its comment", "[age]") {
    const std::string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINRG48q7Kp1juMIg2JgCea/GfCNUxP3rkkT5JMb1kNuW";
    const auto known = known_recipient(key + " alice@laptop");
    REQUIRE(known->text == key);
    REQUIRE(known->as_x25519 == bestow::age::recipient_as_x25519(key));
    REQUIRE(known->as_x25519.starts_with("age1"));
}

TEST_CASE("what is no recipient is refused each time", "[age]") {
    for (int time = 0; time < 3; ++time) {
        REQUIRE_THROWS_AS(known_recipient("age1nobody"), Error);
        REQUIRE_THROWS_AS(normalize_recipient("AGE-SECRET-KEY-1NOBODY"), Error);
    }
}

TEST_CASE("more recipients than are kept, from several threads, are each themselves", "[age]") {
    std::vector<std::string> texts(5000);
    bestow::in_parallel(texts.size(), [&](std::size_t number) { texts[number] = generate_identity().recipient; }, 4);
    bestow::in_parallel(
        texts.size() * 2,
        [&](std::size_t number) {
            const std::string& text = texts[number % texts.size()];
            if (normalize_recipient(text) != text) {
                throw Error(bestow::ErrorKind::Internal, "another recipient: " + text);
            }
        },
        4);
}
