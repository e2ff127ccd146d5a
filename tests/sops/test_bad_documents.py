"""Broken SOPS documents: refused with a place and the design's exit status, and no plaintext in any message."""
import re

import pytest

CANARY = "canary-5f1e-value"
PLAIN = f"""\
first: {CANARY}
group:
  second: other {CANARY}
  # a comment {CANARY}
  list:
    - {CANARY} in a list
    - 5
plain_unencrypted: visible
"""


@pytest.fixture
def broken(bestow, tmp_path):
    return Broken(bestow, tmp_path)


class Broken:
    def __init__(self, bestow, folder):
        self.bestow, self.folder = bestow, folder
        self.key = folder / "key.txt"
        bestow("age", "keygen", "-o", self.key)
        recipient = re.search(r"age1\w+", self.key.read_text())[0]
        self.plain = folder / "plain.yaml"
        self.plain.write_text(PLAIN)
        self.text = bestow("encrypt", "-r", recipient, self.plain).text
        self.recipient = recipient

    def refuses(self, text, *names, status=1):
        """`decrypt` says no, names all of `names`, and shows nothing of the values."""
        path = self.folder / "broken.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        told = self.bestow("decrypt", "--identity", self.key, path, status=status)
        assert told.stdout == b""
        assert CANARY not in told.stderr
        for name in ("broken.yaml", *names):
            assert re.search(name, told.stderr), (name, told.stderr)
        return told.stderr


def line_of(text, start):
    return next(line for line in text.splitlines() if line.strip().startswith(start))


def test_truncated_at_every_line(broken):
    lines = broken.text.splitlines(keepends=True)
    for count in range(len(lines)):
        broken.refuses("".join(lines[:count]), status=(1, 5))


@pytest.mark.parametrize("part", ["data", "iv", "tag"])
def test_one_altered_character_in_a_value(broken, part):
    old = line_of(broken.text, "second")
    at = old.index(part + ":") + len(part) + 1
    new = old[:at] + ("A" if old[at] != "A" else "B") + old[at + 1:]
    broken.refuses(broken.text.replace(old, new), "line 3", r"group\.second", "does not decrypt")


def test_a_value_that_was_moved(broken):
    old = line_of(broken.text, "second").split(": ", 1)[1]
    first = line_of(broken.text, "first").split(": ", 1)[1]
    broken.refuses(broken.text.replace(old, first), "line 3", r"group\.second")


def test_wrong_base64_and_missing_parts(broken):
    old = line_of(broken.text, "first")
    for new in (old.replace("data:", "data:*"), old.replace(",iv:", ",vi:"), re.sub("data:[^,]*", "data:", old),
                old[:-1], old.replace("type:str", "type:text")):
        broken.refuses(broken.text.replace(old, new), "line 1", "first", "malformed")


def test_a_value_that_should_be_encrypted(broken):
    old = line_of(broken.text, "first")
    broken.refuses(broken.text.replace(old, "first: " + CANARY), "line 1", "first", "not encrypted")
    broken.refuses(broken.text.replace(old, "first: 5"), "line 1", "first", "not encrypted")


def test_the_mac(broken):
    broken.refuses(broken.text.replace("visible", "altered"), "MAC does not match")
    removed = broken.text.replace(line_of(broken.text, "first") + "\n", "")
    broken.refuses(removed, "MAC does not match")
    mac = line_of(broken.text, "mac")
    broken.refuses(broken.text.replace(mac + "\n", ""), r"mac is missing")
    broken.refuses(broken.text.replace(mac, "    mac: \"\""), r"mac is missing")
    broken.refuses(broken.text.replace(mac, mac.replace("type:str", "type:int")), "sops")
    time = line_of(broken.text, "lastmodified")
    broken.refuses(broken.text.replace(time, '    lastmodified: "2001-01-01T00:00:00Z"'), "mac does not decrypt")
    broken.refuses(broken.text.replace(time, '    lastmodified: "yesterday"'), "lastmodified")


def test_structure(broken):
    broken.refuses(line_of(broken.text, "first") + "\n" + broken.text, "line 2, column 1", "'first' is here twice")
    broken.refuses("loop: &a [*a]\n" + broken.text, "line 1, column 11", "inside its own anchor")
    broken.refuses("deep: " + "[" * 10_000 + "\n" + broken.text, "line 1, column 106", "nested more than 100")
    broken.refuses(broken.text + "    unencrypted_regex: x\n", "2 rules", status=2)
    rule = line_of(broken.text, "unencrypted_suffix")
    broken.refuses(broken.text.replace(rule, "    encrypted_regex: (?!x)"), "encrypted_regex", "not a valid", status=2)
    broken.refuses(broken.text.replace("sops:", "other:"), "no sops block")
    broken.refuses(broken.text.encode("utf-16"), "UTF-16")
    broken.refuses(broken.text.encode().replace(b"visible", b"vis\xffble"), "line 8")
    broken.refuses(b"\x00" * 100, "UTF-16")
    broken.refuses(b"", "no sops block")


def test_no_key_fits(broken, bestow):
    other = broken.folder / "other.txt"
    bestow("age", "keygen", "-o", other)
    told = bestow("decrypt", "--identity", other, broken.folder / "plain.yaml", status=1)
    assert "no sops block" in told.stderr
    path = broken.folder / "encrypted.yaml"
    path.write_text(broken.text)
    assert bestow("decrypt", "--identity", other, path, status=5).stdout == b""


def test_a_broken_entry_for_somebody_else_does_not_matter(broken, bestow):
    other = broken.folder / "other.txt"
    bestow("age", "keygen", "-o", other)
    recipient = re.search(r"age1\w+", other.read_text())[0]
    text = bestow("encrypt", "-r", recipient, "-r", broken.recipient, broken.plain).text
    at = text.index("YWdl") + 20  # in the first line of base64
    path = broken.folder / "half.yaml"
    path.write_text(text[:at] + "*" + text[at + 1:])
    assert CANARY in bestow("decrypt", "--identity", broken.key, path).text


@pytest.mark.parametrize("plain, told", [
    ("a: 1\na: 2\n", "line 2, column 1"), ("5: x\n", "line 1, column 1"), ("- x\n", "not a mapping"),
    ("just text\n", "not a mapping"), ("", "empty"), ("# nothing\n", "empty"), ("a: &x [*x]\n", "line 1, column 8"),
    ("a: 18446744073709551615\n", "line 1, column 4"), ("sops: 1\n", "line 1"), ("a: !!int x\n", "line 1, column 4"),
    ("a: [" + "[" * 10_000, "nested more than 100"),
])
def test_plaintext_that_cannot_be_encrypted(broken, plain, told):
    broken.plain.write_text(plain)
    answer = broken.bestow("encrypt", "-r", broken.recipient, "-i", broken.plain, status=(1, 2))
    assert told in answer.stderr and "plain.yaml" in answer.stderr
    assert broken.plain.read_text() == plain


def test_ciphertext_is_not_encrypted_again_and_plaintext_not_decrypted(broken):
    path = broken.folder / "encrypted.yaml"
    path.write_text(broken.text)
    assert "encrypted already" in broken.bestow("encrypt", "-r", broken.recipient, path, status=1).stderr
    assert path.read_text() == broken.text
    assert "not an encrypted document" in broken.bestow("decrypt", broken.plain, status=1).stderr


@pytest.mark.parametrize("name", ["x.json", "x.env", "x.ini"])
def test_text_of_another_format_is_refused_with_its_place(broken, name):
    told = broken.bestow("encrypt", "-r", broken.recipient, "--filename", name, "-", input=PLAIN, status=1)
    assert told.stdout == b"" and CANARY not in told.stderr
    assert re.search(rf"{name}: line \d", told.stderr)


def test_only_the_changed_line_and_the_metadata_change(broken, run):
    """git diff after one change in a commented, hand-formatted file of 500 lines."""
    lines = ["# hand-made", ""]
    while len(lines) < 498:
        index = len(lines)
        lines += [f"# about {index}", f"key{index}:   'value {index}'  # why", "", f"map{index}: {{ a: 1,  b: [x,   y] }}"]
    broken.plain.write_text("\n".join(lines) + "\n")
    folder = broken.folder / "store"
    folder.mkdir()
    broken.bestow("init", "--operator", "tester", "--key", broken.recipient, cwd=folder)
    (folder / "big.yaml").write_text(broken.bestow("encrypt", "-r", broken.recipient, broken.plain).text)
    run("git", "init", "-q", cwd=folder)
    run("git", "add", "-A", cwd=folder)
    broken.bestow("set", "--identity", broken.key, "-f", "big.yaml", "key102", input="new", cwd=folder)
    diff = run("git", "diff", "-U0", cwd=folder).text
    added = [line for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    changed = [line.split(":")[0].strip("+ ") for line in added]
    assert [name for name in changed if name != "lastmodified"] == ["key102", "mac"]  # the same second leaves the time


@pytest.mark.installed
def test_nested_anchors_are_not_copied(broken, run, program):
    items = ", ".join("x" * 10_000)
    nested = "".join(f"[&a{depth} " for depth in range(90)) + f"[{items}]" + "]" * 90
    path = broken.folder / "anchors.yaml"
    path.write_text("a: " + nested + "\n" + "".join(f"b{number}: &c{number} {{d: 1}}\n" for number in range(3)))
    result = run("prlimit", f"--as={240 * 1024 * 1024}", program, "encrypt", "-r", broken.recipient, path)
    assert b"ENC[" in result.stdout
