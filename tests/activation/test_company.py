"""Activation in company: two at a time, readers that must not see what is not theirs, interrupted announcements."""
import subprocess
import sys

import pytest

from activation.conftest import value
from activation.test_crash import NEW, OLD, expected, live, make_store

pytestmark = pytest.mark.root

OBSERVER = r"""
import os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
secret = sys.argv[1]
names = ["a/one", "gone", "two", "b/three", "rendered/env", ".bestow-state", ".bestow-pending"]
roots = ["/run/secrets", "/run/secrets.d/current"] + [f"/run/secrets.d/{n}{suffix}"
                                                      for n in range(1, 60) for suffix in ("", ".new")]
own = {secret + "-one", secret + "-one-new"}
print("ready", flush=True)
os.set_blocking(0, False)
seen = 0
while True:
    for root in roots:
        for name in names:
            try:
                with open(f"{root}/{name}") as file:
                    content = file.read()
            except OSError:
                continue
            if not (name == "a/one" and content in own):
                print("violation", root, name, repr(content), flush=True)
            seen += 1
        for place in (root, "/run/secrets.d"):
            try:
                os.listdir(place)
                print("violation: can list", place, flush=True)
            except OSError:
                pass
    try:
        if os.read(0, 1) == b"":
            break
    except BlockingIOError:
        pass
print("seen", seen)
"""


@pytest.fixture
def stores(host):
    make_store(host, OLD)
    make_store(host, NEW)
    return host


def start(host, *argv, **options):
    namespace = f"--mount=/proc/{host.machine._holder.pid}/ns/mnt"
    return subprocess.Popen(["nsenter", namespace, "--", *map(str, argv)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=host.machine.env, text=True, **options)


@pytest.mark.parametrize("first", [True, False], ids=["first activation", "change"])
def test_two_activations_at_once_queue(stores, first):
    for _ in range(8):
        stores.clear()
        if not first:
            stores.machine.bestow("activate", "--store", OLD)
        running = [start(stores, stores.machine.program, "activate", "--store", store) for store in (OLD, NEW)]
        for one in running:
            _, stderr = one.communicate(timeout=60)
            assert one.returncode == 0, stderr
        assert live(stores) in (expected(OLD), expected(NEW))
        assert all(name.isdigit() or name == "current" for name in stores.generations())


def test_unprivileged_observer_never_reads_what_is_not_his(stores):
    stores.machine.bestow("activate", "--store", OLD)
    observer = start(stores, sys.executable, "-c", OBSERVER, value("")[:-1], stdin=subprocess.PIPE)
    assert observer.stdout.readline() == "ready\n"
    for _ in range(15):
        stores.machine.bestow("activate", "--store", NEW)
        stores.machine.bestow("activate", "--store", OLD)
    told, stderr = observer.communicate(timeout=60)
    assert "violation" not in told, told
    assert int(told.split()[-1]) > 0, f"the observer read nothing of its own: {stderr}"


def test_units_that_were_not_told_are_told_by_the_next_run(stores, tmp_path):
    stores.machine.bestow("activate", "--store", OLD)
    # Killed while printing: the generation is live, nobody heard of its units.
    stores.machine.run("strace", "-o", tmp_path / "log", "-e", "trace=write", "-P", "/dev/full", "-e",
                       "inject=write:signal=KILL:when=1", "sh", "-c",
                       f"exec {stores.machine.program} activate --store {NEW} > /dev/full", status=None)
    assert live(stores) == expected(NEW)
    result = stores.machine.bestow("activate", "--store", NEW)
    assert "nothing changed" in result.text and "restart a-one.age.service" in result.text
    assert "restart" not in stores.machine.bestow("activate", "--store", NEW).text
