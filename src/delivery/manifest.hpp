#pragma once
/// What one host gets: its part of the policy, resolved to files, key paths, owners, modes and units. Pure data; a
/// bundle carries the same (delivery/manifest_json.hpp).

#include "policy/access.hpp"
#include "policy/template_text.hpp"
#include "sops/encrypted_file.hpp"

#include <functional>

namespace bestow::delivery {

using policy::Phase;

/// How a file that was put down is owned and announced.
struct Placement {
    std::string owner = "root";  ///< name or number
    std::string group;           ///< empty: the owner's primary group
    unsigned mode_bits = 0400;
    std::string link;  ///< absolute path of a link to it, or empty
    std::vector<std::string> restart;
    std::vector<std::string> reload;
    Phase phase = Phase::Main;
};

/// By when a value is to be changed.
struct Rotation {
    std::uint64_t after_seconds = 0;
    std::string changed;  ///< when it came at the latest, "2026-11-20T08:30:00Z"; empty: only its document may tell
};

struct ManifestSecret {
    std::string name;
    std::string file;  ///< relative to the store
    document::KeyPath key;
    std::optional<sops::Rendering> as;
    bool delivered = true;  ///< false: only templates use it
    bool optional = false;  ///< it need not be there: a value that `rotate` kept
    std::optional<Rotation> rotation;
    Placement placement;
};

struct ManifestTemplate {
    std::string name;
    std::vector<policy::TemplatePiece> pieces;
    std::vector<std::string> inputs;  ///< names of secrets
    Placement placement;
};

/// Which state of the store it was made from. All empty when nobody knows, as for a whole store.
struct Provenance {
    std::string commit;  ///< in hexadecimal
    bool dirty = false;  ///< the work tree differed from it
    std::string time;    ///< of the commit, "2026-11-20T08:30:00Z"

    bool operator==(const Provenance&) const = default;
};

struct Manifest {
    std::string host;
    std::vector<std::string> keys;  ///< the host's public ones, as declared
    std::map<std::string, std::string> vars;
    Provenance provenance;
    std::vector<ManifestSecret> secrets;
    std::vector<ManifestTemplate> templates;
    policy::ActivationSettings settings;
};

/// Where it lies below RUN/secrets or RUN/secrets-early.
std::string delivered_path(const ManifestSecret& secret);
std::string delivered_path(const ManifestTemplate& one);

/// Is it a secret that need not be there?
bool is_optional(const Manifest& manifest, std::string_view secret);

/// Throws Error(Policy) for two deliveries to one path, one below another, and an early item with a non-root owner.
void check_deliveries(const Manifest& manifest);

/// `host` is one of the policy's. Throws Error(Policy) for a template that does not parse, two deliveries to one path,
/// or an early item with a non-root owner.
Manifest manifest_for(const policy::Policy& policy, const policy::Host& host);

}  // namespace bestow::delivery
