#pragma once
/// The other names that this program answers to: with their flags, their exit statuses, and nothing of bestow's own.

#include "cli/invocation.hpp"

#include <string>
#include <vector>

namespace bestow::cli {

/// Gets the words after the program's name; gives the exit status. May throw Error, which becomes a message and 1.
using RunProgram = int (*)(Invocation& invocation, const std::vector<std::string>& words);

struct Program {
    const char* name;
    RunProgram run;
    bool says_path = false;  ///< names itself in messages as it was called, with its folder
};

/// The program of that name (the last component of argv[0]), or null for bestow itself.
const Program* find_program(const std::string& name);

/// age and age-keygen, in program_age.cpp.
int run_age_program(Invocation& invocation, const std::vector<std::string>& words);
int run_age_keygen_program(Invocation& invocation, const std::vector<std::string>& words);
/// sops, for age recipients, in program_sops.cpp.
int run_sops_program(Invocation& invocation, const std::vector<std::string>& words);
/// sops-nix's installer, in program_sops_install_secrets.cpp.
int run_sops_install_secrets_program(Invocation& invocation, const std::vector<std::string>& words);

}  // namespace bestow::cli
