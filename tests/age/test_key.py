"""bestow key: what it converts, what it says of a key file, and that it never prints or takes a key it should not."""
import base64
import hashlib
import json
import os
import stat

import pytest

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
P = 2**255 - 19


def bech32(human_part, content):
    """BIP 173, written down once more so that the test does not believe the program."""
    bits = "".join(f"{byte:08b}" for byte in content)
    bits += "0" * (-len(bits) % 5)
    digits = [int(bits[at:at + 5], 2) for at in range(0, len(bits), 5)]
    values = [ord(c) >> 5 for c in human_part] + [0] + [ord(c) & 31 for c in human_part] + digits + [0] * 6
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1ffffff) << 5 ^ value
        for bit, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
            check ^= generator if top >> bit & 1 else 0
    check ^= 1
    return human_part + "1" + "".join(CHARSET[d] for d in digits + [check >> 5 * (5 - i) & 31 for i in range(6)])


def wire(line):
    return base64.b64decode(line.split()[1])


def recipient_of(line):
    """u = (1 + y) / (1 - y) of the Ed25519 point."""
    y = int.from_bytes(wire(line)[-32:], "little") & (2**255 - 1)
    return bech32("age", ((1 + y) * pow(1 - y, -1, P) % P).to_bytes(32, "little"))


def identity_of(private):
    """SHA-512 of the seed, its first half, as it is."""
    blob = base64.b64decode("".join(private.read_text().split("\n")[1:-2]))
    point = blob[-200:].rfind(b"ssh-ed25519")
    private_section = blob[len(blob) - 200 + point:] if len(blob) > 200 else blob[blob.rfind(b"ssh-ed25519"):]
    seed = private_section[11 + 4 + 32 + 4:][:32]
    return bech32("age-secret-key-", hashlib.sha512(seed).digest()[:32]).upper()


def test_conversion_is_what_the_mathematics_say(bestow, ssh_keygen):
    for number in range(10):
        key = ssh_keygen(f"key{number}", comment="somebody's key")
        assert bestow("key", "convert", key.public).text == recipient_of(key.line) + "\n"
        assert bestow("key", "convert", input=key.line).text == recipient_of(key.line) + "\n"
        assert bestow("key", "convert", "--private-key", key.private).text == identity_of(key.private) + "\n"


def test_converted_keys_work_in_real_age(peer, bestow, run, ssh_keygen, tmp_path):
    key = ssh_keygen("key")
    recipient = bestow("key", "convert", key.public).text.strip()
    converted = tmp_path / "converted.txt"
    bestow("key", "convert", "--private-key", "-o", converted, key.private)
    run(peer("age"), "-r", recipient, "-o", tmp_path / "file.age", input=b"text")
    assert run(peer("age"), "-d", "-i", converted, tmp_path / "file.age").stdout == b"text"
    assert bestow("age", "decrypt", "-i", key.private, tmp_path / "file.age").stdout == b"text"


def test_several_lines_hosts_and_comments(bestow, ssh_keygen):
    first, second, rsa = ssh_keygen("a"), ssh_keygen("b"), ssh_keygen("c", kind="rsa", bits=2048)
    lines = f"# scanned\n\nhost.example {first.line}\r\n{rsa.line}\n{second.line}\n"
    result = bestow("key", "convert", input=lines)
    assert result.text == recipient_of(first.line) + "\n" + recipient_of(second.line) + "\n"
    assert "ssh-rsa" in result.stderr


def test_what_cannot_be_converted_is_refused_without_an_echo(bestow, ssh_keygen):
    key, rsa = ssh_keygen("key"), ssh_keygen("rsa", kind="rsa", bits=2048)
    private = bestow("key", "convert", key.private, status=2)
    assert "--private-key" in private.stderr and key.private.read_text().split("\n")[3] not in private.stderr
    assert "no ed25519 key" in bestow("key", "convert", rsa.public, status=1).stderr
    assert "ed25519" in bestow("key", "convert", "--private-key", rsa.private, status=1).stderr
    assert "line 2" in bestow("key", "convert", input=f"{key.line}\nssh-ed25519 AAAA\n", status=1).stderr
    ecdsa = ssh_keygen("ecdsa", kind="ecdsa")
    assert "ecdsa-sha2-nistp256" in bestow("key", "convert", ecdsa.public, status=1).stderr


def test_inspect_tells_type_size_fingerprint_and_recipients(bestow, run, ssh_keygen, identity):
    key, rsa = ssh_keygen("key"), ssh_keygen("rsa", kind="rsa", bits=3072)
    protected = ssh_keygen("protected", passphrase="secret words")
    for made in (key, rsa, protected):
        told, = bestow("--json", "key", "inspect", made.private).json()
        public, = bestow("--json", "key", "inspect", made.public).json()
        bits, fingerprint = run("ssh-keygen", "-lf", made.public).text.split()[:2]
        assert (str(told["bits"]), told["fingerprint"]) == (bits, fingerprint)
        assert told["recipient"] == made.recipient == public["recipient"]
        assert told["private"] and not public["private"]
        assert told["protected"] == (made is protected)
    assert told["age_recipient"] == recipient_of(protected.line)
    native, = bestow("--json", "key", "inspect", identity[0]).json()
    assert native["recipient"] == identity[1] and native["private"]
    text = bestow("key", "inspect", key.private)
    assert recipient_of(key.line) in text.text and "passphrase:  no" in text.text
    assert identity[0].read_text().split()[-1] not in bestow("key", "inspect", identity[0]).text


def test_a_protected_key_is_asked_for_only_where_it_is_used(bestow, ssh_keygen, identity, tmp_path):
    protected = ssh_keygen("protected", passphrase="secret words")
    bestow("age", "encrypt", "-r", identity[1], "-o", tmp_path / "file.age", input=b"text")
    unneeded = bestow("age", "decrypt", "-i", protected.private, tmp_path / "file.age", status=5)
    assert "passphrase" not in unneeded.stderr.split("hint:")[0]
    needed = bestow("key", "convert", "--private-key", protected.private, status=5)
    assert "protected by a passphrase" in needed.stderr


def test_generate_makes_a_private_file_once(bestow, tmp_path):
    path = tmp_path / "identity.txt"
    os.umask(0)
    try:
        bestow("key", "generate", "-o", path)
    finally:
        os.umask(0o022)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(bestow("--json", "key", "inspect", path).stdout)
    assert told[0]["type"] == "age X25519"
    assert "exists" in bestow("key", "generate", "-o", path, status=1).stderr


@pytest.mark.parametrize("content", [b"", b"\n", b"hello", b"-----BEGIN " + b"OPENSSH PRIVATE KEY-----\n", b"\0" * 100,
                                     b"ssh-ed25519 AAAA", b"age1qqqq", b"AGE-SECRET-KEY-1QQQ"])
def test_inspect_refuses_what_is_no_key(content, bestow):
    assert bestow("key", "inspect", input=content, status=1).stderr.startswith("bestow: ")
