#include "activation/last_good.hpp"

#include "activation/generations.hpp"
#include "activation/state_directory.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "delivery/contents.hpp"
#include "delivery/manifest_json.hpp"
#include "store/atomic_write.hpp"

#include <algorithm>
#include <charconv>

namespace bestow::activation {
namespace {

constexpr const char* kBrokenFile = "stale";
constexpr unsigned kDirectoryMode = 0700;
constexpr unsigned kFileMode = 0600;
constexpr std::size_t kMaxRecordBytes = std::size_t{4} * 1024 * 1024;

using Bundle = std::map<std::string, std::string>;  ///< contents by name

std::string folder_of(const std::string& state_path) {
    return state_path + "/last-good";
}

std::optional<std::string> try_read_kept(std::optional<HostStore>& kept, const std::string& name) {
    try {
        return kept ? kept->try_read(name) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;  // damaged: as good as not kept
    }
}

Bundle bundle_of(std::optional<HostStore>& kept, const delivery::Manifest& manifest, const Bundle& working) {
    Bundle bundle;
    for (const std::string& name : delivery::files_of(manifest)) {
        const auto found = working.find(name);
        if (found != working.end()) {
            bundle.insert(*found);
        } else if (auto text = try_read_kept(kept, name)) {
            bundle.emplace(name, std::move(*text));
        }
    }
    bundle.insert_or_assign(delivery::kManifestFile, delivery::encode_manifest(manifest));
    return bundle;
}

bool is_kept(std::optional<HostStore>& kept, const Bundle& bundle) {
    return std::all_of(bundle.begin(), bundle.end(), [&](const auto& entry) {
        return try_read_kept(kept, entry.first) == std::optional(entry.second);
    });
}

/// Whatever is not the current one is left by a killed run, or older.
void remove_others(os::System& system, int folder, const std::string& current) {
    for (const std::string& name : system.list_directory(folder)) {
        if (name != current && name != kCurrent && name != kBrokenFile) {
            remove_tree(system, folder, name);
        }
    }
}

void write_bundle(os::System& system, int folder, const std::string& name, const Bundle& bundle) {
    system.make_directory(folder, name, kDirectoryMode);
    const auto opened = system.try_open_directory_beneath(folder, name);
    require(opened.has_value(), "a directory that was just made is there");
    store::WriteBatch batch(system, opened->get());
    for (const auto& [file, text] : bundle) {
        batch.write(file, as_bytes(text), kFileMode);
    }
    batch.commit();
}

void switch_to(os::System& system, int folder, const std::string& name) {
    const std::string temporary = std::string(kCurrent) + ".new";
    if (system.try_status(folder, temporary)) {
        system.remove_file(folder, temporary);
    }
    system.make_link(folder, temporary, name);
    system.rename(folder, temporary, kCurrent);
    system.sync(folder);
}

}  // namespace

std::optional<HostStore> try_open_last_good(os::System& system, const std::string& state_path) {
    if (state_path.empty()) {
        return std::nullopt;
    }
    try {
        return HostStore(system, folder_of(state_path) + "/" + kCurrent);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void keep_last_good(os::System& system, const std::string& state_path, const delivery::Manifest& manifest,
                    const std::map<std::string, std::string>& working) {
    if (state_path.empty()) {
        return;
    }
    std::optional<HostStore> kept = try_open_last_good(system, state_path);
    const Bundle bundle = bundle_of(kept, manifest, working);
    const os::UniqueFd folder = make_state(system, folder_of(state_path));
    const std::string before = system.try_read_link(folder.get(), kCurrent).value_or("");
    remove_others(system, folder.get(), before);
    if (is_kept(kept, bundle)) {
        return;
    }
    const std::string name = std::to_string(generation_number(before).value_or(0) + 1);
    write_bundle(system, folder.get(), name, bundle);
    switch_to(system, folder.get(), name);
    remove_others(system, folder.get(), name);
}

void forget_last_good(os::System& system, const std::string& state_path) {
    const auto state = state_path.empty() ? std::nullopt : try_open_state(system, state_path);
    if (state) {
        remove_tree(system, state->get(), "last-good");
    }
}

BrokenSince read_broken(os::System& system, const std::string& state_path) {
    BrokenSince broken;
    const auto folder = state_path.empty() ? std::nullopt : try_open_state(system, folder_of(state_path));
    const auto file = folder ? system.try_open_file_beneath(folder->get(), kBrokenFile) : std::nullopt;
    if (!file) {
        return broken;
    }
    const std::string text = system.read_text(file->get(), kMaxRecordBytes, kBrokenFile);
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t space = line.find(' ');
        std::int64_t since = 0;
        const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), since);
        if (failure == std::errc() && space != std::string_view::npos && end == line.data() + space) {
            broken.emplace(line.substr(space + 1), since);
        }
    }
    return broken;
}

void write_broken(os::System& system, const std::string& state_path, const BrokenSince& broken) {
    if (state_path.empty() || read_broken(system, state_path) == broken) {
        return;
    }
    std::string text;
    for (const auto& [name, since] : broken) {
        text += format("{} {}\n", since, name);
    }
    const os::UniqueFd folder = make_state(system, folder_of(state_path));
    store::WriteBatch batch(system, folder.get());
    batch.write(kBrokenFile, as_bytes(text), kFileMode);
    batch.commit();
}

}  // namespace bestow::activation
