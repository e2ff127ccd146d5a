"""Damaged encrypted files, of every format and of both programs, through the commands: never a crash, a partial output, a
value in a message, or a file that changed although the command failed. The bulk of this is mutation_test.cpp."""
import random
import re
from pathlib import Path

import pytest

CANARY = b"canary"
FIXTURES = Path(__file__).with_name("fixtures")
SEED, MUTATIONS = 20261120, 12
FORMATS = {".yaml": "map/one", ".json": "map/one", ".env": "name", ".ini": "s/name", ".bin": "."}
ENVELOPE = re.compile(rb"ENC\[[^\]]*\]")
STATUSES = {"decrypt": (0, 1, 2, 5), "get": (0, 1, 2, 5), "set": (0, 1, 2, 5), "check": (0, 1, 2, 3)}


def mutated(random, text):
    """Each kind of damage: to bytes, to lines, to whole values."""
    lines = text.splitlines(keepends=True)
    line = random.randrange(len(lines))
    at = random.randrange(len(text))
    envelopes = list(ENVELOPE.finditer(text))
    kind = random.randrange(7)
    if kind == 0:
        return text[:at] + bytes([text[at] ^ 1 << random.randrange(8)]) + text[at + 1:]
    if kind == 1:
        return text[:at]
    if kind == 2:
        return b"".join(lines[:line] + lines[line + 1:])
    if kind == 3:
        other = random.randrange(len(lines))
        return b"".join(lines[:other] + [lines[line]] + lines[other:])
    if kind == 4:
        return text[:at] + random.choice([b"\xff", b"\0", b"\n", b"---\n", b"]", b"}", b'"', b" #", b"=", b"[s]\n"]) + text[at:]
    if kind == 5 and len(envelopes) > 1:
        one, other = sorted(random.sample(envelopes, 2), key=lambda found: found.start())
        return text[:one.start()] + other[0] + text[one.end():other.start()] + one[0] + text[other.end():]
    found = random.choice(envelopes)
    inside = random.randrange(found.start(), found.end())
    return text[:inside] + random.choice([b"A", b"=", b",", b"", b"type:int"]) + text[inside + 1:]


@pytest.fixture
def store(bestow, tmp_path):
    key = FIXTURES / "key.txt"
    recipient = re.search(r"age1\w+", key.read_text())[0]
    bestow("init", "--operator", "tester", "--key", recipient, cwd=tmp_path)
    return lambda *words, **more: bestow(*words, cwd=tmp_path, env={"BESTOW_IDENTITY": str(key)}, **more), recipient


def values(plaintext):
    """What the MAC covers: no comments, no white space, no line that holds nothing."""
    lines = [re.split(rb"(?:^|\s)[#;]", line)[0].strip() for line in plaintext.splitlines()]
    return b"".join(re.findall(rb"canary[^\"`]*", line)[0] for line in lines if b"canary" in line)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("writer", ["bestow", "sops"])
def test_damaged_files(store, tmp_path, writer, ending):
    call, recipient = store
    plain = FIXTURES / f"canary{ending}"
    original = (FIXTURES / f"canary.enc{ending}").read_bytes() if writer == "sops" else \
        call("encrypt", "-r", recipient, plain).stdout
    whole = tmp_path / f"whole{ending}"
    whole.write_bytes(original)
    expected = values(call("decrypt", whole).stdout)
    assert CANARY in expected and CANARY not in original
    path = tmp_path / f"damaged{ending}"
    whole.unlink()
    source = random.Random(f"{SEED} {writer} {ending}")
    refused = 0
    for number in range(MUTATIONS):
        damaged = mutated(source, original)
        print(f"mutation {number} of {writer}'s {ending}: {damaged!r}"[:6000])
        for command, words, more in (("decrypt", [path], {}), ("get", ["-f", path.name, FORMATS[ending]], {}),
                                     ("check", ["--json"], {}), ("decrypt", ["--in-place", path], {}),
                                     ("set", ["-f", path.name, FORMATS[ending]], {"input": b"other"})):
            path.write_bytes(damaged)
            told = call(command, *words, status=STATUSES[command], **more)
            assert CANARY not in told.stderr.encode()
            if command == "check":
                assert CANARY not in told.stdout and path.read_bytes() == damaged
            elif told.status != 0:
                refused += 1
                assert told.stdout == b"" and path.read_bytes() == damaged, command
            elif command == "decrypt" and "--in-place" not in words and ending != ".bin":
                assert values(told.stdout) == expected
            elif command == "decrypt" and ending == ".bin":
                assert CANARY in (told.stdout or path.read_bytes())
            elif command == "get":
                assert CANARY in told.stdout
    assert 0 < refused < 5 * MUTATIONS


def test_every_file_that_is_cut_short_is_refused(store, tmp_path):
    """Wherever the end is missing, up to the metadata's last character."""
    call, _ = store
    for ending in FORMATS:
        original = (FIXTURES / f"canary.enc{ending}").read_bytes().rstrip()
        path = tmp_path / f"short{ending}"
        for at in range(1, len(original) - 120, len(original) // 8):
            path.write_bytes(original[:at])
            told = call("decrypt", path, status=(1, 2, 5))
            assert told.stdout == b"" and CANARY not in told.stderr.encode()
