"""A running bestow, as another process of the same user sees it: no core dump, no look into its memory."""
import os
import subprocess
import time

import pytest

RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@pytest.fixture
def waiting(program, environment):
    """bestow, waiting for standard input, run by a user without privileges."""
    user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    with subprocess.Popen([program, "age", "encrypt", "-a", "-r", RECIPIENT], stdin=subprocess.PIPE, cwd="/",
                          stdout=subprocess.PIPE, env=environment, **user) as process:
        yield process
        process.stdin.close()


def wait_until(condition):
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.02)
    return False


def limit(process, name):
    with open(f"/proc/{process.pid}/limits", encoding="ascii") as limits:
        return next(line for line in limits if line.startswith(name)).split()[4]


@pytest.mark.installed
def test_memory_and_core_are_closed_to_the_user_himself(waiting):
    # A process that is not dumpable belongs to root below /proc; so its memory and a debugger are out of reach.
    assert wait_until(lambda: os.stat(f"/proc/{waiting.pid}/mem").st_uid == 0)
    assert wait_until(lambda: limit(waiting, "Max core file size") == "0")
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            open(f"/proc/{waiting.pid}/mem", "rb")
