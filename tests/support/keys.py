"""Key pairs, made when they are needed and thrown away with the test's folder."""
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class SshKey:
    private: Path
    public: Path

    @property
    def line(self):
        """The public key as in authorized_keys, with its comment."""
        return self.public.read_text().strip()

    @property
    def recipient(self):
        """The public key without its comment."""
        return " ".join(self.line.split()[:2])


def ssh_keygen(path, kind="ed25519", comment="", bits=None, passphrase="", options=()):
    """ssh-keygen into `path` (and `path`.pub)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = ["-b", str(bits)] if bits else []
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *size, *options, "-N", passphrase, "-C", comment, "-f", str(path)],
                   check=True, stdin=subprocess.DEVNULL)
    return SshKey(path, Path(f"{path}.pub"))
