#include "age/age.hpp"
#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/document_file.hpp"
#include "cli/store_options.hpp"
#include "operations/operator_identities.hpp"
#include "sops/encrypted_file.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

constexpr unsigned kPlaintextMode = 0600;
constexpr std::size_t kLimitBytes = std::size_t{64} * 1024 * 1024;

using operations::OperatorIdentities;

SecretBytes decrypt_age_file(ByteView bytes, const std::string& name, const OperatorIdentities& identities) {
    return operations::expect_opened(name, identities,
                                     [&] { return age::decrypt(bytes, identities.identities, kLimitBytes); });
}

SecretBytes decrypt_document(std::string text, const std::string& name, const OperatorIdentities& identities) {
    if (age::looks_like_age_file(as_bytes(text))) {
        return decrypt_age_file(as_bytes(text), name, identities);
    }
    const sops::EncryptedFile document = sops::EncryptedFile::parse(std::move(text), sops::format_of(name));
    const SecretBytes key = operations::open_data_key(document, name, identities);
    return document.decrypt_document(key.view());
}

int act(const Invocation& invocation, const DocumentOptions& options) {
    const OperatorIdentities identities =
        operations::load_operator_identities(*invocation.system, identity_request(invocation));
    report_warnings(invocation, identities.warnings);
    convert_documents(invocation, options, kPlaintextMode, [&](const std::string& name, const std::string& file) {
        return decrypt_document(read_ciphertext(invocation, file), name, identities);
    });
    return 0;
}

}  // namespace

void add_decrypt_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<DocumentOptions>();
    CLI::App* const command = parser.add_subcommand("decrypt", "Decrypt a whole file");
    add_document_options(*command, *options);
    command->footer(
        "The plaintext goes to standard output, unless --in-place or --output is given. Every value and the MAC are\n"
        "verified before anything is written.\n\n"
        "Examples:\n"
        "  bestow decrypt secrets/db.yaml\n"
        "  bestow decrypt --in-place *.yaml\n"
        "  bestow decrypt --identity key.txt --output /run/user/1000/disk.key disk.key.enc\n"
        "  git show HEAD~1:secrets/db.yaml | bestow decrypt --filename db.yaml -");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
