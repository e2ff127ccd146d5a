"""All 143 vectors of the CCTV test kit, through the program: the expected kind of outcome, and exactly the plaintext that a
file may give out before it fails."""
import hashlib
import re

import pytest

from vectors import read_vectors

EMPTY = hashlib.sha256(b"").hexdigest()
HYBRID_KEY = "AGE-SECRET-KEY-PQ-1"

# What bestow says, by the test kit's kinds. The order matters: the first that fits names the kind.
KINDS = [
    ("no match", 5, r"no identity|no passphrase does"),
    ("HMAC failure", 1, r"MAC does not match"),
    ("armor failure", 1, r"malformed armor"),
    ("payload failure", 1, r"chunk"),
    ("header failure", 1, r"malformed age header|malformed '[^']*' stanza|not an age file|payload is missing"),
]


def kind_of(status, stderr, armored):
    if status == 0:
        return "success"
    # The test kit says that a file is armored; a program that looks itself finds no armor when its begin line is broken.
    if armored and "begins with neither 'age-encryption.org/v1' nor armor" in stderr:
        return "armor failure"
    for kind, expected_status, pattern in KINDS:
        if re.search(pattern, stderr):
            assert status == expected_status, stderr
            return kind
    return f"status {status}: {stderr}"


@pytest.fixture(scope="module")
def vectors(peer):
    found = read_vectors(peer("cctv-age"))
    assert len(found) == 143
    return found


def identity_file(vector, bestow, tmp_path):
    """The vector's identities, or anybody's for one that names none: it is malformed before a key would matter."""
    path = tmp_path / "identity.txt"
    path.unlink(missing_ok=True)
    if vector.identities:
        path.write_text("".join(f"{line}\n" for line in vector.identities))
    else:
        bestow("age", "keygen", "-o", path)
    return path


def outcome(vector, bestow, at_terminal, program, tmp_path):
    """(status, stdout, stderr) of decrypting it."""
    file = tmp_path / "file.age"
    file.write_bytes(vector.file)
    if vector.passphrases:
        answers = [("Enter passphrase: ", text) for text in vector.passphrases]
        result = at_terminal([program, "age", "decrypt", file], answers)
    else:
        result = bestow("age", "decrypt", "-i", identity_file(vector, bestow, tmp_path), file, status=None)
    return result.status, result.stdout, result.stderr


def is_hybrid(vector):
    return any(line.startswith(HYBRID_KEY) for line in vector.identities)


def test_every_vector_has_exactly_its_outcome(vectors, bestow, at_terminal, program, tmp_path, record_property):
    wrong, counts = [], {}
    for vector in vectors:
        if is_hybrid(vector):
            continue
        status, stdout, stderr = outcome(vector, bestow, at_terminal, program, tmp_path)
        kind = kind_of(status, stderr, vector.armored)
        counts[kind] = counts.get(kind, 0) + 1
        if kind != vector.expect:
            wrong.append(f"{vector.name}: {kind}, expected {vector.expect}: {stderr.strip()}")
        if hashlib.sha256(stdout).hexdigest() != (vector.payload or EMPTY):
            wrong.append(f"{vector.name}: gave out {len(stdout)} bytes that are not the expected ones")
    assert wrong == []
    record_property("told", "CCTV age vectors: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))


def test_hybrid_vectors_are_refused_with_the_reason(vectors, bestow, at_terminal, program, tmp_path):
    hybrid = [vector for vector in vectors if is_hybrid(vector)]
    assert len(hybrid) >= 15
    for vector in hybrid:
        status, stdout, stderr = outcome(vector, bestow, at_terminal, program, tmp_path)
        assert status == 1 and stdout == b"", vector.name
        assert "hybrid post-quantum identities need a libsodium or OpenSSL with ML-KEM" in stderr, vector.name


def test_a_vector_that_fails_leaves_no_output_file(vectors, bestow, tmp_path):
    for vector in vectors:
        if vector.passphrases or is_hybrid(vector) or vector.expect == "success":
            continue
        (tmp_path / "file.age").write_bytes(vector.file)
        bestow("age", "decrypt", "-i", identity_file(vector, bestow, tmp_path), "-o", tmp_path / "out", tmp_path / "file.age",
               status=(1, 5))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["file.age", "identity.txt"], vector.name
