#pragma once
/// Recorded files beside the tests.

#include "base/bytes.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace bestow::test {

/// The bytes of tests/LAYER/`name`.
inline Bytes read_fixture(const std::string& name) {
    std::ifstream file(std::string(BESTOW_TEST_DATA "/") + name, std::ios::binary);
    if (!file) {
        throw std::runtime_error("no fixture " + name);
    }
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string read_fixture_text(const std::string& name) {
    return to_text(read_fixture(name));
}

}  // namespace bestow::test
