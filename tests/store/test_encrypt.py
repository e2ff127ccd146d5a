"""encrypt and decrypt in a store: bestow.yaml says who reads what."""
import fcntl
import json
import os
import stat
import subprocess
import time

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


def test_writing_a_whole_file_follows_no_link_of_the_stores(store, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    (tmp_path / "outside").mkdir()
    store.accepting("set", "db/password", input=CANARY)
    (store.path / "secrets/link.yaml").symlink_to(victim)
    (store.path / "secrets/folder").symlink_to(tmp_path / "outside")
    before = store.files()
    for target in ("secrets/link.yaml", "secrets/folder/x.yaml", store.path / "secrets/link.yaml"):
        result = store("decrypt", "-o", target, "secrets/db.yaml", status=1)
        assert "link" in result.stderr or "regular" in result.stderr
        store.accepting("encrypt", "-o", target, "secrets/db.yaml", "--filename", "secrets/db.bin", status=1)
    store("encrypt", "-r", store.recipients("secrets/db.yaml")[0], "-i", "secrets/link.yaml", status=1)
    assert victim.read_text() == "mine\n" and store.files() == before and not list((tmp_path / "outside").iterdir())


def test_elsewhere_links_are_followed_as_the_person_who_names_them_wants(store, tmp_path):
    store.accepting("set", "db/password", input=CANARY)
    target, link = tmp_path / "plain.yaml", tmp_path / "plain-link.yaml"
    target.write_text("old\n")
    target.chmod(0o640)
    link.symlink_to(target)
    store("decrypt", "-o", link, "secrets/db.yaml")
    assert link.is_symlink() and CANARY in target.read_text() and stat.S_IMODE(target.stat().st_mode) == 0o640
    store("decrypt", "-o", tmp_path / "fresh.yaml", "secrets/db.yaml")
    assert stat.S_IMODE((tmp_path / "fresh.yaml").stat().st_mode) == 0o600


@pytest.mark.parametrize("where", ["store", "elsewhere"])
def test_temporary_files_that_are_in_use_stay(store, tmp_path, where):
    """In a store a batch clears away what a killed run left; elsewhere nobody knows whose it is."""
    store.accepting("set", "db/password", input=CANARY)
    folder = store.path / "secrets" if where == "store" else tmp_path / "elsewhere"
    folder.mkdir(exist_ok=True)
    left = folder / ".bestow-00.tmp"
    left.touch()
    with open(folder / ".bestow-11.tmp", "w") as used:
        fcntl.flock(used, fcntl.LOCK_EX)
        store("decrypt", "-o", folder / "plain.txt", "secrets/db.yaml")
    assert (folder / ".bestow-11.tmp").exists() and left.exists() == (where == "elsewhere")


def test_an_output_of_age_in_a_store_outlives_a_command_that_clears_up(store, program, environment):
    """`bestow age` writes for long; a `set` meanwhile must not take its file away."""
    store.accepting("set", "db/password", input=CANARY)
    recipient = store.recipients("secrets/db.yaml")[0]
    output = store.path / "secrets/big.age"
    with subprocess.Popen([program, "age", "encrypt", "-r", recipient, "-o", output], stdin=subprocess.PIPE,
                          env=environment) as writer:
        writer.stdin.write(b"x" * 200_000)
        writer.stdin.flush()
        while not list(output.parent.glob(".bestow-*.tmp")):
            time.sleep(0.01)
        store("set", "db/password", input="new")
        writer.stdin.close()
        assert writer.wait() == 0
    assert store("age", "decrypt", output).stdout == b"x" * 200_000


def test_a_whole_file_waits_for_the_stores_lock(store, program, environment):
    store.accepting("set", "db/password", input=CANARY)
    lock = os.open(store.path, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    arguments = ["decrypt", "-o", "secrets/plain.txt", "secrets/db.yaml"]
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([program, *arguments], cwd=store.path, env=environment, timeout=1)
    os.close(lock)
    store(*arguments)
