"""Killed at any instant, or refused by any system call: each file is wholly old or wholly new, success means new, and
running again converges. strace injects; one activation for each occurrence of each call that touches the world."""
import os
import re

import pytest

from activation.conftest import NOBODY, value

pytestmark = [pytest.mark.root, pytest.mark.slow]

OLD, NEW = "/var/lib/bestow/old", "/var/lib/bestow/new"

CHANGES = ("mkdirat openat fchown fchmod write renameat symlinkat unlinkat fsopen fsconfig fsmount move_mount "
           "flock").split()
LOOKS = "openat2 statx fstatfs getdents64 readlinkat".split()
SPACE = "mkdirat openat write symlinkat renameat fsconfig fsmount".split()

FILES = {
    OLD: {"a/one": ("one", NOBODY, 0o400), "gone": ("gone", 0, 0o400), "two": ("two", 0, 0o440),
          "rendered/env": ("ONE=" + value("one"), 0, 0o400)},
    NEW: {"a/one": ("one-new", NOBODY, 0o440), "b/three": ("three", 0, 0o400), "two": ("two", 0, 0o440),
          "rendered/env": ("ONE=" + value("one-new"), 0, 0o400)},
}


def make_store(host, store):
    lines = []
    for name, (text, uid, mode) in FILES[store].items():
        if not name.startswith("rendered/"):
            owner = "nobody" if uid else "root"
            file = name.replace("/", "-") + ".age"
            lines.append(f'  {name}: {{to: [web], file: {file}, key: ".", owner: {owner}, mode: "{mode:04o}",'
                         f' restart: [{file}.service]}}')
            host.seal(file, value(text), store)
    host.policy("secrets:\n" + "\n".join(lines) + "\ntemplates:\n  env: {to: [web], content: 'ONE={{ a/one }}'}\n", store)


def live(host):
    """{path: (content, uid, mode)} of what a reader finds in /run/secrets, or None when there is nothing."""
    root = host.path("/run/secrets")
    if not root.is_dir():
        return None
    found = {}
    for folder, _, names in os.walk(root):
        if folder != str(root):
            assert os.stat(folder).st_mode & 0o7777 == 0o751
        for name in names:
            path = os.path.join(folder, name)
            status = os.stat(path)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = (file.read().decode(), status.st_uid, status.st_mode & 0o7777)
    return {path: entry for path, entry in found.items() if not path.startswith(".bestow-")}


def expected(store):
    return {path: (text if path.startswith("rendered/") else value(text), uid, mode)
            for path, (text, uid, mode) in FILES[store].items()}


def count_calls(host, tmp_path):
    """{name: how often} of one activation of the new store."""
    log = tmp_path / "calls"
    names = sorted({*CHANGES, *LOOKS})
    strace(host, tmp_path, ["-e", "trace=" + ",".join(names)], log)
    counts = {}
    for line in log.read_text().splitlines():
        name = re.match(r"(?:\d+ +)?(\w+)\(", line)
        if name:
            counts[name.group(1)] = counts.get(name.group(1), 0) + 1
    return counts


def strace(host, tmp_path, options, log=None):
    log = log or tmp_path / "log"
    result = host.machine.run("strace", "-f", "-o", log, *options, host.machine.program, "activate", "--store", NEW,
                              status=None)
    assert value("") not in result.stdout.decode(errors="replace") + result.stderr
    return result


def check_after_fault(host, before, status, fault):
    """`before`: what was live; status: of the run with the fault, negative or above 128 when it was killed."""
    now = live(host)
    old_or_new = (before, expected(NEW))
    if status == 0:
        assert now == expected(NEW), f"{fault}: success, but not the new set"
    elif status in (1, 2, 5, 127):
        assert now == before, f"{fault}: exit {status}, but the old set is not in force"
    elif status == 4:
        # Everything is valid; single items may have kept their last good content under the new owner and mode.
        contents = {path: {known[path][0] for known in old_or_new if known and path in known} for path in now or {}}
        assert all(content in contents[path] for path, (content, _, _) in (now or {}).items()), fault
    else:
        assert now in old_or_new, f"{fault}: killed, and neither old nor new"


def check_converges(host, fault):
    host.machine.bestow("activate", "--store", NEW)
    assert live(host) == expected(NEW), fault
    left = [name for name in host.generations() if not (name.isdigit() or name == "current")]
    assert not left and len(host.generations()) <= 3, f"{fault}: left over: {host.generations()}"
    assert host.entries() == ["secrets", "secrets.d"], fault
    assert "nothing changed" in host.machine.bestow("activate", "--store", NEW).text, fault
    kept = host.path("/var/lib/bestow/last-good")
    names = sorted(set(os.listdir(kept)) - {"current", "stale"})
    assert names == [os.readlink(kept / "current")], f"{fault}: kept ciphertext is left over: {names}"
    for file in os.listdir(kept / names[0]):
        same = file == "manifest.json" or (kept / names[0] / file).read_bytes() == host.path(f"{NEW}/{file}").read_bytes()
        assert same, f"{fault}: what is kept is not what works"


def faults(counts, kinds):
    for names, fault in kinds:
        for name in names:
            for index in range(1, counts.get(name, 0) + 1):
                yield f"{name}:{fault}:when={index}"


def run_matrix(host, tmp_path, start, kinds, wanted):
    """`start` brings the machine into the state that every run begins with."""
    start()
    counts = count_calls(host, tmp_path)
    noticed = []
    for fault in faults(counts, kinds):
        if not wanted(fault):
            continue
        start()
        before = live(host)
        result = strace(host, tmp_path, ["-e", f"trace={fault.split(':')[0]}", "-e", f"inject={fault}"])
        check_after_fault(host, before, result.status, fault)
        check_converges(host, fault)
        told = ("could not be kept for the next boot", "there was no room for a new generation until")
        noticed.append(result.status != 0 or any(words in result.stderr for words in told))
    assert sum(noticed) > len(noticed) // 2, "faults that nobody noticed were not injected"
    return len(noticed)


KILL, EIO, ENOSPC = "signal=KILL", "error=EIO", "error=ENOSPC"


@pytest.fixture
def stores(host):
    make_store(host, OLD)
    make_store(host, NEW)
    return host


@pytest.mark.parametrize("kinds", [[(CHANGES, KILL)], [(CHANGES + LOOKS, EIO)], [(SPACE, ENOSPC)]],
                         ids=["killed", "EIO", "ENOSPC"])
def test_change_of_generation_survives_every_fault(stores, tmp_path, kinds, record_property):
    def start():
        stores.clear()
        stores.machine.bestow("activate", "--store", OLD)

    done = run_matrix(stores, tmp_path, start, kinds, lambda fault: True)
    record_property("told", f"activation: {done} faults ({kinds[0][1]}) during a change of generation, no violation")
    assert done >= 30


def test_first_activation_survives_every_fault(stores, tmp_path, record_property):
    mounting = ("fs", "move_mount", "flock", "mkdirat", "symlinkat", "renameat")
    done = run_matrix(stores, tmp_path, stores.clear, [(CHANGES, KILL), (CHANGES, EIO), (SPACE, ENOSPC)],
                      lambda fault: fault.startswith(mounting))
    record_property("told", f"activation: {done} faults during the first activation, no violation")
    assert done > 20


# --- rollback, and links


def rolled_back():
    """The old contents of what the new store still delivers, under its owners and modes."""
    old, new = expected(OLD), expected(NEW)
    return {path: (old[path][0], *new[path][1:]) for path in old if path in new}


def is_rolled_back(found):
    """Of an owner who could not be looked up, the file is root's alone."""
    wanted = rolled_back()
    return found is not None and found.keys() == wanted.keys() and all(
        entry in (wanted[path], (wanted[path][0], 0, 0o400)) for path, entry in found.items())


def test_rollback_survives_every_fault(stores, tmp_path, record_property):
    command = [stores.machine.program, "rollback", "--hold", "--store", NEW]

    def start():
        stores.clear()
        stores.machine.bestow("activate", "--store", OLD)
        stores.machine.bestow("activate", "--store", NEW)

    start()
    log = tmp_path / "calls"
    stores.machine.run("strace", "-f", "-o", log, "-e", "trace=" + ",".join(CHANGES + LOOKS), *command)
    counts = {}
    for line in log.read_text().splitlines():
        name = re.match(r"(?:\d+ +)?(\w+)\(", line)
        if name:
            counts[name.group(1)] = counts.get(name.group(1), 0) + 1
    done, noticed = 0, 0
    for fault in faults(counts, [(CHANGES, KILL), (CHANGES, EIO), (SPACE, ENOSPC)]):
        start()
        status = stores.machine.run("strace", "-f", "-o", tmp_path / "log", "-e", f"trace={fault.split(':')[0]}", "-e",
                                    f"inject={fault}", *command, status=None).status
        found = live(stores)
        assert found == expected(NEW) or is_rolled_back(found), f"{fault}: neither new nor old: {found}"
        if status == 0:
            assert is_rolled_back(found), f"{fault}: success, but not rolled back"
        elif status in (1, 2, 5):
            assert found == expected(NEW), f"{fault}: exit {status}, but something changed"
        if is_rolled_back(found):
            held = stores.machine.bestow("activate", "--store", NEW)
            assert "held" in held.text and live(stores) == rolled_back(), f"{fault}: live without its hold"
        stores.machine.bestow("activate", "--store", NEW, "--release-hold")
        assert live(stores) == expected(NEW), fault
        left = [name for name in stores.generations() if not (name.isdigit() or name == "current")]
        assert not left, f"{fault}: left over: {left}"
        done, noticed = done + 1, noticed + (status != 0)
    assert done > 30 and noticed > done // 2
    record_property("told", f"activation: {done} faults during a rollback, no violation")


def test_links_survive_every_fault(stores, tmp_path, record_property):
    """One link is made, one goes: each is there or not, none leads elsewhere, and the next run makes it right."""
    stores.write("host.yaml", "links: [/etc/keys]\n", store="/etc/bestow")
    stores.path("/etc/keys").mkdir()
    for store, name in ((OLD, "gone"), (NEW, "two")):
        text = stores.path(f"{store}/bestow.yaml").read_text()
        stores.write("bestow.yaml", text.replace(f"  {name}: {{", f"  {name}: {{path: /etc/keys/deep/{name}, "), store)

    def links():
        place = stores.path("/etc/keys/deep")
        return {name: os.readlink(place / name) for name in os.listdir(place)} if place.is_dir() else {}

    def start():
        stores.clear()
        stores.machine.run("rm", "-rf", "/etc/keys/deep")
        stores.machine.bestow("activate", "--store", OLD)
        assert links() == {"gone": "/run/secrets/gone"}

    start()
    counts = count_calls(stores, tmp_path)
    done = 0
    for fault in faults(counts, [(["symlinkat", "unlinkat", "renameat", "mkdirat"], KILL),
                                 (["symlinkat", "unlinkat", "renameat", "mkdirat"], EIO)]):
        start()
        strace(stores, tmp_path, ["-e", f"trace={fault.split(':')[0]}", "-e", f"inject={fault}"])
        assert all(target == f"/run/secrets/{name}" for name, target in links().items()), fault
        stores.machine.bestow("activate", "--store", NEW)
        assert links() == {"two": "/run/secrets/two"}, fault
        done += 1
    assert done > 20
    record_property("told", f"activation: {done} faults while links change, no violation")
