"""Commands that die with SIGKILL: at random moments spread over their run, and at single system calls."""
import random
import re
import signal
import subprocess
import time

CHANGING = {"openat", "write", "fsync", "renameat", "renameat2", "unlinkat", "fchmod", "fchown", "mkdirat"}


def duration(argv, **options):
    begin = time.monotonic()
    subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True,
                   **options)
    return time.monotonic() - begin


def random_moments(seconds, count=20, seed=None):
    """One in each of `count` equal parts of that time."""
    chosen = random.Random(seed)
    return [(part + chosen.random()) * seconds / count for part in range(count)]


def killed_at(moment, argv, **options):
    """Runs it and kills it after that many seconds; True when it was still running."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                               **options)
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def changing_calls(run, argv, trace, **options):
    """(name, how many of that name there were) of each call that may change something, from the first lock on."""
    run("strace", "-f", "-o", trace, *argv, **options)
    seen, found = {}, []
    for name in re.findall(r"^\d+\s+(\w+)\(", trace.read_text(), re.M):
        seen[name] = seen.get(name, 0) + 1
        if name in CHANGING and "flock" in seen:
            found.append((name, seen[name]))
    return found


def killed_in(run, call, argv, **options):
    """Kills it as it enters the call (name, number)."""
    name, number = call
    run("strace", "-f", "-o", "/dev/null", "-e", f"inject={name}:signal=SIGKILL:when={number}", *argv,
        status=(0, -9, 137), **options)
