"""Every private key that exists in a play, with all of its public forms. Made when the play runs."""
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from support import peers
from support.keys import ssh_keygen
from x25519_of import public_of, secret_of


def program(name):
    path, reason = peers.find_peer(name)
    if path is None:
        raise LookupError(reason)
    return str(path)


def printed(argv, **options):
    return subprocess.run([str(word) for word in argv], check=True, capture_output=True, text=True, **options).stdout


@dataclass(eq=False)
class Key:
    """`declared` is the public key as policies declare it; `x25519_public` what `sops` takes for a host."""
    name: str
    kind: str                                       # age | ed25519 | rsa
    declared: str
    x25519_public: str = ""
    x25519_secret: str = ""                         # AGE-SECRET-KEY-..., also of an ed25519 key, as ssh-to-age has it
    ssh_private: Path = None
    identity: Path = None                           # a file for `age -i` and `bestow --identity`
    forms: frozenset = field(default_factory=frozenset)

    @property
    def for_hosts(self):
        """As a host's key goes into a SOPS file."""
        return self.x25519_public or self.declared


class Keyring:
    def __init__(self, folder):
        self.folder, self.keys = Path(folder), []
        self.folder.mkdir(parents=True, exist_ok=True)

    def __iter__(self):
        return iter(self.keys)

    def make(self, name, kind="ed25519"):
        key = self._age(name) if kind == "age" else self._ssh(name, kind)
        key.forms = frozenset(form for form in (key.declared, key.x25519_public) if form)
        self.keys.append(key)
        return key

    def _age(self, name):
        path = self.folder / f"{name}.txt"
        text = printed([program("age-keygen")])
        path.write_text(text)
        path.chmod(0o600)
        secret = next(line for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-"))
        public = next(line.split(": ")[1] for line in text.splitlines() if line.startswith("# public key: "))
        return Key(name, "age", public, public, secret, None, path)

    def _ssh(self, name, kind):
        made = ssh_keygen(self.folder / name, kind, comment=f"root@{name}", bits=2048 if kind == "rsa" else None)
        if kind == "rsa":
            return Key(name, kind, made.recipient, "", "", made.private, made.private)
        return Key(name, kind, made.recipient, public_of(made.line), secret_of(made.private.read_text()), made.private,
                   made.private)

    def of(self, recipient):
        """The key that a recipient's text means, or None."""
        recipient = " ".join(recipient.split()[:2])
        return next((key for key in self.keys if recipient in key.forms), None)
