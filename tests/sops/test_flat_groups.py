"""Key groups in dotenv and INI files, where lists in lists stand in the names of lines; written by a new and an old sops."""
import pytest

PLAIN = {"x.env": b"A=1\nB=two\n", "x.ini": b"[a]\nx = 1\ny = two\n"}
VALUE = {"x.env": "B", "x.ini": "a.y"}


@pytest.fixture
def groups(exchange):
    """Two groups of one key each; `exchange` has both keys."""
    first = exchange.recipient
    exchange.bestow("age", "keygen", "-o", "second.txt")
    second = next(line.split()[-1] for line in exchange.read("second.txt").decode().splitlines() if "public key" in line)
    exchange.key.write_bytes(exchange.key.read_bytes() + exchange.read("second.txt"))
    exchange.write(".sops.yaml", "creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n"
                                 f"      - age: [{first}]\n      - age: [{second}]\n")
    (exchange.folder / "bestow.yaml").unlink()  # the creation rule says who reads what
    exchange.accepting = ["--accept-reader", first, "--accept-reader", second]
    return exchange


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("writer", ["sops", "sops-old"])
def test_shared_keys_in_flat_files(groups, run, peer, writer, name):
    groups.write(name, PLAIN[name])
    made = run(peer(writer), "--encrypt", name, cwd=groups.folder, status=None)
    if made.status != 0 or b"%!s(" in made.stdout:
        pytest.skip(f"{writer} writes a {name} with groups that it does not read itself")
    encrypted = groups.write(f"encrypted-{name}", made.stdout)
    assert b"key_groups__list_1__map_age__list_0__map_recipient" in groups.read(encrypted)
    assert groups.bestow("decrypt", encrypted).stdout == PLAIN[name]
    before = groups.read(encrypted).split(b"\n")
    groups.bestow("set", "-f", encrypted, VALUE[name], *groups.accepting, input="new")
    changed = PLAIN[name].replace(b"two", b"new")
    assert groups.bestow("decrypt", encrypted).stdout == changed
    if writer == "sops":  # the threshold "2.000000" that sops-old wrote into INI files no sops of today reads
        assert groups.sops("decrypt", encrypted).stdout == changed
    after = groups.read(encrypted).split(b"\n")
    assert len(after) == len(before)
    assert sum(old != new for old, new in zip(before, after)) in (2, 3)
