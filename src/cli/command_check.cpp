#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "document/json_value.hpp"
#include "operations/check.hpp"
#include "operations/public_half_proof.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::CheckResult;
using operations::Finding;

constexpr int kFindings = 3;

struct Options {
    bool public_halves = false;
};

JsonValue json_of(const std::vector<Finding>& findings) {
    JsonValue list = JsonValue::array();
    for (const Finding& finding : findings) {
        list.append(JsonValue::object()
                        .set("kind", JsonValue::text(finding.kind))
                        .set("place", JsonValue::text(finding.place))
                        .set("message", JsonValue::text(finding.message))
                        .set("hint", JsonValue::text(finding.hint)));
    }
    return list;
}

void print_json(const CheckResult& result) {
    JsonValue report = JsonValue::object();
    report.set("findings", json_of(result.findings))
        .set("notes", json_of(result.notes))
        .set("files", JsonValue::number(static_cast<std::int64_t>(result.files)))
        .set("secrets", JsonValue::number(static_cast<std::int64_t>(result.secrets)));
    std::cout << report.dump() << '\n';
}

/// A policy that cannot be understood: a line each, "bestow.yaml:12: message".
std::vector<Finding> findings_of(const Error& error) {
    std::vector<Finding> findings;
    const std::string message = error.full_message();
    for (const std::string_view line : split(message, '\n')) {
        const std::size_t colon = line.find(": ");
        const bool has_place = colon != std::string_view::npos && line.starts_with(store::kPolicyFile);
        findings.push_back({"policy", std::string(has_place ? line.substr(0, colon) : store::kPolicyFile),
                            std::string(has_place ? line.substr(colon + 2) : line), error.hint()});
    }
    return findings;
}

void print(const CheckResult& result) {
    for (const Finding& finding : result.findings) {
        std::cout << format("{}: {}\n", shown_line(finding.place), shown_line(finding.message));
        if (!finding.hint.empty()) {
            std::cout << format("  hint: {}\n", shown_line(finding.hint));
        }
    }
    for (const Finding& note : result.notes) {
        std::cout << format("{}: note: {}\n", shown_line(note.place), shown_line(note.message));
    }
    std::cout << format("{} secrets in {} files: {}\n", result.secrets, result.files,
                        result.findings.empty()       ? "all is as bestow.yaml says"
                        : result.findings.size() == 1 ? "1 finding"
                                                      : format("{} findings", result.findings.size()));
}

void append_proof(const Invocation& invocation, CheckResult& result) {
    operations::OpenStore store = open_store(invocation, operations::OpenStore::Purpose::Reading);
    operations::HalvesProof proof = operations::prove_public_halves(store);
    report_identity_warnings(invocation, store);
    std::move(proof.findings.begin(), proof.findings.end(), std::back_inserter(result.findings));
    std::move(proof.notes.begin(), proof.notes.end(), std::back_inserter(result.notes));
}

/// Everything that takes no private key, and public halves, which do.
CheckResult find_all(const Invocation& invocation, const store::Store& store, const Options& options) {
    if (!options.public_halves) {
        return operations::check_store(store);
    }
    CheckResult result = operations::check_store(store, operations::PublicHalves::ProvedElsewhere);
    try {
        append_proof(invocation, result);
    } catch (const Error& error) {
        if (result.findings.empty() || error.kind() != ErrorKind::Policy) {
            throw;
        }
        result.notes.push_back(
            {"note", store::kPolicyFile, "no public half was proved, as long as the policy has faults", ""});
    }
    return result;
}

int act(const Invocation& invocation, const Options& options) {
    const store::Store store = store::Store::open(*invocation.system, invocation.store_directory);
    CheckResult result;
    try {
        result = find_all(invocation, store, options);
    } catch (const Error& error) {
        if (invocation.json) {
            result.findings = findings_of(error);
            print_json(result);
        }
        throw;
    }
    if (invocation.json) {
        print_json(result);
    } else {
        print(result);
    }
    return result.findings.empty() ? 0 : kFindings;
}

}  // namespace

void add_check_command(CLI::App& parser, Invocation& invocation) {
    CLI::App* const command =
        parser.add_subcommand("check", "Prove, without any private key, that the store is as bestow.yaml says");
    auto options = std::make_shared<Options>();
    command->add_flag("--public-halves", options->public_halves,
                      "Also prove, with private keys, that public halves are those of their values");
    command->footer(
        "Exit status 3 when something was found, 2 when bestow.yaml itself is wrong, which --json lists, too. For CI "
        "and the pre-commit "
        "hook.\n\n"
        "Examples:\n"
        "  bestow check --json\n"
        "  bestow check --public-halves");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
