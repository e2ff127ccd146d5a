/// install() with every call of the System made to fail, or to be the last one before death: the bundle before or the
/// new one is in place, whole, and the next run finishes.

#include "activation/install.hpp"

#include "age/age.hpp"
#include "base/error.hpp"
#include "delivery/manifest_json.hpp"
#include "support/pretended_machine.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace bestow;
using bestow::test::PretendedMachine;
using bestow::test::TemporaryFolder;

namespace {

class Machine {
  public:
    Machine() : key(age::generate_identity()) {
        folder.write("key", to_text(key.text.view()));
        folder.write("settings", "");
        std::filesystem::create_directory(folder.path() / "lib");
        put_bundle("old");
        put_bundle("new");
    }

    void put_bundle(const std::string& name) const {
        delivery::Manifest manifest;
        manifest.host = "web";
        manifest.keys = {key.recipient};
        manifest.vars = {{"which", name}};
        delivery::ManifestSecret secret;
        secret.name = "a";
        secret.file = "sub/" + name + ".age";
        manifest.secrets.push_back(secret);
        age::Recipients recipients;
        recipients.push_back(age::parse_recipient(key.recipient));
        folder.write(name + "/" + secret.file, to_text(age::encrypt(as_bytes(name), recipients, false)));
        folder.write(name + "/manifest.json", delivery::encode_manifest(manifest));
    }

    activation::InstallReport install(os::System& system, const std::string& name) const {
        activation::InstallOptions options;
        options.bundle = (folder.path() / name).string();
        options.host.store = (folder.path() / "lib/store").string();
        options.host.identities = {(folder.path() / "key").string()};
        options.host.settings_file = (folder.path() / "settings").string();
        return activation::install(system, options);
    }

    /// "old" or "new" when that bundle is in place, whole; "" for none.
    [[nodiscard]] std::string installed() const {
        if (!std::filesystem::exists(folder.path() / "lib/store")) {
            return {};
        }
        for (const std::string name : {"old", "new"}) {
            const std::string place = "lib/store/";
            const std::string file = "sub/" + name + ".age";
            if (std::filesystem::exists(folder.path() / (place + file)) &&
                folder.read(place + file) == folder.read(name + "/" + file) &&
                folder.read(place + "manifest.json") == folder.read(name + "/manifest.json")) {
                return name;
            }
        }
        return "torn";
    }

    [[nodiscard]] std::size_t left_over() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "lib")) {
            const std::string name = entry.path().filename().string();
            count += name != "store" && name != "store.stamp" ? 1 : 0;
        }
        return count;
    }

    TemporaryFolder folder;
    age::GeneratedIdentity key;
};

bool succeeds(const Machine& machine, os::System& system, const std::string& name) {
    try {
        (void)machine.install(system, name);
        return true;
    } catch (const Error&) {
        return false;
    }
}

std::size_t calls_of(const std::string& before) {
    const Machine machine;
    PretendedMachine system;
    if (!before.empty()) {
        (void)machine.install(system, before);
    }
    PretendedMachine counting;
    (void)machine.install(counting, "new");
    return counting.calls;
}

void check(const std::string& before, void (PretendedMachine::*strike)(std::size_t)) {
    const std::size_t calls = calls_of(before);
    REQUIRE(calls > 40);
    for (std::size_t index = 0; index < calls; ++index) {
        const Machine machine;
        PretendedMachine healthy;
        if (!before.empty()) {
            (void)machine.install(healthy, before);
        }
        PretendedMachine struck;
        (struck.*strike)(index);
        const bool done = succeeds(machine, struck, "new");
        CAPTURE(index, done, struck.names.at(std::min(index, struck.names.size() - 1)));
        const std::string there = machine.installed();
        REQUIRE((there == "new" || (!done && there == before)));
        REQUIRE(machine.install(healthy, "new").changed == (there != "new"));
        REQUIRE(machine.installed() == "new");
        REQUIRE(std::filesystem::exists(machine.folder.path() / "lib/store.stamp"));
        REQUIRE(machine.left_over() == 0);
    }
}

}  // namespace

TEST_CASE("whatever call of an installation fails, the old bundle or the new one is in place, whole", "[install]") {
    check("old", &PretendedMachine::fail_at);
    check("", &PretendedMachine::fail_at);
}

TEST_CASE("wherever an installation dies, the old bundle or the new one is in place, and the next one finishes",
          "[install]") {
    check("old", &PretendedMachine::die_at);
    check("", &PretendedMachine::die_at);
}
