#pragma once
/// Where a secret's value lies in the store: all but the last segment of its name is the file, the last one the key;
/// `file:` and `key:` override them.
///
///   powerdns/api-key            secrets/powerdns.yaml                     api-key
///   smtp                        secrets/smtp.yaml                         smtp
///   wireguard/key, per: host    secrets/host/HOST/wireguard.yaml          key
///   db/password, per: env       secrets/env/VALUE/db.yaml                 password

#include "policy/policy.hpp"

namespace bestow::policy {

/// "." is the whole document; "a/b" is b in a; a key that itself holds a '/' needs the list form.
document::KeyPath parse_key_text(std::string_view text);

document::KeyPath key_of(const Secret& secret);

/// `variant`: the host's name or the variable's value; empty without `per:`. In `file:`, "{host}" (or "{env}" for
/// `per: env`) stands for it.
std::string file_of(const Secret& secret, std::string_view variant);

/// Where the public half of what is generated for a variant lies: `public:`, else beside the file, with the key in its
/// name: secrets/wireguard.private-key.pub. Precondition: the secret has `generate:`.
std::string public_file_of(const Secret& secret, std::string_view variant);

/// "{host}" replaced by the variant.
std::string for_variant(const Secret& secret, std::string text, std::string_view variant);

/// The variant that a host reads; nullopt when it lacks the variable that `per:` names. Empty without `per:`.
std::optional<std::string> variant_for(const Secret& secret, const Host& host);

}  // namespace bestow::policy
