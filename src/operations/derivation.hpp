#pragma once
/// What making a value does besides drawing chance: it signs a certificate, hashes another secret, runs a program, or
/// draws so little that it can be guessed; and others read the outcome than what it is made from. Whoever can push can
/// declare that, so it is shown before it is done.

#include "operations/open_store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bestow::operations {

struct Derivation {
    const policy::SecretSource* source = nullptr;
    std::string what;                  ///< "a certificate that pki/ca signs: subject CN=web1, for 365 days"
    std::vector<std::string> readers;  ///< "host web1": who gets it and cannot read all that it is made from
};

/// nullopt where chance alone makes it. `value` false: only its public half is made anew.
std::optional<Derivation> derivation_of(const OpenStore& store, const policy::SecretSource& source, bool value);

/// "tls/key for web1: a certificate ...; goes to host web1"
std::string describe_derivation(const Derivation& derivation);

/// Shows them and asks; false for a no.
using ConfirmDerivations = std::function<bool(const std::vector<Derivation>& derivations)>;

}  // namespace bestow::operations
