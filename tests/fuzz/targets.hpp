#pragma once
/// One function a parser of foreign bytes. Each takes anything, throws nothing (an Error is an answer), and checks what
/// must hold of whatever was accepted; a broken promise aborts. libFuzzer feeds them (BESTOW_FUZZ), and replay_test.cpp
/// does with recorded files in every normal run.

#include "base/bytes.hpp"

#include <initializer_list>

namespace bestow::fuzz {

void age_header(ByteView bytes);
void age_file(ByteView bytes);
void armor(ByteView bytes);
void recipient(ByteView bytes);
void identities(ByteView bytes);
void ssh_public_key(ByteView bytes);
void ssh_private_key(ByteView bytes);
void bech32(ByteView bytes);
void base64(ByteView bytes);

void yaml(ByteView bytes);
void json(ByteView bytes);
void dotenv(ByteView bytes);
void ini(ByteView bytes);
void encrypted_yaml(ByteView bytes);
void encrypted_json(ByteView bytes);
void encrypted_dotenv(ByteView bytes);
void encrypted_ini(ByteView bytes);
void creation_rules(ByteView bytes);
void policy(ByteView bytes);
void host_settings(ByteView bytes);
void manifest(ByteView bytes);
void nix_manifest(ByteView bytes);
void git_output(ByteView bytes);
void blob_facts(ByteView bytes);
void known_history(ByteView bytes);

struct Target {
    const char* name;
    void (*run)(ByteView bytes);
    /// Where files lie to begin with, below tests/, besides fuzz/corpus/NAME.
    std::initializer_list<const char*> seeds;
    std::size_t damaged_places = 90;  ///< in each file, in every normal run
};

inline const std::initializer_list<const char*> kKeyFiles = {"age/fixtures", "ssh/fixtures"};
inline const std::initializer_list<const char*> kDocuments = {"sops/fixtures"};
inline const std::initializer_list<const char*> kBlobs = {"sops/fixtures", "age/fixtures"};
inline const std::initializer_list<const char*> kNone = {};

inline const std::initializer_list<Target> kTargets = {
    {"age_header", age_header, kKeyFiles},
    {"age_file", age_file, kKeyFiles},
    {"armor", armor, kKeyFiles},
    {"recipient", recipient, kKeyFiles},
    {"identities", identities, kKeyFiles},
    {"ssh_public_key", ssh_public_key, kKeyFiles},
    {"ssh_private_key", ssh_private_key, kKeyFiles},
    {"bech32", bech32, kKeyFiles},
    {"base64", base64, kKeyFiles},
    {"yaml", yaml, kDocuments},
    {"json", json, kDocuments},
    {"dotenv", dotenv, kDocuments},
    {"ini", ini, kDocuments},
    {"encrypted_yaml", encrypted_yaml, kDocuments, 20},
    {"encrypted_json", encrypted_json, kDocuments, 20},
    {"encrypted_dotenv", encrypted_dotenv, kDocuments, 20},
    {"encrypted_ini", encrypted_ini, kDocuments, 20},
    {"creation_rules", creation_rules, kNone},
    {"policy", policy, kNone},
    {"host_settings", host_settings, kNone},
    {"manifest", manifest, kNone},
    {"nix_manifest", nix_manifest, kNone},
    {"git_output", git_output, kNone},
    {"blob_facts", blob_facts, kBlobs, 10},
    {"known_history", known_history, kNone},
};

}  // namespace bestow::fuzz
