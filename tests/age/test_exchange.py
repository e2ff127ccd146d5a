"""Files exchanged with the real age, both ways, for every kind of recipient that it has and we have."""
import itertools

import pytest

CONTENTS = {
    "empty": b"",
    "a line": b"a line\n",
    "one chunk": bytes(range(256)) * 256,
    "one chunk and a byte": bytes(range(256)) * 256 + b"x",
    "three chunks": b"\0" * (3 * 65536),
}
PEERS = ["age", "age-debian"]


@pytest.fixture
def keys(bestow, ssh_keygen, tmp_path, identity):
    """{kind: (identity file, recipient)}"""
    found = {"X25519": identity}
    for name, kind, bits in (("ed25519", "ed25519", None), ("rsa2048", "rsa", 2048), ("rsa4096", "rsa", 4096)):
        key = ssh_keygen(name, kind=kind, bits=bits)
        found[f"ssh {name}"] = (key.private, key.line)
    return found


@pytest.mark.parametrize("name", PEERS)
def test_what_we_write_age_reads(name, peer, bestow, run, keys, tmp_path, record_property):
    count = 0
    for (kind, (key, recipient)), (what, content), armor in itertools.product(
            keys.items(), CONTENTS.items(), ([], ["-a"])):
        file = tmp_path / "file.age"
        bestow("age", "encrypt", *armor, "-r", recipient, "-o", file, input=content)
        assert run(peer(name), "-d", "-i", key, file).stdout == content, (kind, what, armor)
        count += 1
    record_property("told", f"age files written by bestow and read by {name}: {count}, all equal")


@pytest.mark.parametrize("name", PEERS)
def test_what_age_writes_we_read(name, peer, bestow, run, keys, tmp_path, record_property):
    count = 0
    for (kind, (key, recipient)), (what, content), armor in itertools.product(
            keys.items(), CONTENTS.items(), ([], ["-a"])):
        file = tmp_path / "file.age"
        run(peer(name), *armor, "-r", recipient, "-o", file, input=content)
        assert bestow("age", "decrypt", "-i", key, file).stdout == content, (kind, what, armor)
        count += 1
    record_property("told", f"age files written by {name} and read by bestow: {count}, all equal")


def test_a_file_for_everybody_opens_with_every_key_on_both_sides(peer, bestow, run, keys, tmp_path):
    recipients = tmp_path / "recipients.txt"
    recipients.write_text("# everybody\n\n" + "".join(f"{recipient}\n" for _, recipient in keys.values()))
    ours, theirs = tmp_path / "ours.age", tmp_path / "theirs.age"
    bestow("age", "encrypt", "-R", recipients, "-o", ours, input=b"for all")
    run(peer("age"), "-R", recipients, "-o", theirs, input=b"for all")
    for (key, _), file in itertools.product(keys.values(), (ours, theirs)):
        assert run(peer("age"), "-d", "-i", key, file).stdout == b"for all"
        assert bestow("age", "decrypt", "-i", key, file).stdout == b"for all"


def test_passphrases_both_ways(peer, program, at_terminal, tmp_path):
    asked = [("Enter passphrase", "correct horse"), ("Confirm passphrase", "correct horse")]
    for writer, reader in (([program, "age", "encrypt"], [peer("age"), "-d"]),
                           ([peer("age")], [program, "age", "decrypt"])):
        file = tmp_path / "file.age"
        written = at_terminal([*writer, "-p", "-o", file], asked, input=b"text")
        assert written.status == 0, written
        assert "correct horse" not in written.shown + written.stderr
        result = at_terminal([*reader, file], [("Enter passphrase", "correct horse")])
        assert (result.status, result.stdout) == (0, b"text"), result
        wrong = at_terminal([*reader, file], [("Enter passphrase", "wrong")])
        assert wrong.status != 0 and wrong.stdout == b""


def test_inspect_says_what_age_inspect_says(peer, bestow, run, keys, tmp_path):
    for armor in ([], ["-a"]):
        file = tmp_path / "file.age"
        recipients = [word for _, recipient in keys.values() for word in ("-r", recipient)]
        run(peer("age"), *armor, *recipients, "-o", file, input=b"x" * 100_000)
        assert bestow("age", "inspect", file).text == run(peer("age-inspect"), file).text
        assert bestow("--json", "age", "inspect", file).json() == run(peer("age-inspect"), "--json", file).json()


def test_keys_of_either_side_serve_the_other(peer, bestow, run, tmp_path):
    theirs = tmp_path / "theirs.txt"
    run(peer("age-keygen"), "-o", theirs)
    assert bestow("age", "keygen", "-y", theirs).text == run(peer("age-keygen"), "-y", theirs).text
    ours = tmp_path / "ours.txt"
    bestow("age", "keygen", "-o", ours)
    assert bestow("age", "keygen", "-y", ours).text == run(peer("age-keygen"), "-y", ours).text


def test_converted_ssh_keys_are_those_of_ssh_to_age(peer, bestow, run, ssh_keygen, tmp_path):
    for number in range(20):
        key = ssh_keygen(f"key{number}")
        assert bestow("key", "convert", key.public).stdout == run(peer("ssh-to-age"), "-i", key.public).stdout
        assert (bestow("key", "convert", "--private-key", key.private).stdout
                == run(peer("ssh-to-age"), "-private-key", "-i", key.private).stdout)
