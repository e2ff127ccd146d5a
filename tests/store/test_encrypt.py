"""encrypt and decrypt in a store: bestow.yaml says who reads what."""
import json
import stat

import pytest

CANARY = "canary-7c1f2e"


def test_encrypt_is_for_the_files_readers(store, sops):
    store.write("secrets/db.yaml", f"password: {CANARY}\nuser: bob # me\n")
    (store.path / "secrets/db.yaml").chmod(0o640)
    before = store.files()
    result = store("encrypt", "-i", "secrets/db.yaml", status=2)
    assert "web1" in result.stderr and CANARY not in result.stderr and store.files() == before
    store.accepting("encrypt", "-i", "secrets/db.yaml")
    assert len(store.recipients("secrets/db.yaml")) == 3
    assert stat.S_IMODE((store.path / "secrets/db.yaml").stat().st_mode) == 0o640
    assert json.loads(sops("decrypt", "--output-type", "json", "secrets/db.yaml").stdout)["password"] == CANARY
    store("sync", "--dry-run")
    assert CANARY.encode() in store("decrypt", "secrets/db.yaml").stdout
    assert store.files().keys() == before.keys()


def test_encrypt_from_a_folder_below(store):
    store.write("secrets/dns.yaml", "key: x\n")
    store.accepting("encrypt", "-i", "dns.yaml", cwd=store.path / "secrets")
    assert len(store.recipients("secrets/dns.yaml")) == 2


def test_a_file_without_secrets_is_for_the_operators(store):
    store.write("secrets/other.yaml", "x: y\n")
    store("encrypt", "-i", "secrets/other.yaml", "--accept-reader", "alice")
    assert len(store.recipients("secrets/other.yaml")) == 1
    store("set", "-f", "secrets/other.yaml", "x", input="z")
    assert store("get", "-f", "secrets/other.yaml", "x").text == "z"


@pytest.mark.parametrize("content", ["a: [\n", "a: 1\na: 2\n", "- list\n"])
def test_what_does_not_parse_is_not_encrypted(store, content):
    store.write("secrets/db.yaml", content)
    before = store.files()
    assert "secrets/db.yaml" in store.accepting("encrypt", "-i", "secrets/db.yaml", status=1).stderr
    assert store.files() == before


def test_what_is_encrypted_is_not_encrypted_again(store):
    store.accepting("set", "db/password", input="x")
    before = store.files()
    assert "encrypted already" in store("encrypt", "-i", "secrets/db.yaml", status=1).stderr
    assert store.files() == before


def test_decrypt_needs_a_key(store, make_identity, tmp_path):
    store.accepting("set", "db/password", input=CANARY)
    store.identity.unlink()
    other, _ = make_identity(tmp_path / "other.txt")
    result = store("--identity", other, "decrypt", "secrets/db.yaml", status=5)
    assert "secrets/db.yaml" in result.stderr and result.stdout == b""


def test_plaintext_takes_a_straight_way_in_and_out(store):
    content = bytes(range(256))
    (store.path / "secrets").mkdir()
    (store.path / "secrets/disk.key").write_bytes(content)
    store.accepting("encrypt", "-i", "secrets/disk.key")
    assert store("get", "disk").stdout == content == store("decrypt", "secrets/disk.key").stdout


def test_the_policy_itself_is_not_encrypted(store):
    before = store.files()
    assert "has to be readable" in store.accepting("encrypt", "-i", "bestow.yaml", status=2).stderr
    assert store.files() == before
