"""Whatever goes wrong while writing, no file is half-written, nothing is lost, and the error is clear."""
import os
import re
import subprocess

import pytest

CANARY = "canary-7c1f2e"
COMMANDS = {
    "set": ["set", "db/password", "--value-file", "../new"],
    "mv": ["mv", "db/user", "people/user"],
    "add": ["add", "db/more", "--to", "server", "--value-file", "../new"],
    "unset": ["unset", "db/user"],
    "sync": ["sync", "--yes"],
}


@pytest.fixture
def filled(store):
    store.accepting("set", "db/password", input="old")
    store("set", "db/user", input="bob")
    store("set", "dns/key", input="k")
    (store.path / "../new").write_text(CANARY)
    return store


def prepare(store, name):
    if name == "sync":  # two files lose a reader
        store.replace("roles: [server], vars: {env: test}", "roles: [], vars: {env: test}")
        store.replace("dns/key:\n    to: [dns]", "dns/key:\n    to: [web2]")


def restore(store, files):
    for path in list(store.path.rglob("*")):
        if path.is_file():
            path.unlink()
    for name, content in files.items():
        (store.path / name).parent.mkdir(parents=True, exist_ok=True)
        (store.path / name).write_bytes(content)


def check_valid(store):
    """Every encrypted file is whole: its MAC fits and its values are old or new ones; so is bestow.yaml."""
    seen = {}
    for name in store.files():
        if name.startswith("secrets/") and ".bestow-" not in name:
            text = store("get", "-f", name, ".").text
            seen.update(line.split(": ") for line in text.splitlines())
    assert seen["password"] in ("old", CANARY) and seen["key"] == "k"
    assert seen.get("user") in ("bob", None)
    store("sync", "--dry-run", status=(0, 3))
    return seen


def fill(path):
    filler = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(filler, b"x" * 512)
    except OSError:
        os.close(filler)


CHANGING = {"openat", "write", "fsync", "renameat", "renameat2", "unlinkat", "fchmod", "fchown", "mkdirat", "flock"}


def changing_calls(trace):
    """(name, how many of that name there were) of each call that may change something, from the store's lock on."""
    seen, found = {}, []
    for name in re.findall(r"^\d+\s+(\w+)\(", trace, re.M):
        seen[name] = seen.get(name, 0) + 1
        if name in CHANGING and "flock" in seen:
            found.append((name, seen[name]))
    return found


@pytest.mark.installed
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_any_call_the_store_stays_valid(filled, program, run, tmp_path, name):
    prepare(filled, name)
    before = filled.files()
    run("strace", "-f", "-o", tmp_path / "trace", program, *COMMANDS[name], cwd=filled.path)
    calls = changing_calls((tmp_path / "trace").read_text())
    assert len(calls) > 10
    for call, number in calls:
        restore(filled, before)
        run("strace", "-f", "-o", "/dev/null", "-e", f"inject={call}:signal=SIGKILL:when={number}", program,
            *COMMANDS[name], cwd=filled.path, status=(0, -9, 137))
        seen = check_valid(filled)
        if name != "unset":
            assert seen["user"] == "bob"
        filled(*COMMANDS[name], status=None)  # finishes, or says that it is done already
        check_valid(filled)
        if name == "set":
            assert filled("get", "db/password").text == CANARY
            assert not [file for file in filled.files() if ".bestow-" in file]


@pytest.mark.root
@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_loses_nothing(filled, small_disk, name):
    prepare(filled, name)
    subprocess.run(["cp", "-a", f"{filled.path}/.", str(small_disk)], check=True)
    fill(small_disk / "filler")
    before = {path: path.read_bytes() for path in small_disk.rglob("*") if path.is_file()}
    command = [word.replace("../new", str(filled.path / "../new")) for word in COMMANDS[name]]
    accept = [] if name == "unset" else [f"--accept-reader={reader}" for reader in ("alice", *filled.hosts)]
    result = filled(*command, *accept, cwd=small_disk, status=1)
    assert "No space left" in result.stderr and CANARY not in result.stderr
    assert {path: path.read_bytes() for path in small_disk.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_cannot_be_written_is_named(filled, name, run, program):
    prepare(filled, name)
    before = filled.files()
    if os.geteuid() == 0:
        # Root writes anywhere save on a read-only mount.
        result = run("unshare", "-m", "sh", "-c",
                     f'mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD" && cd "$PWD" && exec "$@"', "sh",
                     program, *COMMANDS[name], cwd=filled.path, status=1)
        assert "Read-only file system" in result.stderr
    else:
        (filled.path / "secrets").chmod(0o555)
        result = filled(*COMMANDS[name], status=1)
        (filled.path / "secrets").chmod(0o755)
        assert "Permission denied" in result.stderr
    assert CANARY not in result.stderr
    assert filled.files() == before


def test_two_at_once_lose_no_value(filled, program, environment):
    running = [subprocess.Popen([program, "set", "-f", "secrets/db.yaml", f"k{number}"], cwd=filled.path,
                                env=environment, stdin=subprocess.PIPE) for number in range(12)]
    for number, process in enumerate(running):
        process.stdin.write(f"v{number}".encode())
        process.stdin.close()
    assert [process.wait(timeout=60) for process in running] == [0] * 12
    for number in range(12):
        assert filled("get", "-f", "secrets/db.yaml", f"k{number}").text == f"v{number}"


def test_no_output_ever_holds_a_value(filled, run, program, tmp_path):
    """Every command but get and render, traced: the value is in no argument and in no write to the disk or terminal."""
    for name, command in COMMANDS.items():
        command = [word.replace("db/user", "people/user") if name == "unset" else word for word in command]
        prepare(filled, name)
        run("strace", "-f", "-s", "100000", "-e", "trace=write,writev,pwrite64,execve,sendto", "-o", tmp_path / "trace",
            program, *command, cwd=filled.path)
        assert CANARY not in (tmp_path / "trace").read_text(), name
