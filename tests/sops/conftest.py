"""bestow and the real sops with one key, for the tests that exchange files."""
import json

import pytest


@pytest.fixture
def exchange(bestow, run, peer, tmp_path):
    return Exchange(bestow, run, peer("sops"), tmp_path)


class Exchange:
    """Both programs with one key, in a folder that is a store of that key's."""

    def __init__(self, bestow, run, sops, folder):
        self.folder, self.key, self.run = folder, folder / "key.txt", run
        bestow("age", "keygen", "-o", self.key)
        self.recipient = next(line.split()[-1] for line in self.key.read_text().splitlines() if "public key" in line)
        bestow("init", "--operator", "tester", "--key", self.recipient, cwd=folder)
        self.bestow = lambda *words, env=None, **more: bestow(
            *words, cwd=folder, env={"BESTOW_IDENTITY": str(self.key), **(env or {})}, **more)
        self.sops = lambda *words, **more: run(sops, *words, cwd=folder, env={"SOPS_AGE_KEY_FILE": str(self.key)}, **more)

    def write(self, name, content):
        content = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(content)
        return name

    def read(self, name):
        return (self.folder / name).read_bytes()

    def text(self, name):
        return self.read(name).decode()

    def bestow_wrote(self, plain, name):
        return self.write(name, self.bestow("encrypt", "-r", self.recipient, plain).stdout)

    def sops_wrote(self, plain, name):
        return self.write(name, self.sops("encrypt", "--age", self.recipient, plain).stdout)

    def meaning(self, encrypted, as_yaml=False):
        """What sops makes of an encrypted file: ordered JSON, or YAML without comment lines."""
        if not as_yaml:
            told = self.sops("decrypt", "--output-type", "json", encrypted).text
            return json.loads(told, object_pairs_hook=list, parse_float=lambda text: ("float", text))
        told = self.sops("decrypt", encrypted).text
        assert "ENC[AES" not in told
        return [line.split(" #")[0] for line in told.splitlines() if not line.strip().startswith("#")]


@pytest.fixture
def make_identity(bestow):
    """make_identity(path) -> (file, recipient), by bestow's own keygen."""
    def make(path):
        bestow("age", "keygen", "-o", path)
        return path, next(line.split(": ")[1] for line in path.read_text().splitlines() if "public key" in line)
    return make
