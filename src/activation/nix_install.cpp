#include "activation/nix_install.hpp"

#include "activation/generations.hpp"
#include "activation/memory_directory.hpp"
#include "activation/nix_commit.hpp"
#include "activation/nix_files.hpp"
#include "activation/nix_observe.hpp"
#include "activation/owners.hpp"
#include "activation/trusted_path.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

#include <iterator>

namespace bestow::activation {
namespace {

using delivery::NixItem;
using delivery::NixManifest;
using delivery::Owner;

constexpr std::size_t kMaxManifestBytes = std::size_t{64} * 1024 * 1024;
constexpr unsigned kMountMode = 0751;

NixManifest read_manifest(os::System& system, const NixOptions& options) {
    const auto file = system.try_open_file(options.manifest_file);
    if (!file) {
        throw Error(ErrorKind::NotFound, format("failed to open manifest: there is no file {}", options.manifest_file));
    }
    std::string text = system.read_text(file->get(), kMaxManifestBytes, options.manifest_file);
    const auto runtime_directory = system.environment("XDG_RUNTIME_DIR");
    NixManifest manifest;
    try {
        manifest = delivery::parse_nix_manifest(std::move(text), runtime_directory.value_or(""));
    } catch (Error& error) {
        error.add_context("failed to parse manifest");
        throw;
    }
    if (manifest.user_mode && !runtime_directory && options.check == NixCheck::Off) {
        throw Error(ErrorKind::Failed, "cannot figure out runtime directory: $XDG_RUNTIME_DIR is not set");
    }
    return manifest;
}

/// Every fault of a manifest is one of the run: it was written wrongly.
void add_manifest_faults(const NixManifest& manifest, NixReport& report) {
    for (const std::string& fault : manifest.faults) {
        report.problems.push_back({"manifest is not valid", ErrorKind::Policy, fault});
    }
    report.changed_nothing = report.changed_nothing || !manifest.faults.empty();
}

void check_files(os::System& system, const NixManifest& manifest, NixReport& report) {
    std::map<std::string, std::optional<sops::EncryptedFile>> parsed;
    const auto add = [&](const delivery::NixSecret& secret, const Error& error) {
        report.problems.push_back(
            {"manifest is not valid: secret " + secret.item.name, error.kind(), error.full_message()});
    };
    for (const delivery::NixSecret& secret : manifest.secrets) {
        const auto [entry, is_new] = parsed.try_emplace(secret.sops_file);
        try {
            if (is_new) {
                entry->second = parse_nix_file(system, secret);
            }
            if (entry->second) {
                delivery::check_nix_key(secret, *entry->second);
            }
        } catch (Error& error) {
            add(secret, error.add_context(secret.sops_file));
        }
    }
}

NixReport check(os::System& system, const NixManifest& manifest, NixCheck mode) {
    NixReport report;
    add_manifest_faults(manifest, report);
    if (mode == NixCheck::SopsFile) {
        check_files(system, manifest, report);
    }
    const auto texts = read_nix_templates(system, manifest);
    for (std::size_t index = 0; index < texts.size(); ++index) {
        if (const auto* const fault = std::get_if<delivery::Fault>(&texts[index])) {
            report.problems.push_back({"manifest is not valid: template " + manifest.templates[index].item.name,
                                       fault->kind, fault->message});
        }
    }
    return report;
}

class Install {
  public:
    Install(os::System& system, const NixOptions& options, const NixManifest& manifest)
        : system_(system),
          options_(options),
          manifest_(manifest),
          dry_run_(system.environment("NIXOS_ACTION") == std::optional<std::string>("dry-activate")) {}

    NixReport run() {
        add_manifest_faults(manifest_, report_);
        if (report_.changed_nothing) {
            return std::move(report_);
        }
        folders_ = {manifest_.user_mode ? delivery::kSameOwner : 0, keys_group()};
        (void)look_at_nix_link(system_, manifest_);
        open_memory();  // locked before anything is read: of two runs, the later has the later files
        input_.manifest = &manifest_;
        input_.dry_run = dry_run_;
        input_.owner_of = [this](const NixItem& item) { return owner_of(item); };
        input_.contents = contents();
        observed_ = observe_nix(system_, manifest_, memory_.valid() ? memory_.get() : -1);
        plan_ = delivery::make_nix_plan(input_, observed_);
        std::move(plan_.problems.begin(), plan_.problems.end(), std::back_inserter(report_.problems));
        if (plan_.refused) {
            report_.changed_nothing = true;
            return std::move(report_);
        }
        report_.lines = plan_.lines;
        if (dry_run_) {
            tell_units(system_, plan_, true, report_);
        } else {
            commit_nix(system_, {manifest_, plan_, folders_, memory_.get()}, report_);
        }
        return std::move(report_);
    }

  private:
    /// Of the folders of secrets.
    std::uint32_t keys_group() {
        if (manifest_.user_mode) {
            return delivery::kSameOwner;
        }
        if (options_.ignore_passwd) {
            return 0;
        }
        for (const char* const name : {"keys", "nogroup"}) {
            if (const auto gid = system_.find_group(name)) {
                return *gid;
            }
        }
        throw Error(ErrorKind::NotFound, "can't find group 'keys' nor 'nogroup'");
    }

    void open_memory() {
        if (dry_run_) {
            return;
        }
        if (manifest_.user_mode) {
            memory_ = open_nix_folder(system_, parent_of(manifest_.mount_point), true);
            make_in_user_mode();
            return;
        }
        const std::string parent = parent_of(manifest_.mount_point);
        (void)open_nix_folder(system_, parent, true);
        const TrustedDirectory above = open_trusted_directory(system_, parent);
        const std::string name = base_name(manifest_.mount_point);
        lock_ = lock_beside(system_, above.fd.get(), name);  // the group of the folders may list the mount point
        memory_ = make_memory(system_, above.fd.get(), name, false,
                              manifest_.use_tmpfs ? FirstChoice::TmpfsNoswap : FirstChoice::Ramfs);
    }

    /// Nobody without privileges can mount: XDG_RUNTIME_DIR is in memory, as a rule.
    void make_in_user_mode() {
        const std::string name = base_name(manifest_.mount_point);
        if (system_.file_system_status(memory_.get()).type == os::FileSystemStatus::Type::Other) {
            throw Error(ErrorKind::Failed,
                        format("{} is not on a memory file system", quoted(parent_of(manifest_.mount_point))));
        }
        if (!system_.try_status(memory_.get(), name)) {
            system_.make_directory(memory_.get(), name, kMountMode);
        }
        auto opened = system_.try_open_directory_beneath(memory_.get(), name);
        if (!opened) {
            throw Error(ErrorKind::Failed, format("{} is replaced while it is used", quoted(manifest_.mount_point)));
        }
        memory_ = std::move(*opened);
        check_trust(system_.status(memory_.get()), system_.effective_uid(), manifest_.mount_point);
        if (!system_.file_system_status(memory_.get()).noswap) {
            report_.notes.push_back(format("{} may be written to swap", manifest_.mount_point));
        }
        (void)system_.lock(memory_.get(), true);
    }

    std::vector<delivery::NixContent> contents() {
        NixIdentities keys = load_nix_identities(system_, manifest_, base_name(options_.program));
        std::move(keys.notes.begin(), keys.notes.end(), std::back_inserter(report_.notes));
        std::move(keys.problems.begin(), keys.problems.end(), std::back_inserter(report_.problems));
        if (options_.more_identities) {
            age::Identities more = options_.more_identities(report_.notes);
            std::move(more.begin(), more.end(), std::back_inserter(keys.identities));
        }
        const auto files = open_nix_files(system_, manifest_, keys.identities);
        return make_nix_contents(manifest_, files, read_nix_templates(system_, manifest_));
    }

    std::variant<Owner, std::string> owner_of(const NixItem& item) {
        if (manifest_.user_mode) {
            return Owner{delivery::kSameOwner, delivery::kSameOwner};
        }
        if (options_.ignore_passwd || dry_run_) {
            return Owner{};
        }
        delivery::Placement placement;
        placement.owner = item.owner;
        placement.group = item.group;
        if (const auto owner = owners_.find(placement)) {
            return *owner;
        }
        placement.group = "root";
        return owners_.find(placement) ? format("failed to lookup group '{}': there is no such group", item.group)
                                       : format("failed to lookup user '{}': there is no such user", item.owner);
    }

    os::System& system_;
    const NixOptions& options_;
    const NixManifest& manifest_;
    bool dry_run_;
    Owner folders_;
    os::UniqueFd lock_;
    os::UniqueFd memory_;
    Owners owners_{system_};
    delivery::NixPlanInput input_;
    delivery::NixObserved observed_;
    delivery::NixPlan plan_;
    NixReport report_;
};

}  // namespace

NixReport install_nix_secrets(os::System& system, const NixOptions& options) {
    const NixManifest manifest = read_manifest(system, options);
    if (options.check != NixCheck::Off) {
        return check(system, manifest, options.check);
    }
    return Install(system, options, manifest).run();
}

}  // namespace bestow::activation
