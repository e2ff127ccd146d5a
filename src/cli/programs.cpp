#include "cli/programs.hpp"

#include <array>

namespace bestow::cli {
namespace {

struct Program {
    const char* name;
    RunProgram run;
};

constexpr std::array<Program, 3> kPrograms = {{
    {"age", run_age_program},
    {"age-keygen", run_age_keygen_program},
    {"sops", run_sops_program},
}};

}  // namespace

RunProgram find_program(const std::string& name) {
    for (const Program& program : kPrograms) {
        if (name == program.name) {
            return program.run;
        }
    }
    return nullptr;
}

}  // namespace bestow::cli
