#include "operations/editor.hpp"

#include "base/error.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

#include <optional>
#include <utility>

namespace bestow::operations {
namespace {

using Words = std::vector<std::string>;

/// The same characters as in git's run-command.c.
constexpr std::string_view kShellCharacters = "|&;<>()$`\\\"' \t\n*?[#~=%";

/// No swap file and no history from the start; the rest once the user's own settings are loaded. An option that a small
/// build does not have is no error.
const Words kVimWords = {"-n", "-i", "NONE", "-c",
                         "silent! set nobackup nowritebackup patchmode= noswapfile | silent! set noundofile"};
const Words kEmacsWords = {
    "--eval",
    "(progn (setq make-backup-files nil auto-save-default nil auto-save-list-file-prefix nil create-lockfiles nil "
    "version-control nil undo-tree-auto-save-history nil)"
    " (when (fboundp 'savehist-mode) (savehist-mode -1)) (when (fboundp 'desktop-save-mode) (desktop-save-mode -1)))"};
const Words kNanoWords = {"--ignorercfiles"};

/// What to tell an editor of that name; nullopt for one that is not known.
std::optional<Words> words_for(const std::string& name) {
    if (name.starts_with("vim") || name.starts_with("nvim") || name == "gvim" || name == "vi") {
        return kVimWords;
    }
    if (name.starts_with("emacs") && !name.starts_with("emacsclient")) {
        return kEmacsWords;
    }
    if (name == "nano" || name == "rnano") {
        return kNanoWords;
    }
    return std::nullopt;
}

/// What a program's name leads to, behind the links of the alternatives system: /usr/bin/vi is vim.basic.
std::string resolved_name(os::System& system, const std::string& program) {
    Words places;
    if (program.find('/') != std::string::npos) {
        places = {program};
    } else {
        const std::string path = system.environment("PATH").value_or("/usr/bin:/bin");
        for (const std::string_view folder : split(path, ':')) {
            places.push_back(std::string(folder) + "/" + program);
        }
    }
    for (const std::string& place : places) {
        try {
            return base_name(system.real_path(place));
        } catch (const Error&) {
            continue;  // it is not in this folder
        }
    }
    return base_name(program);
}

std::string chosen_editor(os::System& system) {
    for (const char* variable : {"VISUAL", "EDITOR"}) {
        if (const auto named = system.environment(variable); named && !named->empty()) {
            return *named;
        }
    }
    return "vi";
}

}  // namespace

EditorCommand editor_command(os::System& system, const std::string& path) {
    const std::string editor = chosen_editor(system);
    EditorCommand command;
    const std::string program = editor.substr(0, editor.find_first_of(" \t"));
    const bool plain = editor.find_first_of(kShellCharacters) == std::string::npos;
    const bool arguments_alone = editor.find_first_of("|&;<>()$`\n") == std::string::npos;
    command.name = resolved_name(system, program);
    const std::optional<Words> words = arguments_alone ? words_for(command.name) : std::nullopt;
    command.keeps_nothing = words.has_value();
    command.words = plain ? Words{editor} : Words{"sh", "-c", editor + " \"$@\"", editor};
    if (words) {
        command.words.insert(command.words.end(), words->begin(), words->end());
    }
    command.words.push_back(path);
    return command;
}

EditorCommand editor_command_of(os::System& system, std::vector<std::string> words, const std::string& path) {
    EditorCommand command;
    command.name = resolved_name(system, words.at(0));
    const std::optional<Words> own_words = words_for(command.name);
    command.keeps_nothing = own_words.has_value();
    command.words = std::move(words);
    if (own_words) {
        command.words.insert(command.words.end(), own_words->begin(), own_words->end());
    }
    command.words.push_back(path);
    return command;
}

}  // namespace bestow::operations
