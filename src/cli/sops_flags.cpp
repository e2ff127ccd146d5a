#include "cli/sops_flags.hpp"

#include <algorithm>
#include <array>

namespace bestow::cli {
namespace {

using Flags = std::vector<UrfaveFlag>;

UrfaveFlag text(std::vector<std::string> names, std::string variable = {}) {
    return {std::move(names), FlagKind::Text, std::move(variable), {}};
}

UrfaveFlag boolean(std::vector<std::string> names) {
    return {std::move(names), FlagKind::Boolean, {}, "false"};
}

UrfaveFlag number(std::string name) {
    return {{std::move(name)}, FlagKind::Number, {}, "0"};
}

Flags operator+(Flags a, const Flags& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Flags help_flag() {
    return {boolean({"help", "h"})};
}

Flags keyservice_flags() {
    return {{{"enable-local-keyservice"}, FlagKind::Boolean, "SOPS_ENABLE_LOCAL_KEYSERVICE", "true"},
            text({"keyservice"}, "SOPS_KEYSERVICE")};
}

Flags type_flags() {
    return {text({"input-type"}), text({"output-type"})};
}

Flags decryption_flags() {
    return {text({"decryption-order"}, "SOPS_DECRYPTION_ORDER")};
}

Flags output_flags() {
    return {boolean({"in-place", "i"}), text({"output"}), text({"filename-override"})};
}

/// Whom a new file is encrypted to.
Flags key_flags() {
    return {text({"kms", "k"}, "SOPS_KMS_ARN"),
            text({"aws-profile"}),
            text({"gcp-kms"}, "SOPS_GCP_KMS_IDS"),
            text({"hckms"}, "SOPS_HUAWEICLOUD_KMS_IDS"),
            text({"azure-kv"}, "SOPS_AZURE_KEYVAULT_URLS"),
            text({"hc-vault-transit"}, "SOPS_VAULT_URIS"),
            text({"pgp", "p"}, "SOPS_PGP_FP"),
            text({"age", "a"}, "SOPS_AGE_RECIPIENTS")};
}

/// What in a new file is encrypted.
Flags selector_flags() {
    return {text({"unencrypted-suffix"}), text({"encrypted-suffix"}),   text({"unencrypted-regex"}),
            text({"encrypted-regex"}),    text({"encryption-context"}), number("shamir-secret-sharing-threshold")};
}

Flags key_change_flags() {
    Flags flags;
    for (const char* const kind : {"gcp-kms", "hckms", "azure-kv", "kms", "hc-vault-transit", "age", "pgp"}) {
        flags.push_back(text({std::string("add-") + kind}));
        flags.push_back(text({std::string("rm-") + kind}));
    }
    return flags;
}

Flags edit_flags() {
    return {boolean({"show-master-keys", "s"}), boolean({"ignore-mac"})};
}

Flags value_change_flags() {
    return type_flags() + decryption_flags() +
           Flags{boolean({"ignore-mac"}), boolean({"idempotent"}), number("shamir-secret-sharing-threshold")};
}

Flags exec_flags() {
    return Flags{boolean({"background"}), text({"user"})} + decryption_flags();
}

Flags decrypt_flags() {
    return output_flags() + type_flags() + decryption_flags() + Flags{text({"extract"}), boolean({"ignore-mac"})};
}

Flags set_flags() {
    return value_change_flags() + Flags{boolean({"value-file"}), boolean({"value-stdin"})};
}

Flags own_flags(std::string_view command) {
    if (command == "decrypt") {
        return decrypt_flags();
    }
    if (command == "encrypt") {
        return output_flags() + key_flags() + type_flags() + selector_flags();
    }
    if (command == "edit") {
        return key_flags() + type_flags() + selector_flags() + edit_flags() + decryption_flags();
    }
    if (command == "rotate") {
        return output_flags() + type_flags() + key_change_flags() + decryption_flags() +
               Flags{text({"encryption-context"})};
    }
    if (command == "set" || command == "unset") {
        return command == "set" ? set_flags() : value_change_flags();
    }
    if (command == "updatekeys") {
        return {boolean({"yes", "y"}), text({"input-type"})};
    }
    if (command == "exec-env") {
        return exec_flags() + Flags{boolean({"pristine"}), boolean({"same-process"})};
    }
    if (command == "exec-file") {
        return exec_flags() + type_flags() + Flags{boolean({"no-fifo"}), text({"filename"})};
    }
    return {};
}

}  // namespace

Flags sops_global_flags() {
    const UrfaveFlag version_check = {
        {"disable-version-check"}, FlagKind::Boolean, "SOPS_DISABLE_VERSION_CHECK", "false"};
    return Flags{boolean({"decrypt", "d"}),
                 boolean({"encrypt", "e"}),
                 boolean({"rotate", "r"}),
                 version_check,
                 boolean({"check-for-updates"}),
                 boolean({"mac-only-encrypted"}),
                 boolean({"verbose"}),
                 boolean({"version", "v"}),
                 text({"extract"}),
                 text({"unencrypted-comment-regex"}),
                 text({"encrypted-comment-regex"}),
                 text({"config"}, "SOPS_CONFIG"),
                 text({"set"}),
                 number("indent")} +
           key_flags() + output_flags() + type_flags() + key_change_flags() + edit_flags() + selector_flags() +
           decryption_flags() + keyservice_flags() + help_flag();
}

Flags sops_command_flags(std::string_view command) {
    const Flags own = own_flags(command);
    if (command == "filestatus" || command == "completion") {
        return (command == "filestatus" ? Flags{text({"input-type"})} : Flags{}) + help_flag();
    }
    return own.empty() ? own : own + keyservice_flags() + help_flag();
}

}  // namespace bestow::cli
