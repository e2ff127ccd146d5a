"""What ssh-to-age makes of an ssh-ed25519 key, worked out from its specification (RFC 7748, RFC 8032, BIP 173), so that the
truth needs neither that program nor bestow: the X25519 key on the same curve, in age's spelling."""
import base64
import hashlib

P = 2 ** 255 - 19
CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def public_of(line):
    """age1... of an ssh-ed25519 public key: u = (1 + y) / (1 - y)."""
    point = base64.b64decode(line.split()[1])[-32:]
    y = int.from_bytes(point, "little") & ((1 << 255) - 1)
    u = (1 + y) * pow(1 - y, P - 2, P) % P
    return bech32("age", u.to_bytes(32, "little"))


def secret_of(text):
    """AGE-SECRET-KEY-1... of an unprotected OpenSSH private key: the first half of the seed's SHA-512."""
    body = base64.b64decode("".join(line for line in text.splitlines() if not line.startswith("-----")))
    public = body.index(b"ssh-ed25519") + len(b"ssh-ed25519") + 4
    pair = body.index(b"\0\0\0\x40", public + 32) + 4  # 64 bytes: the seed, and the public key again
    seed = body[pair:pair + 32]
    assert body[pair + 32:pair + 64] == body[public:public + 32]
    return bech32("age-secret-key-", hashlib.sha512(seed).digest()[:32]).upper()


def bech32(prefix, data):
    words, bits, pending = [], 0, 0
    for byte in data:
        pending, bits = (pending << 8) | byte, bits + 8
        while bits >= 5:
            bits -= 5
            words.append((pending >> bits) & 31)
    if bits:
        words.append((pending << (5 - bits)) & 31)
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    sum_ = polymod(expanded + words + [0] * 6) ^ 1
    words += [(sum_ >> 5 * (5 - i)) & 31 for i in range(6)]
    return prefix + "1" + "".join(CHARSET[word] for word in words)


def polymod(values):
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1ffffff) << 5 ^ value
        for i, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
            checksum ^= generator if (top >> i) & 1 else 0
    return checksum
