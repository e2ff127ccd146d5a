#include "base/parallel.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/secret_bytes.hpp"

#include <atomic>
#include <vector>

#include <catch2/catch.hpp>

using bestow::Error;
using bestow::ErrorKind;
using bestow::in_parallel;
using bestow::SecretBytes;

TEST_CASE("every piece of work is done once, whatever the number of threads", "[parallel]") {
    for (const std::size_t threads : {0U, 1U, 2U, 7U}) {
        for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
            std::vector<std::atomic<int>> done(count);
            in_parallel(count, [&](std::size_t number) { ++done[number]; }, threads);
            for (const std::atomic<int>& one : done) {
                REQUIRE(one == 1);
            }
        }
    }
}

TEST_CASE("the first failure in order is thrown, once everything else was done", "[parallel]") {
    std::atomic<int> done = 0;
    const auto work = [&](std::size_t number) {
        if (number % 30 == 10) {
            throw Error(ErrorKind::Format, bestow::format("number {}", number));
        }
        ++done;
    };
    for (int repetition = 0; repetition < 20; ++repetition) {
        done = 0;
        try {
            in_parallel(100, work, 4);
            FAIL("nothing was thrown");
        } catch (const Error& error) {
            REQUIRE(error.message() == "number 10");
        }
        REQUIRE(done == 97);
    }
}

TEST_CASE("secrets of several threads never share memory, and die in any of them", "[parallel]") {
    std::vector<SecretBytes> kept(64);
    in_parallel(
        kept.size(),
        [&](std::size_t number) {
            const auto mark = static_cast<bestow::Byte>(number + 1);
            for (std::size_t round = 0; round < 200; ++round) {
                SecretBytes secret(1 + (number * 37 + round * 101) % 5000);
                for (bestow::Byte& byte : secret.writable()) {
                    byte = mark;
                }
                const auto view = secret.view();
                if (std::any_of(view.begin(), view.end(), [&](bestow::Byte byte) { return byte != mark; })) {
                    throw Error(ErrorKind::Internal, "another thread wrote here");
                }
                if (round == 199) {
                    kept[number] = std::move(secret);
                }
            }
        },
        8);
    for (std::size_t number = 0; number < kept.size(); ++number) {
        for (const bestow::Byte byte : kept[number].view()) {
            REQUIRE(byte == number + 1);
        }
    }
}
