#include "activation/state_directory.hpp"

#include "activation/trusted_path.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "store/atomic_write.hpp"

namespace bestow::activation {
namespace {

constexpr unsigned kDirectoryMode = 0700;
constexpr unsigned kRecordMode = 0600;
constexpr unsigned kListable = 0044;
constexpr const char* kOwnName = "bestow";
constexpr std::size_t kMaxRecordBytes = std::size_t{4} * 1024 * 1024;

std::string record_name(const std::string& entry) {
    return format("links-{}", entry);
}

/// Only what bestow could have written: absolute paths, a line each.
std::vector<std::string> parse_record(const std::string& text) {
    std::vector<std::string> links;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty() && line.front() == '/') {
            links.emplace_back(line);
        }
    }
    return links;
}

/// Whoever may list it may lock it, and keep bestow waiting. Only of a folder that is bestow's by its name.
void close_to_others(os::System& system, int directory, const std::string& path) {
    const unsigned mode_bits = system.status(directory).mode_bits;
    if ((mode_bits & kListable) != 0 && base_name(path) == kOwnName) {
        system.change_mode(directory, mode_bits & ~kListable);
    }
}

}  // namespace

std::optional<os::UniqueFd> try_open_state(os::System& system, const std::string& path) {
    try {
        return open_trusted_directory(system, path).fd;
    } catch (const Error&) {
        return std::nullopt;
    }
}

os::UniqueFd make_state(os::System& system, const std::string& path) {
    try {
        os::UniqueFd directory = open_trusted_directory(system, path).fd;
        close_to_others(system, directory.get(), path);
        return directory;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound || path.find('/', 1) == std::string::npos) {
            throw;
        }
    }
    const std::size_t slash = path.rfind('/');
    const os::UniqueFd parent = make_state(system, path.substr(0, slash));
    system.make_directory(parent.get(), path.substr(slash + 1), kDirectoryMode);
    return open_trusted_directory(system, path).fd;
}

std::vector<std::string> read_link_record(os::System& system, const std::string& path, const std::string& entry) {
    const auto directory = path.empty() ? std::nullopt : try_open_state(system, path);
    if (!directory) {
        return {};
    }
    try {
        const auto file = system.try_open_file_beneath(directory->get(), record_name(entry));
        if (!file || !distrust_of(system.status(file->get()), system.effective_uid()).empty()) {
            return {};
        }
        return parse_record(system.read_text(file->get(), kMaxRecordBytes, record_name(entry)));
    } catch (const Error&) {
        return {};  // a broken record costs a link that stays, and no activation
    }
}

void write_link_record(os::System& system, const std::string& path, const std::string& entry,
                       const std::vector<std::string>& links) {
    if (path.empty() || read_link_record(system, path, entry) == links) {
        return;
    }
    std::string text;
    for (const std::string& link : links) {
        text += link + "\n";
    }
    const os::UniqueFd directory = make_state(system, path);
    store::WriteBatch batch(system, directory.get());
    batch.write(record_name(entry), as_bytes(text), kRecordMode);
    batch.commit();
}

}  // namespace bestow::activation
