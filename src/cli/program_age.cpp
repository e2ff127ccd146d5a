#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/age_request.hpp"
#include "cli/go_flags.hpp"
#include "cli/programs.hpp"
#include "cli/report.hpp"

#include <iostream>
#include <optional>

// The program names age and age-keygen. Statuses as theirs: 2 for a flag that does not exist, 1 for every other
// failure.

namespace bestow::cli {
namespace {

constexpr int kFlagStatus = 2;
constexpr const char* kVersion = "v1 (bestow " BESTOW_VERSION ")";

constexpr const char* kAgeUsage = R"(Usage:
    age [--encrypt] (-r RECIPIENT | -R PATH)... [--armor] [-o OUTPUT] [INPUT]
    age [--encrypt] --passphrase [--armor] [-o OUTPUT] [INPUT]
    age --decrypt [-i PATH]... [-o OUTPUT] [INPUT]

Options:
    -e, --encrypt               Encrypt the input to the output: the default.
    -d, --decrypt               Decrypt the input to the output.
    -o, --output OUTPUT         Write the result to the file OUTPUT, whole or not at all.
    -a, --armor                 Encrypt to text (PEM).
    -p, --passphrase            Encrypt with a passphrase.
    -r, --recipient RECIPIENT   Encrypt to RECIPIENT; may be given again.
    -R, --recipients-file PATH  Encrypt to the recipients in PATH; may be given again.
    -i, --identity PATH         Use the identity file PATH; may be given again.
    --version                   Print the version.

INPUT defaults to standard input and OUTPUT to standard output. RECIPIENT is an age1... or an SSH public key, ed25519
or RSA. With --encrypt said explicitly, -i encrypts to the recipients of an identity file.

Example:
    age-keygen -o key.txt
    age -r age1... -o notes.age notes.txt
    age --decrypt -i key.txt notes.age
)";

constexpr const char* kKeygenUsage = R"(Usage:
    age-keygen [-o OUTPUT]
    age-keygen -y [-o OUTPUT] [INPUT]

Options:
    -o, --output OUTPUT   Write to the file OUTPUT, which must not exist when a key is made.
    -y                    Print the recipients of an identity file.
    -pq                   Hybrid post-quantum keys: not in this build.
    --version             Print the version.

Example:
    age-keygen -o key.txt
)";

/// Flags, and what both programs share: help and the version.
struct CommandLine {
    std::vector<GoFlag> flags;
    const char* usage;
};

/// The exit status when there is nothing more to do; the words after the flags otherwise.
struct Parsed {
    std::optional<int> status;
    std::vector<std::string> words;
};

Parsed parse(const std::string& program_name, const std::vector<std::string>& words, CommandLine command_line) {
    bool help = false;
    bool version = false;
    command_line.flags.push_back({{"h", "help"}, {}, &help});
    command_line.flags.push_back({{"version"}, {}, &version});
    Parsed parsed;
    try {
        parsed.words = parse_go_flags(words, command_line.flags);
    } catch (const Error& error) {
        report_error(program_name, error);
        std::cerr << command_line.usage;
        parsed.status = kFlagStatus;
        return parsed;
    }
    if (help) {
        std::cerr << command_line.usage;
        parsed.status = 0;
    } else if (version) {
        std::cout << kVersion << '\n';
        parsed.status = 0;
    }
    return parsed;
}

std::string only_input(const std::vector<std::string>& words) {
    if (words.size() > 1) {
        throw Error(ErrorKind::Usage, format("too many INPUT arguments: {}", quoted(join(words, " "))),
                    "flags come before INPUT, of which there is one");
    }
    return words.empty() ? std::string() : words.front();
}

std::function<void(const std::string&)> append_to(std::vector<std::string>& list) {
    return [&list](const std::string& value) { list.push_back(value); };
}

std::function<void(const std::string&)> assign_to(std::string& text) {
    return [&text](const std::string& value) { text = value; };
}

}  // namespace

int run_age_program(Invocation& invocation, const std::vector<std::string>& words) {
    if (words.empty()) {
        std::cerr << kAgeUsage;
        return 1;
    }
    AgeRequest request;
    const Parsed parsed = parse(invocation.program_name, words,
                                {{
                                     {{"e", "encrypt"}, {}, &request.encrypt},
                                     {{"d", "decrypt"}, {}, &request.decrypt},
                                     {{"a", "armor"}, {}, &request.armor},
                                     {{"p", "passphrase"}, {}, &request.passphrase},
                                     {{"o", "output"}, assign_to(request.output)},
                                     {{"r", "recipient"}, append_to(request.recipients)},
                                     {{"R", "recipients-file"}, append_to(request.recipients_files)},
                                     {{"i", "identity"}, append_to(request.identity_files)},
                                 },
                                 kAgeUsage});
    if (parsed.status) {
        return *parsed.status;
    }
    request.input = only_input(parsed.words);
    check_age_request(request);
    return run_age_request(invocation, request);
}

int run_age_keygen_program(Invocation& invocation, const std::vector<std::string>& words) {
    KeygenRequest request;
    const Parsed parsed = parse(invocation.program_name, words,
                                {{
                                     {{"o", "output"}, assign_to(request.output)},
                                     {{"y"}, {}, &request.convert},
                                     {{"pq"}, {}, &request.post_quantum},
                                 },
                                 kKeygenUsage});
    if (parsed.status) {
        return *parsed.status;
    }
    request.input = only_input(parsed.words);
    return run_keygen_request(invocation, request);
}

}  // namespace bestow::cli
