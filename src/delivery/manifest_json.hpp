#pragma once
/// A manifest as the text that a bundle carries, for bestow on the host and for whoever else wants to know what a host
/// gets. Version 1:
///
///   {"format": "bestow manifest", "version": 1, "host": "web", "keys": ["ssh-ed25519 AAAA..."], "vars": {"env":
///   "prod"},
///    "made_from": {"commit": "5f3c...", "dirty": false, "time": "2026-11-20T08:30:00Z"},
///    "activation": {"keep_generations": 2, "allow_swap": false, "max_stale_seconds": 2592000},
///    "secrets": [{"name": "db/password", "file": "secrets/db.yaml", "key": ["password"], "as": null, "delivered":
///    true,
///                 "rotation": {"after_seconds": 7776000, "changed": "2026-08-01T10:00:00Z"},
///                 "owner": "root", "group": null, "mode": "0400", "path": null, "restart": [], "reload": [],
///                 "phase": "main"}],
///    "templates": [{"name": "env", "inputs": ["db/password"], "pieces": [{"text": "PW="},
///                   {"insert": "db/password | shell", "line": 1, "column": 4}], "owner": "root", ...}]}
///
/// "group": null is the owner's primary group; "key": [] is the whole document; "as" is raw, yaml, json, env or null. A
/// piece that is not UTF-8 is {"base64": "..."}. "optional": true is a value that need not be there; "rotation" is what
/// `rotate_after` says, and when the value came at the latest, or null where only its document may tell; both may be
/// missing. A host with an older bestow warns of what it does not know, and delivers all the same.

#include "delivery/manifest.hpp"

namespace bestow::delivery {

inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kManifestFormat = "bestow manifest";
inline constexpr unsigned kManifestVersion = 1;

/// The same manifest gives the same bytes.
std::string encode_manifest(const Manifest& manifest);

struct ReadManifest {
    Manifest manifest;
    std::vector<std::string> warnings;  ///< members that this bestow does not know
};

/// As untrusted as bestow.yaml, and held to the same rules. Throws Error(Policy) with the place ("secrets[3].mode"),
/// for a newer version too; Error(Format) for what is no JSON.
ReadManifest parse_manifest(std::string text);

}  // namespace bestow::delivery
