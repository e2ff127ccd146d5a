/// The whole of activate() on a pretended machine: no privileges, every call of the System made to fail, or to be the
/// last one before death. The same is proved on real system calls in test_crash.py.

#include "activation/activate.hpp"

#include "age/age.hpp"
#include "support/pretended_machine.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

using namespace bestow;
using bestow::test::PretendedMachine;
using bestow::test::TemporaryFolder;

namespace {

using Files = std::map<std::string, std::string>;

class Machine {
  public:
    Machine() : key(age::generate_identity()) {
        folder.write("key", to_text(key.text.view()));
        folder.write("settings", "");
        std::filesystem::create_directory(folder.path() / "run");
        put_store("old", {{"a", "a-old"}, {"gone", "gone"}, {"sub/b", "b"}});
        put_store("new", {{"a", "a-new"}, {"added/c", "c"}, {"sub/b", "b"}});
    }

    void put_store(const std::string& store, const Files& secrets) const {
        std::string policy = "version: 1\noperators:\n  me: {keys: [" + key.recipient + "]}\nhosts:\n  web: {keys: [" +
                             key.recipient + "]}\nsecrets:\n";
        for (const auto& [name, value] : secrets) {
            policy += "  " + name + ": {to: [web], file: " + name + ".age, key: \".\", restart: [" + "u.service]}\n";
            age::Recipients recipients;
            recipients.push_back(age::parse_recipient(key.recipient));
            folder.write(store + "/" + name + ".age", to_text(age::encrypt(as_bytes(value), recipients, false)));
        }
        folder.write(store + "/bestow.yaml", policy);
    }

    activation::Report activate(os::System& system, const std::string& store, bool dry_run = false) const {
        activation::Options options = options_for(store);
        options.dry_run = dry_run;
        return activation::activate(system, options, [](const activation::Report&) {});
    }

    [[nodiscard]] activation::Options options_for(const std::string& store) const {
        activation::Options options;
        options.store = (folder.path() / store).string();
        options.identities = {(folder.path() / "key").string()};
        options.state_directory = (folder.path() / "state").string();
        options.run_directory = (folder.path() / "run").string();
        options.settings_file = (folder.path() / "settings").string();
        return options;
    }

    /// What a reader finds in RUN/secrets.
    [[nodiscard]] Files live() const {
        Files found;
        const auto root = folder.path() / "run/secrets/";
        if (std::filesystem::exists(root)) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
                const std::string name = entry.path().lexically_relative(root).string();
                if (entry.is_regular_file() && name.rfind(".bestow-", 0) != 0) {
                    found[name] = folder.read("run/secrets/" + name);
                }
            }
        }
        return found;
    }

    [[nodiscard]] std::vector<std::string> left_over() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "run/secrets.d")) {
            const std::string name = entry.path().filename().string();
            if (name.find(".new") != std::string::npos) {
                names.push_back(name);
            }
        }
        return names;
    }

    TemporaryFolder folder;
    age::GeneratedIdentity key;
};

const Files kOld = {{"a", "a-old"}, {"gone", "gone"}, {"sub/b", "b"}};
const Files kNew = {{"a", "a-new"}, {"added/c", "c"}, {"sub/b", "b"}};

/// -1: threw; otherwise the number of problems.
int activate_quietly(const Machine& machine, os::System& system, const std::string& store) {
    try {
        return static_cast<int>(machine.activate(system, store).problems.size());
    } catch (const Error&) {
        return -1;
    }
}

void check_convergence(const Machine& machine) {
    PretendedMachine healthy;
    REQUIRE(machine.activate(healthy, "new").problems.empty());
    REQUIRE(machine.live() == kNew);
    REQUIRE(machine.left_over().empty());
    REQUIRE_FALSE(machine.activate(healthy, "new").sets.at(0).new_generation);
}

std::size_t calls_of_a_change() {
    const Machine machine;
    PretendedMachine system;
    (void)machine.activate(system, "old");
    PretendedMachine counting;
    (void)machine.activate(counting, "new");
    return counting.calls;
}

}  // namespace

TEST_CASE("an activation delivers, and a second one changes nothing", "[activate]") {
    const Machine machine;
    PretendedMachine system;
    const activation::Report first = machine.activate(system, "old");
    REQUIRE(machine.live() == kOld);
    REQUIRE(first.units.restart == std::vector<std::string>{"u.service"});
    const activation::Report second = machine.activate(system, "old");
    REQUIRE_FALSE(second.sets.at(0).new_generation);
    REQUIRE(second.units.empty());
}

TEST_CASE("what is delivered no more goes before anything that others could delay", "[activate]") {
    /// Whoever holds the lock that the record of links needs finds nothing to read by then.
    class LookAtLocks : public PretendedMachine {
      public:
        bool lock(int fd, bool wait) override {
            const bool after_the_switch = machine->live() == kNew;
            revoked_in_time = revoked_in_time && !(after_the_switch && machine->folder.has("run/secrets.d/1/gone"));
            locked_after_the_switch += after_the_switch ? 1 : 0;
            return PretendedMachine::lock(fd, wait);
        }
        const Machine* machine = nullptr;
        bool revoked_in_time = true;
        int locked_after_the_switch = 0;
    };
    const Machine machine;
    const std::string links = machine.folder.text() + "/links";
    machine.folder.write("settings", "links: [" + links + "]\n");
    const auto link = [&](const std::string& store, const std::string& file) {
        std::string policy = machine.folder.read(store + "/bestow.yaml");
        policy.insert(policy.find(file + ",") + file.size() + 1, " path: " + links + "/" + file + ",");
        machine.folder.write(store + "/bestow.yaml", policy);
    };
    link("old", "gone.age");
    link("new", "a.age");
    PretendedMachine system;
    REQUIRE(machine.activate(system, "old").problems.empty());
    REQUIRE(machine.folder.has("run/secrets.d/1/gone"));
    LookAtLocks looking;
    looking.machine = &machine;
    (void)machine.activate(looking, "new");
    REQUIRE(looking.locked_after_the_switch > 1);  // for the record of links, and for what is kept
    REQUIRE(looking.revoked_in_time);
}

TEST_CASE("whatever call fails, the old set or the new one is in force, and success means new", "[activate]") {
    const std::size_t calls = calls_of_a_change();
    REQUIRE(calls > 80);
    for (std::size_t index = 0; index < calls; ++index) {
        const Machine machine;
        PretendedMachine healthy;
        (void)machine.activate(healthy, "old");
        PretendedMachine failing;
        failing.fail_at(index);
        const int problems = activate_quietly(machine, failing, "new");
        CAPTURE(index, problems, failing.names.at(std::min(index, failing.names.size() - 1)));
        const Files live = machine.live();
        if (problems == 0) {
            REQUIRE(live == kNew);
        } else if (problems < 0) {
            REQUIRE(live == kOld);
        } else {
            for (const auto& [name, content] : live) {
                REQUIRE(((kOld.count(name) != 0 && kOld.at(name) == content) ||
                         (kNew.count(name) != 0 && kNew.at(name) == content)));
            }
        }
        check_convergence(machine);
    }
}

TEST_CASE("dead at any call, the old set or the new one is in force", "[activate]") {
    const std::size_t calls = calls_of_a_change();
    for (std::size_t index = 0; index < calls; ++index) {
        const Machine machine;
        PretendedMachine healthy;
        (void)machine.activate(healthy, "old");
        PretendedMachine dying;
        dying.die_at(index);
        (void)activate_quietly(machine, dying, "new");
        CAPTURE(index, dying.names.at(std::min(index, dying.names.size() - 1)));
        const Files live = machine.live();
        REQUIRE((live == kOld || live == kNew));
        check_convergence(machine);
    }
}

TEST_CASE("a dry run makes only calls that read", "[activate]") {
    const Machine machine;
    PretendedMachine system;
    REQUIRE(machine.activate(system, "old", true).sets.at(0).new_generation);
    for (const std::string& name : system.names) {
        CAPTURE(name);
        REQUIRE((name.rfind("try_", 0) == 0 || name.rfind("open_", 0) == 0 || name.rfind("read_", 0) == 0 ||
                 name == "status" || name == "list_directory" || name == "file_system_status" || name == "now"));
    }
    REQUIRE(machine.live().empty());
}

TEST_CASE("without a memory file system that cannot swap nothing is delivered", "[activate]") {
    const Machine machine;
    PretendedMachine system;
    system.kind = os::FileSystemStatus::Type::Other;
    REQUIRE_THROWS_WITH(machine.activate(system, "old"), Catch::Contains("unknown parameter 'noswap'"));
    system.kind = os::FileSystemStatus::Type::Tmpfs;
    REQUIRE_THROWS_WITH(machine.activate(system, "old"), Catch::Contains("unknown parameter 'noswap'"));
    system.mounted = true;
    REQUIRE_THROWS_WITH(machine.activate(system, "old"), Catch::Contains("a tmpfs that can swap"));
    REQUIRE(machine.live().empty());
}

TEST_CASE("units that could not be told are told by the next run", "[activate]") {
    const Machine machine;
    PretendedMachine system;
    const activation::Report untold = activation::activate(
        system, machine.options_for("old"),
        [](const activation::Report&) { throw Error(ErrorKind::System, "cannot write to standard output"); });
    REQUIRE(machine.live() == kOld);
    REQUIRE(untold.problems.size() == 1);
    REQUIRE(machine.activate(system, "old").units.restart == std::vector<std::string>{"u.service"});
    REQUIRE(machine.activate(system, "old").units.empty());
}

TEST_CASE("a file that exhausts memory is its own fault alone", "[activate]") {
    const Machine machine;
    PretendedMachine system;
    system.exhausting = "a.age";
    const activation::Report report = machine.activate(system, "old");
    REQUIRE(report.problems.size() == 1);
    REQUIRE(report.problems.at(0).message == "a.age: there is not enough memory to open it; not delivered");
    REQUIRE(machine.live() == Files{{"gone", "gone"}, {"sub/b", "b"}});
}

TEST_CASE("without the memory to deliver, the old set stays and nothing is left over", "[activate]") {
    const Machine machine;
    PretendedMachine system;
    (void)machine.activate(system, "old");
    system.exhausting = "added/c";
    REQUIRE_THROWS_AS(machine.activate(system, "new"), std::bad_alloc);
    REQUIRE(machine.live() == kOld);
    REQUIRE(machine.left_over().empty());
    check_convergence(machine);
}

TEST_CASE("what is no longer delivered goes from the generations that are kept, too", "[activate]") {
    const Machine machine;
    PretendedMachine system;
    (void)machine.activate(system, "old");
    (void)machine.activate(system, "new");
    const auto kept = machine.folder.path() / "run/secrets.d/1";
    REQUIRE(std::filesystem::exists(kept / "a"));
    REQUIRE_FALSE(std::filesystem::exists(kept / "gone"));
    machine.folder.write("run/secrets.d/1/gone", "gone");  // as a killed run leaves it
    REQUIRE_FALSE(machine.activate(system, "new").sets.at(0).new_generation);
    REQUIRE_FALSE(std::filesystem::exists(kept / "gone"));
    machine.folder.write("run/secrets.d/1/.bestow-state", "damaged");
    (void)machine.activate(system, "new");
    REQUIRE_FALSE(std::filesystem::exists(kept));
}

TEST_CASE("a settings file or an identity that somebody names and that is not there is named", "[activate]") {
    const Machine machine;
    PretendedMachine system;
    activation::Options options = machine.options_for("old");
    options.settings_file = "/nope/host.yaml";
    const auto announce = [](const activation::Report&) {};
    REQUIRE_THROWS_WITH(activation::activate(system, options, announce), Catch::Contains("'/nope/host.yaml'"));
    options = machine.options_for("old");
    options.identities.push_back("/nope/key");
    const std::vector<std::string> warnings = activation::activate(system, options, announce).warnings;
    REQUIRE(std::count(warnings.begin(), warnings.end(), "there is no file '/nope/key'") == 1);
    options.identities = {"/nope/key"};
    REQUIRE_THROWS_WITH(activation::activate(system, options, announce), Catch::Contains("'/nope/key'"));
}
