"""Files exchanged with the real sops: who wrote, who read, and whether value, type and order came through.

Equal means: sops reads the same JSON (types included) from both sides' files; where JSON has no word for a value, or
holds one document only, the same YAML without its comments."""
import json

import pytest

from exchange_documents import BINARY, YAML
from support.tables import Table

NOT_JSON = {"special floats", "several documents"}
WAYS = ("bestow wrote, sops read", "sops wrote, bestow read", "bestow set, sops read", "sops set, bestow read")


@pytest.fixture
def check(record_property):
    table = Table("Exchanged with sops", record_property)

    def tell_and_assert(document, way, got, expected):
        table.tell(document, way, "equal" if got == expected else "DIFFERENT")
        assert got == expected
    return tell_and_assert


@pytest.mark.parametrize("document", YAML)
def test_yaml(exchange, document, check):
    as_yaml = document in NOT_JSON
    plain = exchange.write("plain.yaml", YAML[document])
    by_sops = exchange.sops_wrote(plain, "by_sops.yaml")
    by_bestow = exchange.bestow_wrote(plain, "by_bestow.yaml")
    expected = exchange.meaning(by_sops, as_yaml)

    check(document, WAYS[0], exchange.meaning(by_bestow, as_yaml), expected)
    assert "ENC[AES" not in exchange.sops("decrypt", by_bestow).text, "a comment that sops could not open"

    read = exchange.write("read.yaml", exchange.bestow("decrypt", by_sops).stdout)
    check(document, WAYS[1], exchange.meaning(exchange.sops_wrote(read, "again.yaml"), as_yaml), expected)

    exchange.bestow("set", "-f", by_sops, "set-by-bestow", input="a new\nvalue")
    exchange.sops("set", by_bestow, '["set-by-bestow"]', json.dumps("a new\nvalue"))
    both = exchange.meaning(by_sops, as_yaml), exchange.meaning(by_bestow, as_yaml)
    check(document, WAYS[2], *both)
    read = exchange.write("read.yaml", exchange.bestow("decrypt", by_bestow).stdout)
    check(document, WAYS[3], exchange.meaning(exchange.sops_wrote(read, "again.yaml"), as_yaml), both[1])


@pytest.mark.parametrize("document", BINARY)
def test_binary(exchange, document, check):
    content = BINARY[document]
    plain = exchange.write("plain.bin", content)
    by_sops = exchange.sops_wrote(plain, "by_sops.bin")
    by_bestow = exchange.bestow_wrote(plain, "by_bestow.bin")
    check(document, WAYS[0], exchange.sops("decrypt", by_bestow).stdout, content)
    check(document, WAYS[1], exchange.bestow("decrypt", by_sops).stdout, content)
    exchange.bestow("set", "-f", by_sops, ".", "--raw", input=b"other\x00bytes\n")
    check(document, WAYS[2], exchange.sops("decrypt", by_sops).stdout, b"other\x00bytes\n")


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_ssh_recipients(exchange, bestow, run, peer, ssh_keygen, kind):
    """Documents for somebody's SSH key, opened by the other program with that key."""
    key = ssh_keygen(f"id_{kind}", kind)
    plain = exchange.write("plain.yaml", "a: 1\nb: [x]\n")
    sops = lambda *words: run(peer("sops"), *words, cwd=exchange.folder, env={"SOPS_AGE_SSH_PRIVATE_KEY_FILE": str(key.private)})
    by_bestow = exchange.write("by_bestow.yaml", bestow("encrypt", "-r", key.line, plain, cwd=exchange.folder).stdout)
    assert json.loads(sops("decrypt", "--output-type", "json", by_bestow).stdout) == {"a": 1, "b": ["x"]}
    by_sops = exchange.write("by_sops.yaml", sops("encrypt", "--age", key.recipient, plain).stdout)
    assert bestow("decrypt", "--identity", key.private, by_sops, cwd=exchange.folder).text == "a: 1\nb:\n    - x\n"


def test_a_host_key_as_an_age_recipient(exchange, bestow, ssh_keygen):
    """What sops encrypts to an ed25519 host key converted to an age recipient opens with the host key itself."""
    key = ssh_keygen("ssh_host_ed25519_key")
    recipient = bestow("key", "convert", input=key.line).text.strip()
    plain = exchange.write("plain.yaml", "a: 1\n")
    encrypted = exchange.write("e.yaml", exchange.sops("encrypt", "--age", recipient, plain).stdout)
    assert bestow("decrypt", "--identity", key.private, encrypted, cwd=exchange.folder).text == "a: 1\n"


def test_own_plaintext_comes_back_to_the_byte(exchange):
    """Where no value's style can get lost, decrypting gives the very text that was encrypted."""
    text = ("# top\n\nname:   a value   # behind it\nlist:\n  # in the list\n  - one\n\n  - 2\nmap: {a: b, c: [d]}\n"
            "text: |\n    one\n    two\nempty: ''\nnothing: ~\n# end\n")
    for line_break in ("\n", "\r\n"):
        plain = exchange.write("plain.yaml", text.replace("\n", line_break))
        encrypted = exchange.bestow_wrote(plain, "encrypted.yaml")
        assert exchange.bestow("decrypt", encrypted).text == text.replace("\n", line_break)


def test_every_rule_selects_what_sops_selects(exchange):
    text = ("# hide this one\na: 1\nsecret_b: {c: 2, d: [3, x]}\ne_pub: 4\nl:\n  # hide\n  - v\n  - w   # hide\n  - x\n"
            "n:\n  # hide\n  o: {p: 1, q: 2}\n  r: 3\n")
    rules = [("suffix", "_pub"), ("regex", "^(secret|n$)"), ("comment-regex", "hide")]
    plain = exchange.write("plain.yaml", text)
    for rule, pattern in rules:
        for side in ("encrypted", "unencrypted"):
            made = exchange.bestow("encrypt", "-r", exchange.recipient, f"--{side}-{rule}", pattern, plain).stdout
            encrypted = exchange.write("made.yaml", made)
            read = exchange.sops("decrypt", encrypted).text
            assert "ENC[AES" not in read, (side, rule)
            exchange.sops("set", encrypted, '["added"]', '"x"')
            exchange.bestow("decrypt", encrypted)
