"""Many activations at once: one winner at a time, and whoever reads sees whole sets only."""
import os
import subprocess
import threading

import pytest

from activation.conftest import STORE, value

pytestmark = [pytest.mark.root, pytest.mark.slow]

RUNS, AT_ONCE, SECRETS = 200, 16, 5


def put(host, number):
    """The store in its n-th state, by one rename, as the manual says."""
    store = f"/var/lib/bestow/store-{number}"
    host.policy("secrets:\n" + "".join(f'  s{index}: {{to: [web], file: s{index}.age, key: "."}}\n'
                                       for index in range(SECRETS)), store)
    for index in range(SECRETS):
        host.seal(f"s{index}.age", value(f"{number}"), store)
    return store


def point_to(host, store):
    host.path("/var/lib/bestow/next").symlink_to(store.rsplit("/", 1)[1])
    os.rename(host.path("/var/lib/bestow/next"), host.path(STORE))


class Reader(threading.Thread):
    """Opens the live generation and reads all of it, again and again."""

    def __init__(self, host):
        super().__init__(daemon=True)
        self.memory = host.path("/run/secrets.d")
        self.done, self.sets, self.torn = False, set(), []

    def run(self):
        while not self.done:
            try:
                self.read(self.memory / os.readlink(self.memory / "current"))
            except FileNotFoundError:
                continue  # pruned meanwhile: two newer ones have come

    def read(self, generation):
        folder = os.open(generation, os.O_RDONLY | os.O_DIRECTORY)
        try:
            names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
            contents = {open(os.open(name, os.O_RDONLY, dir_fd=folder)).read() for name in names}
        finally:
            os.close(folder)
        os.stat(generation)  # it loses its name before it loses its first file
        self.sets.update(contents)
        if len(names) != SECRETS or len(contents) != 1:
            self.torn.append((names, contents))


def test_two_hundred_at_once(host, record_property):
    stores = [put(host, number) for number in range(4)]
    point_to(host, stores[0])
    host.activate()
    reader = Reader(host)
    reader.start()
    statuses = []
    for first in range(0, RUNS, AT_ONCE):
        running = []
        for number in range(first, min(first + AT_ONCE, RUNS)):
            if number % 4 == 0:
                point_to(host, stores[number // 4 % 4])
            running.append(subprocess.Popen(
                ["nsenter", f"--mount=/proc/{host.machine._holder.pid}/ns/mnt", "--", host.machine.program, "activate"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=host.machine.env, cwd="/"))
        for process in running:
            stderr = process.communicate()[1].decode()
            statuses.append(process.returncode)
            assert process.returncode == 0, stderr
    reader.done = True
    reader.join()
    assert reader.torn == []
    assert len(statuses) == RUNS and len(reader.sets) >= 2, "the reader saw no switch"
    assert {host.read(f"s{index}") for index in range(SECRETS)} == {value(str((RUNS - 1) // 4 % 4))}, \
        "the last one to come delivers the last store"
    names = host.generations()
    assert len(names) <= 3 and not [name for name in names if name.endswith(".new")]
    assert "nothing changed" in host.activate().text
    record_property("told", f"activation: {RUNS} at once, {AT_ONCE} side by side, {host.current()} generations, none torn")
