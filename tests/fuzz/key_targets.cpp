#include "age/age.hpp"
#include "age/header.hpp"
#include "age/stream_file.hpp"
#include "codec/armor.hpp"
#include "codec/base64.hpp"
#include "codec/bech32.hpp"
#include "fuzz/promises.hpp"
#include "fuzz/targets.hpp"
#include "ssh/private_key.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace bestow::fuzz {
namespace {

constexpr std::size_t kLimit = std::size_t{1} * 1024 * 1024;

/// What is inside, with the sink's account of it even when the end was malformed.
std::optional<Bytes> take_armor_off(ByteView bytes) {
    return accepted([&] {
        MemorySource memory(bytes);
        BufferedSource source(memory, 2048);
        codec::ArmorReader reader(source);
        Bytes inside(bytes.size() + 1);
        inside.resize(reader.read_full(inside));
        return inside;
    });
}

}  // namespace

void age_header(ByteView bytes) {
    MemorySource memory(bytes);
    BufferedSource source(memory, 64);
    const auto header = accepted([&] { return age::read_header(source); });
    if (!header) {
        return;
    }
    must(header->size_bytes <= bytes.size(), "a header ends within the file");
    // There is one way to write a header: whatever is accepted comes out again as it was.
    const std::string again = age::encode_header(header->stanzas, Bytes(age::kFileKeyBytes, 0));
    must(again.substr(0, header->covered.size()) == header->covered, "a header is not malleable");
    must(as_text(bytes.first(header->covered.size())) == header->covered, "the MAC covers what was read");
}

void age_file(ByteView bytes) {
    static const age::Identities identities = [] {
        age::Identities made;
        made.push_back(age::scrypt_identity([] { return SecretBytes::copy_of(std::string_view("x")); }, 4));
        for (auto& identity : age::parse_identities(age::generate_identity().text.view(), "generated")) {
            made.push_back(std::move(identity));
        }
        return made;
    }();
    const auto opened = accepted([&] { return age::decrypt(bytes, identities, kLimit); });
    MemorySource memory(bytes);
    MemorySink sink;
    const auto streamed = accepted([&] { return age::decrypt_stream(memory, sink, identities); });
    const bool whole = opened && *opened;
    must(whole == (streamed && *streamed), "a file opens in memory as it does as a stream");
    must(!whole || to_bytes((*opened)->view()) == sink.take(), "both ways give the same");
    MemorySource again(bytes);
    (void)accepted([&] { return age::inspect_stream(again); });
}

void armor(ByteView bytes) {
    const auto inside = take_armor_off(bytes);
    if (!inside) {
        return;
    }
    MemorySink sink;
    codec::ArmorWriter writer(sink);
    writer.write(*inside);
    writer.finish();
    must(take_armor_off(sink.take()) == inside, "armor goes on and off");
}

void recipient(ByteView bytes) {
    const auto text = accepted([&] { return age::normalize_recipient(as_text(bytes)); });
    if (text) {
        must(age::normalize_recipient(*text) == *text, "a normal form is its own normal form");
        must(!age::recipient_as_x25519(*text).empty(), "every recipient has a form for SOPS");
    }
    (void)accepted([&] { return age::parse_recipients_file(bytes, "fuzz"); });
}

void identities(ByteView bytes) {
    const auto parsed = accepted([&] { return age::parse_identities(bytes, "fuzz"); });
    for (std::size_t index = 0; parsed && index < parsed->size(); ++index) {
        must(parsed->at(index)->derive_key("fuzz").size() == 32, "every identity derives keys");
    }
}

void ssh_public_key(ByteView bytes) {
    const auto key = accepted([&] { return ssh::parse_public_key(as_text(bytes)); });
    if (key) {
        must(ssh::parse_public_key(key->text()).wire == key->wire, "a public key is read back");
    }
    (void)ssh::type_that_cannot_decrypt(as_text(bytes));
    (void)accepted([&] { return ssh::parse_public_key_wire(bytes); });
}

void ssh_private_key(ByteView bytes) {
    const auto key = accepted([&] { return ssh::parse_private_key(bytes); });
    const auto summary = accepted([&] { return ssh::inspect_private_key(bytes); });
    if (key) {
        must(summary && !summary->is_protected && summary->public_key->wire == key->public_key.wire,
             "a key that opens can be looked at");
        must(key->ed25519_seed.size() == 32 || !key->rsa_der.empty(), "a key has its private half");
    }
}

void bech32(ByteView bytes) {
    std::string text = to_text(bytes);
    const auto decoded = codec::decode_bech32(text);
    if (!decoded) {
        return;
    }
    const auto lower = [](std::string& letters) {
        std::transform(letters.begin(), letters.end(), letters.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    };
    std::string human_part = decoded->human_part;
    lower(human_part);
    lower(text);
    must(codec::encode_bech32(human_part, decoded->bytes.view()) == text, "there is one bech32 text of a value");
}

void base64(ByteView bytes) {
    for (const codec::Padding padding : {codec::Padding::Required, codec::Padding::Forbidden}) {
        if (const auto decoded = codec::decode_base64(as_text(bytes), padding)) {
            must(codec::encode_base64(*decoded, padding) == as_text(bytes), "there is one base64 text of a value");
        }
        must(codec::decode_base64(codec::encode_base64(bytes, padding), padding) == to_bytes(bytes),
             "base64 goes on and off");
    }
}

}  // namespace bestow::fuzz
