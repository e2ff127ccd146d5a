"""The program called as `sops`, against the real one: the same command lines in identical folders, the same standard
output and exit status, and files that say the same to the real sops afterwards."""
import os
import re
from pathlib import Path

import pytest

from drop_in_cases import CASES, DEVIATIONS
from drop_in_world import World
from support import places, process


@pytest.fixture(scope="module")
def drop_in(program, tmp_path_factory):
    """The program under its other name."""
    link = tmp_path_factory.mktemp("bin") / "sops"
    link.symlink_to(Path(program).resolve())
    return link


@pytest.fixture(scope="module")
def world(peer, tmp_path_factory):
    return World(tmp_path_factory.mktemp("world"), peer("sops"), peer("age-keygen"), process.run)


class Outcome:
    def __init__(self, world, case, program, name):
        self.root = world.copy(name)
        fill = world.filled
        self.words = [fill(word) for word in case.words]
        here = self.root / case.cwd
        given = case.input
        if given.startswith(b"@"):
            given = (here / given[1:].decode()).read_bytes()
        environment = world.environment(**{key: fill(value) for key, value in case.env.items()}, PWD=str(here))
        done = process.run([program, *self.words], input=given, cwd=here, env=environment, status=None, timeout=20)
        self.status, self.stdout, self.stderr = done.status, done.stdout, done.stderr


def content(world, path, kind):
    """Ciphertext on standard output or in a file, as values and comments."""
    text = world.decrypted(path, kind)
    if text is None:
        return None
    lines = text.splitlines()
    comments = sorted(line.strip() for line in lines if line.strip().startswith((b"#", b";")))
    return [line for line in lines if not line.strip().startswith((b"#", b";"))], comments


def same_stdout(world, case, theirs, ours):
    if not case.cipher or theirs.status != 0:
        return theirs.stdout == ours.stdout
    values = []
    for number, outcome in enumerate((theirs, ours)):
        path = world.folder / f"stdout-{number}.{case.cipher}"
        path.write_bytes(outcome.stdout)
        values.append((content(world, path, case.cipher), world.recipients(path)))
    return values[0] == values[1] and values[0][0] is not None


def differing_files(world, case, theirs, ours):
    """Files that are not the same after both programs ran."""
    before, after = world.files(theirs.root), world.files(ours.root)
    names = sorted(set(before) ^ set(after))
    for name in sorted(set(before) & set(after)):
        a, b = before[name], after[name]
        if a.read_bytes() == b.read_bytes():
            continue
        kind = case.kinds.get(name.rsplit("/", 1)[-1])
        values = [content(world, path, kind) for path in (a, b)]
        if values[0] is None or values[0] != values[1] or world.recipients(a) != world.recipients(b):
            names.append(name)
    return names



def no_plaintext(outcome):
    """Messages are nobody's business but the user's, and hold no secret of the world's files."""
    return not re.search(r"quite plain|example\.org|heliotrope", outcome.stderr)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_behaves_as_sops(case, world, drop_in):
    if "--user" in case.line and os.geteuid() != 0:
        pytest.skip("changing the user needs root")
    theirs = Outcome(world, case, world.sops, "theirs")
    ours = Outcome(world, case, drop_in, "ours")
    told = f"\nsops:    {theirs.status} {theirs.stdout[-600:]!r}\n{theirs.stderr[-600:]}" \
           f"\ndrop-in: {ours.status} {ours.stdout[-600:]!r}\n{ours.stderr[-600:]}"
    assert no_plaintext(ours), told
    same = (theirs.status == ours.status, same_stdout(world, case, theirs, ours))
    files = differing_files(world, case, theirs, ours)
    if not case.differs:
        assert same == (True, True), told
        assert not files, f"{files}{told}"
        return
    assert case.differs in DEVIATIONS
    assert case.hidden or same != (True, True) or files, f"no deviation any more: {case.differs}{told}"
    if case.status is not None:
        assert ours.status == case.status, told
    if case.stdout is not None:
        assert ours.stdout == case.stdout, told


def test_plaintext_in_a_new_file_is_its_owners_alone(world, drop_in):
    root = world.copy("modes")
    here = root / "here"
    (here / "there").write_text("old")
    (here / "there").chmod(0o640)
    for name in ("new", "there"):
        process.run([drop_in, "decrypt", "--output", name, "enc.yaml"], cwd=here, env=world.environment())
    process.run([drop_in, "encrypt", "--age", world.first, "--output", "cipher", "a.yaml"], cwd=here, env=world.environment())
    assert [(here / name).stat().st_mode & 0o777 for name in ("new", "there", "cipher")] == [0o600, 0o640, 0o644]


def test_a_failure_writes_nothing(world, drop_in):
    root = world.copy("failures")
    before = {name: path.read_bytes() for name, path in world.files(root).items()}
    for line in ("decrypt -i bad-mac.yaml", "decrypt -i bad-value.yaml", "decrypt --output out bad-value.yaml",
                 "encrypt -i --encrypted-regex (?!x) a.yaml", "set bad-mac.yaml [\"a\"] 1", "rotate -i bad-mac.yaml"):
        done = process.run([drop_in, *line.split()], cwd=root / "here", status=None,
                           env=world.environment(SOPS_AGE_RECIPIENTS=world.first))
        assert done.status not in (0, -6, -11) and done.stdout == b""
    assert {name: path.read_bytes() for name, path in world.files(root).items()} == before


def test_the_manual_tells_every_deviation():
    page = (places.ROOT / "man" / "bestow-sops.1").read_text()
    told = page[page.index(".Sh DIFFERENCES"):]
    listed = {name.strip(): " ".join(text.split()) for name, text in re.findall(r"\.It Sy (.*)\n((?:[^.].*\n)+)", told)}
    assert listed == {name: text[0].upper() + text[1:] + "." for name, text in DEVIATIONS.items()}
    print("\n".join(f"{name}: {text}" for name, text in listed.items()))
