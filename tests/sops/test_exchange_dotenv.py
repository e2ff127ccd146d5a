"""Dotenv files exchanged with the real sops, in both directions: texts equal to the byte, MACs verified by both."""
import json
import re

import pytest

from exchange_flat_documents import DOTENV
from flat_files import KeptLines, masked


@pytest.mark.parametrize("document", DOTENV)
def test_dotenv(exchange, document):
    plain = DOTENV[document]
    exchange.write("plain.env", plain)
    by_sops = exchange.sops_wrote("plain.env", "by_sops.env")
    by_bestow = exchange.bestow_wrote("plain.env", "by_bestow.env")
    told = exchange.sops("decrypt", by_sops).stdout

    assert exchange.bestow("decrypt", by_bestow).stdout == plain + b"\n" * (plain[-1:] not in (b"\n", b""))
    assert exchange.bestow("decrypt", by_sops).stdout == told
    assert exchange.sops("decrypt", by_bestow).stdout == told
    lines = [line for line in masked(exchange.read(by_bestow)).split(b"\n") if line]
    assert lines == masked(exchange.read(by_sops)).split(b"\n")[:-1], "bestow writes the lines that sops writes"

    exchange.bestow("set", "-f", by_sops, "ADDED", input="a new\nvalue")
    exchange.sops("set", by_bestow, '["ADDED"]', json.dumps("a new\nvalue"))
    added = told + b"ADDED=a new\\nvalue\n"
    assert exchange.sops("decrypt", by_sops).stdout == added
    assert exchange.bestow("decrypt", by_bestow).stdout == added
    if b"=" in told or b":" in told:  # else the file would go with its last value
        exchange.bestow("unset", "-f", by_sops, "ADDED")
        # The comments directly above a value leave with it.
        assert exchange.sops("decrypt", by_sops).stdout == re.sub(rb"(^#[^\n]*\n)+\Z", b"", told, flags=re.M)


def test_one_changed_value_changes_that_value_the_mac_and_the_time(exchange):
    plain = b"# top\n\nA=1\nB=two\n# c\nC_unencrypted=x\nexport D=\n\n"
    exchange.write("plain.env", plain)
    for wrote in (exchange.sops_wrote, exchange.bestow_wrote):
        encrypted = wrote("plain.env", "encrypted.env")
        kept = KeptLines(exchange, encrypted)
        exchange.bestow("set", "-f", encrypted, "B", input="three")
        kept.check_changed(rb"^B=", rb"^sops_mac=", rb"^sops_lastmodified=")
        exchange.bestow("set", "-f", encrypted, "B", input="three")
        kept.check_changed()
        exchange.bestow("set", "-f", encrypted, "C_unencrypted", input="a\nb")
        assert b"C_unencrypted=a\\nb\n" in exchange.read(encrypted)
        kept.check_changed(rb"^C_unencrypted=", rb"^sops_mac=", rb"^sops_lastmodified=")
        exchange.sops("decrypt", encrypted)


def test_values_are_got_as_sops_extracts_them(exchange):
    exchange.write("plain.env", DOTENV["a private key"])
    encrypted = exchange.sops_wrote("plain.env", "encrypted.env")
    extracted = exchange.sops("decrypt", "--extract", '["KEY"]', encrypted).stdout
    assert b"\\n" not in extracted
    assert exchange.bestow("get", "-f", encrypted, "KEY").stdout.rstrip(b"\n") == extracted.rstrip(b"\n")


def test_other_types_that_sops_set_are_read_as_it_reads_them(exchange):
    exchange.write("plain.env", b"A=x\n")
    encrypted = exchange.sops_wrote("plain.env", "encrypted.env")
    for number, value in enumerate(["5", "1.5", "true", "false", "1e300", "-0.25", "123456789", "1e-7"]):
        exchange.sops("set", encrypted, f'["N{number}"]', value)
    assert exchange.bestow("decrypt", encrypted).stdout == exchange.sops("decrypt", encrypted).stdout
    exchange.bestow("set", "-f", encrypted, "N0", input="6")
    assert json.loads(exchange.sops("decrypt", "--output-type", "json", encrypted).stdout)["N0"] == "6"


def test_what_a_dotenv_file_cannot_hold_is_refused_and_nothing_changes(exchange):
    exchange.write("plain.env", b"A=x\n")
    encrypted = exchange.bestow_wrote("plain.env", "encrypted.env")
    before = exchange.read(encrypted)
    for key, value, reason in [("A", b"a\\nb", "backslash"), ("A", b"a\0b", "NUL"), ("a=b", b"x", "cannot be a key"),
                               ("#a", b"x", "cannot be a key"), ("sops_x", b"x", "SOPS's own")]:
        refused = exchange.bestow("set", "-f", encrypted, f'["{key}"]' if key in ("a=b", "#a") else key, "--raw", input=value, status=None)
        assert refused.status != 0 and reason in refused.stderr, (key, refused.stderr)
        assert exchange.read(encrypted) == before
    refused = exchange.bestow("set", "-f", encrypted, "A", "--type", "int", input=b"5", status=None)
    assert refused.status != 0 and "every value is a text" in refused.stderr


def test_a_value_that_the_plaintext_would_alter_is_not_edited_as_a_text(exchange):
    exchange.write("plain.env", b"A=x\nB=y\n")
    encrypted = exchange.sops_wrote("plain.env", "encrypted.env")
    exchange.sops("set", encrypted, '["A"]', json.dumps("a literal \\n in it"))
    assert exchange.bestow("decrypt", encrypted).stdout == exchange.sops("decrypt", encrypted).stdout
    before = exchange.read(encrypted)
    refused = exchange.bestow("edit", encrypted, env={"EDITOR": "sed -i s/y/z/", "VISUAL": None}, status=None)
    assert refused.status != 0 and "backslash" in refused.stderr
    assert exchange.read(encrypted) == before
    exchange.bestow("set", "-f", encrypted, "B", input="z")
    assert json.loads(exchange.sops("decrypt", "--output-type", "json", encrypted).stdout) == {
        "A": "a literal \\n in it", "B": "z"}


@pytest.mark.parametrize("text, line", [(b"A=1\nB\n", 2), (b"A=1\n\nA=2\n", 3), (b"  # x\n", 1), (b"A=1\r\n\r\n", 2),
                                        (b"A=1\nB=\0\n", 2), (b"A=1\nsops=2\n", 2)])
def test_bad_dotenv_files_are_refused_with_their_line(exchange, text, line):
    exchange.write("plain.env", text)
    refused = exchange.bestow("encrypt", "-r", exchange.recipient, "plain.env", status=None)
    assert refused.status == 1 and re.search(rf"\bline {line}\b", refused.stderr) and not refused.stdout


def test_every_rule_selects_what_sops_selects(exchange):
    plain = exchange.write("plain.env", b"# hide this\nA=1\nsecret_B=2\nC_pub=3\n# hide\n# x\nD=4\nE=5\n")
    for rule, pattern in [("suffix", "_pub"), ("regex", "^(secret|D$)"), ("comment-regex", "hide")]:
        for side in ("encrypted", "unencrypted"):
            made = exchange.bestow("encrypt", "-r", exchange.recipient, f"--{side}-{rule}", pattern, plain).stdout
            by_bestow = exchange.write("by_bestow.env", made)
            made = exchange.sops("--encrypt", "--age", exchange.recipient, f"--{side}-{rule}", pattern, plain).stdout
            by_sops = exchange.write("by_sops.env", made)
            assert masked(exchange.read(by_bestow)) == masked(exchange.read(by_sops)), (side, rule)
            told = exchange.sops("decrypt", by_sops).stdout
            assert exchange.sops("decrypt", by_bestow).stdout == told == exchange.bestow("decrypt", by_sops).stdout
