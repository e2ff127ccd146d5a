"""The project speaks only of itself: no paths of somebody's machine, no registry's host, no key that was committed."""
import re
import subprocess

import pytest

from support.places import ROOT

# In halves, so that this file does not find itself.
STRANGERS = [
    "/" + "root/",
    "proxy." + "golang.org",
    "registry." + "npmjs",
    "deb." + "debian.org",
]
PRIVATE = [
    "-----BEGIN " + r"(?:OPENSSH|RSA|EC) PRIVATE KEY-----\n[A-Za-z0-9+/]{60}",
    "AGE-SECRET-KEY-" + "1[A-Z0-9]{50}",
]


def tracked_texts():
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and not path.is_symlink():
            yield path, path.read_bytes().decode(errors="replace")


def test_nothing_of_anybodys_machine_is_committed():
    stranger = re.compile("|".join(STRANGERS), re.I)
    found = [f"{path.relative_to(ROOT)}: {match.group(0)}"
             for path, text in tracked_texts() if (match := stranger.search(text))]
    assert found == []


def test_private_keys_are_recorded_fixtures_with_their_making_beside():
    private = re.compile("|".join(PRIVATE))
    explained = re.compile(r"made with `[^`]+`[^\n]*\n[^\n]*(?:" + "|".join(PRIVATE) + ")")
    for path, text in tracked_texts():
        if private.search(explained.sub("", text)):
            assert ROOT / "tests" in path.parents, f"{path}: a private key"
            beside = [folder for folder in (path.parent, path.parent.parent)
                      if any((folder / how).exists() for how in ("HOW.md", "make.sh", "make"))]
            assert beside, f"{path}: a test key without HOW.md, make.sh, or a comment with the command beside it"
