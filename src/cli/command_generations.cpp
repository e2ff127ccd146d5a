#include "activation/rollback.hpp"
#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/shown.hpp"
#include "document/json_value.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using activation::Generation;
using document::JsonValue;

std::string time_text(std::int64_t seconds) {
    return seconds == 0 ? "" : os::utc_timestamp(seconds);
}

JsonValue json_of(const Generation& generation) {
    JsonValue object = JsonValue::object();
    object.set("number", JsonValue::number(generation.number));
    object.set("live", JsonValue::boolean(generation.live));
    object.set("held", JsonValue::boolean(generation.held));
    object.set("made", JsonValue::text(time_text(generation.made_at)));
    if (generation.live) {
        object.set("live_since", JsonValue::text(time_text(generation.live_since)));
    }
    object.set("commit", JsonValue::text(generation.provenance.commit));
    object.set("dirty", JsonValue::boolean(generation.provenance.dirty));
    object.set("files", JsonValue::texts(generation.files));
    return object;
}

std::string json_text(const std::vector<activation::SetGenerations>& sets) {
    JsonValue list = JsonValue::array();
    for (const activation::SetGenerations& set : sets) {
        JsonValue generations = JsonValue::array();
        for (const Generation& generation : set.generations) {
            generations.append(json_of(generation));
        }
        JsonValue object = JsonValue::object();
        object.set("directory", JsonValue::text(set.entry_path)).set("generations", std::move(generations));
        list.append(std::move(object));
    }
    return list.dump();
}

std::string line_of(const Generation& generation) {
    std::string text = format("  {}  made {}, {} file{}", generation.number,
                              generation.made_at == 0 ? "once" : time_text(generation.made_at), generation.files.size(),
                              generation.files.size() == 1 ? "" : "s");
    if (!generation.provenance.commit.empty()) {
        text += format(", from {}{}", generation.provenance.commit.substr(0, 12),
                       generation.provenance.dirty ? " and changes" : "");
    }
    if (generation.live) {
        text += format(", live since {}", time_text(generation.live_since));
    }
    return text + (generation.held ? ", held" : "");
}

int act(const Invocation& invocation, const activation::Options& options) {
    const auto sets = activation::list_sets(*invocation.system, options);
    if (invocation.json) {
        std::cout << json_text(sets) << '\n';
        return 0;
    }
    for (const activation::SetGenerations& set : sets) {
        std::cout << shown_line(set.entry_path) << ":\n";
        for (const Generation& generation : set.generations) {
            std::cout << shown_line(line_of(generation)) << '\n';
        }
    }
    return 0;
}

}  // namespace

void add_generations_command(CLI::App& parser, Invocation& invocation) {
    CLI::App* const command = parser.add_subcommand(
        "generations", "List the sets of files that this machine keeps (see bestow(1), ON A HOST)");
    const auto options = std::make_shared<activation::Options>();
    command->add_option("--run-dir", options->run_directory,
                        "Where secrets and secrets.d lie (default: /run, or host.yaml's run_dir)");
    command->add_flag("--user", options->user,
                      "Below $XDG_RUNTIME_DIR, without privileges, for the host entry whose key is yours");

    command->footer("Example:\n  bestow generations --json");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
