"""Machines on which the drop-in for sops-nix, and the real program, install secrets."""
import pytest

from nix_cases import CASES
from nix_world import Side, World
from support import machine as machines, process


@pytest.fixture(scope="session")
def nix_environment(tmp_path_factory):
    return process.clean_environment(tmp_path_factory.mktemp("nix-home"))


@pytest.fixture(scope="session")
def nix_world(program, tmp_path_factory):
    if not machines.can_make_machines():
        pytest.skip("needs root")
    folder = tmp_path_factory.mktemp("nix-world")
    return World(folder, program)


@pytest.fixture(scope="session")
def drop_in(nix_world, nix_environment):
    side = Side(nix_world, nix_world.bin / "sops-install-secrets", nix_environment)
    yield side
    side.close()


@pytest.fixture
def side(drop_in):
    """The drop-in on a machine as it was at first."""
    return drop_in.reset()


@pytest.fixture(scope="session")
def real(nix_world, nix_environment, peer):
    side = Side(nix_world, peer("sops-install-secrets"), nix_environment)
    yield side
    side.close()


@pytest.fixture(scope="session")
def drop_in_log(drop_in):
    """What the drop-in does with a case, run once."""
    logs = {}

    def log_of(name):
        if name not in logs:
            logs[name] = list(drop_in.log_of(CASES[name]))
        return logs[name]
    return log_of
