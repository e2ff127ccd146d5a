#include "sops/shamir.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>

namespace bestow::sops {
namespace {

constexpr unsigned kReduction = 0x1B;  // x^8 = x^4 + x^3 + x + 1

/// All ones when `bit` is 1, else 0.
constexpr unsigned mask_of(unsigned bit) {
    return 0U - bit;
}

constexpr Byte multiply(Byte a, Byte b) {
    unsigned product = 0;
    for (unsigned bit = 8; bit-- > 0;) {
        product = ((product << 1) ^ (mask_of(product >> 7) & kReduction)) & 0xFF;
        product ^= mask_of((unsigned{b} >> bit) & 1) & a;
    }
    return static_cast<Byte>(product);
}

/// a^254, since a^255 is 1.
constexpr Byte inverse(Byte a) {
    Byte power = 1;
    for (unsigned bit = 8; bit-- > 0;) {
        power = multiply(power, power);
        power = bit == 0 ? power : multiply(power, a);
    }
    return power;
}

static_assert(multiply(0x57, 0x83) == 0xC1 && multiply(0x53, inverse(0x53)) == 1 && inverse(1) == 1);

/// What each share's value counts for at x = 0. The x are public.
std::vector<Byte> weights_at_zero(const std::vector<Byte>& xs) {
    std::vector<Byte> weights;
    for (std::size_t own = 0; own < xs.size(); ++own) {
        Byte weight = 1;
        for (std::size_t other = 0; other < xs.size(); ++other) {
            if (other != own) {
                weight = multiply(weight, multiply(xs[other], inverse(static_cast<Byte>(xs[other] ^ xs[own]))));
            }
        }
        weights.push_back(weight);
    }
    return weights;
}

std::vector<Byte> x_of(const std::vector<SecretBytes>& shares) {
    if (shares.size() < kFewestShares || shares.size() > kMostShares) {
        throw Error(ErrorKind::Format,
                    format("a data key is put together from 2 to 255 shares, not {}", shares.size()));
    }
    std::array<bool, 256> seen{};
    std::vector<Byte> xs;
    for (const SecretBytes& share : shares) {
        if (share.size() < 2 || share.size() != shares.front().size()) {
            throw Error(ErrorKind::Format, "the shares of the data key differ in length, or are too short");
        }
        const Byte x = share.view().back();
        if (x == 0 || seen.at(x)) {
            throw Error(ErrorKind::Format, "two shares of the data key are the same one, or one has no valid number");
        }
        seen.at(x) = true;
        xs.push_back(x);
    }
    return xs;
}

}  // namespace

std::vector<SecretBytes> split_secret(ByteView secret, std::size_t shares, std::size_t threshold) {
    if (threshold < kFewestShares || threshold > shares || shares > kMostShares || secret.empty()) {
        throw Error(ErrorKind::Usage,
                    format("a data key cannot be split into {} shares of which {} are needed", shares, threshold),
                    "both are from 2 to 255, and no more can be needed than there are");
    }
    const std::size_t size = secret.size();
    // The coefficients of x, x^2, ..., each for all bytes at once.
    const SecretBytes random = crypto::random_secret(size * (threshold - 1));
    std::vector<SecretBytes> made;
    for (std::size_t number = 1; number <= shares; ++number) {
        const Byte x = static_cast<Byte>(number);
        SecretBytes share(size + 1);
        for (std::size_t index = 0; index < size; ++index) {
            Byte value = 0;
            for (std::size_t degree = threshold - 1; degree > 0; --degree) {
                value = static_cast<Byte>(multiply(value, x) ^ random.view()[(degree - 1) * size + index]);
            }
            share.writable()[index] = static_cast<Byte>(multiply(value, x) ^ secret[index]);
        }
        share.writable()[size] = x;
        made.push_back(std::move(share));
    }
    return made;
}

SecretBytes combine_shares(const std::vector<SecretBytes>& shares) {
    const std::vector<Byte> weights = weights_at_zero(x_of(shares));
    SecretBytes secret(shares.front().size() - 1);
    for (std::size_t index = 0; index < secret.size(); ++index) {
        Byte value = 0;
        for (std::size_t share = 0; share < shares.size(); ++share) {
            value = static_cast<Byte>(value ^ multiply(shares[share].view()[index], weights[share]));
        }
        secret.writable()[index] = value;
    }
    return secret;
}

}  // namespace bestow::sops
