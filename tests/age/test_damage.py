"""Damaged files: cut off and altered byte by byte. Never a success, never a crash, never a file left behind, and
nothing of the plaintext or the key in a message."""
import pytest

# The unit tests of the library take every byte of armor too; each process here costs milliseconds.
STEP = {"binary": 1, "armored": 3}
PLAINTEXT = b"the canary sings at midnight\n"


@pytest.fixture(params=["binary", "armored"])
def sealed(request, bestow, identity, tmp_path):
    file = tmp_path / "file.age"
    armor = ["-a"] if request.param == "armored" else []
    bestow("age", "encrypt", *armor, "-r", identity[1], "-o", file, input=PLAINTEXT)
    return request.param, file.read_bytes()


def expect_refusal(bestow, identity, tmp_path, content, what):
    damaged, out = tmp_path / "damaged.age", tmp_path / "out"
    damaged.write_bytes(content)
    before = sorted(path.name for path in tmp_path.iterdir())
    result = bestow("age", "decrypt", "-i", identity[0], "-o", out, damaged, status=None)
    assert result.status in (1, 5), (what, result)
    assert result.stderr.startswith("bestow: ") and "internal" not in result.stderr, (what, result.stderr)
    assert "canary" not in result.stderr and "AGE-SECRET-KEY" not in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before, what


def test_a_file_cut_off_anywhere_is_refused(sealed, bestow, identity, tmp_path):
    kind, content = sealed
    # The final line feed of armor may be missing.
    for size in range(0, len(content) - (1 if kind == "armored" else 0), STEP[kind]):
        expect_refusal(bestow, identity, tmp_path, content[:size], f"cut to {size}")


def test_a_file_altered_anywhere_is_refused(sealed, bestow, identity, tmp_path):
    kind, content = sealed
    for at in range(0, len(content), STEP[kind]):
        if kind == "armored" and content[at:at + 1] == b"\n":
            continue  # another byte of white space may be as good there
        altered = content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]
        expect_refusal(bestow, identity, tmp_path, altered, f"altered at {at}")


def test_bytes_after_the_end_are_refused(sealed, bestow, identity, tmp_path):
    kind, content = sealed
    for more in (b"\0", b"x", content):
        expect_refusal(bestow, identity, tmp_path, content + more, "more after the end")


@pytest.mark.parametrize("content", [
    b"",
    b"age-encryption.org/v1",
    b"age-encryption.org/v1\n",
    b"age-encryption.org/v1\n" + b"-> X25519 " + b"A" * 100_000,
    b"age-encryption.org/v1\n" + b"-> a\n\n" * 10_000,
    b"age-encryption.org/v1\n-> a\n" + b"A" * 64 + b"\n",
    b"age-encryption.org/v2\n",
    b"-----BEGIN AGE ENCRYPTED FILE-----\n",
    b" " * 5000 + b"-----BEGIN AGE ENCRYPTED FILE-----\n",
    b"\xff" * 1000,
    b"\n" * 100_000,
])
def test_what_is_no_age_file_is_refused(content, bestow, identity, tmp_path):
    expect_refusal(bestow, identity, tmp_path, content, content[:40])


def test_a_header_without_end_is_refused_at_its_limit(bestow, identity, tmp_path):
    endless = b"age-encryption.org/v1\n-> a\n" + (b"A" * 64 + b"\n") * 270_000
    damaged = tmp_path / "endless.age"
    damaged.write_bytes(endless)
    assert "limit" in bestow("age", "decrypt", "-i", identity[0], damaged, status=1).stderr


def test_a_full_disk_keeps_the_old_output(bestow, identity, tmp_path):
    file = tmp_path / "file.age"
    bestow("age", "encrypt", "-r", identity[1], "-o", file, input=PLAINTEXT)
    result = bestow("age", "decrypt", "-i", identity[0], "-o", "/dev/full", file, status=1)
    assert "No space left" in result.stderr and "canary" not in result.stderr
