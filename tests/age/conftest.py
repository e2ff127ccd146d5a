"""The program under its other names, and the vectors."""
import hashlib

import pytest

from support import terminal


@pytest.fixture(scope="session")
def names(program, tmp_path_factory):
    """A folder with links `age` and `age-keygen` to the program under test."""
    folder = tmp_path_factory.mktemp("names")
    for name in ("age", "age-keygen"):
        (folder / name).symlink_to(program)
    return folder


@pytest.fixture
def age(run, names):
    """age(*args, ...) -> Result: bestow called by the name age."""
    return lambda *args, **options: run(names / "age", *args, **options)


@pytest.fixture
def age_keygen(run, names):
    return lambda *args, **options: run(names / "age-keygen", *args, **options)


@pytest.fixture
def at_terminal(environment, tmp_path):
    """at_terminal(argv, [(prompt, answer), ...]) -> TerminalResult."""
    def call(argv, answers, **options):
        return terminal.run_at_terminal(argv, answers, cwd=tmp_path, env=environment, **options)
    return call


@pytest.fixture
def identity(bestow, tmp_path):
    """(path, recipient) of a new native identity."""
    path = tmp_path / "identity.txt"
    if not path.exists():
        bestow("age", "keygen", "-o", path)
    return path, bestow("age", "keygen", "-y", path).text.strip()


def sha256(content):
    return hashlib.sha256(content).hexdigest()
