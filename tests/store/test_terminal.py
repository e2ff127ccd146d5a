"""What a person at a terminal is asked, and what is never shown."""
import os
import subprocess

import pytest

CANARY = "canary-7c1f2e"


def test_a_value_is_asked_for_twice_and_not_shown(store, at_terminal):
    store.accepting("set", "db/user", input="x")
    status, shown = at_terminal(["set", "db/password"], [("password: ", CANARY + "\n"), ("Once more: ", CANARY + "\n")])
    assert status == 0 and CANARY not in shown
    assert store("get", "db/password").text == CANARY


def test_two_values_that_differ_change_nothing(store, at_terminal):
    store.accepting("set", "db/user", input="x")
    before = store.files()
    status, shown = at_terminal(["set", "db/password"], [("password: ", "one\n"), ("Once more: ", "two\n")])
    assert status == 1 and "differ" in shown and store.files() == before


@pytest.mark.parametrize("answer, expected", [("y\n", 0), ("yes\n", 0), ("n\n", 2), ("\n", 2)])
def test_new_readers_are_shown_and_asked_for(store, at_terminal, tmp_path, answer, expected):
    (tmp_path / "value").write_text(CANARY)
    status, shown = at_terminal(["set", "dns/key", "--value-file", str(tmp_path / "value")], [("[y/N]", answer)])
    assert status == expected and "host 'web1' (age1" in shown and CANARY not in shown
    fingerprint = subprocess.run(["ssh-keygen", "-l", "-f", store.hosts["web1"].public], capture_output=True, text=True,
                                 check=True).stdout.split()[1]
    assert f"SSH key {fingerprint}" in shown
    assert ("secrets/dns.yaml" in store.files()) == (expected == 0)
    if expected == 0:
        store("set", "dns/key", input="asked only once")


def test_sync_asks_before_it_writes(store, at_terminal):
    store.accepting("set", "db/password", input="x")
    store.replace("roles: [server], vars: {env: test}", "roles: [], vars: {env: test}")
    before = store.files()
    status, shown = at_terminal(["sync"], [("Write 1 file? [y/N]", "n\n")])
    assert status == 1 and shown.count("[y/N]") == 1 and "- host 'web2'" in shown and store.files() == before
    status, _ = at_terminal(["sync"], [("Write 1 file? [y/N]", "y\n")])
    assert status == 0
    store("sync", "--dry-run")


def test_a_value_on_a_terminal_ends_its_line(store, at_terminal):
    store.accepting("set", "db/password", input="x")
    assert at_terminal(["get", "db/password"], []) == (0, "x\r\n")


def test_an_age_file_is_read_whole(store, bestow):
    recipient = next(line for line in store.read("bestow.yaml").decode().splitlines() if "alice:" in line)
    recipient = recipient[recipient.index("age1"):].split("]")[0]
    (store.path / "secrets").mkdir()
    store("age", "encrypt", "-r", recipient, "-o", "secrets/disk.key", input=CANARY)
    assert store("get", "disk").text == CANARY
    assert "age file" in store("get", "-f", "secrets/disk.key", "x", status=2).stderr
    assert "age file" in store("set", "disk", input="x", status=2).stderr
    before = store.read("secrets/disk.key")
    store("mv", "disk", "luks/disk")
    assert store("get", "luks/disk").text == CANARY and store.read("secrets/disk.key") == before
    assert "cannot be told" in store("sync").stderr


@pytest.mark.root
def test_root_keeps_a_files_owner(store):
    store.accepting("set", "db/password", input="x")
    os.chown(store.path / "secrets/db.yaml", 1000, 1001)
    store("set", "db/password", input="y")
    status = os.stat(store.path / "secrets/db.yaml")
    assert (status.st_uid, status.st_gid) == (1000, 1001)
