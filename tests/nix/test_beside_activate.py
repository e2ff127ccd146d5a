"""`bestow activate` and sops-nix on one machine: neither touches what the other delivers."""
import os

import pytest

from activation.conftest import Host, host, host_keys, simple, value  # noqa: F401 (fixtures)
from nix_world import Side

pytestmark = pytest.mark.root


@pytest.fixture
def installed(simple, side):
    """Manifests are installed on the machine that has the store."""
    side.machine, own = simple.machine, side.machine
    side.machine.env["PATH"] = own.env["PATH"]
    yield side
    side.machine = own


def everything(machine):
    return machine.run("sh", "-c", "cd /run && find . -mindepth 1 -printf '%p %i %m %U:%G %l %T@\n' | sort").text


def test_activate_leaves_the_real_one_s_tree_alone(simple, installed, peer):
    installed.installer, drop_in = str(peer("sops-install-secrets")), installed.installer
    try:
        leaves_alone(simple, installed)
    finally:
        installed.installer = drop_in


def test_activate_leaves_the_drop_in_s_tree_alone(simple, installed):
    leaves_alone(simple, installed)


def leaves_alone(simple, installed):
    world = installed.world
    installed.install(world.manifest([world.secret("a")]), status=0)
    before = everything(simple.machine)
    for arguments in ((), ("--dry-run",), ("--phase", "main")):
        result = simple.activate(*arguments, status=1)
        assert "sops-nix" in result.stderr and "/run/secrets.d/1" in result.stderr
    assert everything(simple.machine) == before
    installed.install(world.manifest([world.secret("a")]), status=0)
    assert os.readlink(simple.path("/run/secrets")) == "/run/secrets.d/2"


def test_the_drop_in_leaves_activate_s_tree_alone(simple, installed):
    simple.activate()
    before = everything(simple.machine)
    world = installed.world
    for env in ({}, {"NIXOS_ACTION": "dry-activate"}):
        installed.install(world.manifest([world.secret("a")]), env=env, status=1)
        assert "bestow activate" in installed.stderr
    assert everything(simple.machine) == before
    assert simple.read("two") == value("two")


def test_activate_delivers_once_the_other_is_gone(simple, installed):
    world = installed.world
    installed.install(world.manifest([world.secret("a")]), status=0)
    simple.machine.run("sh", "-ec", "umount /run/secrets.d && rm /run/secrets")
    simple.activate()
    assert simple.read("two") == value("two")
