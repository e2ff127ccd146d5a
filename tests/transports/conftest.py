"""A store in git on an operator's machine, and a machine that gets its part of it."""
import os

import pytest

from activation.conftest import CANARY, Host, host_keys, value  # noqa: F401 (a fixture)
from support.keys import ssh_keygen
from support.places import ROOT

EXAMPLES = ROOT / "examples" / "transports"
STORE = "/var/lib/bestow/store"

POLICY = """\
version: 1
operators:
  me: {{keys: [{operator}]}}
hosts:
  web: {{keys: [{web}], vars: {{env: prod}}}}
  db: {{keys: [{db}]}}
include: [more/*.yaml]
secrets:
  web/token: {{to: [web], mode: "0440", restart: [web.service]}}
  web/blob: {{to: [web], file: secrets/blob.bin, key: "."}}
  db/password: {{to: [db]}}
  pair: {{to: [web, db]}}
templates:
  env: {{to: [web], content: "T={{{{ web/token | json }}}} {{{{ host.vars.env }}}}\\n"}}
"""


class Deployment:
    """`operator(...)` calls bestow in the store, `web` is the machine."""

    def __init__(self, folder, bestow, run, web, identity):
        self.folder, self._bestow, self._run, self.web, self.identity = folder, bestow, run, web, identity
        self.store = folder / "store"

    def operator(self, *arguments, **options):
        options.setdefault("cwd", self.store)
        return self._bestow("--identity", self.identity, *arguments, **options)

    def git(self, *arguments):
        return self._run("git", "-c", "user.name=me", "-c", "user.email=me@example.org", *arguments, cwd=self.store).text

    def set(self, name, text):
        self.operator("set", name, "--accept-reader", "me", "--accept-reader", "web", "--accept-reader", "db",
                      input=value(text))

    def commit(self, message="change"):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def bundle(self, host="web", name="bundle", **options):
        place = self.folder / name
        self.operator("bundle", host, "-o", place, **options)
        return place

    def install(self, place, *arguments, **options):
        return self.web.machine.bestow("install", place, *arguments, **options)

    def token(self):
        self.web.activate()
        return self.web.read("web/token")


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def deployment(tmp_path, bestow, run, machine, host_keys):  # noqa: F811
    web = Host(machine, host_keys)
    for place in [tmp_path, *tmp_path.parents]:
        if os.stat(place).st_uid == os.getuid() and place != place.parent and os.stat(place).st_mode & 0o022:
            if not os.stat(place).st_mode & 0o1000:
                place.chmod(os.stat(place).st_mode & ~0o022)
    db = ssh_keygen(tmp_path / "db-key", comment="root@db")
    made = Deployment(tmp_path, bestow, run, web, host_keys[1].private)
    made.store.mkdir()
    (made.store / "more").mkdir()
    (made.store / "more/empty.yaml").write_text("secrets: {}\n")
    (made.store / "bestow.yaml").write_text(
        POLICY.format(operator=host_keys[1].line, web=host_keys[0].line, db=db.line))
    made.git("init", "-q", "-b", "main", ".")
    for name in ("web/token", "web/blob", "db/password", "pair"):
        made.set(name, name)
    made.commit()
    return made
