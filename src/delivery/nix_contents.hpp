#pragma once
/// From decrypted documents to what each secret and template of a sops-nix manifest holds. Pure; one's fault never
/// touches another.

#include "delivery/nix_manifest.hpp"
#include "sops/plain_tree.hpp"

namespace bestow::delivery {

/// A decrypted document, its MAC verified, or why there is none.
using NixOpenedFile = std::variant<Fault, std::vector<sops::PlainNode>>;

struct NixContent {
    const NixItem* item = nullptr;  ///< lies in the manifest
    std::variant<Fault, SecretBytes> content;

    [[nodiscard]] const Fault* fault() const { return std::get_if<Fault>(&content); }
};

/// Does the document, still encrypted, hold the value that a secret is? Throws Error(NotFound), Error(Policy).
void check_nix_key(const NixSecret& secret, const sops::EncryptedFile& document);

/// Secrets, then templates, in the manifest's order. `files` holds every sops_file; `texts` every template's own text
/// or why it cannot be read, in the manifest's order.
std::vector<NixContent> make_nix_contents(const NixManifest& manifest,
                                          const std::map<std::string, NixOpenedFile>& files,
                                          const std::vector<std::variant<Fault, std::string>>& texts);

}  // namespace bestow::delivery
