#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"
#include "cli/sops_encrypt.hpp"
#include "cli/sops_file.hpp"
#include "operations/editor.hpp"
#include "operations/editor_session.hpp"
#include "operations/shell_words.hpp"
#include "os/system.hpp"

namespace bestow::cli {
namespace {

using operations::EditorSession;
using sops::Format;

constexpr std::string_view kExampleYaml =
    "# An example: replace it.\n"
    "user: somebody\n"
    "password: a secret\n"
    "# A list\n"
    "hosts:\n"
    "    - one.example.org\n"
    "    - two.example.org\n"
    "port: 5432\n"
    "tls: true\n";
constexpr std::string_view kExampleDotenv = "# An example: replace it.\nDB_USER=somebody\nDB_PASSWORD=a secret\n";
constexpr std::string_view kExampleIni = "[database]\nuser     = somebody\npassword = a secret\n";
constexpr std::string_view kExampleBinary = "An example: replace it.\n";

bool is_program(os::System& system, const std::string& name) {
    const std::string path = system.environment("PATH").value_or("/usr/bin:/bin");
    for (const std::string_view folder : split(path, ':')) {
        if (!folder.empty() && file_exists(system, std::string(folder) + "/" + name)) {
            return true;
        }
    }
    return false;
}

/// SOPS_EDITOR, EDITOR, else the first of three that is here.
std::vector<std::string> sops_editor(os::System& system) {
    for (const char* const variable : {"SOPS_EDITOR", "EDITOR"}) {
        if (const auto named = system.environment(variable); named && !named->empty()) {
            std::vector<std::string> words = operations::split_shell_words(*named);
            if (words.empty()) {
                throw Error(ErrorKind::Usage, format("{} names no program", variable));
            }
            return words;
        }
    }
    for (const char* const name : {"vim", "nano", "vi"}) {
        if (is_program(system, name)) {
            return {name};
        }
    }
    throw Error(ErrorKind::NotFound, "there is no editor", "SOPS_EDITOR or EDITOR names one");
}

/// What is edited: its text before, and what becomes of the text afterwards.
struct Subject {
    std::string name;
    SecretBytes before;
    std::function<std::string(ByteView edited)> encrypt;
};

SecretBytes run_editor(const SopsCall& call, EditorSession& session) {
    return failing_with(SopsStatus::NoEditor, [&] {
        const operations::EditorCommand command =
            operations::editor_command_of(call.system(), sops_editor(call.system()), session.path());
        if (!command.keeps_nothing) {
            report_warning(call.invocation.program_name,
                           format("{} is an editor that bestow does not know: see to it that it keeps no copies of its "
                                  "own",
                                  quoted(command.name)));
        }
        return session.run(command.words);
    });
}

/// Shows why a text was not taken; false when nobody can be asked to go on.
bool edit_again(const SopsCall& call, const Error& why) {
    if (!call.invocation.terminal->available()) {
        return false;
    }
    report_error(call.invocation.program_name, why);
    return call.invocation.terminal->confirm("Go back to the editor?", os::Answer::Yes);
}

std::string edited_ciphertext(const SopsCall& call, const Subject& subject) {
    EditorSession session(call.system(), base_name(subject.name), subject.before.view());
    if (session.may_swap()) {
        report_warning(call.invocation.program_name,
                       "swap is on, and the plaintext lies in a tmpfs while you edit: it may be written to disk");
    }
    for (;;) {
        const SecretBytes edited = run_editor(call, session);
        if (equal_constant_time(edited.view(), subject.before.view())) {
            throw SopsFailure(SopsStatus::NotModified, "the file has not changed");
        }
        try {
            return subject.encrypt(edited.view());
        } catch (const Error& error) {
            if (!edit_again(call, error)) {
                throw;
            }
        }
    }
}

/// Binary files as bytes, and not as the JSON that they are in the file.
sops::EncryptedFile as_edited(sops::EncryptedFile file, Format format) {
    if (format != Format::Binary) {
        return file;
    }
    return failing_with(SopsStatus::CannotEmit, [&] { return sops::EncryptedFile::parse(file.text(), format); });
}

std::string edit_existing(const SopsCall& call, const std::string& file, Format format) {
    OpenedSopsFile opened = open_encrypted(call, file, format);
    const sops::EncryptedFile document = as_edited(std::move(opened.file), format);
    Subject subject;
    subject.name = file;
    subject.before = document.decrypt_document(opened.data_key.view());
    subject.encrypt = [&](ByteView edited) {
        check_plaintext(edited, format);
        return failing_with(SopsStatus::CannotEncrypt, [&] {
            return sops::replace_document(document, opened.data_key.view(), edited,
                                          os::utc_timestamp(call.system().now()))
                .text;
        });
    };
    return edited_ciphertext(call, subject);
}

SecretBytes example_text(const SopsCall& call, Format format) {
    switch (format) {
        case Format::Dotenv:
            return SecretBytes::copy_of(kExampleDotenv);
        case Format::Ini:
            return SecretBytes::copy_of(kExampleIni);
        case Format::Binary:
            return SecretBytes::copy_of(kExampleBinary);
        default:
            return emit_documents(call, all_documents(sops::parse_plain_trees(as_bytes(kExampleYaml), Format::Yaml)),
                                  format);
    }
}

std::string edit_new(const SopsCall& call, const std::string& file, const EncryptFormats& formats) {
    const sops::EncryptOptions options =
        encrypt_options(call, creation_rule(call, creation_config(call), deciding_name(call, file)), formats.input);
    Subject subject;
    subject.name = file;
    subject.before = example_text(call, formats.input);
    subject.encrypt = [&](ByteView edited) { return encrypt_plaintext(call, edited, formats, options); };
    return edited_ciphertext(call, subject);
}

}  // namespace

int sops_edit(const SopsCall& call) {
    const std::string file = file_argument(call);
    if (call.flags.boolean("show-master-keys")) {
        throw SopsFailure(SopsStatus::Failed, "--show-master-keys is not supported",
                          "sops updatekeys and sops rotate change who reads a file");
    }
    const std::string name = deciding_name(call, file);
    const EncryptFormats formats = {sops_format(call, "input-type", name), sops_format(call, "output-type", name)};
    (void)creation_config(call);
    check_decryption_order(call);
    const bool exists = file_exists(call.system(), file);
    if (exists && formats.input != formats.output) {
        throw SopsFailure(SopsStatus::Failed, "edit does not turn a file into another format",
                          "sops rotate --output-type does");
    }
    const std::string text = exists ? edit_existing(call, file, formats.input) : edit_new(call, file, formats);
    write_sops_file(call, file, as_bytes(text), Secrecy::Ciphertext);
    return 0;
}

}  // namespace bestow::cli
