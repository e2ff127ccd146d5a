#pragma once
/// What the commands of a host's side have in common: which machine, where, for whom, and what its units are told.

#include "activation/activate.hpp"

#include <string>

namespace CLI {
class App;
}

namespace bestow::cli {

/// --host, --run-dir, --user, --settings.
void add_host_options(CLI::App& command, activation::Options& options);

/// --units systemctl|print|none.
void add_units_option(CLI::App& command, std::string& units);

}  // namespace bestow::cli
