"""What the drop-in for sops-nix does better than the program that it stands for: no key left behind, nothing lost
midway, one failure kept to itself."""
import json
import os
import re
import subprocess

import pytest

from nix_world import placeholder

pytestmark = pytest.mark.root

LIVE = "/run/secrets"
MEMORY = "/run/secrets.d"


def read(side, name):
    """Of what is live."""
    return side.sh(f"cat {LIVE}/{name}").stdout.decode()


def files(side):
    return side.sh(f"find {MEMORY} -mindepth 1 | sort").text.split()


def test_no_key_is_left_and_a_left_one_is_removed(side):
    world = side.world
    manifest = world.manifest([world.secret("a")], ageSshKeyPaths=[str(world.ssh_key.private)])
    side.install(manifest, status=0)
    assert "as age key with fingerprint age1" in side.stderr
    assert files(side) == [f"{MEMORY}/1", f"{MEMORY}/1/a"]
    side.sh(f"echo AGE-SECRET-KEY > {MEMORY}/age-keys.txt")
    side.install(manifest, status=0)
    assert files(side) == [f"{MEMORY}/2", f"{MEMORY}/2/a"]


def test_a_dry_run_leaves_nothing(side):
    world = side.world
    side.install(world.manifest([world.secret("a")]), env={"NIXOS_ACTION": "dry-activate"}, status=0)
    assert side.sh("ls -A /run").text.split() == []
    side.install(world.manifest([world.secret("a")]), status=0)
    before = files(side)
    side.install(world.manifest([world.secret("a", sopsFile=world.path("second.yaml"))]),
                 env={"NIXOS_ACTION": "dry-activate"}, status=0)
    assert files(side) == before


def test_who_may_list_the_mount_point_cannot_keep_anybody_waiting(side):
    """Its group may be `keys`: a lock on the directory itself is theirs to take."""
    manifest = side.world.manifest([side.world.secret("a")])
    side.install(manifest, status=0)
    side.sh(f"""
        setpriv --reuid 65534 --regid 65534 --clear-groups flock -o {MEMORY} sleep 100 & holder=$!
        for _ in $(seq 100); do flock -n {MEMORY} true || break; sleep 0.05; done
        ! flock -n {MEMORY} true || exit 9
        echo $holder > /var/lib/holder""")
    try:
        side.install(manifest, status=0)
        assert files(side) == [f"{MEMORY}/2", f"{MEMORY}/2/a"]
        assert side.sh("stat -c '%a %u' /run/.secrets.d.lock").text.split() == ["600", "0"]
    finally:
        side.sh("kill $(cat /var/lib/holder)")


def test_what_a_secret_holds_is_not_searched_for_placeholders(side):
    world = side.world
    secrets = [world.secret("test"), world.secret("sly", key="sly")]
    for _ in range(3):
        side.install(world.manifest(secrets, [world.template("t", f"{placeholder('sly')}|{placeholder('test')}")]), status=0)
        assert read(side, "rendered/t") == f"BEGIN {placeholder('test')} END|test_value"


def test_the_message_names_what_failed_and_says_what_becomes_of_it(side):
    world = side.world
    good = world.manifest([world.secret("a"), world.secret("b"), world.secret("c", owner="nobody")],
                          [world.template("t", placeholder("b"))])
    side.install(good, status=0)
    good["secrets"][1]["sopsFile"] = world.path("broken.yaml")
    good["secrets"][2]["owner"] = "nonexistent"
    side.install(good, status=1)
    assert re.search(r"secret b: .*broken.yaml.*; what it held stays", side.stderr)
    assert re.search(r"template t: needs secret 'b'", side.stderr)
    assert re.search(r"secret c: failed to lookup user 'nonexistent'.*until then it is root's", side.stderr)
    assert read(side, "b") == "test_value" and read(side, "rendered/t") == "test_value"
    side.machine.add_user("nonexistent", uid=4711)
    side.install(good, status=1)
    assert side.path(f"{MEMORY}/3/c").stat().st_uid == 4711, "the owner came, and the secret is his"


def test_no_value_is_told(side):
    world = side.world
    side.install(world.manifest([world.secret("a"), world.secret("b", sopsFile=world.path("broken.yaml")),
                                 world.secret("c", key="a_list"), world.secret("d", key="nested")],
                                [world.template("t", placeholder("a"))]), status=1)
    assert "test_value" not in side.stderr and "another value" not in side.stderr


def test_only_pgp_is_refused_by_name(side):
    world = side.world
    side.install(world.manifest([world.secret("a", sopsFile=world.path("pgp.yaml"))], ageKeyFile=None,
                                gnupgHome="/var/lib/gnupg"), status=1)
    assert "keys of a kind that bestow does not use: pgp" in side.stderr
    assert "nothing has been changed" in side.stderr


@pytest.mark.parametrize("use_tmpfs", [False, True])
def test_a_file_system_that_can_swap_is_refused(side, use_tmpfs):
    world = side.world
    side.sh(f"mkdir {MEMORY} && mount -t tmpfs -o mode=0751 none {MEMORY}")
    side.install(world.manifest([world.secret("a")], useTmpfs=use_tmpfs), status=1)
    assert "a tmpfs that can swap" in side.stderr
    assert files(side) == []


@pytest.mark.parametrize("use_tmpfs", [False, True])
def test_what_is_larger_than_the_first_size_fits_and_what_is_too_large_is_refused(side, use_tmpfs):
    world = side.world
    side.sh("head -c 6000000 /dev/zero | tr '\\0' x > /var/lib/large")
    large = [world.template(f"t{number}", "", file="/var/lib/large") for number in range(12)]
    side.install(world.manifest([], large[:3], useTmpfs=use_tmpfs), status=0)
    assert side.path(f"{MEMORY}/1/rendered/t2").stat().st_size == 6000000
    side.install(world.manifest([], large, useTmpfs=use_tmpfs), status=1)
    assert "bytes are to be delivered" in side.stderr
    assert files(side)[0] == f"{MEMORY}/1" and f"{MEMORY}/2" not in files(side)


def test_user_mode_wants_memory(side, tmp_path):
    world = side.world
    manifest = world.manifest([world.secret("a")], userMode=True, secretsMountPoint="%r/secrets.d",
                              symlinkPath="%r/secrets")
    on_disk = world.folder / "on-disk"
    on_disk.mkdir(exist_ok=True)
    if side.sh(f"stat -f -c %T {on_disk}").text.strip() in ("tmpfs", "ramfs"):
        pytest.skip("the tests' folder lies in memory")
    side.install(manifest, "-ignore-passwd", env={"XDG_RUNTIME_DIR": str(on_disk)}, status=1)
    assert "not on a memory file system" in side.stderr
    assert list(on_disk.iterdir()) == []


def test_user_mode_needs_no_privileges(side):
    world = side.world
    side.sh(f"mkdir -p /run/user/1234 /var/lib/home && cp -L {world.age_key} /var/lib/home/keys.txt && "
            f"cp {world.path('secrets.yaml')} /var/lib/home && chown -R 1234:1234 /run/user/1234 /var/lib/home")
    manifest = world.manifest([world.secret("a", mode="0440", path="/var/lib/home/deep/a",
                                            sopsFile="/var/lib/home/secrets.yaml")], ageKeyFile="/var/lib/home/keys.txt",
                              userMode=True, secretsMountPoint="%r/secrets.d",
                              symlinkPath="/var/lib/home/.config/sops-nix/secrets")
    side.path("/etc/manifest.json").write_text(json.dumps(manifest))
    side.sh(f"cp -L {world.bin}/sops-install-secrets /run/sops-install-secrets")
    side.sh("XDG_RUNTIME_DIR=/run/user/1234 HOME=/var/lib/home exec setpriv --reuid 1234 --regid 1234 --clear-groups "
            "/run/sops-install-secrets -ignore-passwd /etc/manifest.json")
    status = side.path("/run/user/1234/secrets.d/1/a").stat()
    assert (status.st_uid, status.st_mode & 0o777) == (1234, 0o440)
    assert os.readlink(side.path("/var/lib/home/.config/sops-nix/secrets")) == "/run/user/1234/secrets.d/1"
    assert side.sh("cat /var/lib/home/deep/a").text == "test_value"


def test_a_strangers_link_on_the_way_is_not_followed(side):
    world = side.world
    side.machine.add_user("alice", uid=1234)
    side.sh("mkdir /var/lib/home && ln -s /etc/ssh /var/lib/home/.ssh && chown -h alice /var/lib/home /var/lib/home/.ssh")
    side.install(world.manifest([world.secret("a", path="/var/lib/home/.ssh/authorized_keys"), world.secret("b")]), status=1)
    assert "the link '.ssh' of uid 1234" in side.stderr
    assert os.listdir(side.path("/etc/ssh")) == [] and read(side, "b") == "test_value"


def test_a_link_of_somebody_elses_making_stays(side):
    world = side.world
    side.install(world.manifest([world.secret("a", path="/etc/linked/a")]), status=0)
    side.sh("ln -sfn /etc/passwd /etc/linked/a")
    side.install(world.manifest([world.secret("a")]), status=0)
    assert os.readlink(side.path("/etc/linked/a")) == "/etc/passwd"


def test_units_that_could_not_be_told_are_told_by_the_next_run(side):
    world = side.world
    first = world.manifest([world.secret("a", restartUnits=["a.service"])])
    second = world.manifest([world.secret("a", sopsFile=world.path("second.yaml"), restartUnits=["a.service"])])
    env = {"SOPS_RESTART_UNITS_VIA_SYSTEMCTL": "1"}
    side.install(first, status=0)
    side.install(second, env={**env, "SYSTEMCTL_FAILS": "1"}, status=1)
    assert read(side, "a") == "second value"
    assert "cannot request units to restart" in side.stderr
    side.install(second, env=env, status=0)
    assert side.log[-1].endswith("systemctl --no-block try-restart a.service")
    side.install(second, env=env, status=0)
    assert "systemctl" not in side.log[-1]


def test_what_systemctl_prints_goes_to_standard_error(side):
    world = side.world
    side.install(world.manifest([world.secret("a", restartUnits=["a.service"])]), status=0)
    changed = world.manifest([world.secret("a", sopsFile=world.path("second.yaml"), restartUnits=["a.service"])])
    result = side.install(changed, env={"SOPS_RESTART_UNITS_VIA_SYSTEMCTL": "1"}, status=0)
    assert result.text == "modifying secret: a\n" and "from systemctl" in result.stderr


# --- killed, and many at once

def big_manifests(world):
    """An old one and a new one: every file of one generation says the same."""
    def manifest(source):
        secrets = [world.secret(f"folder{number % 3}/s{number}", sopsFile=world.path(source)) for number in range(12)]
        return world.manifest(secrets, [world.template("t", placeholder("folder0/s0"))])
    return manifest("secrets.yaml"), manifest("second.yaml")


def values(side):
    """Everything live: all of one generation, or a torn one."""
    listed = side.sh(f"find -L {LIVE}/ -type f | sort | xargs -r cat").stdout.decode()
    count = int(side.sh(f"find -L {LIVE}/ -type f | wc -l").text)
    return count, {listed} if listed in ("test_value" * 13, "second value" * 13) else {"torn", listed}


@pytest.mark.installed
def test_killed_at_any_call_the_old_generation_or_the_new_one_is_whole(side, record_property):
    """strace kills the run at its n-th call of each kind that changes something."""
    if subprocess.run(["strace", "-V"], capture_output=True, check=False).returncode:
        pytest.skip("strace is not installed")
    old, new = big_manifests(side.world)
    points = switched = 0
    for call, most in (("mkdirat", 6), ("renameat", 12), ("symlinkat", 3), ("unlinkat", 8), ("openat", 400), ("fchmod", 15),
                       ("write", 15), ("fchown", 20)):
        step = max(1, most // 6)
        for number in range(1, most, step):
            side.reset()
            side.install(old, status=0)
            side.path("/etc/manifest.json").write_text(json.dumps(new))
            killed = side.machine.run("strace", "-qq", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                      f"inject={call}:signal=KILL:when={number}", side.installer, "/etc/manifest.json",
                                      status=None)
            if killed.status == 0:
                break
            count, found = values(side)
            assert count == 13 and len(found) == 1, (call, number, found)
            points += 1
            switched += found == {"second value" * 13}
            side.install(new, status=0)
            assert values(side) == (13, {"second value" * 13}), (call, number)
            generations = [name for name in os.listdir(side.path(MEMORY)) if name != ".bestow-nix"]
            assert len(generations) == 1, (call, number, generations)
    record_property("told", f"sops-install-secrets' drop-in: killed at {points} calls, the new generation was live after "
                            f"{switched} of them, the old one after the others")
    assert points > 20


def test_many_at_once_wait_for_each_other(side):
    old, new = big_manifests(side.world)
    side.path("/etc/old.json").write_text(json.dumps(old))
    side.path("/etc/new.json").write_text(json.dumps(new))
    script = f"for number in $(seq 10); do {side.installer} /etc/old.json & {side.installer} /etc/new.json & done; wait"
    result = side.sh(script + " 2>&1")
    assert "sops-install-secrets:" not in result.text
    count, found = values(side)
    assert count == 13 and len(found) == 1
    assert sorted(set(os.listdir(side.path(MEMORY))) - {".bestow-nix"}) == ["20"]


# --- both programs on one machine

def test_takes_over_from_the_real_one_and_gives_back(side, peer):
    world = side.world
    real = str(peer("sops-install-secrets"))
    first = world.manifest([world.secret("a", path="/etc/linked/a", restartUnits=["a.service"]), world.secret("gone")])
    second = world.manifest([world.secret("a", path="/etc/linked/a", sopsFile=world.path("second.yaml"),
                                          restartUnits=["a.service"])], keepGenerations=2)
    side.sh("mkdir /run/nixos")
    drop_in, side.installer = side.installer, real
    try:
        side.install(first, status=0)
        assert side.path(f"{MEMORY}/age-keys.txt").exists()
        side.installer = drop_in
        result = side.install(second, status=0)
        assert result.text == "modifying secret: a\nremoving secret: gone\n"
        assert os.readlink(side.path(LIVE)) == f"{MEMORY}/2"
        assert side.sh("cat /etc/linked/a").text == "second value"
        assert not side.path(f"{MEMORY}/age-keys.txt").exists()
        assert side.path("/run/nixos/activation-restart-list").read_text() == "a.service\n"
        side.installer = real
        result = side.install(first, status=0)
        assert result.text == "adding secret: gone\nmodifying secret: a\n"
        assert os.readlink(side.path(LIVE)) == f"{MEMORY}/3"
        mounts = side.sh("grep -c ' /run/secrets.d ' /proc/self/mountinfo").text.strip()
        assert mounts == "1", "nothing is mounted over what was live"
    finally:
        side.installer = drop_in
