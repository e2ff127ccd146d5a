#pragma once
/// Every command, a line each: add_NAME_command puts it into the parser. Implementations are in command_NAME.cpp.

#include "cli/invocation.hpp"

namespace bestow::cli {

using AddCommand = void (*)(CLI::App& parser, Invocation& invocation);

// Files in age's format and keys.
void add_age_command(CLI::App& parser, Invocation& invocation);
void add_key_command(CLI::App& parser, Invocation& invocation);
void add_help_command(CLI::App& parser, Invocation& invocation);
// The store.
void add_init_command(CLI::App& parser, Invocation& invocation);
void add_host_command(CLI::App& parser, Invocation& invocation);
void add_operator_command(CLI::App& parser, Invocation& invocation);
void add_check_command(CLI::App& parser, Invocation& invocation);
void add_audit_command(CLI::App& parser, Invocation& invocation);
void add_who_command(CLI::App& parser, Invocation& invocation);
void add_list_command(CLI::App& parser, Invocation& invocation);
void add_add_command(CLI::App& parser, Invocation& invocation);
void add_set_command(CLI::App& parser, Invocation& invocation);
void add_get_command(CLI::App& parser, Invocation& invocation);
void add_unset_command(CLI::App& parser, Invocation& invocation);
void add_mv_command(CLI::App& parser, Invocation& invocation);
void add_edit_command(CLI::App& parser, Invocation& invocation);
void add_encrypt_command(CLI::App& parser, Invocation& invocation);
void add_decrypt_command(CLI::App& parser, Invocation& invocation);
void add_sync_command(CLI::App& parser, Invocation& invocation);
void add_generate_command(CLI::App& parser, Invocation& invocation);
void add_rotate_command(CLI::App& parser, Invocation& invocation);
void add_rekey_command(CLI::App& parser, Invocation& invocation);
void add_render_command(CLI::App& parser, Invocation& invocation);
void add_bundle_command(CLI::App& parser, Invocation& invocation);
void add_exec_command(CLI::App& parser, Invocation& invocation);
void add_exec_file_command(CLI::App& parser, Invocation& invocation);
// On a host.
void add_activate_command(CLI::App& parser, Invocation& invocation);
void add_generations_command(CLI::App& parser, Invocation& invocation);
void add_rollback_command(CLI::App& parser, Invocation& invocation);
void add_status_command(CLI::App& parser, Invocation& invocation);
void add_install_command(CLI::App& parser, Invocation& invocation);

}  // namespace bestow::cli
