"""`bestow install` on a machine: proved first, then one rename, the stamp last."""
import json
import os

import pytest

from transports.conftest import STORE, value

pytestmark = pytest.mark.root

STAMP = f"{STORE}.stamp"


def left_behind(web):
    return sorted(name for name in os.listdir(web.path("/var/lib/bestow")) if name.startswith("."))


def test_installs_what_opens_here_and_stamps_it(deployment):
    commit = deployment.git("rev-parse", "HEAD").strip()
    report = deployment.install(deployment.bundle(), "--json").json()
    assert report == {"host": "web", "store": STORE, "changed": True, "commit": commit}
    assert deployment.web.path(STAMP).read_text().split()[0] == commit
    assert oct(deployment.web.path(STORE).stat().st_mode & 0o7777) == "0o700"
    assert left_behind(deployment.web) == []
    assert deployment.token() == value("web/token")


def test_the_next_one_takes_its_place_and_the_same_one_does_not(deployment):
    deployment.install(deployment.bundle())
    inode = deployment.web.path(STORE).stat().st_ino
    deployment.web.path(STAMP).unlink()  # as by a run that was killed before it, or by the refresh service
    assert "nothing changed" in deployment.install(deployment.bundle()).text
    assert deployment.web.path(STORE).stat().st_ino == inode and deployment.web.path(STAMP).exists()
    deployment.set("web/token", "second")
    assert "installed" in deployment.install(deployment.bundle()).text
    assert deployment.token() == value("second")
    assert left_behind(deployment.web) == []


def installed(web):
    return {name: web.path(f"{STORE}/{name}").read_bytes() for name in ("manifest.json", "secrets/web.yaml")}


@pytest.mark.parametrize("damage", ["cut", "another's", "missing", "manifest", "both"])
def test_what_does_not_open_here_changes_nothing(deployment, damage):
    deployment.install(deployment.bundle())
    before, stamp = installed(deployment.web), deployment.web.path(STAMP).read_text()
    deployment.set("web/token", "second")
    place = deployment.bundle()
    token = place / "secrets/web.yaml"
    status, message = 1, "web/token: "
    if damage == "cut":
        token.write_bytes(token.read_bytes()[:-200])
    elif damage == "another's":
        token.write_bytes((deployment.store / "secrets/db.yaml").read_bytes())
        status, message = 5, "no private key here opens it"
    elif damage == "missing":
        token.unlink()
        message = "lacks the file 'secrets/web.yaml'"
    elif damage == "manifest":
        text = (place / "manifest.json").read_text()
        (place / "manifest.json").write_text(text.replace('"name": "web/blob"', '"name": "../../etc/sudoers.d/x"'))
        status, message = 2, "secrets[1].name: it climbs with '..'"
    else:
        (place / "bestow.yaml").write_text("version: 1\n")
        message = None  # a stray file is none of a bundle's: it does not come along
    if message is None:
        deployment.install(place)
        assert not deployment.web.path(f"{STORE}/bestow.yaml").exists()
        return
    result = deployment.install(place, status=status)
    assert message in result.stderr and value("") not in result.stderr
    assert installed(deployment.web) == before and deployment.web.path(STAMP).read_text() == stamp
    assert left_behind(deployment.web) == []


def test_another_hosts_bundle(deployment):
    stderr = deployment.install(deployment.bundle("db"), status=5).stderr
    assert "no host of the store has a key whose private half is here" in stderr
    assert not deployment.web.path(STORE).exists()


def test_only_root_or_a_named_user_may_have_written_it(deployment):
    place = deployment.bundle()
    os.chown(place / "secrets/web.yaml", 65534, 65534)
    assert "is owned by uid 65534, so it is not trusted" in deployment.install(place, status=2).stderr
    deployment.install(place, "--owner", "nobody")
    os.chmod(place, 0o777)
    assert "can be written by others" in deployment.install(place, "--owner", "nobody", status=2).stderr
    assert "there is no user" in deployment.install(place, "--owner", "nobodyy", status=1).stderr


def test_links_in_a_bundle_lead_nowhere(deployment):
    place = deployment.bundle()
    (place / "secrets/blob.bin").unlink()
    (place / "secrets/blob.bin").symlink_to("/etc/shadow")
    assert deployment.install(place, status=1).stderr
    assert not deployment.web.path(STORE).exists()


def test_a_whole_store_is_not_lost_to_a_bundle(deployment):
    deployment.web.machine.run("cp", "-r", deployment.store, STORE)
    assert "is there, and is no bundle" in deployment.install(deployment.bundle(), status=1).stderr
    assert deployment.web.path(f"{STORE}/bestow.yaml").exists()


def test_a_manifest_beside_a_policy_is_neither(deployment):
    deployment.install(deployment.bundle())
    deployment.web.path(f"{STORE}/bestow.yaml").write_text("version: 1\n")
    assert "is this a bundle or a store?" in deployment.web.activate(status=2).stderr


def test_installs_where_host_yaml_says(deployment):
    deployment.web.path("/etc/bestow/host.yaml").write_text("store: /var/lib/elsewhere/mine\n")
    deployment.install(deployment.bundle())
    assert deployment.web.path("/var/lib/elsewhere/mine/manifest.json").exists()
    assert deployment.web.path("/var/lib/elsewhere/mine.stamp").exists()
    assert deployment.token() == value("web/token")


def test_a_manifest_is_no_more_trusted_than_a_policy(deployment):
    """Links where host.yaml allows none, and what else an attacker may write into a bundle that is in place."""
    place = deployment.bundle()
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["secrets"][0]["path"] = "/etc/sudoers.d/web"
    (place / "manifest.json").write_text(json.dumps(manifest))
    deployment.install(place)
    result = deployment.web.activate(status=4)
    assert "host.yaml allows no link at '/etc/sudoers.d/web'" in result.stderr
    assert not deployment.web.path("/etc/sudoers.d").exists()
    for member, text, message in [("file", "../../../etc/shadow", "it climbs"), ("file", "/etc/shadow", "starts with"),
                                  ("mode", "4755", "set-id"), ("name", "rendered/env", "rendered"),
                                  ("owner", "a:b", "no name or number")]:
        changed = json.loads(json.dumps(manifest))
        changed["secrets"][0][member] = text
        deployment.web.path(f"{STORE}/manifest.json").write_text(json.dumps(changed))
        assert message in deployment.web.activate(status=2).stderr


def test_the_state_of_a_generation_names_the_commit(deployment):
    deployment.install(deployment.bundle())
    deployment.web.activate()
    commit = deployment.git("rev-parse", "HEAD").strip()
    lines = deployment.web.path("/run/secrets.d/1/.bestow-state").read_text().splitlines()
    assert any(line.startswith(f"from {commit} 0 20") for line in lines)
    # Another commit that changes nothing of this host's is no reason for a new generation.
    deployment.set("db/password", "new")
    assert deployment.commit() != commit
    deployment.install(deployment.bundle())
    deployment.web.activate()
    assert deployment.web.generations() == ["1", "current"]
