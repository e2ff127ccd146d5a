#include "activation/nix_commit.hpp"

#include "activation/generations.hpp"
#include "activation/nix_observe.hpp"
#include "activation/nix_units.hpp"
#include "activation/stage.hpp"
#include "activation/stager.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

namespace bestow::activation {
namespace {

constexpr unsigned kRecordMode = 0600;
/// What sops-install-secrets itself leaves there: the private keys.
constexpr const char* kTheirKeys = "age-keys.txt";

class Commit {
  public:
    Commit(os::System& system, const NixCommit& commit, NixReport& report)
        : system_(system),
          manifest_(commit.manifest),
          plan_(commit.plan),
          folders_(commit.folders),
          memory_(commit.memory),
          report_(report),
          number_(std::to_string(commit.plan.generation)) {}

    void run() {
        give_to_keys(memory_);
        remove_leftovers();
        reserve_for(system_, memory_, plan_.files);
        write_record(plan_.record);
        stage();
        switch_over();
        for (const delivery::NixLink& link : plan_.links) {
            attempt(link.path, [&] { apply_nix_link(system_, link); });
        }
        delivery::NixRecord record = plan_.record;
        for (const std::string& link : plan_.stale_links) {
            attempt(link, [&] {
                remove_stale_nix_link(system_, link, manifest_.symlink_path);
                record.links.erase(link);
            });
        }
        if (told()) {
            record.pending.clear();
        }
        attempt(manifest_.mount_point, [&] { prune(); });
        attempt(manifest_.mount_point, [&] { remove_tree(system_, memory_, kTheirKeys); });
        attempt(manifest_.mount_point, [&] { write_record(record); });
    }

  private:
    template <typename Step>
    void attempt(const std::string& what, Step step) {
        try {
            step();
        } catch (const Error& error) {
            report_.problems.push_back({what, error.kind(), error.full_message()});
        }
    }

    void give_to_keys(int fd) {
        if (folders_.uid != delivery::kSameOwner) {
            const os::FileStatus status = system_.status(fd);
            if (status.uid != folders_.uid || status.gid != folders_.gid) {
                system_.change_owner(fd, folders_.uid, folders_.gid);
            }
        }
    }

    /// Of killed runs; and the generation that would be in the way, whoever left it.
    void remove_leftovers() {
        for (const std::string& name : list_generations(system_, memory_).leftovers) {
            remove_tree(system_, memory_, name);
        }
        remove_generation(system_, memory_, plan_.generation);
    }

    void write_record(const delivery::NixRecord& record) {
        const std::string temporary = std::string(kNixRecordFile) + ".new";
        remove_tree(system_, memory_, temporary);
        if (record.links.empty() && record.pending.empty()) {
            remove_tree(system_, memory_, kNixRecordFile);
            return;
        }
        const os::UniqueFd file = system_.create_file(memory_, temporary, kRecordMode);
        system_.write_all(file.get(), as_bytes(encode_nix_record(record)), kNixRecordFile);
        system_.rename(memory_, temporary, kNixRecordFile);
    }

    void stage() {
        const std::string staging = staging_name(plan_.generation);
        try {
            fill(staging);
            system_.rename(memory_, staging, number_);
        } catch (...) {  // out of memory, too, leaves nothing behind
            (void)try_remove_generation(system_, memory_, plan_.generation);
            throw;
        }
    }

    void fill(const std::string& staging) {
        system_.make_directory(memory_, staging, kStagingMode);
        const auto generation = system_.try_open_directory_beneath(memory_, staging);
        require(generation.has_value(), "a directory that was just made is there");
        Stager stager(system_, generation->get(), folders_);
        for (const delivery::PlannedFile& file : plan_.files) {
            stager.write_file(file);
        }
        give_to_keys(generation->get());
        system_.change_mode(generation->get(), kGenerationMode);
    }

    void switch_over() {
        try {
            const os::UniqueFd folder = open_nix_folder(system_, parent_of(manifest_.symlink_path), true);
            const std::string name = base_name(manifest_.symlink_path);
            remove_tree(system_, folder.get(), aside(name));
            const auto status = system_.try_status(folder.get(), name);
            if (status && status->type == os::FileType::Directory) {
                replace_directory(folder.get(), name);
            } else {
                replace_link(system_, folder.get(), name, new_link());
            }
        } catch (...) {
            (void)try_remove_generation(system_, memory_, plan_.generation);
            throw;
        }
    }

    static std::string aside(const std::string& name) { return format(".{}.bestow-old", name); }

    [[nodiscard]] delivery::NixLink new_link() const {
        return {manifest_.symlink_path,
                manifest_.mount_point + "/" + number_,
                {delivery::kSameOwner, delivery::kSameOwner}};
    }

    /// What was there before sops-nix came goes, once the link is in its place.
    void replace_directory(int folder, const std::string& name) {
        system_.rename(folder, name, aside(name));
        try {
            replace_link(system_, folder, name, new_link());
        } catch (...) {
            system_.rename(folder, aside(name), name);
            throw;
        }
        attempt(manifest_.symlink_path, [&] { remove_tree(system_, folder, aside(name)); });
    }

    bool told() {
        const std::size_t before = report_.problems.size();
        tell_units(system_, plan_, false, report_);
        return report_.problems.size() == before;
    }

    void prune() {
        if (manifest_.keep_generations == 0) {
            return;
        }
        const std::int64_t newest_to_go = std::int64_t{plan_.generation} - manifest_.keep_generations;
        for (const std::string& name : system_.list_directory(memory_)) {
            const auto number = generation_number(name);
            if (number && *number != plan_.generation && std::int64_t{*number} <= newest_to_go) {
                remove_generation(system_, memory_, *number);
            }
        }
    }

    os::System& system_;
    const delivery::NixManifest& manifest_;
    const delivery::NixPlan& plan_;
    delivery::Owner folders_;
    int memory_;
    NixReport& report_;
    std::string number_;
};

}  // namespace

void commit_nix(os::System& system, const NixCommit& commit, NixReport& report) {
    Commit(system, commit, report).run();
}

void tell_units(os::System& system, const delivery::NixPlan& plan, bool dry_run, NixReport& report) {
    try {
        tell_nix_units(system, {plan.restart, plan.reload}, dry_run, report.notes);
    } catch (const Error& error) {
        report.problems.push_back({"cannot request units to restart", error.kind(), error.full_message()});
    }
}

}  // namespace bestow::activation
