#include "policy/access.hpp"
#include "policy_text.hpp"

#include <catch2/catch.hpp>

using namespace bestow::policy;
using namespace bestow::policy::test;

namespace {

/// The design's own example, with keys in place of its dots.
const std::string kExample = R"(version: 1
requires: ">=0.1"              # optional: the oldest bestow that may read this

roles: {server: [], dns: [], nas: [], desktop: [], laptop: [], enduser: [desktop, laptop]}

operators:
  alice: {keys: [$A alice@laptop], groups: [admin]}
  bob:   {keys: [$1, $B]}
  ci:    {keys: [$2], access: listed}     # reads only what `access` gives it by name
  safe:  {keys: [$3], recovery: true}     # an offline key, on every file

hosts:
  schere:  {keys: [$C], roles: [server, dns], vars: {env: prod}}
  brunnen: {keys: [$D, {key: $E, until: 2027-03-01}], roles: [server]}
  itw:     {keys: [$F], roles: [desktop]}

include: [hosts/*.yaml, {path: teams/*.yaml, only: [secrets, templates]}]

access:                        # operators only; the most specific pattern wins
  "secrets/env/prod/**": [admin]

files:
  secrets/common.yaml: {shared: true}

defaults: {mode: "0400"}

secrets:
  powerdns/api-key:            # secrets/powerdns.yaml, key api-key: all but the last segment is the file
    to: [dns]                  # hosts and roles; a+b is both; `all`; except: [x] takes away
    owner: pdns                # default root; group defaults to the owner's primary group
    restart: [pdns.service]    # also reload
    overrides: {schere: {owner: powerdns}}
  wireguard/private-key:
    to: [server]
    per: host                  # secrets/host/<host>/wireguard.yaml: no host reads another's
  db/password:
    to: [server+dns]
    per: env                   # by a host variable: secrets/env/prod/db.yaml
  luks/games:
    to: [itw]
    file: secrets/luks-games.key
    key: "."                   # the whole document; as: raw | yaml | json | env
    path: /etc/luks-keys/games.key      # a link there, where the host allows it
    phase: early               # before users exist; owner root only

templates:
  pdns-env:
    to: [schere]               # gives access to the secrets that it names, which are not delivered by it
    content: |                 # or file: templates/pdns.env
      PDNS_API_KEY={{ powerdns/api-key }}
      NODE={{ host.name }} {{ host.vars.env }}
    delimiters: ["{{", "}}"]   # default; for texts that use these themselves, choose others
    owner: pdns
    restart: [pdns.service]

activation: {keep_generations: 2, allow_swap: false, max_stale: 30d}
)";

}  // namespace

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
