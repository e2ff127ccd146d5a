#include "crypto/hash.hpp"

#include "crypto/openssl.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

// Digests come from OpenSSL, which is faster on large input; HMAC comes from libsodium, which has it incrementally
// without an allocation, so HKDF costs microseconds (OpenSSL 3.0 fetches an algorithm for every call).

namespace bestow::crypto {

Sha256Digest sha256(ByteView bytes) {
    Sha256Digest digest{};
    check_openssl(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
                  "compute SHA-256");
    return digest;
}

Sha1Digest sha1(ByteView bytes) {
    Sha1Digest digest{};
    check_openssl(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1,
                  "compute SHA-1");
    return digest;
}

SecretBytes sha512_secret(ByteView bytes) {
    SecretBytes digest(64);
    check_openssl(EVP_Digest(bytes.data(), bytes.size(), digest.writable().data(), nullptr, EVP_sha512(), nullptr) == 1,
                  "compute SHA-512");
    return digest;
}

struct Sha512::State {
    DigestContext context{EVP_MD_CTX_new()};
};

Sha512::Sha512() : state_(std::make_unique<State>()) {
    check_openssl(state_->context != nullptr && EVP_DigestInit_ex(state_->context.get(), EVP_sha512(), nullptr) == 1,
                  "start SHA-512");
}
Sha512::~Sha512() = default;
Sha512::Sha512(Sha512&&) noexcept = default;
Sha512& Sha512::operator=(Sha512&&) noexcept = default;

void Sha512::update(ByteView bytes) {
    check_openssl(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1, "compute SHA-512");
}

Sha512Digest Sha512::finish() {
    Sha512Digest digest{};
    check_openssl(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr) == 1, "compute SHA-512");
    return digest;
}

Sha256Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> pieces) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, non_null_data(key), key.size());
    for (const ByteView piece : pieces) {
        crypto_auth_hmacsha256_update(&state, non_null_data(piece), piece.size());
    }
    Sha256Digest digest{};
    crypto_auth_hmacsha256_final(&state, digest.data());
    wipe({reinterpret_cast<Byte*>(&state), sizeof state});
    return digest;
}

SecretBytes hkdf_sha256(ByteView input_key, ByteView salt, std::string_view info, std::size_t size_bytes) {
    require(size_bytes <= std::size_t{255} * 32, "HKDF gives at most 255 blocks");
    Sha256Digest extracted = hmac_sha256(salt, {input_key});
    SecretBytes output(size_bytes);
    Sha256Digest block{};
    ByteView previous;
    std::size_t done = 0;
    for (Byte counter = 1; done < size_bytes; ++counter) {
        block = hmac_sha256(extracted, {previous, as_bytes(info), ByteView(&counter, 1)});
        previous = block;
        const std::size_t count = std::min(block.size(), size_bytes - done);
        std::copy_n(block.begin(), count, output.writable().subspan(done).begin());
        done += count;
    }
    wipe(extracted);
    wipe(block);
    return output;
}

}  // namespace bestow::crypto
