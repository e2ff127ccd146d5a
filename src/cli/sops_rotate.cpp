#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/sops_encrypt.hpp"
#include "cli/sops_file.hpp"
#include "os/system.hpp"

#include <algorithm>

namespace bestow::cli {
namespace {

using sops::Format;

std::vector<std::string> listed(const std::string& list) {
    std::vector<std::string> recipients;
    for (const std::string_view recipient : split(list, ',')) {
        if (!list.empty()) {
            recipients.push_back(age::normalize_recipient(trim(recipient)));
        }
    }
    return recipients;
}

/// New ones go into the first group, as in sops.
sops::RecipientGroups changed_recipients(const SopsCall& call, const sops::EncryptedFile& file) {
    sops::RecipientGroups recipients{file.recipient_groups(), file.metadata().shamir_threshold};
    if (recipients.groups.empty()) {
        recipients.groups.emplace_back();
    }
    for (std::string& added : listed(call.flags.text("add-age"))) {
        recipients.groups.front().push_back(std::move(added));
    }
    for (const std::string& removed : listed(call.flags.text("rm-age"))) {
        for (std::vector<std::string>& group : recipients.groups) {
            std::erase(group, removed);
        }
    }
    for (const std::vector<std::string>& group : recipients.groups) {
        if (group.empty()) {
            throw Error(ErrorKind::Usage, recipients.groups.size() > 1 ? "nobody would be left in a key group"
                                                                       : "nobody would be left who can read the file");
        }
    }
    return recipients;
}

/// In another format, the values are encrypted anew altogether.
std::string rotated(const SopsCall& call, const OpenedSopsFile& opened, const EncryptFormats& formats) {
    const std::string now = os::utc_timestamp(call.system().now());
    const sops::RecipientGroups recipients = changed_recipients(call, opened.file);
    if (formats.input == formats.output) {
        return sops::reencrypt_groups(opened.file, opened.data_key.view(), recipients, now);
    }
    const SecretBytes plaintext = emit_documents(call, all_documents(opened.roots), formats.output);
    sops::EncryptOptions options;
    options.groups = recipients.groups;
    options.shamir_threshold = recipients.threshold;
    options.selector = opened.file.metadata().selector;
    options.mac_only_encrypted = opened.file.metadata().mac_only_encrypted;
    options.now = now;
    return encrypt_plaintext(call, plaintext.view(), {formats.output, formats.output}, options);
}

}  // namespace

int sops_rotate(const SopsCall& call) {
    const std::string file = file_argument(call);
    check_output_flags(call);
    if (!file_exists(call.system(), file) && changes_keys(call)) {
        throw SopsFailure(SopsStatus::KeysOfMissingFile,
                          format("there is no file {} whose keys could be changed", quoted(file)));
    }
    const std::string name = deciding_name(call, file);
    const EncryptFormats formats = {sops_format(call, "input-type", name), sops_format(call, "output-type", name)};
    (void)creation_config(call);
    check_decryption_order(call);
    refuse_foreign_flags(call);
    const OpenedSopsFile opened = open_encrypted(call, file, formats.input);
    const std::string text = rotated(call, opened, formats);
    write_sops_output(call, file, as_bytes(text), Secrecy::Ciphertext);
    return 0;
}

}  // namespace bestow::cli
