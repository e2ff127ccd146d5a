"""A store with one operator and two hosts, made anew for each test."""
import os
import pty
import select
import signal
import subprocess

import pytest

POLICY = """\
# The machines at home.
version: 1
roles: {{server: [], dns: []}}

operators:
  alice: {{keys: [{alice}]}}   # me

hosts:
  web1: {{keys: [{web1}], roles: [server, dns], vars: {{env: prod}}}}
  web2: {{keys: [{web2}], roles: [server], vars: {{env: test}}}}

secrets:
  # The database.
  db/password: {{to: [server], owner: root}}
  db/user: {{to: [server]}}
  dns/key:
    to: [dns]        # only that one
  wg/private: {{to: [server], per: host}}
  stage/token: {{to: [server], per: env}}
  disk: {{to: [web1], file: secrets/disk.key, key: "."}}

templates:
  app-env:
    to: [web1]
    content: |
      # {{{{ host.name }}}}
      PASSWORD={{{{ db/password }}}}
      QUOTED={{{{ db/password | json }}}}
"""


class StoreFolder:
    """Calls bestow in a store; knows its files."""

    def __init__(self, path, bestow, home, hosts):
        self.path, self.bestow, self.home, self.hosts = path, bestow, home, hosts

    def __call__(self, *args, **options):
        return self.bestow(*args, cwd=options.pop("cwd", self.path), **options)

    def accepting(self, *args, **options):
        """The same, with every reader confirmed."""
        names = ["alice", *self.hosts]
        return self(*args, *[word for name in names for word in ("--accept-reader", name)], **options)

    def read(self, name):
        return (self.path / name).read_bytes()

    def write(self, name, text):
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text)

    def replace(self, old, new, name="bestow.yaml"):
        text = self.read(name).decode()
        assert old in text
        self.write(name, text.replace(old, new))

    def files(self):
        """Everything below, as {name: bytes}: what a failed command must not have changed."""
        return {str(path.relative_to(self.path)): path.read_bytes()
                for path in sorted(self.path.rglob("*")) if path.is_file() and ".git" not in path.parts}

    def recipients(self, name):
        return [line.split("recipient: ")[1].strip() for line in self.read(name).decode().splitlines()
                if "recipient: " in line]

    @property
    def identity(self):
        return self.home / ".config/bestow/identity.txt"


@pytest.fixture
def make_identity(bestow, tmp_path):
    """make_identity("name") -> (file, recipient), by bestow's own keygen."""
    def make(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        bestow("age", "keygen", "-o", path)
        recipient = next(line.split(": ")[1] for line in path.read_text().splitlines() if "public key" in line)
        return path, recipient
    return make


@pytest.fixture
def store(bestow, home, tmp_path, ssh_keygen, make_identity):
    _, alice = make_identity(home / ".config/bestow/identity.txt")
    hosts = {name: ssh_keygen(name, comment=f"root@{name}") for name in ("web1", "web2")}
    folder = tmp_path / "store"
    folder.mkdir()
    made = StoreFolder(folder, bestow, home, hosts)
    made.write("bestow.yaml", POLICY.format(alice=alice, **{name: key.line for name, key in hosts.items()}))
    return made


@pytest.fixture
def sops(peer, run, store):
    """sops("decrypt", "secrets/db.yaml", ...) with the operator's key, in the store."""
    program = peer("sops")

    def call(*args, **options):
        options.setdefault("cwd", store.path)
        return run(program, *args, env={"SOPS_AGE_KEY_FILE": str(store.identity)}, **options)
    return call


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 128 KiB, for tests that fill it; root only."""
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("needs root")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "small", str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def at_terminal(program, environment, store):
    """at_terminal(args, [(prompt, answer), ...], env) -> (status, what the terminal showed). An answer may be a function,
    called when its prompt is there, that gives it."""
    def call(args, answers, env=None):
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(store.path)
            os.execve(program, [str(program), *map(str, args)], {**environment, **(env or {})})
        shown, waiting = b"", list(answers)
        while True:
            if not select.select([terminal], [], [], 60)[0]:
                os.kill(child, signal.SIGKILL)
                raise AssertionError(f"no answer was awaited; shown: {shown.decode()}")
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                piece = b""
            shown += piece
            if not piece:
                break
            if waiting and waiting[0][0].encode() in shown:
                answer = waiting.pop(0)[1]
                os.write(terminal, (answer() if callable(answer) else answer).encode())
        _, state = os.waitpid(child, 0)
        os.close(terminal)
        assert not waiting, f"never asked: {waiting}; shown: {shown.decode()}"
        return os.waitstatus_to_exitcode(state), shown.decode()
    return call
