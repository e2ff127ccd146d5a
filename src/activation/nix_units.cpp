#include "activation/nix_units.hpp"

#include "activation/systemctl.hpp"
#include "base/error.hpp"
#include "base/format.hpp"

#include <exception>

namespace bestow::activation {
namespace {

constexpr const char* kListFolder = "/run/nixos";
constexpr unsigned kListMode = 0600;
constexpr std::size_t kMaxListBytes = std::size_t{16} * 1024 * 1024;

/// Both halves are tried, whatever happens to the first.
template <typename First, typename Second>
void try_both(First first, Second second) {
    std::exception_ptr failure;
    try {
        first();
    } catch (const Error&) {
        failure = std::current_exception();
    }
    second();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

/// Whole or not at all: a list that lost its last line would leave a unit with an old secret.
void add_to_list(os::System& system, int folder, const std::string& name, const std::vector<std::string>& units) {
    if (units.empty()) {
        return;
    }
    std::string text;
    unsigned mode_bits = kListMode;
    if (const auto list = system.try_open_file_beneath(folder, name)) {
        text = system.read_text(list->get(), kMaxListBytes, name);
        mode_bits = system.status(list->get()).mode_bits;
    }
    for (const std::string& unit : units) {
        text += unit + "\n";
    }
    const std::string temporary = format(".{}.bestow-new", name);
    if (system.try_status(folder, temporary)) {
        system.remove_file(folder, temporary);
    }
    const os::UniqueFd file = system.create_file(folder, temporary, mode_bits);
    system.write_all(file.get(), as_bytes(text), name);
    system.rename(folder, temporary, name);
}

void write_lists(os::System& system, const NixUnits& units, const std::string& prefix) {
    const os::UniqueFd root = system.open_directory("/");
    const auto folder = system.try_open_directory_beneath(root.get(), std::string(kListFolder).substr(1));
    if (!folder) {
        return;  // no NixOS, which alone reads them
    }
    try_both([&] { add_to_list(system, folder->get(), prefix + "-restart-list", units.restart); },
             [&] { add_to_list(system, folder->get(), prefix + "-reload-list", units.reload); });
}

void say_what_would_be_called(const NixUnits& units, std::vector<std::string>& notes) {
    for (const std::string& unit : units.restart) {
        notes.push_back("would restart " + unit);
    }
    for (const std::string& unit : units.reload) {
        notes.push_back("would reload " + unit);
    }
}

}  // namespace

void tell_nix_units(os::System& system, const NixUnits& units, bool dry_run, std::vector<std::string>& notes) {
    const bool by_systemctl = system.environment("SOPS_RESTART_UNITS_VIA_SYSTEMCTL") == std::optional<std::string>("1");
    if (!by_systemctl) {
        write_lists(system, units, dry_run ? "dry-activation" : "activation");
    } else if (dry_run) {
        say_what_would_be_called(units, notes);
    } else {
        // Only what runs is told: what starts later has the new secret anyway.
        try_both([&] { call_systemctl(system, "try-restart", units.restart); },
                 [&] { call_systemctl(system, "try-reload-or-restart", units.reload); });
    }
}

}  // namespace bestow::activation
