#include "cli/age_request.hpp"

#include "age/stream_file.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/passphrase.hpp"
#include "cli/report.hpp"
#include "cli/streams.hpp"
#include "operations/operator_identities.hpp"

#include <algorithm>
#include <utility>

namespace bestow::cli {
namespace {

constexpr std::size_t kKeyFileLimit = std::size_t{1} * 1024 * 1024;
constexpr int kStandardOutput = 1;

Error usage(std::string message, std::string hint = {}) {
    return {ErrorKind::Usage, std::move(message), std::move(hint)};
}

void check_decryption(const AgeRequest& request) {
    if (request.encrypt) {
        throw usage("-e/--encrypt can't be used with -d/--decrypt");
    }
    if (request.armor) {
        throw usage("-a/--armor can't be used with -d/--decrypt", "armored files are detected automatically");
    }
    if (request.passphrase) {
        throw usage("-p/--passphrase can't be used with -d/--decrypt",
                    "files protected by a passphrase are detected automatically");
    }
    if (!request.recipients.empty() || !request.recipients_files.empty()) {
        throw usage("-r/--recipient and -R/--recipients-file can't be used with -d/--decrypt",
                    "did you mean -i/--identity, to name a private key?");
    }
}

void check_encryption(const AgeRequest& request) {
    if (!request.identity_files.empty() && !request.encrypt) {
        throw usage("-i/--identity can't be used in encryption mode unless it is selected with -e/--encrypt",
                    "did you forget -d/--decrypt?");
    }
    const bool any =
        !request.recipients.empty() || !request.recipients_files.empty() || !request.identity_files.empty();
    if (!any && !request.passphrase) {
        throw usage("missing recipients", "did you forget -r/--recipient, -R/--recipients-file or -p/--passphrase?");
    }
    if (any && request.passphrase) {
        throw usage("-p/--passphrase can't be combined with -r, -R or -i");
    }
}

/// One file at a time through age, with standard input given away once.
class AgeRun {
  public:
    AgeRun(Invocation& invocation, const AgeRequest& request)
        : invocation_(invocation), system_(*invocation.system), request_(request) {}

    void encrypt() {
        InputFile input(system_, request_.input, standard_input_);
        const age::Recipients recipients = collect_recipients();
        if (writes_to_terminal() && !request_.armor) {
            throw Error(ErrorKind::Failed, "refusing to write binary to the terminal",
                        "did you mean -a/--armor? force it with -o -");
        }
        OutputFile output(system_, request_.output);
        output.refuse_if_same_as(input.fd());
        age::encrypt_stream(input, output, recipients, request_.armor);
        output.commit();
    }

    void decrypt() {
        InputFile input(system_, request_.input, standard_input_);
        const age::Identities identities = collect_identities();
        if (writes_to_terminal()) {
            TerminalOutput output(system_);
            decrypt_to(input, output, identities);
            output.commit();
            return;
        }
        OutputFile output(system_, request_.output);
        output.refuse_if_same_as(input.fd());
        decrypt_to(input, output, identities);
        output.commit();
    }

  private:
    [[nodiscard]] bool writes_to_terminal() const {
        return request_.output.empty() && os::is_terminal(kStandardOutput);
    }

    SecretBytes read(const std::string& path) { return read_input(system_, path, standard_input_, kKeyFileLimit); }

    age::Identities parse_identity_file(const std::string& path, bool at_once) {
        return operations::parse_identity_file(system_, read(path).view(), path,
                                               {{}, ask_for_keys(*invocation_.terminal), at_once});
    }

    age::Recipients collect_recipients() {
        age::Recipients recipients;
        if (request_.passphrase) {
            recipients.push_back(age::scrypt_recipient(ask_new_passphrase(*invocation_.terminal)));
        }
        for (const std::string& text : request_.recipients) {
            recipients.push_back(age::parse_recipient(text));
        }
        for (const std::string& path : request_.recipients_files) {
            std::vector<std::string> ignored;
            for (auto& recipient : age::parse_recipients_file(read(path).view(), path, &ignored)) {
                recipients.push_back(std::move(recipient));
            }
            for (const std::string& message : ignored) {
                report_warning(invocation_.program_name, message);
            }
        }
        for (const std::string& path : request_.identity_files) {
            add_recipients_of(parse_identity_file(path, true), recipients);
        }
        return recipients;
    }

    /// An ed25519 SSH key stands for two recipients, of which the SSH one is what age writes.
    static void add_recipients_of(const age::Identities& identities, age::Recipients& recipients) {
        std::string converted;
        for (const auto& identity : identities) {
            const std::string text = identity->recipient_text();
            if (text != converted) {
                recipients.push_back(age::parse_recipient(text));
                converted = age::recipient_as_x25519(text);
            }
        }
    }

    age::Identities collect_identities() {
        age::Identities identities;
        for (const std::string& path : request_.identity_files) {
            append(identities, parse_identity_file(path, false));
        }
        if (!request_.identity_files.empty()) {
            return identities;
        }
        if (request_.use_operator_identities) {
            auto own = operations::load_operator_identities(system_, {{}, ask_for_keys(*invocation_.terminal), false});
            append(identities, std::move(own.identities));
            for (const std::string& warning : own.warnings) {
                report_warning(invocation_.program_name, warning);
            }
            notes_ = std::move(own.notes);
        }
        identities.push_back(
            age::scrypt_identity([this] { return ask_passphrase(*invocation_.terminal); }, age::kAttendedWorkFactor));
        return identities;
    }

    static void append(age::Identities& identities, age::Identities more) {
        std::move(more.begin(), more.end(), std::back_inserter(identities));
    }

    void decrypt_to(Source& input, Sink& output, const age::Identities& identities) {
        try {
            if (!age::decrypt_stream(input, output, identities)) {
                throw nothing_opens();
            }
        } catch (Error& error) {
            operations::tell_of_agent(error, operations::has_agent(system_));
            if (!is_standard_stream(request_.input) && error.kind() != ErrorKind::System) {
                error.add_context(quoted(request_.input));
            }
            throw;
        }
    }

    [[nodiscard]] Error nothing_opens() const {
        if (request_.identity_files.empty()) {
            const std::string unusable = notes_.empty() ? std::string() : "; not usable: " + join(notes_, "; ");
            return {ErrorKind::NoIdentity, "no identity here opens this file, and no passphrase does",
                    "name a private key with -i/--identity" + unusable};
        }
        return {ErrorKind::NoIdentity, "no identity matched any of the recipients",
                "a file protected by a passphrase opens without -i/--identity"};
    }

    Invocation& invocation_;
    os::System& system_;
    const AgeRequest& request_;
    StandardInput standard_input_;
    std::vector<std::string> notes_;  ///< of the operator's own places that hold something unusable
};

}  // namespace

void check_age_request(const AgeRequest& request) {
    if (request.decrypt) {
        check_decryption(request);
    } else {
        check_encryption(request);
    }
}

int run_age_request(Invocation& invocation, const AgeRequest& request) {
    AgeRun run(invocation, request);
    if (request.decrypt) {
        run.decrypt();
    } else {
        run.encrypt();
    }
    return 0;
}

}  // namespace bestow::cli
