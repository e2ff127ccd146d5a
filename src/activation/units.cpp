#include "activation/units.hpp"

#include "activation/activate.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/field_rules.hpp"

#include <algorithm>
#include <charconv>

namespace bestow::activation {
namespace {

constexpr std::size_t kMaxOutputBytes = std::size_t{4} * 1024 * 1024;
constexpr const char* kProperties =
    "LoadState,ActiveState,UnitFileState,AssertResult,AssertTimestampMonotonic,InactiveExitTimestampMonotonic";

using UnitProperties = std::map<std::string, std::string, std::less<>>;

bool systemd_runs(os::System& system, const std::string& user_runtime) {
    const os::UniqueFd place = system.open_directory(user_runtime.empty() ? "/run" : user_runtime);
    const auto running = system.try_status(place.get(), user_runtime.empty() ? "systemd/system" : "systemd");
    return running && running->type == os::FileType::Directory;
}

/// The words before a verb; none when there is no systemd here that could be told.
std::vector<std::string> find_systemctl(os::System& system, const std::string& user_runtime) {
    if (!systemd_runs(system, user_runtime)) {
        return {};
    }
    for (const char* const path : {"/usr/bin/systemctl", "/bin/systemctl"}) {
        if (!system.try_open_file(path)) {
            continue;
        }
        if (user_runtime.empty()) {
            return {path, "--no-ask-password"};
        }
        return {"/usr/bin/env", "XDG_RUNTIME_DIR=" + user_runtime, path, "--user", "--no-ask-password"};
    }
    return {};
}

class Systemctl {
  public:
    Systemctl(os::System& system, std::vector<std::string> words) : system_(system), words_(std::move(words)) {}

    /// Throws Error(Failed) with what it said.
    std::string call(const std::vector<std::string>& words, const std::vector<std::string>& units) {
        std::vector<std::string> argv = words_;
        argv.insert(argv.end(), words.begin(), words.end());
        argv.emplace_back("--");
        argv.insert(argv.end(), units.begin(), units.end());
        os::ToolResult result = system_.run_tool(argv, kMaxOutputBytes);
        if (result.exit_status != 0) {
            std::string said(trim(result.output));
            std::replace(said.begin(), said.end(), '\n', ' ');
            throw Error(ErrorKind::Failed,
                        format("systemctl {} failed with exit status {}: {}", words.front(), result.exit_status, said));
        }
        return std::move(result.output);
    }

    void tell(const char* verb, const std::vector<std::string>& units) {
        if (!units.empty()) {
            call({verb, "--no-block"}, units);
        }
    }

    std::map<std::string, UnitProperties> properties_of(const std::vector<std::string>& units,
                                                        const std::vector<std::string>& options) {
        std::vector<std::string> words = {"show"};
        words.insert(words.end(), options.begin(), options.end());
        const std::string text = call(words, units);
        std::vector<UnitProperties> blocks(1);
        for (const std::string_view line : split(trim(text), '\n')) {
            const std::size_t equals = line.find('=');
            if (line.empty()) {
                blocks.emplace_back();
            } else if (equals != std::string_view::npos) {
                blocks.back().emplace(line.substr(0, equals), line.substr(equals + 1));
            }
        }
        if (blocks.size() != units.size()) {
            throw Error(ErrorKind::Failed,
                        format("systemctl show told of {} units, {} were asked for", blocks.size(), units.size()));
        }
        std::map<std::string, UnitProperties> result;
        for (std::size_t index = 0; index < units.size(); ++index) {
            result.emplace(units[index], std::move(blocks[index]));
        }
        return result;
    }

  private:
    os::System& system_;
    std::vector<std::string> words_;
};

bool is(const UnitProperties& properties, std::string_view name, std::string_view value) {
    const auto found = properties.find(name);
    return found != properties.end() && found->second == value;
}

bool is_held_back(const UnitProperties& unit) {
    if (is(unit, "ActiveState", "failed")) {
        return true;
    }
    const bool asserted = is(unit, "AssertResult", "no") && !is(unit, "AssertTimestampMonotonic", "0");
    const bool never_started = is(unit, "UnitFileState", "enabled") && is(unit, "InactiveExitTimestampMonotonic", "0");
    return is(unit, "ActiveState", "inactive") && (asserted || never_started);
}

void add_to(std::vector<std::string>& list, const std::vector<std::string>& more) {
    list.insert(list.end(), more.begin(), more.end());
}

std::vector<std::string> units_of(const delivery::Units& units) {
    std::vector<std::string> all = units.restart;
    add_to(all, units.reload);
    return all;
}

std::vector<std::string> without(const std::vector<std::string>& units, const std::vector<std::string>& others) {
    std::vector<std::string> rest;
    for (const std::string& unit : units) {
        if (std::find(others.begin(), others.end(), unit) == others.end()) {
            rest.push_back(unit);
        }
    }
    return rest;
}

/// Those that can be told, without the others; what is wrong with these is a problem of each.
std::vector<std::string> drop_impossible(const std::map<std::string, UnitProperties>& known,
                                         std::vector<delivery::Problem>& problems) {
    std::vector<std::string> dropped;
    for (const auto& [unit, properties] : known) {
        if (is(properties, "LoadState", "loaded")) {
            continue;
        }
        dropped.push_back(unit);
        if (is(properties, "LoadState", "not-found")) {
            problems.push_back({unit, ErrorKind::NotFound, "there is no such unit here; it was not told"});
        } else if (!is(properties, "LoadState", "masked")) {
            problems.push_back({unit, ErrorKind::Failed, "systemd cannot load this unit; it was not told"});
        }
    }
    return dropped;
}

std::vector<std::string> drop_misnamed(const std::vector<std::string>& units,
                                       std::vector<delivery::Problem>& problems) {
    std::vector<std::string> dropped;
    for (const std::string& unit : units) {
        if (const auto problem = policy::unit_problem(unit)) {
            problems.push_back({unit, ErrorKind::Policy, *problem});
            dropped.push_back(unit);
        }
    }
    return dropped;
}

struct Calls {
    std::vector<std::string> restart, reload, reset, start;
};

Calls calls_for(const delivery::Units& units, const std::map<std::string, UnitProperties>& known,
                const std::vector<std::string>& dropped) {
    Calls calls;
    for (const std::string& unit : without(units.awaited, dropped)) {
        const auto properties = known.find(unit);
        if (properties == known.end() || !is_held_back(properties->second)) {
            continue;
        }
        calls.start.push_back(unit);
        if (is(properties->second, "ActiveState", "failed")) {
            calls.reset.push_back(unit);
        }
    }
    calls.restart = without(without(units.restart, dropped), calls.start);
    calls.reload = without(without(units.reload, dropped), calls.start);
    return calls;
}

}  // namespace

UnitsTold tell_units(os::System& system, const delivery::Units& units, const std::string& user_runtime) {
    UnitsTold told;
    const std::vector<std::string> words = find_systemctl(system, user_runtime);
    if (words.empty()) {
        return told;
    }
    told.by_systemd = true;
    std::vector<std::string> dropped = drop_misnamed(units_of(units), told.problems);
    const std::vector<std::string> all = without(units_of(units), dropped);
    if (all.empty()) {
        return told;
    }
    Systemctl systemctl(system, words);
    const std::map<std::string, UnitProperties> known =
        systemctl.properties_of(all, {format("--property={}", kProperties)});
    add_to(dropped, drop_impossible(known, told.problems));
    const Calls calls = calls_for(units, known, dropped);
    systemctl.tell("try-restart", calls.restart);
    systemctl.tell("try-reload-or-restart", calls.reload);
    systemctl.tell("reset-failed", calls.reset);
    systemctl.tell("start", calls.start);
    return told;
}

UnitsTold try_tell_units(os::System& system, const delivery::Units& units, const Options& options) {
    if (options.units != TellUnits::Systemctl) {
        return {};
    }
    const std::string user_runtime = options.user ? system.environment("XDG_RUNTIME_DIR").value_or("") : "";
    if (options.user && user_runtime.empty()) {
        return {};  // no session, no systemd of the user's
    }
    try {
        return tell_units(system, units, user_runtime);
    } catch (const Error& error) {
        return {false, false, {{"units", error.kind(), error.full_message()}}};
    }
}

std::map<std::string, std::int64_t> running_since(os::System& system, const std::vector<std::string>& units,
                                                  const std::string& user_runtime) {
    const std::vector<std::string> words = find_systemctl(system, user_runtime);
    std::map<std::string, std::int64_t> result;
    if (words.empty() || units.empty()) {
        return result;
    }
    for (const auto& [unit, properties] :
         Systemctl(system, words)
             .properties_of(units, {"--timestamp=unix", "--property=ActiveState,ActiveEnterTimestamp"})) {
        const auto entered = properties.find("ActiveEnterTimestamp");
        if (!is(properties, "ActiveState", "active") || entered == properties.end()) {
            continue;
        }
        std::string_view text = entered->second;  // "@1700000000"
        text.remove_prefix(text.substr(0, 1) == "@" ? 1 : 0);
        std::int64_t seconds = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (failure == std::errc() && end == text.data() + text.size()) {
            result.emplace(unit, seconds);
        }
    }
    return result;
}

}  // namespace bestow::activation
