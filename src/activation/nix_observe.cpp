#include "activation/nix_observe.hpp"

#include "activation/generations.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

namespace bestow::activation {
namespace {

using delivery::NixManifest;
using delivery::NixObserved;

constexpr std::size_t kMaxRecordBytes = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kMaxDepth = 64;

std::optional<os::UniqueFd> try_open(os::System& system, const std::string& path) {
    try {
        return system.open_directory(path);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void collect_paths(os::System& system, int directory, const std::string& prefix, std::set<std::string>& paths) {
    if (split(prefix, '/').size() > kMaxDepth) {
        return;
    }
    for (const std::string& name : system.list_directory(directory)) {
        const auto status = system.try_status(directory, name);
        if (status && status->type == os::FileType::Directory) {
            if (const auto opened = system.try_open_directory_beneath(directory, name)) {
                collect_paths(system, opened->get(), prefix + name + "/", paths);
            }
        } else if (status) {
            paths.insert(prefix + name);
        }
    }
}

/// What is no regular file is not there: then it counts as new.
void read_content(os::System& system, int live, const std::string& path, NixObserved& observed) {
    const auto status = system.try_status(live, path);
    if (!status || status->type != os::FileType::Regular) {
        return;
    }
    if (const auto file = system.try_open_file_beneath(live, path)) {
        observed.contents[path] = system.read_secret(file->get(), kMaxGenerationBytes, path);
    }
}

void read_live(os::System& system, const NixManifest& manifest, int live, NixObserved& observed) {
    collect_paths(system, live, "", observed.paths);
    for (const delivery::NixSecret& secret : manifest.secrets) {
        if (observed.paths.count(secret.item.path) != 0) {
            read_content(system, live, secret.item.path, observed);
        }
    }
    for (const delivery::NixTemplate& one : manifest.templates) {
        if (observed.paths.count(one.item.path) != 0) {
            read_content(system, live, one.item.path, observed);
        }
    }
}

}  // namespace

NixLive look_at_nix_link(os::System& system, const NixManifest& manifest) {
    NixLive live;
    const auto folder = try_open(system, parent_of(manifest.symlink_path));
    const std::string name = base_name(manifest.symlink_path);
    if (!folder || !system.try_status(folder->get(), name)) {
        return live;
    }
    const auto target = system.try_read_link(folder->get(), name);
    live.is_link = target.has_value();
    if (!target) {
        return live;
    }
    if (*target == base_name(manifest.mount_point) + "/" + kCurrent) {
        throw Error(ErrorKind::Policy, format("{} belongs to `bestow activate`", quoted(manifest.symlink_path)),
                    "one of both delivers to a machine");
    }
    if (target->starts_with(manifest.mount_point)) {
        const auto number = generation_number(base_name(*target));
        if (!number) {
            throw Error(ErrorKind::Policy, format("cannot parse {} of {} as a number", base_name(*target), *target));
        }
        live.generation = *number;
    }
    return live;
}

NixObserved observe_nix(os::System& system, const NixManifest& manifest, int memory) {
    NixObserved observed;
    const NixLive live = look_at_nix_link(system, manifest);
    observed.generation = live.generation;
    if (live.is_link) {
        if (const auto opened = try_open(system, manifest.symlink_path)) {
            observed.visible = true;
            read_live(system, manifest, opened->get(), observed);
        }
    }
    if (memory >= 0) {
        if (const auto record = system.try_open_file_beneath(memory, kNixRecordFile)) {
            observed.record =
                delivery::parse_nix_record(system.read_text(record->get(), kMaxRecordBytes, kNixRecordFile));
        }
    }
    return observed;
}

}  // namespace bestow::activation
