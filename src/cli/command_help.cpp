#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

int act(const CLI::App& parser, const std::vector<std::string>& words) {
    const CLI::App* command = &parser;
    std::string name = parser.get_name();
    for (const std::string& word : words) {
        std::vector<std::string> names;
        const CLI::App* found = nullptr;
        for (const CLI::App* const candidate : command->get_subcommands({})) {
            names.push_back(candidate->get_name());
            found = candidate->get_name() == word ? candidate : found;
        }
        if (found == nullptr) {
            throw Error(ErrorKind::Usage,
                        format("there is no command {}{}", bestow::quoted(word), did_you_mean(word, names)),
                        "bestow help lists them");
        }
        command = found;
        name += " " + word;
    }
    // Not command->help(): of the whole program, that would be the help of `help`, which was named.
    std::cout << command->get_formatter()->make_help(command, name, CLI::AppFormatMode::Normal);
    return 0;
}

}  // namespace

void add_help_command(CLI::App& parser, Invocation& invocation) {
    auto words = std::make_shared<std::vector<std::string>>();
    CLI::App* const command = parser.add_subcommand("help", "What a command does, as its --help says");
    command->add_option("command", *words, "The command; none: all of them in short");
    command->footer("Example:\n  bestow help host add");
    command->callback(
        [&parser, &invocation, words] { invocation.action = [&parser, words] { return act(parser, *words); }; });
}

}  // namespace bestow::cli
