"""The programs that bestow exchanges files with, at the versions of tests/peers.lock, built by tests/peers/build."""
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from support.places import ROOT

LOCK = ROOT / "tests" / "peers.lock"
UNREACHABLE = "PEER UNREACHABLE"


@dataclass(frozen=True)
class Peer:
    name: str
    kind: str  # go | npm | debian | crate
    source: str
    version: str
    paths: tuple  # packages below a Go module (PACKAGE=NAME: under another name), or the program of a Debian package
    checksum: str

    @property
    def programs(self):
        return tuple(path.rsplit("/", 1)[-1].rsplit("=", 1)[-1] for path in self.paths)


def locked_peers():
    peers = []
    for line in LOCK.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            name, kind, source, version, checksum, paths = line.split()
            peers.append(Peer(name, kind, source, version, tuple(paths.split(",")), checksum))
    return peers


def cache_directory():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("BESTOW_PEERS_CACHE") or Path(base) / "bestow-peers")


# Read once, before a test points HOME elsewhere.
CACHE = cache_directory()


def find_peer(program):
    """(path, None) of a peer's program or folder, or (None, reason). BESTOW_PEERS, a folder, is looked at first."""
    override = os.environ.get("BESTOW_PEERS")
    if override and (Path(override) / program).exists():
        return Path(override) / program, None
    for peer in locked_peers():
        # A Debian package goes by its peer's name: "age-debian" is not the "age" of the Go module.
        if program in ((peer.name,) if peer.kind == "debian" else peer.programs):
            return _find_locked(peer, program)
    raise LookupError(f"tests/peers.lock does not name a peer with the program {program}")


def _find_locked(peer, program):
    if peer.kind == "debian":
        path = shutil.which(peer.paths[0], path="/usr/bin:/bin")
        return (Path(path), None) if path else (None, f"Debian's package {peer.name} is not installed")
    place = CACHE / f"{peer.name}-{peer.version}"
    found = place / "package" if peer.kind == "npm" else place / "bin" / program
    if found.exists():
        return found, None
    refusal = place / "UNREACHABLE"
    if refusal.exists():
        return None, f"{UNREACHABLE}: {peer.name} {peer.version}: {refusal.read_text().strip()}"
    return None, f"{peer.name} {peer.version} is not built; tests/peers/build builds it"
