#include "design_example.hpp"

#include "policy/access.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

TEST_CASE("the design's example is a policy", "[policy]") {
    const Policy policy = parse(kExample);
    CHECK(policy.operators.size() == 4);
    CHECK(policy.find_operator("ci")->listed);
    CHECK(policy.find_operator("safe")->recovery);
    CHECK(policy.find_host("brunnen")->keys.at(1).until == "2027-03-01");
    CHECK(policy.find_host("schere")->vars.at("env") == "prod");
    CHECK(policy.defaults.mode == 0400U);
    CHECK(policy.files.at("secrets/common.yaml").shared);
    CHECK(policy.find_secret("powerdns/api-key")->placement.restart == std::vector<std::string>{"pdns.service"});
    CHECK(policy.find_secret("luks/games")->placement.phase == Phase::Early);
    CHECK(policy.find_template("pdns-env")->content ==
          "PDNS_API_KEY={{ powerdns/api-key }}\nNODE={{ host.name }} {{ host.vars.env }}\n");
}

TEST_CASE("the design's example gives each file its readers", "[policy]") {
    const Policy policy = parse(kExample);
    const std::vector<SecretSource> sources = secret_sources(policy);
    std::string table;
    for (const FileAccess& access : file_access(policy, sources, "2026-11-20")) {
        table += access.file + ":";
        for (const Reader& reader : access.readers) {
            table += " " + reader.name;
        }
        table += "\n";
    }
    CHECK(table ==
          "secrets/env/prod/db.yaml: alice safe schere\n"
          "secrets/host/brunnen/wireguard.yaml: alice bob bob safe brunnen brunnen\n"
          "secrets/host/schere/wireguard.yaml: alice bob bob safe schere\n"
          "secrets/luks-games.key: alice bob bob safe itw\n"
          "secrets/powerdns.yaml: alice bob bob safe schere\n");
}
