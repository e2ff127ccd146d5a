"""Whoever can push to the store gains nothing but what the policy gives and the operator has confirmed."""
import re

import pytest

CANARY = "canary-a85d03"


@pytest.fixture
def mallory(store, make_identity, tmp_path):
    """An operator whom nobody has confirmed, in the policy already."""
    identity, recipient = make_identity(tmp_path / "mallory.txt")
    store.replace("hosts:\n", f"  mallory: {{keys: [{recipient}]}}\nhosts:\n")
    return identity, recipient


def encrypted_by_mallory(store, mallory, tmp_path, *more):
    """A document for everybody whom the policy names, made by somebody who can push."""
    identity, recipient = mallory
    plain = tmp_path / "junk.yaml"
    plain.write_text("password: junk\nuser: junk\n")
    own = re.search(r"public key: (\S+)", store.identity.read_text()).group(1)
    hosts = [store.bestow("key", "convert", key.public).text.strip() for key in store.hosts.values()]
    words = [word for reader in [own, recipient, *hosts, *more] for word in ("--recipient", reader)]
    made = store.bestow("encrypt", *words, plain, cwd=tmp_path)
    store.write("secrets/db.yaml", made.text)


def test_a_value_for_a_file_that_came_with_an_unconfirmed_reader_is_not_encrypted(store, mallory, tmp_path):
    encrypted_by_mallory(store, mallory, tmp_path)
    before = store.files()
    refused = store("set", "db/password", input=CANARY, status=2)
    assert "operator 'mallory'" in refused.stderr and "--accept-reader mallory" in refused.stderr
    assert CANARY not in refused.stderr and store.files() == before


def test_sync_gives_no_new_data_key_to_an_unconfirmed_reader_who_is_in_the_file(store, mallory, tmp_path, make_identity):
    _, somebody = make_identity(tmp_path / "somebody.txt")
    encrypted_by_mallory(store, mallory, tmp_path, somebody)  # a surplus reader makes sync rewrite the file
    before = store.files()
    refused = store("sync", "--yes", status=2)
    assert "operator 'mallory'" in refused.stderr
    assert store.files() == before


def test_a_removed_operator_who_left_the_file_beforehand_does_not_keep_its_data_key(store, mallory):
    identity, recipient = mallory
    store.accepting("set", "db/password", "--accept-reader", "mallory", input="old")
    text = store.read("secrets/db.yaml").decode()
    entry = re.search(rf"        - enc: \|\n(?:            .*\n)+          recipient: {recipient}\n", text).group(0)
    store.write("secrets/db.yaml", text.replace(entry, ""))  # no MAC covers the metadata
    store("operator", "remove", "mallory", "--yes")
    store("set", "db/password", input=CANARY)
    kept = store.read("secrets/db.yaml").decode().replace("    age:\n", "    age:\n" + entry)
    store.write("secrets/kept.yaml", kept)
    opened = store.bestow("--identity", identity, "decrypt", "secrets/kept.yaml", cwd=store.path, status=None,
                          env={"XDG_CONFIG_HOME": "/nonexistent"})
    assert opened.status != 0 and CANARY.encode() not in opened.stdout


def test_edit_does_not_write_a_declared_secret_where_the_files_rule_leaves_plaintext(store, tmp_path):
    own = re.search(r"public key: (\S+)", store.identity.read_text()).group(1)
    hosts = [store.bestow("key", "convert", key.public).text.strip() for key in store.hosts.values()]
    plain = tmp_path / "rule.yaml"
    plain.write_text("password: ''\nuser: ''\nother: x\n")
    words = [word for reader in [own, *hosts] for word in ("--recipient", reader)]
    made = store.bestow("encrypt", *words, "--encrypted-regex", "^other$", plain, cwd=tmp_path)
    store.write("secrets/db.yaml", made.text)
    before = store.files()
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\nsed -i \"s/^password:.*/password: {CANARY}/\" \"$1\"\n")
    editor.chmod(0o755)
    accepted = [word for name in ("alice", *store.hosts) for word in ("--accept-reader", name)]
    refused = store("edit", "secrets/db.yaml", *accepted, env={"EDITOR": str(editor), "VISUAL": None}, status=2)
    assert "plaintext" in refused.stderr and CANARY not in refused.stderr
    assert store.files() == before
