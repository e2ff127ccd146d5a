"""examples/quickstart: runs to its end, shows what it says, and leaves the machine as it was."""
import os
import pwd

import pytest

from support.places import ROOT


@pytest.fixture
def quickstart(run, program, tmp_path):
    def call(*prefix, **options):
        return run(*prefix, ROOT / "examples" / "quickstart",
                   env={"BESTOW": str(program), "TMPDIR": str(tmp_path)}, timeout=300, **options)
    return call


@pytest.mark.root
def test_as_root_it_activates_a_machine_and_changes_nothing_here(quickstart, tmp_path):
    before = sorted(os.listdir("/run")), sorted(os.listdir("/etc"))
    told = quickstart().text
    assert (sorted(os.listdir("/run")), sorted(os.listdir("/etc"))) == before
    assert list(tmp_path.glob("bestow-homelab.*")) == []
    for shown in ("authelia.service", "rendered/Caddyfile", "wireguard/private-key", "== done"):
        assert shown in told
    # The last activation, after one secret changed, names one unit.
    last = told.rsplit("bestow activate", 1)[1]
    assert "authelia.service" in last and "caddy.service" not in last


@pytest.mark.skipif(os.geteuid() == 0, reason="for an ordinary user")
def test_as_an_ordinary_user_it_says_what_it_left_out(quickstart):
    assert_left_out(quickstart().text)


@pytest.mark.root
def test_as_an_ordinary_user_it_says_what_it_left_out_seen_from_root(quickstart, tmp_path):
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("there is no user nobody")
    if not os.access(ROOT, os.X_OK) or not reachable_for_others(ROOT):
        pytest.skip("the checkout is not readable for other users")
    os.chmod(tmp_path, 0o1777)
    for folder in tmp_path.parents:
        if str(folder) == "/tmp":
            break
        os.chmod(folder, folder.stat().st_mode | 0o055)
    told = quickstart("setpriv", "--reuid", str(nobody.pw_uid), "--regid", str(nobody.pw_gid), "--clear-groups")
    assert_left_out(told.text)


def reachable_for_others(path):
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


def assert_left_out(text):
    assert "Left out without root" in text
    assert "--dry-run" in text
    assert "== done" in text
