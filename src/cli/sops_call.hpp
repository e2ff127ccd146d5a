#pragma once
/// One call of the program as `sops`: its flags, and what every subcommand asks of them.

#include "cli/invocation.hpp"
#include "cli/sops_status.hpp"
#include "cli/urfave_flags.hpp"
#include "operations/creation_config.hpp"
#include "sops/format.hpp"
#include "sops/plain_tree.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bestow::cli {

/// The `.sops.yaml` that counts, looked for once a run.
struct SopsConfig {
    bool looked_for = false;
    std::optional<operations::CreationConfig> found;
};

struct SopsCall {
    Invocation& invocation;
    SopsConfig& config;
    const FlagValues& global;  ///< before the subcommand
    const FlagValues& flags;   ///< the subcommand's own; without one, the same as `global`

    [[nodiscard]] os::System& system() const { return *invocation.system; }
    [[nodiscard]] const std::vector<std::string>& arguments() const { return flags.arguments(); }
};

/// The subcommands, each in a file sops_NAME.cpp. Arguments are checked by each, as upstream does.
int sops_decrypt(const SopsCall& call);
int sops_encrypt(const SopsCall& call);
int sops_set(const SopsCall& call);
int sops_unset(const SopsCall& call);
int sops_edit(const SopsCall& call);
int sops_filestatus(const SopsCall& call);
int sops_rotate(const SopsCall& call);
int sops_updatekeys(const SopsCall& call);
int sops_completion(const SopsCall& call);
int sops_exec_env(const SopsCall& call);
int sops_exec_file(const SopsCall& call);
/// Without a subcommand: -d, -e, -r, --set, or edit.
int sops_without_subcommand(const SopsCall& call);

/// By --input-type or --output-type, else by the name.
sops::Format sops_format(const SopsCall& call, const std::string& type_flag, const std::string& name);

/// The name that decides the format and the creation rule: --filename-override, else the file's.
std::string deciding_name(const SopsCall& call, const std::string& file);

/// --config, SOPS_CONFIG, or the nearest `.sops.yaml` from the working directory upwards; nullptr when there is none.
/// Throws what is wrong with it: sops needs it even to decrypt.
const operations::CreationConfig* creation_config(const SopsCall& call);

/// --indent, else what the configuration says for that format.
sops::Layout layout_for(const SopsCall& call, sops::Format format);

/// Throws for a type of key that is named twice; otherwise there is nothing to order, as all keys are age's.
void check_decryption_order(const SopsCall& call);

/// Throws for whatever asks for cloud keys, PGP or another key service: none of it is done here.
void refuse_foreign_flags(const SopsCall& call);

/// Whether --add-* or --rm-* is there.
bool changes_keys(const SopsCall& call);

/// --in-place and --output contradict each other.
void check_output_flags(const SopsCall& call);

/// The only argument; the others are told of. Throws SopsStatus::NoFile when there is none.
std::string file_argument(const SopsCall& call);

bool file_exists(os::System& system, const std::string& path);

/// '["a"][0]' as sops reads it. Throws Error(Usage).
document::KeyPath parse_tree_path(std::string_view text);

}  // namespace bestow::cli
