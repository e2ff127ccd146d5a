#include "policy/host_settings.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::policy;

TEST_CASE("a machine without settings trusts its store with nothing outside RUN", "[host-settings]") {
    for (const char* text : {"", "# nothing\n", "{}\n"}) {
        const HostSettings settings = parse_host_settings(text);
        REQUIRE(settings.store == "/var/lib/bestow/store");
        REQUIRE(settings.host.empty());
        REQUIRE(settings.link_prefixes.empty());
    }
}

TEST_CASE("host.yaml names store, host and link prefixes", "[host-settings]") {
    const HostSettings settings =
        parse_host_settings("store: /srv/store\nhost: web\nlinks: [/etc/keys, /etc/wireguard]\nsigners: []\n");
    REQUIRE(settings.store == "/srv/store");
    REQUIRE(settings.host == "web");
    REQUIRE(settings.link_prefixes == std::vector<std::string>{"/etc/keys", "/etc/wireguard"});
}

TEST_CASE("host.yaml names keys and the run directory, and has a say about swap", "[host-settings]") {
    const HostSettings settings = parse_host_settings("identities: [/a, /b]\nrun_dir: /r\nallow_swap: true\n");
    REQUIRE(settings.identities == std::vector<std::string>{"/a", "/b"});
    REQUIRE(settings.run_directory == "/r");
    REQUIRE(settings.allow_swap);
    REQUIRE_FALSE(parse_host_settings("host: web\n").allow_swap);
    REQUIRE_THROWS_WITH(parse_host_settings("allow_swap: please\n"), Catch::Contains("'allow_swap' is true or false"));
    REQUIRE_THROWS_WITH(parse_host_settings("identities: [key]\n"), Catch::Contains("not an absolute path"));
    HostSettings defaults;
    defaults.store = "/home/me/store";
    REQUIRE(parse_host_settings("host: web\n", defaults).store == "/home/me/store");
}

TEST_CASE("signers are refused as long as no signature is verified", "[host-settings]") {
    REQUIRE_THROWS_WITH(parse_host_settings("host: web\nsigners: [ssh-ed25519 A]\n"),
                        Catch::Contains("line 2: 'signers': this bestow verifies no signatures"));
}

TEST_CASE("what host.yaml cannot mean is refused with its line", "[host-settings]") {
    REQUIRE_THROWS_WITH(parse_host_settings("store: /a\nlink: [/etc]\n"),
                        Catch::Contains("line 2: unknown key 'link'; did you mean 'links'?"));
    REQUIRE_THROWS_WITH(parse_host_settings("links: /etc\n"), Catch::Contains("'links' is a list"));
    REQUIRE_THROWS_WITH(parse_host_settings("links: [etc]\n"), Catch::Contains("'etc' is not an absolute path"));
    REQUIRE_THROWS_WITH(parse_host_settings("links: [/etc/../root]\n"), Catch::Contains("must not hold"));
    REQUIRE_THROWS_WITH(parse_host_settings("store:\n"), Catch::Contains("'store' is a text"));
    REQUIRE_THROWS_WITH(parse_host_settings("- a\n"), Catch::Contains("one mapping"));
    REQUIRE_THROWS_AS(parse_host_settings("store: &a /x\nhost: *a\n"), Error);
}
