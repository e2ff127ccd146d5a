"""The team's two years and their truth, made once a test process. BESTOW_AUDIT_PLAY=FOLDER keeps them there for the next
run, for whoever works on audit."""
import os
import shutil
from pathlib import Path

import pytest

from stage import made
from support import places, process

PEERS = ("sops", "age", "age-keygen")


@pytest.fixture(scope="session")
def stage(peer, tmp_path_factory):
    for name in PEERS:
        peer(name)
    if not places.program().exists():
        pytest.fail("there is no program")
    kept = os.environ.get("BESTOW_AUDIT_PLAY")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("audit")
    folder.mkdir(parents=True, exist_ok=True)
    return made(folder)


@pytest.fixture
def copy(stage, tmp_path):
    """A clone of the play's repository that a test may change, reflogs and all."""
    place = tmp_path / "copy"
    shutil.copytree(stage.path, place, symlinks=True)
    shutil.rmtree(place / ".git" / "bestow", ignore_errors=True)
    return place


@pytest.fixture
def audit(program, stage, tmp_path):
    """audit(*args, store=, person="alice", status=None) -> Result. The answer's cache is left in `store`."""
    def call(*args, store=None, person="alice", status=(0, 3, 4), env=None):
        store = store or stage.path
        environment = {name: value for name, value in stage.team.environment(person).items()
                       if not name.startswith("GIT_") or name == "GIT_CONFIG_NOSYSTEM"}
        return process.run([program, "audit", *args], cwd=store, env={**environment, **(env or {})}, status=status)
    return call
