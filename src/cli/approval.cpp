#include "cli/approval.hpp"

#include "base/format.hpp"
#include "cli/shown.hpp"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

namespace bestow::cli {

void add_approve_option(CLI::App& command, std::vector<std::string>& approved) {
    command
        .add_option("--approve", approved, "A secret whose command may run as it is declared now; may be given again")
        ->allow_extra_args(false);
}

std::string command_remark(const operations::OpenStore& store, const policy::Secret& secret,
                           const std::vector<std::string>& approved) {
    if (!secret.generate || secret.generate->kind != policy::GenerateKind::Command) {
        return "";
    }
    const bool may_run = operations::is_approved(store, secret) ||
                         std::find(approved.begin(), approved.end(), secret.name) != approved.end();
    return format("runs {}, which is {}", operations::command_line(secret),
                  may_run ? "approved" : "not approved here yet");
}

operations::CommandApproval approval_for(const Invocation& invocation, const std::vector<std::string>& approved) {
    operations::CommandApproval approval{approved, {}};
    os::Terminal* const terminal = invocation.terminal;
    if (terminal->available()) {
        approval.ask = [terminal](const std::vector<std::string>& declarations) {
            std::cerr << "These commands make values and have not been approved here as they are now:\n";
            for (const std::string& declaration : declarations) {
                std::cerr << shown_text(declaration) << '\n';
            }
            return terminal->confirm("Run them?");
        };
    }
    return approval;
}

operations::ConfirmDerivations confirm_derivations(const Invocation& invocation, const ReaderOptions& options,
                                                   const std::string& own) {
    return [&invocation, &options, own](const std::vector<operations::Derivation>& derivations) {
        const auto is_own = [&](const operations::Derivation& one) { return one.source->secret->name == own; };
        if (options.yes || std::all_of(derivations.begin(), derivations.end(), is_own)) {
            return true;
        }
        std::cerr << "These values are not made by chance alone, as bestow.yaml declares now:\n";
        for (const operations::Derivation& derivation : derivations) {
            std::cerr << "  " << shown_line(operations::describe_derivation(derivation)) << '\n';
        }
        return confirmed_to_go_on(invocation, options, "Make them?");
    };
}

}  // namespace bestow::cli
