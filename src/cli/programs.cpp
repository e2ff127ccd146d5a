#include "cli/programs.hpp"

#include <array>

namespace bestow::cli {
namespace {

constexpr std::array<Program, 4> kPrograms = {{
    {"age", run_age_program},
    {"age-keygen", run_age_keygen_program},
    {"sops", run_sops_program},
    {"sops-install-secrets", run_sops_install_secrets_program, true},
}};

}  // namespace

const Program* find_program(const std::string& name) {
    for (const Program& program : kPrograms) {
        if (name == program.name) {
            return &program;
        }
    }
    return nullptr;
}

}  // namespace bestow::cli
