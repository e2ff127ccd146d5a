#pragma once
/// What is wrong with a command line, said without what stood on it: an argument in the wrong place may be a secret.

#include "base/error.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace bestow::cli {

/// The Error(Usage) to tell. Only names are repeated: those of commands, and of options without their values.
Error usage_error(const CLI::App& parser, const CLI::ParseError& error);

}  // namespace bestow::cli
