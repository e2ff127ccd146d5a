#include "operations/bundle.hpp"

#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "delivery/contents.hpp"
#include "delivery/manifest_json.hpp"
#include "store/replace_directory.hpp"
#include "store/stored_file.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

constexpr unsigned kDirectoryMode = 0755;
constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024 * 1024;

[[noreturn]] void refuse(const std::vector<Finding>& findings) {
    std::vector<std::string> lines;
    std::vector<std::string> hints;
    for (const Finding& finding : findings) {
        lines.push_back(format("{}: {}", finding.place, finding.message));
        if (!finding.hint.empty() && std::find(hints.begin(), hints.end(), finding.hint) == hints.end()) {
            hints.push_back(finding.hint);
        }
    }
    throw Error(ErrorKind::Failed, join(lines, "\n"), join(hints, "; "));
}

/// A document may say anything; a manifest, what parse_manifest takes.
std::string timestamp_or_nothing(std::optional<std::int64_t> seconds) {
    constexpr std::int64_t kYear10000 = 253'402'300'800;
    return seconds && *seconds >= 0 && *seconds < kYear10000 ? os::utc_timestamp(*seconds) : "";
}

/// Of the values that `rotate_after` is said of.
void note_changes(const OpenStore& store, DueDates& due_dates, Bundle& bundle) {
    std::map<std::string, store::StoredFile> files;
    for (delivery::ManifestSecret& secret : bundle.manifest.secrets) {
        if (!secret.rotation) {
            continue;
        }
        auto known = files.find(secret.file);
        if (known == files.end()) {
            known = files.emplace(secret.file, store::classify_file(secret.file, bundle.files.at(secret.file))).first;
        }
        const auto* const source = policy::source_for(store.view().sources, secret.name, bundle.manifest.host);
        if (source != nullptr && known->second.document) {
            secret.rotation->changed = timestamp_or_nothing(due_dates.changed_at(*source, *known->second.document));
        }
    }
}

std::string bytes_of(const store::Store& store, const std::string& file) {
    std::optional<std::string> bytes = store.try_read_text(file);
    if (!bytes) {
        throw Error(ErrorKind::NotFound, format("the store has no file {}", quoted(file)));
    }
    return std::move(*bytes);
}

/// Where a bundle goes: "a/b" is "b" in "a".
struct Place {
    os::UniqueFd parent;
    std::string name;
};

Place place_of(os::System& system, std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    const std::string name = base_name(path);
    if (name.empty() || name == "." || name == "..") {
        throw Error(ErrorKind::Usage, format("{} is no name for a new directory", quoted(path)));
    }
    const std::string parent = path.substr(0, path.size() - name.size());
    return {system.open_directory(parent.empty() ? "." : parent), name};
}

void collect(os::System& system, int directory, const std::string& prefix, std::vector<std::string>& names) {
    for (const std::string& name : system.list_directory(directory)) {
        const auto below = system.try_status(directory, name)->type == os::FileType::Directory
                               ? system.try_open_directory_beneath(directory, name)
                               : std::nullopt;
        if (below) {
            collect(system, below->get(), prefix + name + "/", names);
        } else {
            names.push_back(prefix + name);
        }
    }
}

bool is_bundle(os::System& system, int directory) {
    const auto file = system.try_open_file_beneath(directory, delivery::kManifestFile);
    if (!file) {
        return false;
    }
    const std::string text = system.read_text(file->get(), kMaxFileBytes, delivery::kManifestFile);
    return text.find(format("\"{}\"", delivery::kManifestFormat)) != std::string::npos;
}

/// The very same files with the very same bytes.
bool is_same(os::System& system, int directory, const Bundle& bundle) {
    std::vector<std::string> names;
    collect(system, directory, "", names);
    std::sort(names.begin(), names.end());
    return std::equal(names.begin(), names.end(), bundle.files.begin(), bundle.files.end(),
                      [&](const std::string& name, const auto& wanted) {
                          const auto file =
                              name == wanted.first ? system.try_open_file_beneath(directory, name) : std::nullopt;
                          return file && system.read_text(file->get(), kMaxFileBytes, name) == wanted.second;
                      });
}

/// Its files may be as they should: without a key that still counts they are for everybody but the host.
void refuse_without_key(const OpenStore& store, const policy::Host& host) {
    const std::string today = os::utc_date(store.system().now());
    const bool has_key = std::any_of(host.keys.begin(), host.keys.end(),
                                     [&](const policy::Key& key) { return !key.until || today <= *key.until; });
    if (!has_key) {
        throw Error(ErrorKind::Policy,
                    format("every key of host {} has passed its 'until': it could open nothing", quoted(host.name)),
                    format("bestow host replace-key {} --key NEW", host.name));
    }
}

}  // namespace

Bundle make_bundle(const OpenStore& store, const policy::Host& host, DueDates& due_dates) {
    refuse_without_key(store, host);
    Bundle bundle{delivery::manifest_for(store.policy(), host), {}};
    const std::set<std::string> files = delivery::files_of(bundle.manifest);
    const std::vector<Finding> findings = check_files(store.store(), files, host.name);
    if (!findings.empty()) {
        refuse(findings);
    }
    for (const std::string& file : files) {
        bundle.files[file] = bytes_of(store.store(), file);
    }
    note_changes(store, due_dates, bundle);
    set_provenance(bundle, {});
    return bundle;
}

void set_provenance(Bundle& bundle, const delivery::Provenance& provenance) {
    bundle.manifest.provenance = provenance;
    bundle.files[delivery::kManifestFile] = delivery::encode_manifest(bundle.manifest);
}

void make_output_directory(os::System& system, const std::string& directory) {
    const Place place = place_of(system, directory);
    if (!system.try_status(place.parent.get(), place.name)) {
        system.make_directory(place.parent.get(), place.name, kDirectoryMode);
    }
}

bool write_bundle(os::System& system, const Bundle& bundle, const std::string& directory) {
    const Place place = place_of(system, directory);
    if (const auto status = system.try_status(place.parent.get(), place.name)) {
        const auto there = status->type == os::FileType::Directory
                               ? system.try_open_directory_beneath(place.parent.get(), place.name)
                               : std::nullopt;
        if (!there || (!is_bundle(system, there->get()) && !system.list_directory(there->get()).empty())) {
            throw Error(ErrorKind::Failed, format("{} is there, and is no bundle", quoted(directory)),
                        "-o names a new directory, or one that this command wrote");
        }
        if (is_same(system, there->get(), bundle)) {
            return false;
        }
    }
    store::NewDirectory content;
    content.files = bundle.files;
    store::StagedDirectory staged(system, place.parent.get(), content);
    staged.put(place.name);
    return true;
}

}  // namespace bestow::operations
