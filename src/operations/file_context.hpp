#pragma once
/// Formats know no file names: whoever calls them for a file of the store adds it to what they throw.

#include "base/error.hpp"

#include <string>

namespace bestow::operations {

template <typename Action>
auto in_file(const std::string& name, Action action) {
    try {
        return action();
    } catch (Error& error) {
        error.add_context(name);
        throw;
    }
}

}  // namespace bestow::operations
