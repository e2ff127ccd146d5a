"""Systems to boot: `debian` is one with bestow installed, a host key, and no store; `virtual_machine` is the same with
a kernel of its own."""
import pytest

from support import booted, peers, places, virtual_machine as machines


def leave_out_for(reason):
    if reason and places.under_ci() and not reason.startswith(peers.UNREACHABLE):
        pytest.fail(f"nothing can be booted under CI: {reason}")
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def debian_tree():
    tree, reason = booted.debian_tree()
    leave_out_for(reason)
    return tree


@pytest.fixture(scope="session")
def container_tree(debian_tree):
    leave_out_for(booted.reason_not_to_boot(debian_tree))
    return debian_tree


@pytest.fixture(scope="session")
def key_pairs(tmp_path_factory):
    return booted.make_keys(tmp_path_factory.mktemp("boot-keys"))


@pytest.fixture
def debian(container_tree, key_pairs, tmp_path, record_property):
    return booted.Debian(tmp_path, container_tree, *key_pairs, tell=lambda line: record_property("told", line))


@pytest.fixture
def virtual_machine(debian_tree, key_pairs, tmp_path, record_property):
    leave_out_for(machines.reason_not_to_boot())
    made = machines.VirtualMachine(tmp_path, debian_tree, *key_pairs, tell=lambda line: record_property("told", line))
    yield made
    made.remove_disks()
