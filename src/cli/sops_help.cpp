#include "cli/sops_help.hpp"

#include "cli/sops_flags.hpp"

namespace bestow::cli {
namespace {

constexpr const char* kUsage = R"(NAME:
   sops - encrypted files for age recipients, by bestow

USAGE:
   sops [global options] [command [command options] [arguments]]

COMMANDS:
   decrypt [FILE]                  print a file decrypted
   encrypt [FILE]                  print a file encrypted
   edit FILE                       edit an encrypted file; `sops FILE` does the same
   set FILE PATH VALUE             set one value, given as JSON
   unset FILE PATH                 remove one value
   rotate FILE                     new data key
   updatekeys FILE...              make the keys what .sops.yaml says
   filestatus FILE                 is it encrypted?
   exec-env FILE COMMAND           run a command with the values in its environment
   exec-file FILE COMMAND          run a command with the decrypted file, {} being its name
   completion bash|zsh             a completion script

   A PATH looks like '["key"][0]'. Without a command, -d, -e, -r, --set and -i work as they always did.

GLOBAL OPTIONS:
)";

std::string flag_lines(const std::vector<UrfaveFlag>& flags) {
    std::string text;
    for (const UrfaveFlag& flag : flags) {
        std::string line = "  ";
        for (const std::string& name : flag.names) {
            line += (line.size() > 2 ? ", " : " ") + std::string(name.size() > 1 ? "--" : "-") + name;
        }
        line += flag.kind == FlagKind::Boolean ? "" : " VALUE";
        line += flag.variable.empty() ? "" : " [$" + flag.variable + "]";
        text += line + "\n";
    }
    return text;
}

}  // namespace

std::string sops_help(const std::string& command) {
    const std::vector<UrfaveFlag> flags = sops_command_flags(command);
    if (flags.empty()) {
        return kUsage + flag_lines(sops_global_flags());
    }
    return "NAME:\n   sops " + command + "\n\nOPTIONS:\n" + flag_lines(flags);
}

}  // namespace bestow::cli
