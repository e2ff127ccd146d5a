#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/sops_call.hpp"
#include "cli/sops_flags.hpp"

#include <iostream>

namespace bestow::cli {
namespace {

constexpr const char* kCommands =
    "decrypt encrypt edit set unset rotate updatekeys filestatus exec-env exec-file completion help";

std::string all_flags() {
    std::string words;
    for (const UrfaveFlag& flag : sops_global_flags()) {
        words += (words.empty() ? "--" : " --") + flag.names.front();
    }
    return words;
}

std::string bash_script() {
    return "_sops() {\n"
           "    local current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
           "    case \"$current\" in\n"
           "        -*) COMPREPLY=($(compgen -W \"" +
           all_flags() +
           "\" -- \"$current\")) ;;\n"
           "        *)  [ \"$COMP_CWORD\" = 1 ] && COMPREPLY=($(compgen -W \"" +
           std::string(kCommands) +
           "\" -- \"$current\")) ;;\n"
           "    esac\n"
           "}\n"
           "complete -o bashdefault -o default -F _sops sops\n";
}

std::string zsh_script() {
    return "#compdef sops\n"
           "autoload -U +X bashcompinit && bashcompinit\n" +
           bash_script();
}

}  // namespace

int sops_completion(const SopsCall& call) {
    const std::string shell = call.arguments().empty() ? std::string() : call.arguments().front();
    if (shell != "bash" && shell != "zsh") {
        throw SopsFailure(SopsStatus::Failed, "completion takes bash or zsh");
    }
    std::cout << (shell == "bash" ? bash_script() : zsh_script());
    return 0;
}

}  // namespace bestow::cli
