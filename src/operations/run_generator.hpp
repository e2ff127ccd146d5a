#pragma once
/// Running a `generate: command` that was approved: in a private folder, without a shell and without our environment.

#include "operations/generator_program.hpp"

#include <string>
#include <utility>
#include <vector>

namespace bestow::operations {

/// What it gets, by name: one JSON object on its standard input.
using GeneratorInputs = std::vector<std::pair<std::string, const SecretBytes*>>;

/// What that program printed, without one final newline. Throws Error(Policy) when it was exchanged, Error(Failed) for
/// one that fails, prints nothing or more than 1 MiB, or takes too long; nothing that it printed is in the message.
SecretBytes run_generator(const OpenStore& store, const policy::SecretSource& source, const GeneratorProgram& program,
                          const GeneratorInputs& inputs);

}  // namespace bestow::operations
