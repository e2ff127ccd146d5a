"""The caller's own keys: nobody else has to vouch for them, and nobody locks himself out without meaning it."""
import pytest

CANARY = "canary-7c1f2e"


@pytest.fixture
def shared(store, make_identity, tmp_path):
    """A store with values that alice and bob read."""
    store.bob, recipient = make_identity(tmp_path / "bob.txt")
    store("operator", "add", "bob", "--key", recipient)
    store("set", "db/password", *accepting_hosts(store), input=CANARY)
    store("set", "dns/key", input="k")
    return store


def accepting_hosts(store):
    return [word for name in store.hosts for word in ("--accept-reader", name)]


def test_ones_own_key_needs_no_confirmation(store, make_identity, tmp_path):
    store("set", "db/password", *accepting_hosts(store), input=CANARY)
    _, mallory = make_identity(tmp_path / "mallory.txt")
    store.replace("operators:\n", f"operators:\n  mallory: {{keys: [{mallory}]}}\n")
    result = store("set", "dns/key", input="k", status=2)
    assert "mallory" in result.stderr and "alice" not in result.stderr


def test_neither_encrypt_nor_edit_asks_for_ones_own_key(store, tmp_path):
    store.write("secrets/other.yaml", "x: y\n")
    store("encrypt", "-i", "secrets/other.yaml")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf 'a: b\\n' >\"$1\"\n")
    editor.chmod(0o755)
    store("edit", "secrets/third.yaml", env={"EDITOR": str(editor), "VISUAL": None})
    assert store("get", "-f", "secrets/third.yaml", "a").text == "b"


def test_an_ssh_key_of_ones_own_needs_none_either(store, ssh_keygen, home):
    key = ssh_keygen("mine")
    (home / ".ssh").mkdir()
    (home / ".ssh/id_ed25519").write_bytes(key.private.read_bytes())
    (home / ".ssh/id_ed25519").chmod(0o600)
    store.replace("operators:\n", f"operators:\n  laptop: {{keys: [{key.line}]}}\n")
    store("set", "db/password", *accepting_hosts(store), input=CANARY)


def test_removing_oneself_is_asked_for_by_its_own_name(shared):
    before = shared.files()
    result = shared("operator", "remove", "alice", "--yes", status=2)
    assert "--lose-access" in result.stderr and shared.files() == before
    shared("operator", "remove", "--yes", "alice", "--no-sync", status=2)
    assert shared.files() == before
    shared("operator", "remove", "--yes", "alice", "--lose-access", "--accept-reader", "bob")
    shared("get", "db/password", status=5)
    assert shared("--identity", shared.bob, "get", "db/password").text == CANARY


def test_removing_somebody_else_is_not(shared):
    shared("operator", "remove", "--yes", "bob")
    assert shared("get", "db/password").text == CANARY


def test_removing_one_of_two_entries_of_ones_own_is_not(shared):
    shared("--identity", shared.bob, "operator", "remove", "--yes", "alice")
    shared("--identity", shared.bob, "get", "db/password")


def test_at_a_terminal_it_is_a_question_of_its_own(shared, at_terminal):
    before = shared.files()
    status, shown = at_terminal(["operator", "remove", "alice"], [("Lock yourself out? [y/N]", "\n")])
    assert status == 1 and "'alice' is you yourself" in shown and shared.files() == before
    status, shown = at_terminal(["operator", "remove", "alice"], [("Lock yourself out? [y/N]", "y\n")])
    assert status == 0 and shown.count("Lock yourself out?") == 1
    shared("get", "db/password", status=5)


def test_a_sync_that_takes_away_ones_own_access_asks_again(shared, at_terminal):
    line = next(line for line in shared.read("bestow.yaml").decode().splitlines(True) if "alice: " in line)
    shared.replace(line, "")
    before = shared.files()
    result = shared("sync", "--yes", status=2)
    assert "secrets/db.yaml" in result.stderr and "--lose-access" in result.stderr and shared.files() == before
    status, _ = at_terminal(["sync"], [("Write 2 files? [y/N]", "y\n"), ("Lock yourself out? [y/N]", "n\n")])
    assert status == 1 and shared.files() == before
    shared("sync", "--dry-run", status=3)
    shared("sync", "--yes", "--lose-access")
    shared("get", "db/password", status=5)
