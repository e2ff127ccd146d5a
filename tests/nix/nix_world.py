"""Encrypted files, keys and manifests for the tests of the drop-in for sops-nix, and a machine on which one of both
programs installs them and everything that it did is written down as lines."""
import hashlib
import json
import os
import re
import stat
import subprocess
from pathlib import Path

from support import keys, machine as machines

RECORDED = Path(__file__).resolve().parent / "recorded" / "sops-install-secrets.json"

PLAIN = {
    "secrets.yaml": """\
# a comment
test_key: test_value
nested:
    test:
        file: another value
lines: |
    one
    two
no_end: "no line break"
words: "yes"
unicode: schlüssel
number: 5432
truth: true
nothing: null
a_list: [one, two]
sly: BEGIN <SOPS:%(test_key)s:PLACEHOLDER> END
""" % {"test_key": hashlib.sha256(b"test").hexdigest()},
    "second.yaml": "test_key: second value\nnested: {test: {file: another value}}\nnew_key: new\n",
    "secrets.json": '{"test_key": "json value", "nested": {"key": "deep"}, "number": 5}\n',
    "secrets.env": "# comment\nTEST_KEY=env value\nOTHER=x y\n",
    "secrets.ini": "[section]\nkey = ini value\nother = 1\n",
    "secrets.bin": "binary value\x01\n",
    "foreign.yaml": "test_key: for somebody else\n",
}


def placeholder(name):
    return f"<SOPS:{hashlib.sha256(name.encode()).hexdigest()}:PLACEHOLDER>"


class World:
    """What both programs read. Made once; nothing in it is ever changed."""

    def __init__(self, folder, program):
        self.folder = Path(folder)
        self.program = program
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        (self.bin / "sops-install-secrets").symlink_to(program)
        self.age_key, recipient = self._age_key("age-keys.txt")
        self.other_key, stranger = self._age_key("other-keys.txt")
        self.ssh_key = keys.ssh_keygen(self.folder / "ssh_host_ed25519_key", comment="root@machine")
        self.rsa_key = keys.ssh_keygen(self.folder / "ssh_host_rsa_key", kind="rsa", bits=2048)
        host = self._run("key", "convert", input=self.ssh_key.line).strip()
        for name, text in PLAIN.items():
            readers = [stranger] if name == "foreign.yaml" else [recipient, host]
            self._encrypt(name, text, readers)
        whole = (self.folder / "secrets.yaml").read_text()
        (self.folder / "broken.yaml").write_text(whole.replace("test_key: ENC[AES256_GCM,data:", "test_key: ENC[AES256_GCM,data:AAAA"))
        (self.folder / "plain.yaml").write_text("test_key: not encrypted\n")
        (self.folder / "pgp.yaml").write_text(self._for_pgp_alone())
        (self.folder / "template.txt").write_text(f"from a file: {placeholder('test')}\n")
        (self.folder / "garbage.yaml").write_text("a: [\n")
        self._systemctl()

    def _run(self, *argv, input=""):
        return subprocess.run([self.program, *argv], input=input.encode(), capture_output=True, check=True).stdout.decode()

    def _age_key(self, name):
        text = self._run("age", "keygen")
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o600)
        return self.folder / name, text.split("public key: ")[1].split("\n")[0]

    def _encrypt(self, name, text, readers):
        path = self.folder / name
        path.write_text(text)
        recipients = [word for reader in readers for word in ("--recipient", reader)]
        subprocess.run([self.program, "encrypt", *recipients, "--in-place", path], check=True, capture_output=True,
                       cwd=self.folder)

    def _for_pgp_alone(self):
        """As if it had been encrypted to a PGP key only."""
        head, _, _ = (self.folder / "secrets.yaml").read_text().partition("    age:\n")
        tail = (self.folder / "secrets.yaml").read_text().partition("    lastmodified:")
        return (head + "    pgp:\n        - created_at: \"2026-01-01T00:00:00Z\"\n          enc: |-\n"
                "            -----BEGIN PGP MESSAGE-----\n\n            hQEMA\n            -----END PGP MESSAGE-----\n"
                "          fp: 85D77543B3D624B63CEA9E6DBC17301B491B3F21\n" + tail[1] + tail[2])

    def _systemctl(self):
        """Writes down how it is called; fails when it is told so."""
        script = self.bin / "systemctl"
        script.write_text("#!/bin/sh\necho systemctl \"$@\" >> /run/systemctl.log\necho from systemctl\n"
                          "[ -z \"$SYSTEMCTL_FAILS\" ]\n")
        script.chmod(0o755)

    def path(self, name):
        return str(self.folder / name)

    def secret(self, name, **fields):
        return {"name": name, "key": "test_key", "path": f"/run/secrets/{name}", "owner": "root", "group": "root",
                "sopsFile": self.path("secrets.yaml"), "format": "yaml", "mode": "0400", "restartUnits": [],
                "reloadUnits": [], "neededForUsers": False, **fields}

    def template(self, name, content, **fields):
        return {"name": name, "content": content, "path": f"/run/secrets/rendered/{name}", "mode": "0400",
                "owner": "root", "group": "root", "file": "", "restartUnits": [], "reloadUnits": [], **fields}

    def manifest(self, secrets, templates=(), **fields):
        return {"secrets": list(secrets), "templates": list(templates),
                "placeholderBySecretName": {secret["name"]: placeholder(secret["name"]) for secret in secrets},
                "secretsMountPoint": "/run/secrets.d", "symlinkPath": "/run/secrets", "keepGenerations": 1,
                "sshKeyPaths": [], "gnupgHome": None, "ageKeyFile": str(self.age_key), "ageSshKeyPaths": [],
                "useTmpfs": False, "userMode": False, "logging": {"keyImport": True, "secretChanges": True}, **fields}


# Makes the machine what it was: making one takes longer than most cases.
RESET = r"""
awk '$5 ~ "^/run/" {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount
find /run /var/lib -mindepth 1 -delete
rm -rf /etc/linked /etc/manifest.json
cp -p /etc/accounts/passwd /etc/accounts/group /etc/
"""


class Side:
    """One of both programs on a machine of its own. `log` holds what it did, numbered by runs."""

    def __init__(self, world, installer, environment):
        self.world = world
        self.installer = str(installer)
        path = f"{world.bin}:{environment['PATH']}"
        self.machine = machines.Machine(world.program, {**environment, "PATH": path, "HOME": "/var/empty"})
        self.sh("mkdir /etc/accounts && cp -p /etc/passwd /etc/group /etc/accounts/")
        self._start_over()

    def _start_over(self):
        self.log = []
        self.runs = 0
        self.watched = []
        self.stderr = ""

    def reset(self):
        self.sh(RESET)
        self._start_over()
        return self

    def log_of(self, case):
        """What a case does on a fresh machine."""
        self.reset()
        case(self)
        return self.log

    def close(self):
        self.machine.close()

    def path(self, name):
        return self.machine.path(name)

    def sh(self, script, **options):
        return self.machine.run("sh", "-ec", script, **options)

    def watch(self, *paths):
        """Shows these, too, wherever they lie."""
        self.watched += paths

    def install(self, manifest, *flags, env=None, umask="022", status=None):
        """Runs the program with this manifest and writes down what can be seen afterwards."""
        self.runs += 1
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        self.path("/etc/manifest.json").write_text(text)
        merged = {name: value for name, value in {**self.machine.env, **(env or {})}.items() if value is not None}
        result = self.machine.run("sh", "-c", 'umask "$0" && exec "$@"', umask, self.installer, *flags,
                                  "/etc/manifest.json", env=merged, status=status)
        self._say_result(result)
        self.show()
        return result

    def call(self, *words):
        """Runs it with other words."""
        self.runs += 1
        self._say_result(self.machine.run(self.installer, *words, status=None))

    def _say_result(self, result):
        self.stderr = result.stderr
        if result.status:
            assert any(line.startswith(f"{self.installer}: ") for line in result.stderr.splitlines()), result.stderr
        self.say(f"status {result.status}")
        for line in result.text.splitlines():
            self.say("stdout: " + line)

    def say(self, text):
        text = re.sub("fingerprint [0-9a-f]{40}", "fingerprint FINGERPRINT", text)
        self.log.append(f"{self.runs} " + text.replace(str(self.world.folder), "WORLD"))

    def show(self):
        for name in ("/run/secrets", "/run/secrets.d", "/run/nixos", *self.watched):
            self._show(name)
        calls = self.path("/run/systemctl.log")
        if calls.exists():
            for line in calls.read_text().splitlines():
                self.say(line)
            calls.unlink()

    def _show(self, name):
        place = self.path(name)
        if not os.path.lexists(place):
            return
        status = place.lstat()
        owner = f"{status.st_uid}:{status.st_gid}"
        mode = f"{status.st_mode & 0o7777:04o}"
        if stat.S_ISLNK(status.st_mode):
            self.say(f"{name} -> {os.readlink(place)} {owner}")
        elif stat.S_ISDIR(status.st_mode):
            self.say(f"{name}/ {mode} {owner}")
            for entry in sorted(os.listdir(place)):
                if not is_expected_leftover(name, entry):
                    self._show(f"{name}/{entry}")
        else:
            self.say(f"{name} {mode} {owner} {place.read_bytes().decode(errors='replace')!r}")


def is_expected_leftover(folder, entry):
    """Differences that every run has: sops-nix's copy of the private keys, bestow's record of links."""
    return entry in ("age-keys.txt", ".bestow-nix") and folder.endswith(".d")
