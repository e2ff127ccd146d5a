"""encrypt --onto OLD: a whole file encrypted again keeps the ciphertext of what did not change."""
import json

import pytest

CANARY = "canary-55ab10"

PLAIN = {
    "db.yaml": "# the database\nuser: bob   # me\npassword: old\nhosts:\n  # first\n  - a\n  - a\n  - b\n",
    "db.json": '{\n  "user": "bob",\n  "password": "old",\n  "hosts": ["a", "a", "b"]\n}\n',
    "disk.key": "old key",
}


@pytest.mark.parametrize("name", PLAIN)
def test_decrypt_then_onto_gives_the_same_bytes(exchange, name):
    encrypted = exchange.bestow_wrote(exchange.write(name, PLAIN[name]), "old-" + name)
    plain = exchange.write("plain-" + name, exchange.bestow("decrypt", encrypted).stdout)
    assert exchange.bestow("encrypt", "--onto", encrypted, plain).stdout == (exchange.folder / encrypted).read_bytes()


@pytest.mark.parametrize("name", ["db.yaml", "db.json"])
def test_one_changed_value_changes_itself_the_mac_and_the_time(exchange, name):
    encrypted = exchange.sops_wrote(exchange.write(name, PLAIN[name]), "old-" + name)
    before = (exchange.folder / encrypted).read_text()
    plain = exchange.bestow("decrypt", encrypted).text.replace("old", CANARY)
    after = exchange.bestow("encrypt", "--filename", name, "--onto", encrypted, "-", input=plain).text
    changed = [new for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    keys = {line.split(":")[0].strip(' "\t') for line in changed}
    assert "password" in keys and "mac" in keys and keys <= {"password", "mac", "lastmodified"}
    (exchange.folder / encrypted).write_text(after)
    assert json.loads(exchange.sops("decrypt", "--output-type", "json", encrypted).stdout)["password"] == CANARY


def test_onto_takes_no_readers_and_no_rule(exchange):
    encrypted = exchange.bestow_wrote(exchange.write("db.yaml", PLAIN["db.yaml"]), "old.yaml")
    for words in (["-r", exchange.recipient], ["--encrypted-regex", "x"], ["other.yaml"]):
        exchange.bestow("encrypt", "--onto", encrypted, "db.yaml", *words, status=2)


def test_in_a_store_a_surplus_reader_of_the_old_version_is_refused(exchange, make_identity, tmp_path):
    _, stranger = make_identity(tmp_path / "stranger.txt")
    plain = exchange.write("db.yaml", PLAIN["db.yaml"])
    old = exchange.write("old.yaml", exchange.bestow("encrypt", "-r", exchange.recipient, "-r", stranger, plain).stdout)
    result = exchange.bestow("encrypt", "--onto", old, plain, status=2)
    assert "should not" in result.stderr and result.stdout == b""


def test_many_files_in_one_run(exchange):
    names = []
    for index in range(20):
        names.append(exchange.write(*((f"f{index}.yaml", f"a: {CANARY}{index}\n") if index % 2 else
                                      (f"f{index}.json", f'{{"a": "{CANARY}{index}"}}\n'))))
    before = {name: (exchange.folder / name).read_bytes() for name in names}
    exchange.bestow("encrypt", "-r", exchange.recipient, "-i", *names)
    assert not any(CANARY.encode() in (exchange.folder / name).read_bytes() for name in names)
    exchange.bestow("decrypt", "-i", *names)
    assert {name: (exchange.folder / name).read_bytes() for name in names} == before


def test_one_broken_file_among_many_leaves_all_as_they_were(exchange):
    names = [exchange.write(f"f{index}.yaml", "a: 1\n" if index % 5 else "a: [\n") for index in range(10)]
    before = {name: (exchange.folder / name).read_bytes() for name in names}
    result = exchange.bestow("encrypt", "-r", exchange.recipient, "-i", *names, status=1)
    assert "f0.yaml" in result.stderr and "f5.yaml" in result.stderr
    assert {name: (exchange.folder / name).read_bytes() for name in names} == before
    exchange.bestow("encrypt", "-r", exchange.recipient, *names[:2], status=2)
