#include "cli/usage_error.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

/// The command that the words named, as far as they named one: "host add".
struct NamedCommand {
    const CLI::App* command;
    std::string words;
};

NamedCommand named_command(const CLI::App& parser) {
    NamedCommand named{&parser, ""};
    while (!named.command->get_subcommands().empty()) {
        named.command = named.command->get_subcommands().front();
        named.words += (named.words.empty() ? "" : " ") + named.command->get_name();
    }
    return named;
}

std::string help_hint(const NamedCommand& named) {
    return format("bestow {}{}--help says how", named.words, named.words.empty() ? "" : " ");
}

std::vector<std::string> option_names(const CLI::App& parser, const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* const app : {&command, &parser}) {
        for (const CLI::Option* const option : app->get_options()) {
            for (const std::string& name : option->get_lnames()) {
                names.push_back("--" + name);
            }
        }
    }
    return names;
}

Error unknown_command(const NamedCommand& named, const std::string& word) {
    std::vector<std::string> names;
    for (const CLI::App* const command : named.command->get_subcommands({})) {
        names.push_back(command->get_name());
    }
    const std::string of = named.words.empty() ? "" : " of " + bestow::quoted(named.words);
    return {ErrorKind::Usage, format("there is no command {}{}{}", bestow::quoted(word), of, did_you_mean(word, names)),
            help_hint(named)};
}

Error surplus_argument(const NamedCommand& named) {
    if (named.words == "set" || named.words == "add") {
        return {ErrorKind::Usage,
                format("{} takes no value as an argument, where every process could see it", named.words),
                "give it on standard input, with --value-file FILE, or at the prompt"};
    }
    return {ErrorKind::Usage, format("{} takes no further argument", named.words), help_hint(named)};
}

/// Options come before arguments: a surplus argument may be an unknown option's value.
Error surplus(const CLI::App& parser, const NamedCommand& named) {
    const std::vector<std::string> words = parser.remaining(true);
    for (const std::string& word : words) {
        if (word.starts_with("--") && word.size() > 2) {
            const std::string name = word.substr(0, word.find('='));
            const std::string command = named.words.empty() ? "bestow" : named.words;
            return {ErrorKind::Usage,
                    format("{} has no option {}{}", command, bestow::quoted(name),
                           did_you_mean(name, option_names(parser, *named.command))),
                    help_hint(named)};
        }
        if (word.starts_with('-') && word.size() > 1) {
            const std::string command = named.words.empty() ? "bestow" : named.words;
            return {ErrorKind::Usage, format("{} has no option {}", command, bestow::quoted(word.substr(0, 2))),
                    help_hint(named)};
        }
    }
    const bool is_group = !named.command->get_subcommands({}).empty();
    return is_group && !words.empty() ? unknown_command(named, words.front()) : surplus_argument(named);
}

/// "--phase takes one of early, main, all", out of CLI11's "--phase: WORD not in {early,main,all}"; empty when it is
/// about something else.
std::string valid_words(std::string_view told) {
    constexpr std::string_view before = " not in {";
    const std::size_t name_end = told.find(": ");
    const std::size_t begin = told.rfind(before);
    if (name_end == std::string_view::npos || begin == std::string_view::npos || !told.ends_with('}')) {
        return {};
    }
    std::vector<std::string> words;
    told.remove_suffix(1);
    for (const std::string_view word : split(told.substr(begin + before.size()), ',')) {
        words.emplace_back(word);
    }
    return format("{} takes one of {}", told.substr(0, name_end), join(words, ", "));
}

}  // namespace

Error usage_error(const CLI::App& parser, const CLI::ParseError& error) {
    const NamedCommand named = named_command(parser);
    const std::string where = named.words.empty() ? "" : named.words + ": ";
    const bool is_group = !named.command->get_subcommands({}).empty();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || (is_group && !parser.remaining(true).empty())) {
        return surplus(parser, named);
    }
    // These name options and counts alone.
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr ||
        dynamic_cast<const CLI::RequiresError*>(&error) != nullptr ||
        dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr ||
        dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
        return {ErrorKind::Usage, where + error.what(), help_hint(named)};
    }
    const std::string valid =
        dynamic_cast<const CLI::ValidationError*>(&error) != nullptr ? valid_words(error.what()) : "";
    return {ErrorKind::Usage, where + (valid.empty() ? "an option has a value that it does not take" : valid),
            help_hint(named)};
}

}  // namespace bestow::cli
