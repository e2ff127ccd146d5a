#include "operations/known_readers.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "ssh/public_key.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

constexpr const char* kFileName = "known_readers";

std::string_view kind_word(const policy::Reader& reader) {
    switch (reader.kind) {
        case policy::Reader::Kind::Operator:
            return "operator";
        case policy::Reader::Kind::Host:
            return "host";
        case policy::Reader::Kind::Recipient:
            break;
    }
    return "recipient";
}

/// The line of one reader; a tab or a line break in the path would let one line pass for another.
std::string line_of(const std::string& store_path, const policy::Reader& reader) {
    const std::string line = format("{}\t{}\t{}\t{}", store_path, kind_word(reader), reader.name, reader.recipient);
    if (std::count(line.begin(), line.end(), '\t') != 3 || line.find('\n') != std::string::npos) {
        throw Error(ErrorKind::Failed, format("the store's path {} holds a tab or a line break", quoted(store_path)));
    }
    return line;
}

}  // namespace

KnownReaders KnownReaders::load(os::System& system, const std::string& store_path) {
    return {store_path, StateLines::load(system, kFileName)};
}

bool KnownReaders::knows(const policy::Reader& reader) const {
    return lines_.contains(line_of(store_path_, reader));
}

void KnownReaders::add(const policy::Reader& reader) {
    lines_.add(line_of(store_path_, reader));
}

std::string describe_reader(const policy::Reader& reader) {
    if (reader.kind == policy::Reader::Kind::Recipient) {
        return format("{} {}", kind_word(reader), reader.recipient);
    }
    return format("{} {} ({})", kind_word(reader), quoted(reader.name), reader.recipient);
}

std::string describe_key_of(const policy::Reader& reader) {
    const bool is_ssh = reader.key.starts_with("ssh-");
    return is_ssh ? format("{}, SSH key {}", describe_reader(reader), ssh::parse_public_key(reader.key).fingerprint())
                  : describe_reader(reader);
}

void confirm_readers(os::System& system, const std::string& store_path, const std::vector<policy::Reader>& readers,
                     const Confirmation& confirmation) {
    KnownReaders known = KnownReaders::load(system, store_path);
    for (const policy::Reader& reader : confirmation.given) {
        known.add(reader);
    }
    std::vector<policy::Reader> unknown;
    for (const policy::Reader& reader : readers) {
        const bool accepted = std::find(confirmation.accepted.begin(), confirmation.accepted.end(), reader.name) !=
                              confirmation.accepted.end();
        if (accepted) {
            known.add(reader);
        } else if (!known.knows(reader) && !(confirmation.is_own && confirmation.is_own(reader))) {
            const std::string line = line_of(store_path, reader);  // one reader of many files is asked about once
            if (std::none_of(unknown.begin(), unknown.end(),
                             [&](const policy::Reader& other) { return line_of(store_path, other) == line; })) {
                unknown.push_back(reader);
            }
        }
    }
    if (!unknown.empty() && !(confirmation.ask && confirmation.ask(unknown))) {
        std::vector<std::string> described;
        std::vector<std::string> options;
        for (const policy::Reader& reader : unknown) {
            described.push_back(describe_key_of(reader));
            const bool is_word = reader.name.find(' ') == std::string::npos;
            options.push_back("--accept-reader " + (is_word ? reader.name : "'" + reader.name + "'"));
        }
        throw Error(ErrorKind::Policy, format("not confirmed yet as a reader of this store: {}", join(described, ", ")),
                    format("compare the keys with their owners', then add {}", join(options, " ")));
    }
    for (const policy::Reader& reader : unknown) {
        known.add(reader);
    }
    known.save(system);
}

void remember_readers(os::System& system, const std::string& store_path, const std::vector<policy::Reader>& readers) {
    KnownReaders known = KnownReaders::load(system, store_path);
    for (const policy::Reader& reader : readers) {
        known.add(reader);
    }
    known.save(system);
}

}  // namespace bestow::operations
