"""Runs programs the way a test wants it: bounded, without a terminal, in a clean environment."""
import json
import os
import subprocess
from dataclasses import dataclass

TIMEOUT_SECONDS = 120


@dataclass
class Result:
    status: int
    stdout: bytes
    stderr: str

    @property
    def text(self):
        return self.stdout.decode()

    def json(self):
        return json.loads(self.stdout)


def clean_environment(home):
    """HOME and the XDG directories below `home`, nothing of the caller's that bestow or its peers would look at."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_RUNTIME_DIR": str(home / "runtime"),
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def traceable(argv, env):
    """`env` for argv. The leak sanitizer is a tracer itself, and a process has one: below strace it would end it."""
    if "strace" not in argv:
        return env
    return {**(os.environ if env is None else env), "ASAN_OPTIONS": "detect_leaks=0"}


def run(argv, *, input=b"", cwd=None, env=None, status=0, timeout=TIMEOUT_SECONDS):
    """Runs argv, detached from any terminal; asserts the exit status unless `status` is None (or one of a tuple)."""
    if isinstance(input, str):
        input = input.encode()
    env = traceable(argv, env)
    done = subprocess.run([str(word) for word in argv], input=input, capture_output=True, cwd=cwd, env=env,
                          timeout=timeout, start_new_session=True, check=False)
    result = Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))
    if status is not None:
        allowed = status if isinstance(status, tuple) else (status,)
        words = " ".join(str(word) for word in argv)
        assert result.status in allowed, (
            f"{words}\nexit status {result.status}, expected {status}\nstderr: {result.stderr}\n"
            f"stdout ends: {result.stdout[-2000:]!r}")
    return result
