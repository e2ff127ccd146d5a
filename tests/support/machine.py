"""A private mount namespace that looks like a small machine of its own: /etc, /run and /var/lib are fresh tmpfs, so that
an activation as root changes nothing outside. Needs root."""
import os
import subprocess
from pathlib import Path

from support.process import run

# What programs need from the real /etc; everything else, SSH host keys above all, stays outside.
KEPT_FROM_ETC = "passwd group nsswitch.conf ld.so.cache ld.so.conf ld.so.conf.d alternatives localtime ssl".split()

SETUP = r"""
set -e
kept=$(mktemp -d)
for name in %(kept)s; do [ -e "/etc/$name" ] && cp -a "/etc/$name" "$kept/"; done
mount -t tmpfs -o mode=0755 tmpfs /etc
cp -a "$kept/." /etc/ && rm -rf "$kept"
chmod 0755 /etc && mkdir -m 0755 /etc/ssh /etc/bestow
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t tmpfs -o mode=0755 tmpfs /var/lib
mkdir -m 0755 /var/lib/bestow
echo ready
exec cat
"""


class Machine:
    """Commands run in the namespace by `run`; `path("/run/secrets")` is that file as this process can open it."""

    def __init__(self, program, env, holder=None):
        """`holder` makes the namespace, prints "ready", and then keeps it until its standard input ends."""
        self.program = program
        self.env = dict(env)
        self._next_id = 990
        script = SETUP % {"kept": " ".join(KEPT_FROM_ETC)}
        # `cat` ends when this process does, whatever happens to it: the pipe closes.
        holder = holder or ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
        self._holder = subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if self._holder.stdout.readline() != b"ready\n":
            raise OSError("no private mount namespace: " + self._holder.stderr.read().decode())

    def close(self):
        self._holder.stdin.close()
        self._holder.wait(timeout=20)

    def path(self, absolute):
        """Follows links only as far as they are relative: absolute ones lead back to the real machine."""
        return Path(f"/proc/{self._holder.pid}/root{absolute}")

    def run(self, *argv, **options):
        options.setdefault("env", self.env)
        # nsenter leaves its program in /, so the working directory is set inside.
        inside = ["sh", "-c", 'cd "$0" && exec "$@"', options.pop("cwd", None) or "/"]
        return run(["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", "--", *inside, *argv], **options)

    def bestow(self, *args, **options):
        return self.run(self.program, *args, **options)

    def add_user(self, name, uid=None, group=None, gid=None, home="/nonexistent"):
        """A line in the machine's own passwd and group; returns (uid, gid)."""
        if uid is None:
            self._next_id -= 1
            uid = self._next_id
        gid = self.add_group(group or name, gid if gid is not None else uid)
        with self.path("/etc/passwd").open("a") as passwd:
            passwd.write(f"{name}:x:{uid}:{gid}::{home}:/usr/sbin/nologin\n")
        return uid, gid

    def add_group(self, name, gid):
        with self.path("/etc/group").open("a") as groups:
            groups.write(f"{name}:x:{gid}:\n")
        return gid


def can_make_machines():
    return os.geteuid() == 0
