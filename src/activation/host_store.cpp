#include "activation/host_store.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/path_pattern.hpp"

namespace bestow::activation {
namespace {

constexpr const char* kPolicyFile = "bestow.yaml";
constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxFiles = 100'000;

}  // namespace

HostStore::HostStore(os::System& system, const std::string& path) : HostStore(system, path, system.effective_uid()) {}

HostStore::HostStore(os::System& system, const std::string& path, std::uint32_t trusted_uid)
    : system_(system), own_uid_(trusted_uid), directory_(open_trusted_directory(system, path, {trusted_uid, false})) {}

bool HostStore::folders_are_trusted(const std::string& name) {
    for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
        const std::string folder = name.substr(0, slash);
        if (trusted_folders_.count(folder) != 0) {
            continue;
        }
        const auto opened = system_.try_open_directory_beneath(directory_.fd.get(), folder);
        if (!opened) {
            return false;
        }
        check_trust(system_.status(opened->get()), own_uid_, directory_.path + "/" + folder);
        trusted_folders_.insert(folder);
    }
    return true;
}

std::optional<std::string> HostStore::try_read(const std::string& name) {
    if (!folders_are_trusted(name)) {
        return std::nullopt;
    }
    const auto file = system_.try_open_file_beneath(directory_.fd.get(), name);
    if (!file) {
        return std::nullopt;
    }
    check_trust(system_.status(file->get()), own_uid_, directory_.path + "/" + name);
    return system_.read_text(file->get(), kMaxFileBytes, name);
}

void HostStore::collect(const std::string& folder, std::size_t depth, std::vector<std::string>& files) {
    const auto opened = system_.try_open_directory_beneath(directory_.fd.get(), folder.empty() ? "." : folder);
    if (!opened || depth > kMaxDepth) {
        return;
    }
    for (const std::string& entry : system_.list_directory(opened->get())) {
        const auto status = system_.try_status(opened->get(), entry);
        const std::string name = folder.empty() ? entry : folder + "/" + entry;
        if (status && status->type == os::FileType::Directory && entry != ".git") {
            collect(name, depth + 1, files);
        } else if (status && status->type == os::FileType::Regular) {
            files.push_back(name);
        }
        if (files.size() > kMaxFiles) {
            throw Error(ErrorKind::Format, format("the store holds more than {} files", kMaxFiles));
        }
    }
}

std::vector<std::string> HostStore::match(const std::string& pattern) {
    const std::string fixed = pattern.substr(0, pattern.find_first_of("*?"));
    const std::size_t slash = fixed.rfind('/');
    std::vector<std::string> files;
    collect(slash == std::string::npos ? "" : fixed.substr(0, slash), 0, files);
    std::vector<std::string> matching;
    for (const std::string& file : files) {
        if (policy::matches_path(pattern, file)) {
            matching.push_back(file);
        }
    }
    return matching;
}

std::optional<delivery::ReadManifest> HostStore::try_load_manifest() {
    std::optional<std::string> text = try_read(delivery::kManifestFile);
    if (!text) {
        return std::nullopt;
    }
    const std::string place = format("{}/{}", directory_.path, delivery::kManifestFile);
    if (system_.try_status(directory_.fd.get(), kPolicyFile)) {
        throw Error(ErrorKind::Policy,
                    format("{} lies beside a {}: is this a bundle or a store?", quoted(place), kPolicyFile),
                    "remove one of the two");
    }
    try {
        return delivery::parse_manifest(std::move(*text));
    } catch (Error& error) {
        error.add_context(place);
        throw;
    }
}

policy::Policy HostStore::load_policy() {
    std::optional<std::string> text = try_read(kPolicyFile);
    if (!text) {
        throw Error(
            ErrorKind::Policy,
            format("there is neither {} nor {} in {}", kPolicyFile, delivery::kManifestFile, quoted(directory_.path)),
            "--store names the directory of a store or a bundle");
    }
    policy::StoreReader reader;
    reader.read = [this](const std::string& name) { return try_read(name); };
    reader.match = [this](const std::string& pattern) { return match(pattern); };
    try {
        return policy::parse_policy(std::move(*text), reader, policy::Strictness::Host);
    } catch (Error& error) {
        throw error.kind() == ErrorKind::Policy ? error : error.add_context(directory_.path);
    }
}

}  // namespace bestow::activation
