#pragma once
/// The design's own example of a bestow.yaml, with keys in place of its dots.

#include "policy_text.hpp"

namespace bestow::policy::test {

inline const std::string kExample = R"(version: 1
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

}  // namespace bestow::policy::test
