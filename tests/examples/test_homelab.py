"""examples/homelab: what each machine gets, read back as root from a machine of its own."""
import crypt
import json
import os
import stat
import subprocess
from urllib.parse import quote

import pytest

ROOT_ONLY = ("root", "root", 0o400)
EARLY_USERS = {f"secrets-early/users/{user}": ROOT_ONLY for user in ("alice", "bob", "root")}
RESTIC = {"secrets/restic/password": ROOT_ONLY, "secrets/restic/server-password": ROOT_ONLY,
          "secrets/rendered/restic-env": ROOT_ONLY}
WIREGUARD = {"secrets/wireguard/private-key": ("root", "systemd-network", 0o440)}

# Everything that the homelab declares for these machines, and nothing else.
DECLARED = {
    "harbor": {**EARLY_USERS, **RESTIC, **WIREGUARD,
               "secrets/rendered/Caddyfile": ("caddy", "caddy", 0o400),
               "secrets/rendered/authelia.yml": ("authelia", "authelia", 0o440)},
    "buoy": {**EARLY_USERS, **RESTIC, **WIREGUARD, "secrets/rendered/pdns.env": ("pdns", "pdns", 0o400)},
    "mast": {**EARLY_USERS, **RESTIC, **WIREGUARD, "secrets/mail/dkim-key": ("opendkim", "opendkim", 0o400)},
    "keel": {**EARLY_USERS, "secrets/borg/passphrase": ROOT_ONLY, "secrets/borg/ssh-key": ROOT_ONLY},
    "dragonboat": {**EARLY_USERS, "secrets-early/disk/games": ROOT_ONLY,
                   "secrets/rendered/minecraft.env": ("minecraft", "minecraft", 0o400)},
    "dinghy": {**EARLY_USERS, **RESTIC, **WIREGUARD, "secrets/rendered/home.nmconnection": ("root", "root", 0o600)},
}
HAS_HOST_VALUE = ("restic/password", "wireguard/private-key")


def accounts(machine):
    """({uid: name}, {gid: name}) of the machine, not of the one that tests run on."""
    def names(file):
        lines = machine.path(file).read_text().splitlines()
        return {int(line.split(":")[2]): line.split(":")[0] for line in lines if line}
    return names("/etc/passwd"), names("/etc/group")


def delivered(machine):
    """{path below /run: its stat} of every file that was put down."""
    found = {}
    for area in ("secrets", "secrets-early"):
        top = machine.path(f"/run/{area}")
        if top.exists():
            for folder, _, files in os.walk(f"{top}/"):
                for file in set(files) - {".bestow-state"}:  # what the generation remembers of itself
                    path = os.path.join(folder, file)
                    found[area + "/" + os.path.relpath(path, f"{top}/")] = os.stat(path, follow_symlinks=False)
    return found


@pytest.mark.root
@pytest.mark.parametrize("name", DECLARED)
def test_a_machine_has_exactly_what_is_declared(homelab, name):
    machine = homelab.machine(name)
    try:
        machine.bestow("activate")
        users, groups = accounts(machine)
        found = delivered(machine)
        assert {path: (users[seen.st_uid], groups[seen.st_gid], stat.S_IMODE(seen.st_mode))
                for path, seen in found.items()} == DECLARED[name]
        for path in DECLARED[name]:
            assert_content(homelab, machine, name, path)
        assert_in_memory(machine)
        again = machine.bestow("activate")
        assert "restart" not in again.text
        assert {path: (seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns) for path, seen in delivered(machine).items()} \
            == {path: (seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns) for path, seen in found.items()}
    finally:
        machine.close()


def assert_content(homelab, machine, host, path):
    content = machine.path(f"/run/{path}").read_bytes()
    area, name = path.split("/", 1)
    if area == "secrets" and name.startswith("rendered/"):
        RENDERED[name.removeprefix("rendered/")](homelab, host, content.decode())
    else:
        assert content == homelab.value(name, host if name in HAS_HOST_VALUE else None)
        assert content


def assert_in_memory(machine):
    """A file system of bestow's own that cannot be swapped out."""
    mounts = [line.split() for line in machine.run("cat", "/proc/self/mounts").text.splitlines()]
    [(kind, options)] = [(mount[2], mount[3]) for mount in mounts if mount[1] == "/run/secrets.d"]
    assert kind == "ramfs" or (kind == "tmpfs" and "noswap" in options.split(","))


def caddyfile(homelab, _host, text):
    lines = [line.strip() for line in text.splitlines()]
    assert "acme_dns hetzner " + homelab.value("caddy/dns-token").decode() in lines
    [hashed] = [line.split()[1] for line in lines if line.startswith("prometheus ")]
    assert crypt.crypt(homelab.value("caddy/metrics-password").decode(), hashed) == hashed


def authelia(homelab, _host, text):
    assert """level: '{{ env "AUTHELIA_LOG_LEVEL" | default "info" }}'""" in text
    for key, name in (("jwt_secret", "reset-secret"), ("secret", "session-secret"), ("encryption_key", "storage-key"),
                      ("password", "smtp-password")):
        [line] = [line.strip() for line in text.splitlines() if line.strip().startswith(key + ": ")]
        assert json.loads(line.split(": ", 1)[1]) == homelab.value("authelia/" + name).decode()


def restic(homelab, host, text):
    server = quote(homelab.value("restic/server-password").decode(), safe="")
    assert text == (f"RESTIC_REPOSITORY=rest:https://{host}:{server}@anchor.home.arpa:8000/{host}/\n"
                    f"RESTIC_PASSWORD={homelab.value('restic/password', host).decode()}\n")


def powerdns(homelab, host, text):
    assert f"\nPDNS_API_KEY={homelab.value('powerdns/api-key').decode()}\nPDNS_SERVER_ID={host}\n" in text


def minecraft(homelab, host, text):
    told = subprocess.run(["sh", "-c", text + 'printf "%s %s" "$RCON_PASSWORD" "$SERVER_NAME"'], capture_output=True,
                          check=True)
    assert told.stdout == homelab.value("minecraft/rcon-password") + b" " + host.encode()


def wifi(homelab, _host, text):
    assert text.endswith(f"\npsk={homelab.value('wifi/psk').decode()}\n")


RENDERED = {"Caddyfile": caddyfile, "authelia.yml": authelia, "restic-env": restic, "pdns.env": powerdns,
            "minecraft.env": minecraft, "home.nmconnection": wifi}


@pytest.mark.root
def test_the_disk_key_is_linked_where_the_host_allows_it(homelab):
    machine = homelab.machine("dragonboat")
    try:
        machine.bestow("activate", "--phase", "early")
        link = machine.path("/etc/luks-keys/games.key")
        assert link.is_symlink()
        assert os.readlink(link).startswith("/run/secrets-early/")
        content = machine.run("cat", "/etc/luks-keys/games.key").stdout
        assert len(content) == 4096 and content == homelab.value("disk/games")
        assert not machine.path("/run/secrets/rendered/minecraft.env").exists()
    finally:
        machine.close()


@pytest.mark.root
def test_a_changed_secret_restarts_its_service_alone(homelab, tmp_path):
    machine = homelab.machine("harbor")
    try:
        machine.bestow("activate")
        before = delivered(machine)
        store = machine.path("/var/lib/bestow/store")
        other = tmp_path / "store"
        machine.run("cp", "-a", "/var/lib/bestow/store", other)
        confirmed = [word for name in ("alice", "safe", "harbor") for word in ("--accept-reader", name)]
        homelab.alice("set", "authelia/smtp-password", "--store", other, *confirmed, input=b"another one")
        machine.run("cp", "-a", f"{other}/.", "/var/lib/bestow/store/")
        told = machine.bestow("activate", "--units", "print").text
        assert "authelia.service" in told and "caddy.service" not in told and "systemd-networkd" not in told
        assert "another one" in machine.path("/run/secrets/rendered/authelia.yml").read_text()
        assert set(delivered(machine)) == set(before)
        assert store.exists()
    finally:
        machine.close()


def test_no_machine_reads_anothers_key(homelab):
    """bestow decrypt with a machine's own host key: only its own files open."""
    key = homelab.directory / "machines/harbor/ssh_host_ed25519_key"
    env = {**homelab.env, "HOME": str(homelab.directory / "nobody")}
    opened = set()
    files = sorted(path.relative_to(homelab.store) for path in (homelab.store / "secrets").rglob("*")
                   if path.is_file() and path.suffix != ".pub")
    for file in files:
        done = subprocess.run([homelab.program, "decrypt", "--identity", key, file], cwd=homelab.store, env=env,
                              capture_output=True, check=False)
        assert done.returncode in (0, 5), done.stderr
        if done.returncode == 0:
            opened.add(str(file))
    assert opened == {"secrets/users.yaml", "secrets/restic.yaml", "secrets/caddy.yaml", "secrets/authelia.yaml",
                      "secrets/host/harbor/restic.yaml", "secrets/host/harbor/wireguard.yaml"}


def test_check_finds_nothing(homelab):
    homelab.alice("check")


def test_nothing_that_was_set_is_committed_in_clear(homelab):
    names = ["powerdns/api-key", "wifi/psk", "authelia/session-secret", "users/alice"]
    values = [homelab.value(name) for name in names] + [homelab.value("restic/password", "harbor")]
    committed = subprocess.run(["git", "log", "-p", "--all"], cwd=homelab.store, capture_output=True, check=True).stdout
    assert committed
    assert [name for name, value in zip(names, values) if value in committed] == []


def test_real_sops_opens_what_alice_set(homelab, peer):
    sops = peer("sops")
    env = {**homelab.env, "HOME": str(homelab.directory / "home")}
    told = subprocess.run([sops, "decrypt", "--extract", '["api-key"]', "secrets/powerdns.yaml"], cwd=homelab.store,
                          env=env, capture_output=True, check=True)
    assert told.stdout == homelab.value("powerdns/api-key")
