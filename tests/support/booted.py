"""A Debian system with bestow installed, booted with its own systemd in a container of systemd-nspawn: see
tests/boot/build-tree. What a test writes lies over that system; the system itself never changes. With a kernel and disks
of its own: support/virtual_machine.py."""
import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from support import documents, keys, peers, places
from support.process import run

BUILD_TREE = places.ROOT / "tests" / "boot" / "build-tree"
STORE = "/var/lib/bestow/store"
HOST_KEY = "/etc/ssh/ssh_host_ed25519_key"
BOOT_SECONDS = 90

# Everything happens in a mount namespace of its own and in memory, and is gone afterwards; what the system writes to
# /out stays.
PREPARE = r"""
set -e
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t tmpfs -o mode=0755 tmpfs "$WORK"
mkdir -m 0755 "$WORK/upper" "$WORK/work" "$WORK/system"
mount -t overlay -o "lowerdir=$DEBIAN,upperdir=$WORK/upper,workdir=$WORK/work" overlay "$WORK/system"
cp -a --no-preserve=ownership "$TREE/." "$WORK/system"
touch "$WORK/system/usr"
chroot "$WORK/system" /bin/sh -ec "$ENABLE"
"""

# No cgroup, no machine is registered: the machine that runs the tests may have no systemd of its own.
CONTAINER = r"""
exec timeout --kill-after=5 "$SECONDS_AT_MOST" systemd-nspawn --quiet --register=no --keep-unit --console=pipe \
    --capability=CAP_IPC_LOCK --link-journal=no --bind="$OUT:/out" --directory="$WORK/system" --boot
"""

# The last that is started; ends the boot, and hands out what happened.
SCENARIO_UNIT = """\
[Unit]
Description=What the test does
After=multi-user.target
SuccessAction={ending}
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/bash /scenario
TimeoutStartSec=80
[Install]
WantedBy=graphical.target
"""

SCENARIO = r"""
finish() {
    status=$?
    journalctl --sync
    journalctl --boot --output=json >/out/journal.json
    cp /proc/1/mountinfo /etc/shadow /out/
    systemctl show --property=Id,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic \
        '*.service' '*.mount' '*.target' >/out/times
    systemctl show --property=Id,LoadState,ConditionTimestampMonotonic,ActiveEnterTimestampMonotonic \
        -- $(systemctl list-dependencies --plain sysinit.target) >/out/sysinit
    systemctl list-units --all --plain --no-legend >/out/units
    exit $status
}
trap finish EXIT
set -eu
refreshes() { journalctl --unit=bestow-refresh.service | grep -c 'Finished bestow-refresh.service' || true; }
refreshed_since() { [ "$(refreshes)" -gt "$1" ]; }
all_active() { for unit; do systemctl --quiet is-active "$unit" || return 1; done; }
wait_until() { for _ in $(seq 600); do "$@" && return 0; sleep 0.05; done; echo "waited in vain: $*"; return 1; }
"""


def debian_tree():
    """(path, None) of the system to boot, or (None, reason)."""
    if os.geteuid() != 0:
        return None, "needs root"
    reason = missing_program({"debootstrap": "debootstrap"})
    if reason:
        return None, reason
    env = {**os.environ, "BESTOW_PEERS_CACHE": str(peers.CACHE)}
    place = Path(subprocess.run([BUILD_TREE], env=env, capture_output=True, text=True, check=True).stdout.strip())
    refusal = place / "UNREACHABLE"
    if refusal.exists():
        return None, f"{peers.UNREACHABLE}: Debian's archive: {refusal.read_text().strip()}"
    return place / "system", None


def missing_program(packages):
    """What to say of the first of {program: Debian's package} that is not here."""
    missing = [(program, package) for program, package in packages.items() if not shutil.which(program)]
    return "{} (Debian: {}) is not installed".format(*missing[0]) if missing else None


def shown_commands(mark, prompt="#"):
    """What bestow(1) tells root, or with "$" a user, to type, in its block of that mark."""
    return "".join(f"{command}\n" for block in documents.marked_blocks("bestow.1", mark)
                   for shown, command in documents.commands_of(block) if shown == prompt)


def shown_file(mark):
    [block] = documents.marked_blocks("bestow.1", mark)
    return block


# Nothing is booted: can systemd-nspawn start anything here at all?
PROBE = """
mount -t tmpfs -o mode=0755 tmpfs /run
exec timeout 30 systemd-nspawn --quiet --register=no --keep-unit --pipe --read-only --directory="$DEBIAN" /bin/true
"""


def reason_not_to_boot(debian):
    missing = missing_program({"systemd-nspawn": "systemd-container"})
    if missing:
        return missing
    done = run(["unshare", "--mount", "--propagation", "private", "sh", "-ec", PROBE],
               env={**os.environ, "DEBIAN": str(debian)}, status=None)
    return f"systemd-nspawn does not work here: {done.stderr.strip()}" if done.status else None


@contextlib.contextmanager
def alone(lock):
    """One boot at a time: without cgroups of their own, two systems would clear away each other's."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# Runs as its user and says what it reads whenever it is started.
SERVICE = """\
[Unit]
Requires=bestow.target
After=bestow.target
[Service]
Type=oneshot
RemainAfterExit=yes
User={user}
{more}
ExecStart=/bin/cat {files}
StandardOutput=append:/out/{name}
[Install]
WantedBy=multi-user.target
"""


class Debian:
    """The system before it is booted."""

    start = CONTAINER
    seconds_at_most = BOOT_SECONDS

    def __init__(self, folder, debian, key, operator, tell):
        self.folder = folder
        self.tell = tell
        self.debian = debian
        self.key, self.operator = key, operator
        self.tree = folder / "tree"
        self.units = ["scenario.service"]
        self.tree.mkdir()
        install = ["cmake", "--install", places.build_directories()[0], "--prefix", "/usr"]
        run(install, env={**os.environ, "DESTDIR": str(self.tree)})
        self.write("/etc/machine-id", os.urandom(16).hex() + "\n")
        self.write(HOST_KEY, key.private.read_bytes(), 0o600)
        self.scenario("")

    def write(self, path, content, mode=0o644):
        place = self.tree / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        place.chmod(mode)

    def folder_of(self, path):
        (self.tree / path.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def move(self, path, to):
        target = self.tree / to.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.tree / path.lstrip("/")).rename(target)

    def unit(self, name, text, enable=True):
        self.write(f"/etc/systemd/system/{name}", text)
        if enable:
            self.units.append(name)

    def service(self, name, files, user="root", more=""):
        self.unit(f"{name}.service", SERVICE.format(name=name, files=files, user=user, more=more))

    def policy(self, text, store=STORE):
        """bestow.yaml: `text` below a head that declares the operator and the host."""
        self.write(f"{store}/bestow.yaml", f"""\
version: 1
operators:
  me: {{keys: [{self.operator.line}]}}
hosts:
  web: {{keys: [{self.key.line}]}}
{text}""")

    def seal(self, name, content, store=STORE):
        """An age file in the store, for the host and the operator."""
        recipients = [word for key in (self.key, self.operator) for word in ("-r", key.line)]
        sealed = run([places.program(), "age", "encrypt", *recipients], input=content).stdout
        self.write(f"{store}/{name}", sealed)

    def scenario(self, script, ending="exit-force"):
        """What is done once everything is up, in bash; its status is the boot's. `ending`: "exit" stops all units
        first, as a shutdown does."""
        self.write("/etc/systemd/system/scenario.service", SCENARIO_UNIT.format(ending=ending))
        self.write("/scenario", SCENARIO + script, 0o755)

    def variables(self):
        """What else `start` needs."""
        return {}

    def turn(self):
        return alone(self.debian.parent / "boot-lock")

    def boot(self, name, status=0):
        out, work = self.folder / "out", self.folder / "work"
        for folder in (out, work):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        out.chmod(0o777)
        env = {**os.environ, "DEBIAN": str(self.debian), "TREE": str(self.tree), "WORK": str(work), "OUT": str(out),
               "ENABLE": shown_commands("enable") + f"systemctl enable --quiet {' '.join(self.units)}\n",
               "SECONDS_AT_MOST": str(self.seconds_at_most), **self.variables()}
        with self.turn():
            done = run(["unshare", "--mount", "--propagation", "private", "bash", "-c", PREPARE + self.start], env=env,
                       status=None, timeout=self.seconds_at_most + 30)
        booted = Booted(name, out, done)
        booted.keep_log()
        self.tell(f"boot log: {booted.log}")
        assert done.status == status, f"the boot ended with {done.status}; see {booted.log}\n{done.stderr[-2000:]}"
        return booted


def blocks_of(shown):
    """Of `systemctl show`: a dictionary a unit."""
    return [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]


class Booted:
    """What a boot left: its journal, and what was written to /out."""

    def __init__(self, name, out, console):
        self.name = name
        self.out = out
        self.console = console
        journal = out / "journal.json"
        lines = journal.read_text(errors="replace").splitlines() if journal.exists() else []
        self.journal = [json.loads(line) for line in lines]
        self.shown = blocks_of(self.read("times")) if (out / "times").exists() else []
        self.log = places.build_directories()[0] / "boot-logs" / f"{name}.log"

    def keep_log(self):
        self.log.parent.mkdir(exist_ok=True)
        text = "".join(f"[{int(entry['__MONOTONIC_TIMESTAMP']) / 1e6:10.6f}] {entry.get('SYSLOG_IDENTIFIER', '-')}: "
                       f"{entry['MESSAGE']}\n" for entry in self.journal)
        self.log.write_text(f"{text}\n== console\n{self.console.stdout.decode(errors='replace')}{self.console.stderr}")

    def read(self, name):
        return (self.out / name).read_text()

    def units(self):
        """{unit: (active, sub)}"""
        return {words[0]: (words[2], words[3]) for words in map(str.split, self.read("units").splitlines())}

    def left_out(self):
        """What a boot wanted before sysinit.target and did not even try: so systemd breaks a circle, and tells of it
        before there is a journal."""
        tried = ("ConditionTimestampMonotonic", "ActiveEnterTimestampMonotonic")
        return [unit["Id"] for unit in blocks_of(self.read("sysinit"))
                if unit["LoadState"] == "loaded" and not any(int(unit.get(name, 0)) for name in tried)]

    def began(self, unit):
        """When it was started, the last time, in microseconds since the machine's start."""
        return self._time(unit, "InactiveExitTimestampMonotonic")

    def finished(self, unit):
        """When it was up, likewise."""
        return self._time(unit, "ActiveEnterTimestampMonotonic")

    def _time(self, unit, name):
        [time] = [int(words[name]) for words in self.shown if words["Id"] == unit]
        assert time, f"{unit} was never up"
        return time

    def restarted(self, unit):
        """By the journal, which does not have what came before its own start."""
        return [entry["MESSAGE"] for entry in self.journal if entry.get("UNIT") == unit
                and entry.get("JOB_TYPE") == "restart" and entry.get("JOB_RESULT") == "done"]

    def memory(self, place):
        """Is it, for the system itself, a mount of a memory file system that does not swap?"""
        mounts = [line.split(" - ") for line in self.read("mountinfo").splitlines() if line.split()[4] == place]
        return len(mounts) == 1 and (mounts[0][1].startswith("ramfs ") or "noswap" in mounts[0][1])

    def messages(self, pattern):
        return [entry["MESSAGE"] for entry in self.journal
                if isinstance(entry["MESSAGE"], str) and re.search(pattern, entry["MESSAGE"])]


def make_keys(folder):
    return [keys.ssh_keygen(folder / name, comment=f"root@{name}") for name in ("web", "operator")]
