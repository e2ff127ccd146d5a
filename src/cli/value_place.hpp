#pragma once
/// `NAME [--host H]` or `-f FILE KEY`: how `set`, `get` and `unset` say which value.

#include "cli/invocation.hpp"
#include "operations/working_files.hpp"

#include <string>

namespace bestow::cli {

struct ValuePlace {
    std::string name;  ///< the secret's, or with `file` the key path
    std::string host;
    std::string file;
};

void add_value_place(CLI::App& command, ValuePlace& place);

/// The store of a declared secret, or what belongs to the file.
operations::OpenStore open_store_for(const Invocation& invocation, operations::OpenStore::Purpose purpose,
                                     const ValuePlace& place);

/// Throws Error(Usage), Error(NotFound).
operations::ValueAddress address_of(const operations::OpenStore& store, const ValuePlace& place);

}  // namespace bestow::cli
