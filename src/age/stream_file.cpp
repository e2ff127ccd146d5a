#include "age/stream_file.hpp"

#include "age/header.hpp"
#include "age/payload.hpp"
#include "age/seal_header.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "codec/armor.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bestow::age {
namespace {

using PayloadNonce = std::array<Byte, kPayloadNonceBytes>;

/// The bytes of the file proper, with its armor off.
class Unarmored {
  public:
    explicit Unarmored(Source& file) : outer_(file), armored_(codec::starts_with_armor(outer_)), armor_(outer_) {
        if (armored_) {
            inner_.emplace(armor_);
        } else {
            expect_unarmored_age_file(outer_);
        }
    }

    BufferedSource& bytes() { return inner_ ? *inner_ : outer_; }
    [[nodiscard]] bool armored() const { return armored_; }

  private:
    BufferedSource outer_;
    bool armored_;
    codec::ArmorReader armor_;
    std::optional<BufferedSource> inner_;
};

PayloadNonce read_nonce(Source& source) {
    PayloadNonce nonce{};
    if (source.read_full(nonce) != nonce.size()) {
        throw Error(ErrorKind::Format, "the age file is cut off: its payload is missing");
    }
    return nonce;
}

void open_payload(Source& source, Sink& plaintext, PayloadOpener opener) {
    Bytes sealed(kSealedChunkBytes);
    SecretBytes chunk(kChunkBytes);
    for (bool last = false; !last;) {
        const std::size_t size_bytes = source.read_full(sealed);
        const std::size_t chunk_bytes = size_bytes - std::min(size_bytes, crypto::kAeadTagBytes);
        const ByteSpan opened = chunk.writable().first(chunk_bytes);
        last = opener.open(ByteView(sealed).first(size_bytes), opened);
        plaintext.write(opened);
    }
    // Only now: age, too, has given the last chunk when it finds that something follows.
    Byte extra = 0;
    if (source.read_full({&extra, 1}) != 0) {
        refuse_trailing_bytes();
    }
}

void seal_payload(Source& plaintext, Sink& file, PayloadSealer sealer) {
    // One chunk is read ahead, since a chunk must know whether it is the last.
    SecretBytes chunk(kChunkBytes);
    SecretBytes next(kChunkBytes);
    Bytes sealed(kSealedChunkBytes);
    std::size_t size_bytes = plaintext.read_full(chunk.writable());
    for (bool last = false; !last;) {
        const std::size_t next_bytes = size_bytes == kChunkBytes ? plaintext.read_full(next.writable()) : 0;
        last = next_bytes == 0;
        const ByteSpan out = ByteSpan(sealed).first(size_bytes + crypto::kAeadTagBytes);
        sealer.seal(chunk.view().first(size_bytes), last, out);
        file.write(out);
        std::swap(chunk, next);
        size_bytes = next_bytes;
    }
}

void encrypt_unarmored(Source& plaintext, Sink& file, const Recipients& recipients) {
    const SealedHeader header = seal_header(recipients);
    file.write(as_bytes(header.text));
    PayloadNonce nonce{};
    crypto::fill_random(nonce);
    file.write(nonce);
    seal_payload(plaintext, file, PayloadSealer(header.file_key.view(), nonce));
}

/// Counts what passes.
class CountingSource : public Source {
  public:
    explicit CountingSource(Source& source) : source_(source) {}
    std::size_t read(ByteSpan out) override {
        const std::size_t count = source_.read(out);
        count_ += count;
        return count;
    }
    [[nodiscard]] std::uint64_t count() const { return count_; }

  private:
    Source& source_;
    std::uint64_t count_ = 0;
};

std::uint64_t drain(Source& source) {
    Bytes block(kChunkBytes);
    std::uint64_t total = 0;
    while (const std::size_t count = source.read(block)) {
        total += count;
    }
    return total;
}

}  // namespace

void encrypt_stream(Source& plaintext, Sink& file, const Recipients& recipients, bool armor) {
    if (!armor) {
        encrypt_unarmored(plaintext, file, recipients);
        return;
    }
    codec::ArmorWriter armored(file);
    encrypt_unarmored(plaintext, armored, recipients);
    armored.finish();
}

bool decrypt_stream(Source& file, Sink& plaintext, const Identities& identities) {
    Unarmored unarmored(file);
    const Header header = read_header(unarmored.bytes());
    const auto file_key = unwrap_file_key(header, identities);
    if (!file_key) {
        return false;
    }
    const PayloadNonce nonce = read_nonce(unarmored.bytes());
    open_payload(unarmored.bytes(), plaintext, PayloadOpener(file_key->view(), nonce));
    return true;
}

FileSummary inspect_stream(Source& file) {
    CountingSource counted(file);
    Unarmored unarmored(counted);
    Header header = read_header(unarmored.bytes());
    FileSummary summary;
    summary.armored = unarmored.armored();
    summary.stanzas = std::move(header.stanzas);
    summary.header_bytes = header.size_bytes;
    summary.payload_bytes = drain(unarmored.bytes());
    if (!plaintext_bytes(summary.payload_bytes)) {
        throw Error(ErrorKind::Format,
                    format("the age file is cut off: no payload has {} bytes", summary.payload_bytes));
    }
    if (summary.armored) {
        summary.armor_bytes = counted.count() - summary.header_bytes - summary.payload_bytes;
    }
    return summary;
}

std::optional<std::uint64_t> plaintext_bytes(std::uint64_t payload_bytes) {
    if (payload_bytes < kPayloadNonceBytes + crypto::kAeadTagBytes) {
        return std::nullopt;
    }
    const std::uint64_t sealed = payload_bytes - kPayloadNonceBytes;
    const std::uint64_t chunks = (sealed + kSealedChunkBytes - 1) / kSealedChunkBytes;
    const std::uint64_t last = sealed - (chunks - 1) * kSealedChunkBytes;
    if (last < crypto::kAeadTagBytes || (last == crypto::kAeadTagBytes && chunks > 1)) {
        return std::nullopt;
    }
    return sealed - chunks * crypto::kAeadTagBytes;
}

}  // namespace bestow::age
