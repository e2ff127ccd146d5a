#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/age_request.hpp"
#include "cli/passphrase.hpp"
#include "cli/streams.hpp"
#include "operations/operator_identities.hpp"

#include <iostream>

namespace bestow::cli {
namespace {

constexpr std::size_t kKeyFileLimit = std::size_t{1} * 1024 * 1024;
constexpr int kStandardOutput = 1;
constexpr unsigned kPrivateMode = 0600;

/// A private key never replaces a file: that one might be the only key to something.
void write_new_private_file(os::System& system, const std::string& path, ByteView content) {
    const std::size_t slash = path.rfind('/');
    const os::UniqueFd directory = system.open_directory(slash == std::string::npos ? "." : path.substr(0, slash + 1));
    const std::string leaf = slash == std::string::npos ? path : path.substr(slash + 1);
    const os::UniqueFd file = system.create_file(directory.get(), leaf, kPrivateMode);
    try {
        system.write_all(file.get(), content, path);
        system.sync(file.get());
    } catch (const Error&) {
        system.remove_file(directory.get(), leaf);
        throw;
    }
    system.sync(directory.get());
}

int generate(Invocation& invocation, const KeygenRequest& request) {
    if (!request.input.empty()) {
        throw Error(ErrorKind::Usage, "an input makes sense with -y only");
    }
    if (request.post_quantum) {
        throw Error(ErrorKind::Usage,
                    "hybrid post-quantum identities need a libsodium or OpenSSL with ML-KEM; this "
                    "build has none");
    }
    os::System& system = *invocation.system;
    const age::GeneratedIdentity identity = age::generate_identity();
    SecretBuilder content;
    content.append(format("# created: {}\n# public key: {}\n", os::utc_timestamp(system.now()), identity.recipient));
    content.append(identity.text.view());
    content.append("\n");
    if (is_standard_stream(request.output)) {
        system.write_all(kStandardOutput, content.view(), "standard output");
    } else {
        write_new_private_file(system, request.output, content.view());
    }
    if (!is_standard_stream(request.output) || !os::is_terminal(kStandardOutput)) {
        std::cerr << "Public key: " << identity.recipient << '\n';
    }
    return 0;
}

int convert(Invocation& invocation, const KeygenRequest& request) {
    os::System& system = *invocation.system;
    StandardInput standard_input;
    const SecretBytes file = read_input(system, request.input, standard_input, kKeyFileLimit);
    const std::string name = is_standard_stream(request.input) ? "standard input" : request.input;
    const operations::IdentityRequest request_at_once{{}, ask_for_keys(*invocation.terminal), true};
    std::string recipients;
    for (const auto& identity : operations::parse_identity_file(system, file.view(), name, request_at_once)) {
        recipients += identity->recipient_text() + '\n';
    }
    OutputFile output(system, request.output);
    output.write(as_bytes(recipients));
    output.commit();
    return 0;
}

}  // namespace

int run_keygen_request(Invocation& invocation, const KeygenRequest& request) {
    return request.convert ? convert(invocation, request) : generate(invocation, request);
}

}  // namespace bestow::cli
