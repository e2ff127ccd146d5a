#include "operations/entry_proof.hpp"

#include "age/stream_file.hpp"
#include "base/error.hpp"
#include "base/format.hpp"

#include <algorithm>
#include <array>

namespace bestow::operations {
namespace {

/// Stanzas of types that nobody uses, which age puts in to keep readers tolerant.
bool is_grease(const age::Stanza& stanza) {
    return stanza.type.ends_with("-grease");
}

/// A stanza as this recipient makes it: its type, and for SSH keys its tag, are always the same.
age::Stanza sample_stanza(const std::string& recipient) {
    const std::array<Byte, age::kFileKeyBytes> no_key{};
    return age::parse_recipient(recipient)->wrap(no_key);
}

}  // namespace

std::optional<std::string> entry_problem(const sops::AgeEntry& entry) {
    try {
        MemorySource file(as_bytes(entry.enc));
        std::vector<age::Stanza> stanzas = age::inspect_stream(file).stanzas;
        std::erase_if(stanzas, is_grease);
        if (stanzas.size() != 1) {
            return format("its data key is wrapped {} times, not once", stanzas.size());
        }
        const age::Stanza expected = sample_stanza(entry.recipient);
        const bool has_tag = expected.type.starts_with("ssh-");
        const bool same_tag = !has_tag || (!stanzas.front().arguments.empty() &&
                                           stanzas.front().arguments.front() == expected.arguments.front());
        if (stanzas.front().type != expected.type || !same_tag) {
            return std::string("its data key is wrapped for somebody else");
        }
        return std::nullopt;
    } catch (const Error& error) {
        return error.full_message();
    }
}

}  // namespace bestow::operations
