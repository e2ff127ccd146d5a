#include "cli/inspect_age.hpp"

#include "age/stream_file.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/shown.hpp"
#include "cli/streams.hpp"
#include "document/json_value.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace bestow::cli {
namespace {

using document::JsonValue;

constexpr const char* kVersion = "age-encryption.org/v1";

struct Sizes {
    std::uint64_t header;
    std::uint64_t armor;
    std::uint64_t overhead;
    std::uint64_t payload;

    explicit Sizes(const age::FileSummary& summary)
        : header(summary.header_bytes),
          armor(summary.armor_bytes),
          overhead(summary.payload_bytes - age::plaintext_bytes(summary.payload_bytes).value()),
          payload(summary.payload_bytes - overhead) {}
    [[nodiscard]] std::uint64_t total() const { return header + armor + overhead + payload; }
};

bool is_type(const age::Stanza& stanza, std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), stanza.type) != types.end();
}

/// "yes", "no", or "unknown" when a stanza is of a kind that we do not know; random ones that age calls grease count
/// not.
std::string post_quantum(const std::vector<age::Stanza>& stanzas) {
    std::string answer = "yes";
    for (const age::Stanza& stanza : stanzas) {
        const std::string_view type = stanza.type;
        if (is_type(stanza, {"X25519", "ssh-rsa", "ssh-ed25519", "p256tag", "piv-p256"})) {
            return "no";
        }
        const bool grease = type.size() > 7 && type.substr(type.size() - 7) == "-grease";
        if (!grease && !is_type(stanza, {"mlkem768x25519", "scrypt", "mlkem768p256tag"})) {
            answer = "unknown";
        }
    }
    return stanzas.empty() ? "unknown" : answer;
}

std::vector<std::string> types_of(const age::FileSummary& summary) {
    std::vector<std::string> types;
    for (const age::Stanza& stanza : summary.stanzas) {
        types.push_back(stanza.type);
    }
    return types;
}

std::string to_json(const age::FileSummary& summary) {
    const Sizes sizes(summary);
    const auto number = [](std::uint64_t value) { return JsonValue::number(static_cast<std::int64_t>(value)); };
    JsonValue size_values = JsonValue::object();
    size_values.set("header", number(sizes.header))
        .set("armor", number(sizes.armor))
        .set("overhead", number(sizes.overhead))
        .set("min_payload", number(sizes.payload))
        .set("max_payload", number(sizes.payload))
        .set("min_padding", number(0))
        .set("max_padding", number(0));
    JsonValue value = JsonValue::object();
    value.set("version", JsonValue::text(kVersion))
        .set("postquantum", JsonValue::text(post_quantum(summary.stanzas)))
        .set("armor", JsonValue::boolean(summary.armored))
        .set("stanza_types", JsonValue::texts(types_of(summary)))
        .set("sizes", std::move(size_values));
    return value.dump();
}

std::string size_line(std::string_view name, std::uint64_t size_bytes) {
    return format("    {:<20}{:>12} bytes\n", name, size_bytes);
}

std::string to_text(const age::FileSummary& summary, const std::string& name) {
    const Sizes sizes(summary);
    std::string text = format("{} is an age file, version \"{}\".\n\n", name, kVersion);
    if (summary.armored) {
        text += "This file is ASCII-armored.\n\n";
    }
    text += "This file is encrypted to the following recipient types:\n";
    for (const std::string& type : types_of(summary)) {
        text += format("  - \"{}\"\n", type);
    }
    const std::string quantum = post_quantum(summary.stanzas);
    if (quantum == "unknown") {
        text += "\nThis file uses recipient types of which nothing more is known.\n";
    } else {
        text += format("\nThis file {} post-quantum encryption.\n", quantum == "yes" ? "uses" : "does NOT use");
    }
    text += "\nSize breakdown (assuming it decrypts successfully):\n\n" + size_line("Header", sizes.header);
    if (summary.armored) {
        text += size_line("Armor overhead", sizes.armor);
    }
    text += size_line("Encryption overhead", sizes.overhead) + size_line("Payload", sizes.payload);
    return text + "                        -------------------\n" + size_line("Total", sizes.total()) +
           "\nTip: for machine-readable output, use --json.\n";
}

}  // namespace

int inspect_age_file(Invocation& invocation, const std::string& path) {
    StandardInput standard_input;
    InputFile input(*invocation.system, path, standard_input);
    const std::string name = is_standard_stream(path) ? "<stdin>" : path;
    try {
        const age::FileSummary summary = age::inspect_stream(input);
        std::cout << (invocation.json ? to_json(summary) + '\n' : shown_text(to_text(summary, name)));
    } catch (Error& error) {
        error.add_context(quoted(name));
        throw;
    }
    return 0;
}

}  // namespace bestow::cli
