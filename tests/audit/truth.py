"""What is so, by the real sops and age alone: which private key opens which blob of a history, and which values come out.

Keys that a file's text names are tried on it one by one, each alone; all others are tried on it together, and must fail
together: so every pair of a key and a blob has been asked, with few processes."""
import json
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from support import process
from team_keys import program

class Everybody:
    """Who reads what stands in the clear."""
    name, kind, forms = "", "everybody", frozenset()

    def __eq__(self, other):
        return isinstance(other, Everybody)

    def __hash__(self):
        return 1


EVERYBODY = Everybody()
TYPES = {".json": "json", ".env": "dotenv", ".ini": "ini", ".yaml": "yaml", ".yml": "yaml"}
WORKERS = 2


@dataclass
class Opened:
    """One blob under one kind of file name."""
    kind: str                                       # sops | age | plain
    readers: set = field(default_factory=set)       # Keys that open it
    values: dict = field(default_factory=dict)      # {key path: bytes}
    parses: bool = True


@dataclass
class Commit:
    id: str
    date: str                                       # of the committer, UTC, RFC 3339
    seconds: int
    files: dict                                     # path: blob id
    is_head: bool = False
    parent: str = ""                                # the first one


def git(path, *argv, input=None):
    done = subprocess.run(["git", "-C", str(path), *argv], input=input, capture_output=True, check=True)
    return done.stdout


def walk(path, everything=False):
    """The commits, parents before children, by date; with their trees."""
    which = ["--all", "--reflog", "HEAD"] if everything else ["HEAD"]
    listed = git(path, "rev-list", "--date-order", "--reverse", "--no-commit-header", "--format=%H %ct %P", *which).decode()
    rows = [(line.split() + [""])[:3] for line in listed.splitlines()]
    rows.sort(key=lambda row: int(row[1]))          # stable: parents stay first
    head = git(path, "rev-parse", "HEAD").decode().strip()
    return [Commit(id, utc(seconds), int(seconds), tree(path, id), id == head, parent) for id, seconds, parent in rows]


def utc(seconds):
    return datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def tree(path, commit):
    files = {}
    for entry in git(path, "ls-tree", "-r", "-z", commit).split(b"\0"):
        if entry:
            about, name = entry.split(b"\t", 1)
            mode, kind, blob = about.decode().split()
            if kind == "blob" and mode != "120000":
                files[os.fsdecode(name)] = blob
    return files


def looks_encrypted(name, content):
    if name.endswith(".age"):
        return "age"
    if b"ENC[AES256_GCM" in content and (b"sops" in content):
        return "sops"
    return "age" if content.startswith((b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----")) else ""


class Truth:
    def __init__(self, path, keys, folder):
        self.path, self.keys, self.folder = Path(path), list(keys), Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.opened = {}                            # (blob, suffix): Opened or None
        self.kinds = {}                             # (blob, suffix): sops, age or ""
        self.asked = 0                              # processes

    def ask(self, commits):
        places = {(blob, name) for commit in commits for name, blob in commit.files.items()}
        sealed = {name for blob, name in places if self.kind(blob, name)}
        wanted = {(blob, Path(name).suffix) for blob, name in places if name in sealed} - set(self.opened)
        with ThreadPoolExecutor(WORKERS) as pool:
            for place, opened in pool.map(lambda place: (place, self._open(*place)), sorted(wanted)):
                self.opened[place] = opened
        return self

    def kind(self, blob, name):
        place = (blob, Path(name).suffix)
        if place not in self.kinds:
            self.kinds[place] = looks_encrypted(name, git(self.path, "cat-file", "blob", blob))
        return self.kinds[place]

    def of(self, commit, name):
        return self.opened.get((commit.files.get(name), Path(name).suffix))

    def _open(self, blob, suffix):
        content = git(self.path, "cat-file", "blob", blob)
        kind = self.kind(blob, "x" + suffix) or "plain"
        opened = Opened(kind)
        with tempfile.TemporaryDirectory(dir=self.folder) as home:
            file = Path(home) / f"blob{suffix}"
            file.write_bytes(content)
            {"age": self._age, "sops": self._sops, "plain": self._plain}[kind](opened, file, content, Path(home))
        opened.parses = bool(opened.readers)
        return opened

    # -- age: each key alone

    def _age(self, opened, file, content, home):
        for key in self.keys:
            words = []
            for index, identity in enumerate(identities(key)):
                place = home / f"identity{index}"
                place.write_text(identity)
                place.chmod(0o600)
                words += ["-i", str(place)]
            plain = self._ask([program("age"), "-d", *words, str(file)], home, {})
            if plain is not None:
                opened.readers.add(key)
                opened.values = {(".",): plain}

    # -- sops

    def _sops(self, opened, file, content, home):
        named = [key for key in self.keys if any(form.encode() in content for form in key.forms)]
        kind = TYPES.get(file.suffix, "binary")
        output = "json" if kind != "binary" else "binary"
        # A value that a key opens is known to its holder, whatever was done to other lines of the file.
        words = [program("sops"), "decrypt", "--ignore-mac", "--input-type", kind, "--output-type", output, str(file)]
        texts = {}
        for key in named:
            plain = self._ask(words, home, sops_environment([key]))
            if plain is not None:
                texts[key] = plain
        others = [key for key in self.keys if key not in texts]
        ssh = [key for key in others if key.ssh_private] if b"ssh-" in content else []
        for index in range(0, max(1, len(ssh)), 4):  # sops takes one SSH key from each of four places
            for key, name in zip(ssh[index + 2:index + 4], ("id_ed25519", "id_rsa")):
                (home / ".ssh").mkdir(exist_ok=True)
                shutil.copy(key.ssh_private, home / ".ssh" / name)
            if self._ask(words, home, sops_environment(others, ssh[index:index + 2])) is not None:
                raise AssertionError(f"a key opens {file.name} although the file does not name it")
        if len(set(texts.values())) > 1:
            raise AssertionError("two keys open different values")
        opened.readers = set(texts)
        for plain in list(texts.values())[:1]:
            opened.values = {(".",): plain} if kind == "binary" else encrypted_leaves(json.loads(plain), content)

    def _plain(self, opened, file, content, home):
        """What would have been encrypted, had somebody thought of it."""
        key = next(key for key in self.keys if key.kind == "age")
        done = subprocess.run([program("sops"), "encrypt", "--age", key.declared, "-i", str(file)], cwd=home, capture_output=True,
                              env=process.clean_environment(home), check=False)
        if done.returncode == 0:
            self._sops(opened, file, file.read_bytes(), home)
        opened.readers = {EVERYBODY}

    def _ask(self, argv, home, env):
        self.asked += 1
        done = subprocess.run(argv, cwd=home, env={**process.clean_environment(home), **env}, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=False)
        return done.stdout if done.returncode == 0 else None


def identities(key):
    found = [key.ssh_private.read_text()] if key.ssh_private else []
    return found + ([key.x25519_secret + "\n"] if key.x25519_secret else [])


def sops_environment(keys, ssh=None):
    """All X25519 forms at once, and up to two SSH keys (two more lie in ~/.ssh)."""
    ssh = [key for key in keys if key.ssh_private][:2] if ssh is None else ssh
    env = {"SOPS_AGE_KEY": "\n".join(key.x25519_secret for key in keys if key.x25519_secret)}
    if ssh:
        env["SOPS_AGE_SSH_PRIVATE_KEY_FILE"] = str(ssh[0].ssh_private)
    if len(ssh) > 1:
        env["SOPS_AGE_SSH_PRIVATE_KEY_CMD"] = f"cat {ssh[1].ssh_private}"
    return {name: value for name, value in env.items() if value}


def encrypted_leaves(document, content):
    """The leaves that sops encrypts with its default selector: not *_unencrypted, not empty, not null."""
    found = {}

    def visit(node, path):
        if isinstance(node, dict):
            for key, one in node.items():
                visit(one, (*path, key))
        elif isinstance(node, list):
            for index, one in enumerate(node):
                visit(one, (*path, index))
        elif node not in (None, "") and not any(isinstance(part, str) and part.endswith("_unencrypted") for part in path):
            found[path] = bytes_of(node)
    visit(document, ())
    return found


def bytes_of(node):
    return node.encode() if isinstance(node, str) else str(node).encode()
