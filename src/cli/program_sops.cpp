#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/programs.hpp"
#include "cli/report.hpp"
#include "cli/sops_call.hpp"
#include "cli/sops_flags.hpp"
#include "cli/sops_help.hpp"

#include <array>
#include <iostream>

// The program name sops, for age recipients: its command line, its standard output and its exit statuses.

namespace bestow::cli {
namespace {

/// What it answers for; the format of files is that version's.
constexpr const char* kVersionText = "sops 3.13.3\n";

struct Subcommand {
    const char* name;
    int (*run)(const SopsCall& call);
};

constexpr std::array<Subcommand, 11> kSubcommands = {{
    {"decrypt", sops_decrypt},
    {"encrypt", sops_encrypt},
    {"edit", sops_edit},
    {"set", sops_set},
    {"unset", sops_unset},
    {"rotate", sops_rotate},
    {"updatekeys", sops_updatekeys},
    {"filestatus", sops_filestatus},
    {"exec-env", sops_exec_env},
    {"exec-file", sops_exec_file},
    {"completion", sops_completion},
}};

constexpr std::array<const char*, 3> kRefused = {"publish", "keyservice", "groups"};

std::vector<std::string> behind_first(const std::vector<std::string>& words) {
    return {words.begin() + 1, words.end()};
}

int print_help(const std::string& command) {
    std::cout << sops_help(command);
    return 0;
}

int run_subcommand(Invocation& invocation, const FlagValues& global, const Subcommand& subcommand) {
    const FlagValues flags = parse_urfave_flags(*invocation.system, sops_command_flags(subcommand.name),
                                                behind_first(global.arguments()), FlagOrder::Anywhere);
    if (flags.boolean("help")) {
        return print_help(subcommand.name);
    }
    SopsConfig config;
    return subcommand.run({invocation, config, global, flags});
}

int dispatch(Invocation& invocation, const FlagValues& global) {
    const std::string name = global.arguments().empty() ? std::string() : global.arguments().front();
    if (name == "help" || name == "h") {
        return print_help(global.arguments().size() > 1 ? global.arguments()[1] : std::string());
    }
    for (const char* const refused : kRefused) {
        if (name == refused) {
            throw SopsFailure(SopsStatus::Failed, format("{} is not supported", name),
                              "the sops of getsops.io does this");
        }
    }
    for (const Subcommand& subcommand : kSubcommands) {
        if (name == subcommand.name) {
            return run_subcommand(invocation, global, subcommand);
        }
    }
    SopsConfig config;
    return sops_without_subcommand({invocation, config, global, global});
}

int run(Invocation& invocation, const std::vector<std::string>& words) {
    const FlagValues global =
        parse_urfave_flags(*invocation.system, sops_global_flags(), words, FlagOrder::BeforeArguments);
    if (global.boolean("help")) {
        return print_help({});
    }
    if (global.boolean("version")) {
        std::cout << kVersionText;
        return 0;
    }
    return dispatch(invocation, global);
}

}  // namespace

int run_sops_program(Invocation& invocation, const std::vector<std::string>& words) {
    try {
        return run(invocation, words);
    } catch (const SopsFailure& failure) {
        report_error(invocation.program_name, failure);
        return failure.status();
    } catch (const Error& error) {
        report_error(invocation.program_name, error);
        if (error.kind() == ErrorKind::Usage) {
            std::cerr << "  sops --help lists commands and flags\n";
        }
        return static_cast<int>(SopsStatus::Failed);
    }
}

}  // namespace bestow::cli
