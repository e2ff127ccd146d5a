"""Secrets in dotenv and INI files of a store: every command over them, read by the real sops."""
import json

import pytest


FILES = {"secrets/app.env": ("app/token", "TOKEN", "OTHER"), "secrets/app.ini": ("app/password", "db.password", "db.user")}


@pytest.fixture
def flat(store):
    store.replace("secrets:\n", "secrets:\n  app/token: {to: [web1], file: secrets/app.env, key: TOKEN}\n"
                                "  app/password: {to: [web1], file: secrets/app.ini, key: [db, password]}\n")
    return store


def values(sops, name):
    """What sops reads: {key: value}, an INI file's as section.key."""
    read = json.loads(sops("decrypt", "--output-type", "json", name).stdout)
    return {key if name.endswith(".env") else f"{section}.{key}": value for section, held in read.items()
            for key, value in (held.items() if isinstance(held, dict) else [(section, held)])}


@pytest.mark.parametrize("name", FILES)
def test_a_value_by_its_name_and_by_its_file(flat, sops, name):
    secret, key, other = FILES[name]
    flat.accepting("set", secret, input="one\ntwo # three")
    flat("set", "-f", name, other, "--raw", input=" x ")
    assert flat("get", secret).stdout == b"one\ntwo # three"
    assert values(sops, name) == {key: "one\ntwo # three", other: " x "}
    flat("unset", "-f", name, other)
    assert values(sops, name) == {key: "one\ntwo # three"}
    refused = flat("set", "-f", name, other, "--type", "int", input="5", status=None)
    assert refused.status == 2 and "every value is a text" in refused.stderr


@pytest.mark.parametrize("name", FILES)
def test_a_new_file_is_edited_from_the_keys_that_it_should_have(flat, sops, name):
    secret, key, other = FILES[name]
    flat.accepting("edit", name, env={"EDITOR": "sed -i -E 's/^(TOKEN|password)( ?= ?).*/\\1\\2new/'", "VISUAL": None})
    assert values(sops, name) == {key: "new"}
    before = flat.read(name)
    flat("edit", name, env={"EDITOR": "true", "VISUAL": None})
    assert flat.read(name) == before
    flat("edit", name, env={"EDITOR": "sed -i s/new/newer/", "VISUAL": None})
    assert flat("get", secret).stdout == b"newer"
    changed = [line for line in flat.read(name).split(b"\n") if line not in before.split(b"\n")]
    assert len(changed) in (2, 3), "the value, the MAC, and the time"


@pytest.mark.parametrize("name", FILES)
def test_readers_come_and_go(flat, sops, ssh_keygen, name):
    secret, key, _ = FILES[name]
    flat.accepting("set", secret, input="x")
    before = flat.read(name)
    flat.replace(f"{secret}: {{to: [web1]", f"{secret}: {{to: [web1, web2]")
    flat.accepting("sync", "--yes")
    added = flat.read(name)
    assert all(line in added.split(b"\n") for line in before.split(b"\n")), "adding a reader keeps every line"
    assert added.count(b"map_recipient") == before.count(b"map_recipient") + 1
    flat.replace(f"{secret}: {{to: [web1, web2]", f"{secret}: {{to: [web1]")
    flat.accepting("sync", "--yes")
    removed = flat.read(name)
    assert removed.count(b"map_recipient") == before.count(b"map_recipient")
    assert not any(line in before for line in removed.split(b"\n") if b"map_enc" in line), "there is a new data key"
    assert values(sops, name) == {key: "x"}
    assert name not in flat("check", status=3).text, "it is among the findings"


@pytest.mark.parametrize("name, plain", [("secrets/app.env", b"# c\n\nA=1\nB='x y'\nC=\n"),
                                         ("secrets/app.ini", b"; c\n\n[a]\nx = \"1\"  ; d\n\n\n; e\ny=`2;`\n; f\n")])
def test_encrypting_onto_the_old_file_gives_the_same_bytes(flat, name, plain):
    (flat.path / "secrets").mkdir()
    (flat.path / name).write_bytes(plain)
    flat.accepting("encrypt", "--in-place", name)
    encrypted = flat.read(name)
    assert flat("decrypt", name).stdout == plain
    assert flat.accepting("encrypt", "--onto", name, "--filename", name, "-", input=plain).stdout == encrypted
    again = flat.accepting("encrypt", "--onto", name, "--filename", name, "-", input=plain.replace(b"1", b"one")).stdout
    changed = [line for line in again.split(b"\n") if line not in encrypted.split(b"\n")]
    assert len(changed) in (2, 3), "the value, the MAC, and the time"
