"""INI files exchanged with the real sops, in both directions: texts equal to the byte, MACs verified by both."""
import json
import re

import pytest

from exchange_flat_documents import INI, INI_BEYOND, INI_LAYOUT
from flat_files import KeptLines, masked


def json_of(exchange, encrypted):
    return json.loads(exchange.sops("decrypt", "--output-type", "json", encrypted).stdout.decode("utf-8", "replace"),
                      object_pairs_hook=list)


def words(text):
    """What a text says, without marks and white space."""
    return re.sub(rb"[;#\s]+", b" ", text).strip()


def with_line_break(text):
    return text + b"\n" * (text[-1:] not in (b"\n", b""))


def lossy_style(plain):
    """A value that a backslash continues comes back on one line."""
    return b"\\\n" in plain


@pytest.mark.parametrize("document", INI)
def test_ini(exchange, document):
    plain = INI[document]
    exchange.write("plain.ini", plain)
    by_sops = exchange.sops_wrote("plain.ini", "by_sops.ini")
    by_bestow = exchange.bestow_wrote("plain.ini", "by_bestow.ini")
    told = exchange.sops("decrypt", by_sops).stdout

    if not lossy_style(plain):
        assert exchange.bestow("decrypt", by_bestow).stdout == with_line_break(plain)
    assert exchange.sops("decrypt", by_bestow).stdout == told
    read = exchange.write("read.ini", exchange.bestow("decrypt", by_sops).stdout)
    assert json_of(exchange, exchange.sops_wrote(read, "again.ini")) == json_of(exchange, by_sops)
    section = lambda name: masked(exchange.read(name).replace(b"\r\n", b"\n")).split(b"[sops]")[1]
    assert section(by_bestow) == section(by_sops), "bestow writes the lines that sops writes"

    exchange.bestow("set", "-f", by_sops, "added.key", input="a new\nvalue; #x")
    exchange.sops("set", by_bestow, '["added"]', json.dumps({"key": "a new\nvalue; #x"}))
    both = exchange.sops("decrypt", by_sops).stdout
    assert both == exchange.sops("decrypt", by_bestow).stdout
    assert exchange.bestow("get", "-f", by_bestow, "added.key").stdout == b"a new\nvalue; #x"
    if b"=" in told or b":" in told:  # else the file would go with its last value
        exchange.bestow("unset", "-f", by_sops, "added")
        assert exchange.sops("decrypt", by_sops).stdout == told


@pytest.mark.parametrize("document", INI_LAYOUT)
def test_layouts_that_sops_changes(exchange, document):
    plain = INI_LAYOUT[document]
    exchange.write("plain.ini", plain)
    by_sops = exchange.sops_wrote("plain.ini", "by_sops.ini")
    by_bestow = exchange.bestow_wrote("plain.ini", "by_bestow.ini")
    own = exchange.bestow("decrypt", by_bestow).stdout
    if "behind" in document or b" ; z" in plain:
        assert sorted(words(own).split()) == sorted(words(plain).split())
    else:
        assert own == plain
    assert json_of(exchange, by_bestow) == json_of(exchange, by_sops)
    assert words(exchange.sops("decrypt", by_bestow).stdout) == words(exchange.sops("decrypt", by_sops).stdout)
    assert words(exchange.bestow("decrypt", by_sops).stdout) == words(exchange.sops("decrypt", by_sops).stdout)
    exchange.write("own.ini", own)
    again = exchange.bestow_wrote("own.ini", "again.ini")
    assert exchange.bestow("decrypt", again).stdout == own


@pytest.mark.parametrize("document", INI_BEYOND)
def test_what_sops_loses_is_kept(exchange, document):
    plain = INI_BEYOND[document]
    exchange.write("plain.ini", plain)
    encrypted = exchange.bestow_wrote("plain.ini", "encrypted.ini")
    assert exchange.bestow("decrypt", encrypted).stdout == plain
    for secret in re.findall(rb"[;#] (\w+)", plain):
        assert not re.search(rb"[;#] " + secret, exchange.read(encrypted)), "a comment stays plain"
    assert exchange.sops("decrypt", encrypted).status == 0


LOST = {
    b"[a]\npassword = abc#def\n": 2,
    b"[a]\npassword = abc;def\n": 2,
    b"[a]\ncolour = #fff\n": 2,
    b"[a]\nx = \"one # two\"\n": 2,
    b"[a]\nx = 'one ; two'\n": 2,
    b"[a]\nx = 1\ny = 2\nx = 3\n": 4,
    b"[a]\n- = 1\n": 2,
    b"[a]\n`#x` = 1\n": 2,
    b"[a] junk\nx = 1\n": 1,
    b"[a]\nx = `y` junk\n": 2,
    b"[a]\ndir = C:\\x\\\n[b]\ny = 1\n": 3,
    b"[a]\ndir = C:\\x\\\n\ny = 1\n": 2,
}


@pytest.mark.parametrize("text", LOST)
def test_what_sops_would_lose_is_refused_with_its_line(exchange, text):
    exchange.write("plain.ini", text)
    by_sops = exchange.sops("encrypt", "--age", exchange.recipient, "plain.ini").stdout
    exchange.write("by_sops.ini", by_sops)
    read = exchange.sops("decrypt", "by_sops.ini", status=None)
    assert read.status != 0 or read.stdout != text, "sops keeps it by now"
    refused = exchange.bestow("encrypt", "-r", exchange.recipient, "plain.ini", status=None)
    assert refused.status == 1 and re.search(rf"\bline {LOST[text]}\b", refused.stderr) and not refused.stdout


@pytest.mark.parametrize("text, line", [(b"[a]\nkey\n", 2), (b"[a]\n= 1\n", 2), (b"[a\nx=1\n", 1), (b"[]\n", 1),
                                        (b"[a]\nx = `y\n", 2), (b"[a]\nx = \0\n", 2), (b"[sops]\nx = 1\n", 1)])
def test_bad_ini_files_are_refused_with_their_line(exchange, text, line):
    exchange.write("plain.ini", text)
    refused = exchange.bestow("encrypt", "-r", exchange.recipient, "plain.ini", status=None)
    assert refused.status == 1 and re.search(rf"\bline {line}\b", refused.stderr) and not refused.stdout


def test_one_changed_value_changes_that_value_the_mac_and_the_time(exchange):
    plain = (b"; top\n\n[a]\n; key\nx = 1   ; behind\nlong_key=\"two\"\ny_unencrypted : z\n\n[b]\nx = '3'\n; end\n")
    exchange.write("plain.ini", plain)
    for wrote in (exchange.sops_wrote, exchange.bestow_wrote):
        encrypted = wrote("plain.ini", "encrypted.ini")
        kept = KeptLines(exchange, encrypted)
        metadata = rb"^mac +=", rb"^lastmodified +="
        exchange.bestow("set", "-f", encrypted, "a.x", input="three")
        kept.check_changed(rb"^x +=", *metadata)
        exchange.bestow("set", "-f", encrypted, "a.x", input="three")
        kept.check_changed()
        exchange.bestow("set", "-f", encrypted, "a.y_unencrypted", input="p;q")
        assert b"`p;q`" in exchange.read(encrypted)
        kept.check_changed(rb"^y_unencrypted +[:=]", *metadata)
        exchange.sops("decrypt", encrypted)


def test_what_an_ini_file_cannot_hold_is_refused_and_nothing_changes(exchange):
    exchange.write("plain.ini", b"[a]\nx = 1\n")
    encrypted = exchange.bestow_wrote("plain.ini", "encrypted.ini")
    before = exchange.read(encrypted)
    for key, value, reason in [("a.x", b"a\0b", "NUL"), ("a.x", b"`\"\"\"\n;", "every kind of quotes"),
                               ("a.-", b"x", "read back"), ("a", b"x", "is a map"), ("new", b"x", "section and a key"), ("x.y.z", b"1", "section and a key"),
                               ("sops.mac", b"x", "sops")]:
        refused = exchange.bestow("set", "-f", encrypted, key, "--raw", input=value, status=None)
        assert refused.status != 0 and reason in refused.stderr, (key, refused.stderr)
        assert exchange.read(encrypted) == before
    refused = exchange.bestow("set", "-f", encrypted, "a.x", "--type", "int", input=b"5", status=None)
    assert refused.status != 0 and "every value is a text" in refused.stderr


def test_a_repeated_section_is_set_only_where_one_has_the_key(exchange):
    exchange.write("plain.ini", b"[p]\nx = 1\n[p]\nx = 2\ny = 3\n")
    encrypted = exchange.bestow_wrote("plain.ini", "encrypted.ini")
    for key in ("p.x", "p.z"):
        refused = exchange.bestow("set", "-f", encrypted, key, input="new", status=None)
        assert refused.status != 0 and "more than once" in refused.stderr
    exchange.bestow("set", "-f", encrypted, "p.y", input="new")
    assert json_of(exchange, encrypted)[1:] == [("p", [("x", "1")]), ("p", [("x", "2"), ("y", "new")])]


def test_every_rule_selects_what_sops_selects(exchange):
    plain = exchange.write("plain.ini", b"; hide this\n[a]\nx = 1\nsecret_y = 2\nz_pub = 3\n\n[secrets]\n; hide\nx = 4\n"
                                        b"y = 5\n; x\nz = 6\n\n[b]\nx = 7\n")
    for rule, pattern in [("suffix", "_pub"), ("regex", "^(secret|b$)"), ("comment-regex", "hide")]:
        for side in ("encrypted", "unencrypted"):
            made = exchange.bestow("encrypt", "-r", exchange.recipient, f"--{side}-{rule}", pattern, plain).stdout
            by_bestow = exchange.write("by_bestow.ini", made)
            made = exchange.sops("--encrypt", "--age", exchange.recipient, f"--{side}-{rule}", pattern, plain).stdout
            by_sops = exchange.write("by_sops.ini", made)
            squeezed = lambda name: re.sub(rb" +", b" ", masked(exchange.read(name)))
            assert squeezed(by_bestow) == squeezed(by_sops), (side, rule)
            told = exchange.sops("decrypt", by_sops).stdout
            assert exchange.sops("decrypt", by_bestow).stdout == told
            assert json_of(exchange, by_bestow) == json_of(exchange, by_sops)
            assert words(exchange.bestow("decrypt", by_sops).stdout) == words(told)
