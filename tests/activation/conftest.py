"""A machine with a store: what the tests of activation start from. Every value holds the canary, and every call of
`activate` makes sure that it is in no output."""
import os
import subprocess

import pytest

from support import keys

CANARY = "c4n4ry"
STORE = "/var/lib/bestow/store"
KEY = "/etc/ssh/ssh_host_ed25519_key"
NOBODY = 65534


def value(text):
    return f"{CANARY}-{text}"


class Host:
    """The host `web` of a store that lies on a machine."""

    def __init__(self, machine, keys):
        self.machine = machine
        self.key, self.operator, self.other = keys
        self.install_key(self.key)

    def install_key(self, key, place=KEY):
        self.machine.path(place).write_bytes(key.private.read_bytes())
        self.machine.path(place).chmod(0o600)

    def path(self, name):
        return self.machine.path(name)

    def write(self, name, content, store=STORE):
        place = self.machine.path(f"{store}/{name}")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def policy(self, text, store=STORE, key=None):
        """bestow.yaml: `text` below a head that declares the operator and the host."""
        self.write("bestow.yaml", f"""\
version: 1
operators:
  me: {{keys: [{self.operator.line}]}}
hosts:
  web: {{keys: [{(key or self.key).line}], vars: {{env: prod}}}}
{text}""", store)

    def seal(self, name, content, store=STORE, readers=None):
        """An age file in the store, for the host and the operator."""
        readers = readers if readers is not None else [self.key, self.operator]
        content = content if isinstance(content, bytes) else content.encode()
        recipients = [word for reader in readers for word in ("-r", reader.line)]
        done = subprocess.run([self.machine.program, "age", "encrypt", *recipients], input=content,
                              capture_output=True, check=True)
        return self.write(name, done.stdout, store)

    def recipient(self, key):
        """As it goes into a SOPS file: a machine's key converted, an operator's as it is."""
        if key is self.operator:
            return key.line
        return self.machine.bestow("key", "convert", input=key.line).text.strip()

    def seal_document(self, name, text, store=STORE, readers=None):
        """A SOPS document in the store."""
        readers = readers if readers is not None else [self.key, self.operator]
        plain = self.write(name, text, store)
        recipients = [word for reader in readers for word in ("--recipient", self.recipient(reader))]
        self.machine.bestow("encrypt", *recipients, "--in-place", f"{store}/{name}")
        return plain

    def activate(self, *arguments, **options):
        result = self.machine.bestow("activate", *arguments, **options)
        assert CANARY.encode() not in result.stdout and CANARY not in result.stderr, "a value was printed"
        return result

    def read(self, name):
        return self.path(f"/run/secrets/{name}").read_bytes().decode()

    def owner(self, name):
        """(uid, gid, mode) of a delivered file."""
        status = self.path(f"/run/secrets/{name}").stat()
        return status.st_uid, status.st_gid, f"{status.st_mode & 0o7777:04o}"

    def entries(self):
        """What bestow has made in /run."""
        return sorted(name for name in os.listdir(self.path("/run")) if name.startswith("secrets"))

    def generations(self):
        place = self.path("/run/secrets.d")
        return sorted(os.listdir(place)) if place.exists() else []

    def current(self):
        return os.readlink(self.path("/run/secrets.d/current"))

    def clear(self):
        """As if nothing had ever been activated."""
        self.reboot()
        self.machine.run("rm", "-rf", "/var/lib/bestow/last-good")

    def reboot(self):
        """What a restart of the machine takes away."""
        for name in ("secrets", "secrets-early"):
            self.machine.run("umount", f"/run/{name}.d", status=None)
            if self.path(f"/run/{name}.d").is_dir():
                self.path(f"/run/{name}.d").rmdir()
            self.path(f"/run/{name}").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def host_keys(tmp_path_factory):
    """Of the host, the operator, and another machine."""
    folder = tmp_path_factory.mktemp("host-keys")
    return [keys.ssh_keygen(folder / name, comment=f"root@{name}") for name in ("web", "operator", "other")]


@pytest.fixture
def host(machine, host_keys):
    return Host(machine, host_keys)


@pytest.fixture
def simple(host):
    """Two secrets and a template."""
    host.policy("""\
secrets:
  a/one: {to: [web], file: secrets/one.age, key: ".", owner: nobody, restart: [one.service]}
  two: {to: [web], file: secrets/two.age, key: ".", mode: "0440", reload: [two.service]}
templates:
  env: {to: [web], content: "ONE={{ a/one }} {{ host.name }} {{ host.vars.env }}\\n", restart: [env.service]}
""")
    host.seal("secrets/one.age", value("one"))
    host.seal("secrets/two.age", value("two"))
    return host
