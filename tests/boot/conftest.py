"""Systems to boot: `debian` is one with bestow installed, a host key, and no store."""
import pytest

from support import booted, peers, places


@pytest.fixture(scope="session")
def debian_tree():
    tree, reason = booted.debian_tree()
    if tree is None:
        if places.under_ci() and not reason.startswith(peers.UNREACHABLE):
            pytest.fail(f"nothing can be booted under CI: {reason}")
        pytest.skip(reason)
    return tree


@pytest.fixture(scope="session")
def key_pairs(tmp_path_factory):
    return booted.make_keys(tmp_path_factory.mktemp("boot-keys"))


@pytest.fixture
def debian(debian_tree, key_pairs, tmp_path, record_property):
    return booted.Debian(tmp_path, debian_tree, *key_pairs, tell=lambda line: record_property("told", line))
