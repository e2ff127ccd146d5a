#pragma once
/// One function a parser of foreign bytes. Each takes anything, throws nothing (an Error is an answer), and checks what
/// must hold of whatever was accepted; a broken promise aborts. libFuzzer feeds them (BESTOW_FUZZ), and replay_test.cpp
/// does with recorded files in every normal run.

#include "base/bytes.hpp"

#include <array>

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

struct Target {
    const char* name;
    void (*run)(ByteView bytes);
};
inline constexpr std::array<Target, 9> kTargets = {{
    {"age_header", age_header},
    {"age_file", age_file},
    {"armor", armor},
    {"recipient", recipient},
    {"identities", identities},
    {"ssh_public_key", ssh_public_key},
    {"ssh_private_key", ssh_private_key},
    {"bech32", bech32},
    {"base64", base64},
}};

}  // namespace bestow::fuzz
