/// The drop-in for sops-nix on a pretended machine: every call made to fail, or to be the last one before death.

#include "activation/nix_install.hpp"

#include "sops/edit.hpp"
#include "support/pretended_machine.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace bestow;
using bestow::test::PretendedMachine;
using bestow::test::TemporaryFolder;

namespace {

using Files = std::map<std::string, std::string>;

const Files kOld = {{"a", "a-old"}, {"gone", "gone"}, {"sub/b", "b"}, {"rendered/t", "[a-old]"}};
const Files kNew = {{"a", "a-new"}, {"added/c", "c"}, {"sub/b", "b"}, {"rendered/t", "[a-new]"}};

class Machine {
  public:
    Machine() : key_(age::generate_identity()) {
        folder.write("key", to_text(key_.text.view()));
        folder.write("run/nixos/here", "");
        put("old", {{"a", "a-old"}, {"gone", "gone"}, {"sub/b", "b"}});
        put("new", {{"a", "a-new"}, {"added/c", "c"}, {"sub/b", "b"}});
    }

    [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }

    /// -1: threw; otherwise the number of problems.
    int install(os::System& system, const std::string& which) const {
        activation::NixOptions options;
        options.manifest_file = path(which + ".json");
        options.program = "sops-install-secrets";
        try {
            return static_cast<int>(install_nix_secrets(system, options).problems.size());
        } catch (const Error&) {
            return -1;
        }
    }

    /// What a reader finds behind the link.
    [[nodiscard]] Files live() const {
        Files found;
        const auto root = folder.path() / "run/secrets/";
        if (std::filesystem::exists(root)) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
                if (entry.is_regular_file()) {
                    const std::string name = entry.path().lexically_relative(root).string();
                    found[name] = folder.read("run/secrets/" + name);
                }
            }
        }
        return found;
    }

    [[nodiscard]] std::set<std::string> names_in(const std::string& directory) const {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / directory)) {
            names.insert(entry.path().filename().string());
        }
        return names;
    }

    TemporaryFolder folder;

  private:
    void put(const std::string& which, const Files& values) const {
        std::string document = "{";
        std::string secrets;
        std::string placeholders;
        for (const auto& [name, value] : values) {
            document += (document.size() > 1 ? "," : "") + ("\"" + base(name) + "\":\"" + value + "\"");
            secrets += (secrets.empty() ? "" : ",") +
                       ("{\"name\":\"" + name + "\",\"key\":\"" + base(name) +
                        "\",\"mode\":\"0400\",\"format\":\"json\",\"sopsFile\":\"" + path(which + ".enc") +
                        "\",\"path\":\"" + path("links/" + base(name)) + "\"}");
            placeholders += (placeholders.empty() ? "" : ",") + ("\"" + name + "\":\"<" + name + ">\"");
        }
        sops::EncryptOptions options;
        options.recipients = {key_.recipient};
        options.now = "2026-11-20T00:00:00Z";
        folder.write(which + ".enc",
                     sops::encrypt_document(as_bytes(document + "}"), sops::Format::Json, options).text);
        folder.write(which + ".json",
                     R"({"keepGenerations":1,"templates":[{"name":"t","content":"[<a>]","mode":"0400"}],"secrets":[)" +
                         secrets + "],\"placeholderBySecretName\":{" + placeholders + "},\"ageKeyFile\":\"" +
                         path("key") + "\",\"symlinkPath\":\"" + path("run/secrets") + "\",\"secretsMountPoint\":\"" +
                         path("run/secrets.d") + "\"}");
    }

    static std::string base(const std::string& name) { return name.substr(name.rfind('/') + 1); }

    age::GeneratedIdentity key_;
};

void check_convergence(const Machine& machine) {
    PretendedMachine healthy;
    REQUIRE(machine.install(healthy, "new") == 0);
    REQUIRE(machine.live() == kNew);
    REQUIRE(machine.names_in("links") == std::set<std::string>{"a", "b", "c"});
    const std::set<std::string> names = machine.names_in("run/secrets.d");
    REQUIRE(names.size() == 2);
    REQUIRE(names.count(".bestow-nix") == 1);
    REQUIRE(machine.names_in("run") == std::set<std::string>{".secrets.d.lock", "nixos", "secrets", "secrets.d"});
}

std::size_t calls_of_a_change() {
    const Machine machine;
    PretendedMachine system;
    REQUIRE(machine.install(system, "old") == 0);
    REQUIRE(machine.live() == kOld);
    PretendedMachine counting;
    REQUIRE(machine.install(counting, "new") == 0);
    REQUIRE(machine.live() == kNew);
    return counting.calls;
}

}  // namespace

TEST_CASE("whatever call of an installation fails, the old generation or the new one is live", "[nix]") {
    const std::size_t calls = calls_of_a_change();
    REQUIRE(calls > 100);
    for (std::size_t index = 0; index < calls; ++index) {
        const Machine machine;
        PretendedMachine healthy;
        (void)machine.install(healthy, "old");
        PretendedMachine failing;
        failing.fail_at(index);
        const int problems = machine.install(failing, "new");
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

TEST_CASE("dead at any call of an installation, the old generation or the new one is live", "[nix]") {
    const std::size_t calls = calls_of_a_change();
    for (std::size_t index = 0; index < calls; ++index) {
        const Machine machine;
        PretendedMachine healthy;
        (void)machine.install(healthy, "old");
        PretendedMachine dying;
        dying.die_at(index);
        (void)machine.install(dying, "new");
        CAPTURE(index, dying.names.at(std::min(index, dying.names.size() - 1)));
        const Files live = machine.live();
        REQUIRE((live == kOld || live == kNew));
        check_convergence(machine);
    }
}

TEST_CASE("a directory in the place of the link stays until the link is there", "[nix]") {
    for (std::size_t index = 0;; ++index) {
        const Machine machine;
        machine.folder.write("run/secrets/own", "file");
        PretendedMachine failing;
        failing.fail_at(index);
        const int problems = machine.install(failing, "new");
        CAPTURE(index, problems);
        const Files live = machine.live();
        const Files before = {{"own", "file"}};
        REQUIRE((problems >= 0 || live == before));
        REQUIRE((problems != 0 || live == kNew));
        for (const auto& [name, content] : live) {  // what could not be had may be missing
            REQUIRE((live == before || (kNew.count(name) != 0 && kNew.at(name) == content)));
        }
        check_convergence(machine);
        if (failing.calls <= index) {
            break;  // all calls have failed once
        }
    }
}

TEST_CASE("a dry run of an installation makes only calls that read", "[nix]") {
    const Machine machine;
    PretendedMachine system;
    system.variables["NIXOS_ACTION"] = "dry-activate";
    system.variables["SOPS_RESTART_UNITS_VIA_SYSTEMCTL"] = "1";
    REQUIRE(machine.install(system, "old") == 0);
    for (const std::string& name : system.names) {
        CAPTURE(name);
        REQUIRE((name.rfind("try_", 0) == 0 || name.rfind("open_directory", 0) == 0 || name.rfind("read_", 0) == 0 ||
                 name.rfind("find_", 0) == 0 || name == "status" || name == "list_directory"));
    }
    REQUIRE(machine.names_in("run") == std::set<std::string>{"nixos"});
}

TEST_CASE("without a memory file system that cannot swap nothing is installed", "[nix]") {
    const Machine machine;
    PretendedMachine system;
    system.kind = os::FileSystemStatus::Type::Tmpfs;
    REQUIRE(machine.install(system, "old") == -1);
    system.mounted = true;
    REQUIRE(machine.install(system, "old") == -1);
    REQUIRE(machine.live().empty());
}
