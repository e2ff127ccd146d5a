#include "delivery/nix_manifest.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

namespace {

std::string with_secret(const std::string& fields) {
    return R"({"secretsMountPoint": "/run/secrets.d", "symlinkPath": "/run/secrets", "secrets": [{"mode": "0400", )" +
           fields + "}]}";
}

}  // namespace

TEST_CASE("a sops-nix manifest is read with its defaults", "[nix]") {
    const NixManifest manifest =
        parse_nix_manifest(with_secret(R"("name": "a//b", "key": "x/y", "path": "/etc//a/", "uid": 7, "owner": null,
            "group": "staff", "sopsFile": "/s.yaml", "restartUnits": ["r.service"], "unknown": [{}])"),
                           "");
    REQUIRE(manifest.faults.empty());
    REQUIRE(manifest.secrets.size() == 1);
    const NixSecret& secret = manifest.secrets.front();
    REQUIRE(secret.item.path == "a/b");
    REQUIRE(secret.item.link == "/etc/a");
    REQUIRE(secret.item.owner == "7");
    REQUIRE(secret.item.group == "staff");
    REQUIRE(secret.item.mode_bits == 0400);
    REQUIRE(secret.item.restart == std::vector<std::string>{"r.service"});
    REQUIRE(secret.format == sops::Format::Yaml);
    REQUIRE(secret.placeholder.empty());
    REQUIRE(manifest.keep_generations == 0);
}

TEST_CASE("whatever is wrong with a manifest is told at once", "[nix]") {
    struct Case {
        const char* fields;
        const char* told;
    };
    for (const Case& one : {
             Case{R"("name": "../a")", "not one of a file below"},
             Case{R"("name": "a/..")", "not one of a file below"},
             Case{R"("name": "/")", "not one of a file below"},
             Case{R"("name": "a\u0000b")", "not one of a file below"},
             Case{R"("name": "")", "not one of a file below"},
             Case{R"("name": "a", "path": "relative")", "not absolute"},
             Case{R"("name": "a", "uid": -1)", "nobody can have"},
             Case{R"("name": "a", "gid": 4294967295)", "nobody can have"},
             Case{R"("name": "a", "mode": "0400")", ""},
             Case{R"("name": "a", "format": "YAML")", "unsupported format YAML for secret a"},
         }) {
        CAPTURE(one.fields);
        if (std::string(one.told).empty()) {  // a duplicate key is malformed
            REQUIRE_THROWS_AS(parse_nix_manifest(with_secret(one.fields), ""), Error);
            continue;
        }
        const NixManifest manifest = parse_nix_manifest(with_secret(one.fields), "");
        REQUIRE(manifest.faults.size() == 1);
        REQUIRE_THAT(manifest.faults.front(), Catch::Contains(one.told));
    }
    REQUIRE(parse_nix_manifest("{}", "").faults.size() == 2);
    REQUIRE_THROWS_AS(parse_nix_manifest(with_secret(R"("name": 5)"), ""), Error);
    REQUIRE_THROWS_AS(parse_nix_manifest(R"({"keepGenerations": 1.5})", ""), Error);
    REQUIRE_THROWS_AS(parse_nix_manifest(R"({"secrets": [null, 1]})", ""), Error);
}

TEST_CASE("modes are octal, and only permission bits count", "[nix]") {
    for (const auto& [text, bits] : std::map<std::string, int>{{"0400", 0400},
                                                               {"0", 0},
                                                               {"4755", 0755},
                                                               {"177777", 0777},
                                                               {"200000", -1},
                                                               {"0800", -1},
                                                               {"", -1},
                                                               {"-1", -1},
                                                               {"7777777777777777777", -1}}) {
        CAPTURE(text);
        const NixManifest manifest = parse_nix_manifest(
            R"({"secretsMountPoint": "/m", "symlinkPath": "/l", "secrets": [{"name": "a", "mode": ")" + text + "\"}]}",
            "");
        REQUIRE(manifest.faults.size() == (bits < 0 ? 1 : 0));
        if (bits >= 0) {
            REQUIRE(manifest.secrets.front().item.mode_bits == static_cast<unsigned>(bits));
        }
    }
}

TEST_CASE("in user mode %r is the runtime directory and %% a per cent sign", "[nix]") {
    const std::string text = R"({"userMode": true, "secretsMountPoint": "%r/d", "symlinkPath": "/x/%%r%r%",
        "secrets": [{"name": "%r", "mode": "0400", "path": "%r/%%"}]})";
    const NixManifest manifest = parse_nix_manifest(text, "/run/user/1");
    REQUIRE(manifest.mount_point == "/run/user/1/d");
    REQUIRE(manifest.symlink_path == "/x/%r/run/user/1%");
    REQUIRE(manifest.secrets.front().item.link == "/run/user/1/%");
    REQUIRE(manifest.secrets.front().item.path == "%r");
}
