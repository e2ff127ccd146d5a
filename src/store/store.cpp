#include "store/store.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/path_pattern.hpp"
#include "store/atomic_write.hpp"

#include <algorithm>
#include <utility>

namespace bestow::store {
namespace {

constexpr const char* kBundleManifest = "manifest.json";  // delivery's, which this layer does not know
constexpr std::size_t kFileLimitBytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kFolderDepth = 32;
constexpr std::size_t kFileCount = 200'000;
constexpr unsigned kWritableByOthers = 0002;
constexpr unsigned kSticky = 01000;

bool has_policy(os::System& system, int directory) {
    return system.try_status(directory, kPolicyFile).has_value();
}

/// Whoever can write bestow.yaml decides who reads every secret that is set from now on.
void refuse_store_of_everybody(os::System& system, int root, const std::string& path) {
    const os::FileStatus directory = system.status(root);
    const std::optional<os::FileStatus> file = system.try_status(root, kPolicyFile);
    const bool directory_open = (directory.mode_bits & kWritableByOthers) != 0 && (directory.mode_bits & kSticky) == 0;
    const bool file_open = file && file->type == os::FileType::Regular && (file->mode_bits & kWritableByOthers) != 0;
    if (directory_open || file_open) {
        const std::string culprit = directory_open ? path : path + "/" + kPolicyFile;
        throw Error(ErrorKind::Policy, format("everybody can write {}", quoted(culprit)),
                    format("chmod o-w {}, and look at what was changed", culprit));
    }
}

bool is_stranger(os::System& system, std::uint32_t uid) {
    const std::uint32_t caller = system.effective_uid();
    if (uid == caller || uid == 0) {
        return false;
    }
    return caller != 0 || system.environment("SUDO_UID") != std::to_string(uid);
}

/// As git's safe.directory: below /tmp, say, anybody can put a bestow.yaml above somebody's working directory.
void refuse_store_of_stranger(os::System& system, const Store& store) {
    const std::optional<os::FileStatus> file = system.try_status(store.root(), kPolicyFile);
    if (is_stranger(system, system.status(store.root()).uid) || (file && is_stranger(system, file->uid))) {
        throw Error(ErrorKind::Policy,
                    format("the nearest store, {}, belongs to somebody else, who says in it who reads what you write",
                           quoted(store.path())),
                    format("if it is meant: --store {}", store.path()));
    }
}

/// Collects the regular files below `folder`, whose path is `prefix`.
void collect_files(os::System& system, int folder, const std::string& prefix, std::vector<std::string>& files) {
    if (std::count(prefix.begin(), prefix.end(), '/') > static_cast<std::ptrdiff_t>(kFolderDepth)) {
        throw Error(ErrorKind::Format, format("folders are nested too deeply at {}", quoted(prefix)));
    }
    for (const std::string& name : system.list_directory(folder)) {
        const std::optional<os::FileStatus> status = system.try_status(folder, name);
        if (!status || name == ".git" || is_temporary_name(name)) {
            continue;
        }
        if (status->type == os::FileType::Directory) {
            if (const auto below = system.try_open_directory_beneath(folder, name)) {
                collect_files(system, below->get(), prefix + name + "/", files);
            }
        } else if (status->type == os::FileType::Regular) {
            files.push_back(prefix + name);
        }
        if (files.size() > kFileCount) {
            throw Error(ErrorKind::Format, format("the store holds more than {} files", kFileCount));
        }
    }
}

}  // namespace

Store::Store(os::System& system, os::UniqueFd root, std::string path)
    : system_(&system), root_(std::move(root)), path_(std::move(path)) {}

Store Store::at(os::System& system, const std::string& directory) {
    std::string path = system.real_path(directory);
    os::UniqueFd root = system.open_directory(path);
    refuse_store_of_everybody(system, root.get(), path);
    return {system, std::move(root), std::move(path)};
}

std::optional<Store> Store::try_open(os::System& system, const std::string& directory) {
    std::optional<std::string> named;
    if (!directory.empty()) {
        named = directory;
    } else if (const auto variable = system.environment("BESTOW_STORE"); variable && !variable->empty()) {
        named = variable;
    }
    if (!named) {
        const std::optional<std::string> nearest = nearest_store(system, system.real_path("."));
        if (!nearest) {
            return std::nullopt;
        }
        Store store = at(system, *nearest);
        refuse_store_of_stranger(system, store);
        return store;
    }
    Store store = at(system, *named);
    if (!has_policy(system, store.root())) {
        const bool bundle = system.try_status(store.root(), kBundleManifest).has_value();
        throw Error(ErrorKind::NotFound, format("there is no {} in {}", kPolicyFile, quoted(*named)),
                    bundle ? "that is a bundle, which `bestow install` and `bestow activate` take" : "bestow init");
    }
    return store;
}

Store Store::open(os::System& system, const std::string& directory) {
    std::optional<Store> store = try_open(system, directory);
    if (!store && system.try_open_file(".sops.yaml")) {
        throw Error(ErrorKind::NotFound, format("no {} here or in any directory above", kPolicyFile),
                    "a .sops.yaml names keys, not hosts and operators: change it there, then `sops updatekeys FILE` "
                    "for new readers, `sops rotate -i FILE` for a new data key");
    }
    if (!store) {
        throw Error(ErrorKind::NotFound, format("no {} here or in any directory above", kPolicyFile),
                    "--store DIR names a store, `bestow init` makes one");
    }
    return std::move(*store);
}

void Store::lock() {
    (void)system_->lock(root_.get(), true);
}

policy::StoreReader Store::reader() const {
    return {[this](const std::string& path) { return try_read_text(path); },
            [this](const std::string& pattern) { return match_files(pattern); }};
}

policy::Policy Store::load_policy() const {
    return policy_with({});
}

policy::Policy Store::policy_with(const std::map<std::string, std::string>& replaced_texts, PolicyFiles* files) const {
    const auto read = [&](const std::string& path) {
        const auto replaced = replaced_texts.find(path);
        if (replaced != replaced_texts.end() && files == nullptr) {
            return std::optional(replaced->second);
        }
        std::optional<std::string> text = try_read_text(path);
        if (files != nullptr) {
            files->texts[path] = text;
        }
        return replaced != replaced_texts.end() ? std::optional(replaced->second) : text;
    };
    const auto match = [&](const std::string& pattern) {
        std::vector<std::string> found = match_files(pattern);
        if (files != nullptr) {
            files->matches[pattern] = found;
        }
        return found;
    };
    std::optional<std::string> text = read(kPolicyFile);
    if (!text) {
        throw Error(ErrorKind::NotFound, format("there is no {} in {}", kPolicyFile, quoted(path_)), "bestow init");
    }
    return policy::parse_policy(std::move(*text), {read, match}, policy::Strictness::Operator);
}

PolicyFiles Store::read_again(const PolicyFiles& files) const {
    PolicyFiles now;
    for (const auto& [name, text] : files.texts) {
        now.texts[name] = try_read_text(name);
    }
    for (const auto& [pattern, names] : files.matches) {
        now.matches[pattern] = match_files(pattern);
    }
    return now;
}

std::optional<std::string> Store::changed_since(const PolicyFiles& files) const {
    const PolicyFiles now = read_again(files);
    for (const auto& [name, text] : files.texts) {
        if (now.texts.at(name) != text) {
            return name;
        }
    }
    for (const auto& [pattern, names] : files.matches) {
        if (now.matches.at(pattern) != names) {
            return pattern;
        }
    }
    return std::nullopt;
}

std::optional<std::string> Store::try_read_text(const std::string& name) const {
    const std::optional<os::UniqueFd> file = system_->try_open_file_beneath(root_.get(), name);
    if (!file) {
        return std::nullopt;
    }
    return system_->read_text(file->get(), kFileLimitBytes, name);
}

StoredFile Store::read_file(const std::string& name) const {
    std::optional<std::string> text = try_read_text(name);
    if (!text) {
        StoredFile missing;
        missing.name = name;
        return missing;
    }
    return classify_file(name, std::move(*text));
}

std::vector<std::string> Store::match_files(const std::string& pattern) const {
    // A store may be a corner of a large repository: only what a pattern can match is looked at.
    const std::string fixed = pattern.substr(0, std::min(pattern.find_first_of("*?"), pattern.size()));
    const std::string folder = fixed.substr(0, fixed.rfind('/') + 1);
    std::vector<std::string> files;
    if (folder.empty()) {
        collect_files(*system_, root_.get(), folder, files);
    } else if (const auto below = system_->try_open_directory_beneath(root_.get(), folder)) {
        collect_files(*system_, below->get(), folder, files);
    }
    std::erase_if(files, [&](const std::string& file) { return !policy::matches_path(pattern, file); });
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<std::string> Store::find_encrypted_files() const {
    std::vector<std::string> files = match_files("**");
    std::erase_if(files, [&](const std::string& name) {
        const std::optional<std::string> text = name == kPolicyFile ? std::nullopt : try_read_text(name);
        return !text ||
               !(age::looks_like_age_file(as_bytes(*text)) || sops::is_encrypted(*text, sops::format_of(name)));
    });
    return files;
}

std::optional<std::string> Store::name_of_path(const std::string& path) const {
    // The folder's links are followed, the file's own name is taken as it is: it need not exist yet.
    const std::size_t slash = path.rfind('/');
    const std::string base = slash == std::string::npos ? path : path.substr(slash + 1);
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    std::string real = system_->real_path(folder);
    if (!real.ends_with('/')) {
        real += '/';
    }
    const std::string prefix = path_ == "/" ? path_ : path_ + "/";
    if (!real.starts_with(prefix) || base.empty() || base == "." || base == "..") {
        return std::nullopt;
    }
    return real.substr(prefix.size()) + base;
}

}  // namespace bestow::store
