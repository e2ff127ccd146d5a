#include "activation/nix_install.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/go_flags.hpp"
#include "cli/programs.hpp"
#include "cli/report.hpp"
#include "operations/operator_identities.hpp"

#include <iostream>
#include <iterator>

// The program name sops-install-secrets: sops-nix's command line, manifest, tree, lines and exit statuses.

namespace bestow::cli {
namespace {

using activation::NixCheck;

constexpr int kFailed = 1;

constexpr const char* kUsage = R"(Usage: {} [OPTION] manifest.json
  -check-mode string
        Check without installing: "manifest", or "sopsfile" for the encrypted files, too (default "off")
  -ignore-passwd
        Look up nobody: everything is root's, or in user mode the caller's

Example:
  sops-install-secrets -check-mode=sopsfile manifest.json
)";

struct CommandLine {
    activation::NixOptions options;
    bool help = false;
};

NixCheck check_from(const std::string& word) {
    if (word == "off" || word == "manifest" || word == "sopsfile") {
        return word == "off" ? NixCheck::Off : word == "manifest" ? NixCheck::Manifest : NixCheck::SopsFile;
    }
    throw Error(ErrorKind::Usage, format("invalid value provided for -check-mode flag: {}", word));
}

CommandLine parse(const std::vector<std::string>& words) {
    CommandLine line;
    std::string check_mode = "off";
    const std::vector<std::string> rest =
        parse_go_flags(words, {{{"check-mode"}, [&](const std::string& value) { check_mode = value; }},
                               {{"ignore-passwd"}, {}, &line.options.ignore_passwd},
                               {{"h", "help"}, {}, &line.help}});
    if (line.help) {
        return line;
    }
    line.options.check = check_from(check_mode);
    if (rest.size() != 1) {
        throw Error(ErrorKind::Usage, format("one manifest is wanted, {} were given", rest.size()));
    }
    line.options.manifest_file = rest.front();
    return line;
}

age::Identities identities_of_environment(os::System& system, std::vector<std::string>& notes) {
    operations::OperatorIdentities found = operations::load_sops_identities(system, {});
    std::move(found.warnings.begin(), found.warnings.end(), std::back_inserter(notes));
    return std::move(found.identities);
}

/// "secrets a, b: message": one broken file is the same problem for everything in it.
void report_problems(const std::string& program, const std::vector<delivery::Problem>& problems) {
    std::vector<std::pair<std::string, std::vector<std::string>>> told;
    for (const delivery::Problem& problem : problems) {
        if (told.empty() || told.back().first != problem.message) {
            told.push_back({problem.message, {}});
        }
        told.back().second.push_back(problem.item);
    }
    for (const auto& [message, items] : told) {
        report_error(program, Error(ErrorKind::Failed, format("{}: {}", join(items, ", "), message)));
    }
}

int install(Invocation& invocation, activation::NixOptions options) {
    options.program = invocation.program_name;
    options.more_identities = [&](std::vector<std::string>& notes) {
        return identities_of_environment(*invocation.system, notes);
    };
    const activation::NixReport report = activation::install_nix_secrets(*invocation.system, options);
    for (const std::string& line : report.lines) {
        std::cout << line << '\n';
    }
    for (const std::string& note : report.notes) {
        std::cerr << on_one_line(note) << '\n';
    }
    report_problems(invocation.program_name, report.problems);
    if (report.changed_nothing) {
        report_error(invocation.program_name, Error(ErrorKind::Failed, "nothing has been changed"));
    }
    return report.problems.empty() ? 0 : kFailed;
}

}  // namespace

int run_sops_install_secrets_program(Invocation& invocation, const std::vector<std::string>& words) {
    try {
        CommandLine line = parse(words);
        if (line.help) {
            std::cerr << format(kUsage, invocation.program_name);
            return 0;
        }
        return install(invocation, std::move(line.options));
    } catch (const Error& error) {
        report_error(invocation.program_name, error);
        return kFailed;
    }
}

}  // namespace bestow::cli
