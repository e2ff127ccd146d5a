#include "activation/install.hpp"

#include "activation/host_store.hpp"
#include "activation/prepare.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "store/atomic_write.hpp"
#include "store/replace_directory.hpp"

namespace bestow::activation {
namespace {

constexpr unsigned kPrivateDirectory = 0700;
constexpr unsigned kPrivateFile = 0600;
constexpr unsigned kFolderMode = 0700;  // whoever can open it can hold its lock
constexpr const char* kStampSuffix = ".stamp";

/// Where a store lies: its folder, which is made when only it is missing, and its name in there.
struct Place {
    TrustedDirectory parent;
    std::string name;
};

TrustedDirectory open_or_make(os::System& system, const std::string& path) {
    try {
        return open_trusted_directory(system, path);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound || path == "/") {
            throw;
        }
    }
    const TrustedDirectory above = open_trusted_directory(system, parent_of(path));
    if (!system.try_status(above.fd.get(), base_name(path))) {
        system.make_directory(above.fd.get(), base_name(path), kFolderMode);
    }
    return open_trusted_directory(system, path);
}

Place place_of(os::System& system, std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    if (path.front() != '/') {
        path = format("{}/{}", system.real_path("."), path);
    }
    const std::string name = base_name(path);
    if (name.empty() || name == "." || name == "..") {
        throw Error(ErrorKind::Usage, format("{} is no name for a store", quoted(path)));
    }
    return {open_or_make(system, parent_of(path)), name};
}

std::uint32_t uid_of(os::System& system, const std::string& owner) {
    if (owner.empty()) {
        return system.effective_uid();
    }
    const auto user = system.find_user(owner);
    if (!user) {
        throw Error(ErrorKind::NotFound, format("there is no user {}", quoted(owner)));
    }
    return user->uid;
}

delivery::Manifest parse_manifest_of(const HostStore& bundle, const std::string& text) {
    try {
        return delivery::parse_manifest(text).manifest;
    } catch (Error& error) {
        error.add_context(format("{}/{}", bundle.path(), delivery::kManifestFile));
        throw;
    }
}

/// manifest.json and the files that it names, as they are now; nothing else that may lie there.
std::map<std::string, std::string> read_bundle(HostStore& bundle) {
    std::optional<std::string> text = bundle.try_read(delivery::kManifestFile);
    if (!text) {
        throw Error(ErrorKind::NotFound, format("there is no {} in {}", delivery::kManifestFile, quoted(bundle.path())),
                    "`bestow bundle HOST -o DIR` makes a bundle, where the store is edited");
    }
    std::map<std::string, std::string> files;
    for (const std::string& name : delivery::files_of(parse_manifest_of(bundle, *text))) {
        std::optional<std::string> bytes = bundle.try_read(name);
        if (!bytes) {
            throw Error(ErrorKind::NotFound, format("{} lacks the file {}", quoted(bundle.path()), quoted(name)));
        }
        files[name] = std::move(*bytes);
    }
    files[delivery::kManifestFile] = std::move(*text);
    return files;
}

/// What lies at the place now, when that is a bundle; throws for anything else that would be lost.
std::optional<HostStore> bundle_there(os::System& system, const Place& place) {
    const auto status = system.try_status(place.parent.fd.get(), place.name);
    if (!status) {
        return std::nullopt;
    }
    const std::string path = format("{}/{}", place.parent.path, place.name);
    const auto directory = status->type == os::FileType::Directory
                               ? system.try_open_directory_beneath(place.parent.fd.get(), place.name)
                               : std::nullopt;
    if (directory && system.list_directory(directory->get()).empty()) {
        return std::nullopt;
    }
    if (!directory || !system.try_status(directory->get(), delivery::kManifestFile)) {
        throw Error(ErrorKind::Failed, format("{} is there, and is no bundle", quoted(path)),
                    "move it away, and run this again");
    }
    return HostStore(system, path);
}

bool holds(HostStore& there, const std::map<std::string, std::string>& files) {
    try {
        for (const auto& [name, bytes] : files) {
            if (there.try_read(name) != bytes) {
                return false;
            }
        }
        return true;
    } catch (const Error&) {
        return false;  // what cannot be read is replaced
    }
}

/// Every secret and template of both phases, opened as an activation would.
void prove(const Prepared& prepared) {
    std::vector<std::string> lines;
    bool only_identity = true;
    for (const auto& [phase, items] : prepared.items) {
        for (const delivery::Item& item : items) {
            if (const auto* fault = std::get_if<delivery::Fault>(&item.content)) {
                lines.push_back(format("{}: {}", item.name, fault->message));
                only_identity = only_identity && fault->kind == ErrorKind::NoIdentity;
            }
        }
    }
    if (!lines.empty()) {
        throw Error(
            only_identity ? ErrorKind::NoIdentity : ErrorKind::Failed, join(lines, "\n"),
            "nothing was installed; where the store is edited, `bestow get NAME` opens a value as this does, and "
            "`git log -p FILE` shows how it came to be");
    }
}

std::string stamp_of(const delivery::Provenance& provenance, std::int64_t now) {
    return format("{} {}\n", provenance.commit.empty() ? "-" : provenance.commit, os::utc_timestamp(now));
}

InstallReport install_bundle(os::System& system, const InstallOptions& options) {
    Options host = options.host;
    if (host.store.empty()) {
        host.store = read_settings(system, host).store;
    }
    HostStore bundle(system, options.bundle, uid_of(system, options.owner));
    store::NewDirectory content{read_bundle(bundle), kPrivateDirectory, kPrivateFile};
    const Place place = place_of(system, host.store);
    const std::string path = format("{}/{}", place.parent.path == "/" ? "" : place.parent.path, place.name);
    std::optional<HostStore> there = bundle_there(system, place);

    store::StagedDirectory staged(system, place.parent.fd.get(), content);
    host.store = format("{}/{}", place.parent.path, staged.name());
    host.phases = Phases::All;
    const Prepared prepared = prepare(system, host);
    prove(prepared);
    InstallReport report{prepared.manifest.host, path, false, prepared.manifest.provenance, prepared.warnings};
    report.changed = !there || !holds(*there, content.files);
    if (report.changed) {
        staged.put(place.name);
    }
    // In either case: a run that was killed behind its rename wrote none.
    store::WriteBatch stamp(system, place.parent.fd.get());
    stamp.write(place.name + kStampSuffix, as_bytes(stamp_of(report.provenance, system.now())));
    stamp.commit();
    return report;
}

}  // namespace

InstallReport install(os::System& system, const InstallOptions& options) {
    return as_root(system, options.host, [&] { return install_bundle(system, options); });
}

}  // namespace bestow::activation
