#include "crypto/scrypt.hpp"

#include <catch2/catch.hpp>

using namespace bestow;

TEST_CASE("scrypt matches Python's hashlib.scrypt with r = 8 and p = 1") {
    // hashlib.scrypt(b"password", salt=b"NaCl", n=1024, r=8, p=1, dklen=32).hex()
    CHECK(to_hex(crypto::scrypt(as_bytes("password"), as_bytes("NaCl"), 10, 32).view()) ==
          "27b418c674c769d12501fbb1f53bac32df6514c0f28d043872b148b348961a79");
    // hashlib.scrypt(b"", salt=b"salt", n=32768, r=8, p=1, dklen=16, maxmem=1 << 27).hex(): past OpenSSL's own limit
    CHECK(to_hex(crypto::scrypt({}, as_bytes("salt"), 15, 16).view()) == "6e6d0720a5766a2f99679af8dbf78794");
}
