#pragma once
/// Which program a `generate: command` runs: the very file, found before anybody is asked, so that what was approved is
/// what runs. Nothing that a push can exchange: no file of the work tree that the store lies in.

#include "operations/open_store.hpp"

#include <string>

namespace bestow::operations {

struct GeneratorProgram {
    std::string path;    ///< absolute, without links
    std::string sha512;  ///< of its content, in hex
};

/// As `command` names it: a path, or a name that the first absolute folder of PATH outside of the work tree has. Throws
/// Error(Policy) for a relative path and for a program or an argument that lies in the work tree, Error(NotFound) when
/// there is no such program, Error(System) for one that cannot be read, and as hash_program() does.
GeneratorProgram find_program(const OpenStore& store, const policy::Secret& secret);

/// Immediately before it runs. Throws Error(Policy) when it is another one by now, and as hash_program() does.
void require_unchanged(const OpenStore& store, const GeneratorProgram& program);

/// PATH without relative folders and those in the work tree.
std::string generator_path(const OpenStore& store);

}  // namespace bestow::operations
