#pragma once
/// The header of an age file: reading it strictly, writing it, and its MAC.

#include "age/age.hpp"
#include "base/byte_stream.hpp"
#include "crypto/hash.hpp"

namespace bestow::age {

inline constexpr std::string_view kVersionLine = "age-encryption.org/v1";
/// age itself sets no limit; a stanza of the largest known kind takes 1.6 KiB.
inline constexpr std::size_t kLargestHeader = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t kLongestHeaderLine = std::size_t{64} * 1024;
inline constexpr std::size_t kMostStanzas = 20'000;

struct Header {
    std::vector<Stanza> stanzas;
    crypto::Sha256Digest mac{};
    std::string covered;         ///< what the MAC is over: everything through the three dashes
    std::size_t size_bytes = 0;  ///< of the whole header; the payload follows
};

/// Throws Error(Format) unless what comes, which is not armored, begins as an age file does.
void expect_unarmored_age_file(BufferedSource& source);

/// Takes the header off the source. Throws Error(Format), naming the line.
Header read_header(BufferedSource& source);

/// Throws Error(Authentication) when the header's MAC is not the file key's.
void check_mac(const Header& header, ByteView file_key);

/// The header of these stanzas, with its MAC.
std::string encode_header(const std::vector<Stanza>& stanzas, ByteView file_key);

/// The file key, once its MAC is proved; nullopt when no identity opens it. Makes every effort.
std::optional<SecretBytes> unwrap_file_key(const Header& header, const Identities& identities);

/// One attempt. Throws Error(NoIdentity) when none opens it and one could not be prepared.
std::optional<SecretBytes> unwrap_file_key(const Header& header, const Identities& identities, const Attempt& attempt);

}  // namespace bestow::age
