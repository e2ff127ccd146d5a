"""What a team does, day by day, in a real repository: with the real sops (today's and that of 2023), age, git and bestow.
Dates are set; everything else is as it happens. Keeps its own record of who is entitled and of which files were renamed."""
import json
import random
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

from support import peers, places, process
from team_keys import Keyring, program
from team_policy import Policy

BEGIN = datetime(2024, 11, 4, 8, 0, tzinfo=timezone.utc)
TYPES = {".age": None, ".key": "binary", ".json": "json", ".env": "dotenv", ".ini": "ini", ".yaml": "yaml"}


class Failed(AssertionError):
    pass


class Team:
    def __init__(self, folder, seed=5):
        self.folder = Path(folder)
        self.path = self.folder / "store"
        self.random = random.Random(seed)
        self.now = BEGIN
        self.keys = Keyring(self.folder / "keys")
        self.policy = Policy(["db", "web", "dns", "mail"])
        self.renames = []                           # (file, file)
        self.has_bestow = False
        self.said = {}                              # commit: {key: (kind, name)} in its bestow.yaml
        self.values = 0
        self.path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    # -- programs

    def environment(self, person="alice"):
        home = self.folder / "home" / person
        home.mkdir(parents=True, exist_ok=True)
        env = process.clean_environment(home)
        date = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {**env, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "GIT_AUTHOR_NAME": person,
                "GIT_COMMITTER_NAME": person, "EDITOR": "false"}

    def run(self, *argv, person="alice", input=b"", status=0, env=None):
        done = subprocess.run([str(word) for word in argv], cwd=self.path, env={**self.environment(person), **(env or {})},
                              input=input.encode() if isinstance(input, str) else input, capture_output=True, check=False)
        if status is not None and done.returncode != status:
            raise Failed(f"{' '.join(str(word) for word in argv)}\nexit status {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode(errors="replace") if status is not None else done.returncode

    def git(self, *argv, **options):
        return self.run("git", "-c", "gc.auto=0", "-c", "commit.gpgsign=false", *argv, **options)

    def sops(self, *argv, **options):
        return self.run(program("sops"), *argv, **options)

    def old_sops(self, *argv, **options):
        return self.run(program("sops-old" if peers.find_peer("sops-old")[0] else "sops"), *argv, **options)

    def bestow(self, *argv, **options):
        return self.run(places.program(), *argv, **options)

    def bestow_accepting(self, *argv, **options):
        names = [*self.policy.operators, *self.policy.hosts]
        return self.bestow(*argv, "--yes", *[word for name in names for word in ("--accept-reader", name)], **options)

    # -- people

    def person(self, name, key):
        """Puts an operator's private key where sops and bestow look for it."""
        home = self.folder / "home" / name
        place = home / (".config/sops/age/keys.txt" if key.kind == "age" else
                        ".ssh/id_rsa" if key.kind == "rsa" else ".ssh/id_ed25519")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(key.identity.read_bytes())
        place.chmod(0o600)

    # -- time and commits

    def passes(self, days):
        self.now += timedelta(days=days)

    def commit(self, message, person="alice", days=None):
        """Everything in the work tree, as one commit, some hours or days after the last one."""
        self.now += timedelta(minutes=1)
        self.passes(self.random.uniform(0.4, 4.6) if days is None else days)
        self.now = self.now.replace(microsecond=0)
        self.git("add", "-A", person=person)
        self.git("commit", "-q", "--allow-empty", "-m", message, person=person)
        return self.record()

    def record(self):
        head = self.git("rev-parse", "HEAD").strip()
        self.said[head] = self.policy.holders() if self.has_bestow else {}
        return head

    def merge(self, branch, message):
        self.now += timedelta(hours=3)
        status = self.git("merge", "-q", "--no-ff", "-m", message, branch, status=None)
        if status == 0:
            self.record()
        return status == 0

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, name):
        return (self.path / name).read_text()

    # -- policies

    def write_policy(self):
        self.write(".sops.yaml", self.policy.sops_yaml())
        if self.has_bestow:
            self.write("bestow.yaml", self.policy.bestow_yaml())

    # -- values

    def new_value(self, length=20):
        self.values += 1
        letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        return "".join(self.random.choice(letters) for _ in range(length)) + f"-{self.values}"

    def create(self, file, values, person="alice"):
        """A new encrypted file by the real sops, readable by those whom .sops.yaml names."""
        kind = TYPES[Path(file).suffix]
        if kind == "binary":
            text = values
        elif kind == "json":
            text = json.dumps(values)
        elif kind == "dotenv":
            text = "".join(f"{key}={value}\n" for key, value in values.items())
        elif kind == "ini":
            text = "".join(f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
                           for section, keys in values.items())
        else:
            text = yaml_of(values)
        self.write(file, text)
        self.sops("encrypt", "-i", file, person=person)

    def set(self, file, key, value, tool="sops", person="alice"):
        """A new value by one of the programs; `key` is a list."""
        if tool == "sops":
            self.sops("set", file, index_of(key), json.dumps(value), person=person)
        elif tool == "sops-old":
            self.old_sops("--set", f"{index_of(key)} {json.dumps(value)}", file, person=person)
        elif tool == "edit":
            self.edit(file, key, value, person)
        else:
            self.bestow_accepting("set", "-f", file, key_text(key), input=f"{value}\n", person=person)

    def edit(self, file, key, value, person="alice"):
        """In an editor, as people do: the line of the last part of the key gets the new value."""
        script = self.folder / "editor"
        script.write_text("#!/usr/bin/python3\nimport re, sys\npath = sys.argv[1]\ntext = open(path).read()\n"
                          f"text = re.sub(r'(?m)^(\\s*\"?{key[-1]}\"?\\s*[:=]\\s*).*?(,?)$', "
                          f"lambda m: m.group(1) + {json.dumps(self.quoted(file, value))} + m.group(2), text, count=1)\n"
                          "open(path, 'w').write(text)\n")
        script.chmod(0o755)
        self.sops("edit", file, person=person, env={"EDITOR": str(script)})

    @staticmethod
    def quoted(file, value):
        return json.dumps(value) if file.endswith(".json") else value

    def get(self, file, key, person="alice"):
        return self.sops("decrypt", "--extract", index_of(key), file, person=person)

    def age_file(self, file, content, keys):
        """An age file as agenix makes them: to the keys as they are declared."""
        words = [word for key in keys for word in ("-r", key.declared)]
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run(program("age"), "-e", *words, "-o", path, input=content)

    # -- readers

    def update_keys(self, *files, person="alice"):
        """As .sops.yaml says, by sops; the data keys stay."""
        for file in files or self.sops_files():
            self.sops("updatekeys", "-y", file, person=person)

    def rotate_data_key(self, *files, person="alice"):
        for file in files:
            self.sops("rotate", "-i", file, person=person)

    def sync(self, person="alice"):
        self.bestow_accepting("sync", person=person)

    def sops_files(self):
        return [file for file in self.policy.files() if not file.endswith(".age") and (self.path / file).exists()]


def index_of(key):
    return "".join(f"[{part}]" if isinstance(part, int) else f"[{json.dumps(part)}]" for part in key)


def key_text(key):
    """A key path as bestow's messages print it."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        simple = part and all(c.isascii() and (c.isalnum() or c in "_-/") for c in part)
        text += ("." if text else "") + (part if simple else f"'{part}'")
    return text or "."


def yaml_of(value, indent=""):
    lines = ""
    for key, one in value.items():
        if isinstance(one, dict):
            lines += f"{indent}{key}:\n{yaml_of(one, indent + '    ')}"
        elif isinstance(one, list):
            lines += f"{indent}{key}:\n" + "".join(f"{indent}    - {json.dumps(item)}\n" for item in one)
        elif key.startswith("#"):
            lines += f"{indent}# {one}\n"
        else:
            lines += f"{indent}{key}: {json.dumps(one)}\n"
    return lines
