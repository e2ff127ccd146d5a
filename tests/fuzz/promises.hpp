#pragma once
/// What the targets share: a promise that must hold, and what foreign bytes may be answered with.

#include "base/error.hpp"

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <optional>

namespace bestow::fuzz {

inline void must(bool holds, const char* promise) {
    if (!holds) {
        (void)std::fprintf(stderr, "broken promise: %s\n", promise);
        std::abort();
    }
}

/// The value, or nullopt for an Error of a kind that foreign bytes may cause.
template <typename Parse>
auto accepted(Parse parse, std::initializer_list<ErrorKind> kinds = {ErrorKind::Format, ErrorKind::Authentication})
    -> std::optional<decltype(parse())> {
    try {
        return parse();
    } catch (const Error& error) {
        bool expected = false;
        for (const ErrorKind kind : kinds) {
            expected = expected || error.kind() == kind;
        }
        must(expected, error.what());
        return std::nullopt;
    }
}

}  // namespace bestow::fuzz
