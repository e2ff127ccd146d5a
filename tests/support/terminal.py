"""Runs a program at a terminal of its own, with answers typed at its prompts."""
import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from dataclasses import dataclass

from support.process import traceable


@dataclass
class TerminalResult:
    status: int
    shown: str      # what appeared on the terminal
    stdout: bytes   # when it is no terminal
    stderr: str


def run_at_terminal(argv, answers, *, cwd=None, env=None, input=b"", stdout_is_terminal=False, timeout=60):
    """`answers`: (prompt, what is typed, without its newline), in order."""
    controller, terminal = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    with subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE,
                          stdout=terminal if stdout_is_terminal else subprocess.PIPE, stderr=subprocess.PIPE,
                          cwd=cwd, env=traceable(argv, env), preexec_fn=take_terminal, pass_fds=(terminal,)) as process:
        os.close(terminal)
        shown = _converse(controller, process, list(answers), input, time.monotonic() + timeout)
    os.close(controller)
    status, stdout, stderr = process.returncode, shown[1], shown[2]
    return TerminalResult(status, shown[0].decode(errors="replace"), stdout, stderr.decode(errors="replace"))


def _wait_for_silence(controller):
    """Some programs ask first and turn the echo off then."""
    for _ in range(100):
        if not termios.tcgetattr(controller)[3] & termios.ECHO:
            return
        time.sleep(0.02)


def _converse(controller, process, answers, input, deadline):
    """Reads everything until the program ends; types each answer once its prompt has been shown."""
    shown, collected = b"", {process.stderr: b""}
    if process.stdout:
        collected[process.stdout] = b""
    process.stdin.write(input)
    process.stdin.close()
    open_files, seen = {controller, *collected}, 0
    while open_files:
        if time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"timed out; the terminal shows {shown!r}")
        for ready in select.select(open_files, [], [], 0.2)[0]:
            try:
                data = os.read(ready if ready == controller else ready.fileno(), 65536)
            except OSError:  # the terminal's other end is closed
                data = b""
            if not data:
                open_files.discard(ready)
            elif ready == controller:
                shown += data
            else:
                collected[ready] += data
        if answers and answers[0][0].encode() in shown[seen:]:
            prompt, answer = answers.pop(0)
            seen = shown.index(prompt.encode(), seen) + len(prompt)
            _wait_for_silence(controller)
            os.write(controller, answer.encode() + b"\n")
        if process.poll() is not None and open_files <= {controller}:
            break
    process.wait()
    return shown, collected.get(process.stdout, b""), collected[process.stderr]
