"""Real boots: systemd is the one process that is started, and everything else follows from the units installed. A boot's
log stays in boot-logs/ of the build."""
import json
import re
import shutil

import pytest

from support.booted import shown_commands, shown_file

pytestmark = [pytest.mark.root, pytest.mark.installed, pytest.mark.slow]

SYSUSERS = "u app - \"A service\"\nu alice - \"Alice\" /home/alice /bin/sh\n"

POLICY = """\
secrets:
  app/token: {to: [web], file: secrets/token.age, key: ".", owner: app, restart: [app.service]}
  other/token: {to: [web], file: secrets/other.age, key: ".", owner: app, restart: [other.service]}
  held/token: {to: [web], file: secrets/held.age, key: ".", restart: [held.service, asserting.service]}
  late/token: {to: [web], file: secrets/late.age, key: ".", owner: late, mode: "0440", restart: [late.service]}
  alice/password: {to: [], file: secrets/alice.age, key: "."}
  luks/games: {to: [web], file: secrets/luks.age, key: ".", phase: early, path: /etc/luks-keys/games.key}
templates:
  app.env: {to: [web], content: "TOKEN={{ app/token }}\\n", owner: app, restart: [app.service]}
  alice-password: {to: [web], content: "{{ alice/password | yescrypt }}", phase: early}
"""

# As systemd-cryptsetup@.service is ordered; containers have no disks to open.
CRYPTTAB_UNIT = """\
[Unit]
DefaultDependencies=no
After=cryptsetup-pre.target
Before=cryptsetup.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/cat /etc/luks-keys/games.key
StandardOutput=truncate:/out/luks
[Install]
RequiredBy=cryptsetup.target
"""

VALUES = {"token": "c4n4ry-token-1", "other": "c4n4ry-other", "held": "c4n4ry-held", "late": "c4n4ry-late",
          "alice": "c4n4ry-password", "luks": "c4n4ry-luks"}

STAMP = shown_commands("stamp")


@pytest.fixture
def site(debian):
    """A machine with everything; a test breaks what it is about."""
    debian.policy(POLICY)
    for name, value in VALUES.items():
        debian.seal(f"secrets/{name}.age", value)
    debian.write("/etc/bestow/host.yaml", "links: [/etc/luks-keys]\n")
    debian.folder_of("/etc/luks-keys")
    debian.write("/usr/lib/sysusers.d/site.conf", SYSUSERS)
    debian.write("/etc/systemd/system/systemd-sysusers.service.d/bestow.conf", shown_file("sysusers"))
    for unit in ("bestow-early", "bestow", "bestow-refresh"):
        debian.write(f"/etc/systemd/system/{unit}.service.d/links.conf", shown_file("links"))
    debian.unit("crypttab.service", CRYPTTAB_UNIT)
    debian.units.append("cryptsetup.target")
    debian.service("app", "/run/secrets/app/token /run/secrets/rendered/app.env", "app")
    debian.service("other", "/run/secrets/other/token", "app")
    debian.service("late", "/run/secrets/late/token", "late")
    debian.unit("held.service", shown_file("service") + """\
Type=oneshot
RemainAfterExit=yes
StandardOutput=append:/out/held
[Install]
WantedBy=multi-user.target
""")
    return debian


def test_a_boot_has_its_secrets_in_time(site):
    site.scenario(r"""
echo c4n4ry-password | setpriv --reuid=app --regid=app --clear-groups su alice -c whoami >/out/su 2>&1 || true
echo c4n4ry-wrong | setpriv --reuid=app --regid=app --clear-groups su alice -c whoami >/out/su-wrong 2>&1 || true
stat -c '%U %a' /run/secrets/app/token >/out/owner
! systemctl restart bestow.service
systemctl start bestow-refresh.service
systemctl is-active bestow.target app.service >/out/still
setpriv --reuid=65534 --regid=65534 --clear-groups cat /run/secrets/app/token >/out/stranger 2>&1 && exit 1
exit 0
""")
    booted = site.boot("whole")
    for unit in ("bestow-store", "bestow-early", "bestow"):
        assert booted.units()[f"{unit}.service"] == ("active", "exited")
    assert booted.units()["bestow.target"][0] == "active"
    # A service that is not root's, and its template.
    assert booted.read("app") == "c4n4ry-token-1TOKEN=c4n4ry-token-1\n"
    assert booted.read("held") == "c4n4ry-held"
    assert booted.read("owner") == "app 400\n" and "Permission denied" in booted.read("stranger")
    assert booted.read("still") == "active\nactive\n"
    # A user who was made with the password of an early secret.
    assert "alice:$y$" in booted.read("shadow") and booted.read("su").splitlines()[-1].endswith("alice")
    assert "Authentication failure" in booted.read("su-wrong")
    assert "c4n4ry" not in booted.read("shadow")
    # The key of an encrypted disk.
    assert booted.read("luks") == "c4n4ry-luks"
    order = [booted.finished(unit) for unit in
             ("bestow-store.service", "bestow-early.service", "cryptsetup-pre.target", "crypttab.service")]
    assert order == sorted(order) and len(set(order)) == len(order)
    order = [booted.finished(unit) for unit in
             ("bestow-early.service", "systemd-sysusers.service", "bestow.service", "systemd-tmpfiles-setup.service",
              "sysinit.target", "app.service")]
    assert order == sorted(order)
    assert booted.left_out() == []
    # As the system sees it, not the service.
    assert booted.memory("/run/secrets.d") and booted.memory("/run/secrets-early.d")
    # The journal names what was delivered, and never a value.
    assert booted.messages("added app/token") and booted.messages("c4n4ry") == []


def test_a_changed_store_is_delivered_and_restarts_only_what_it_concerns(site):
    site.seal("new/token.age", "c4n4ry-token-2", store="/srv")
    site.write("/etc/systemd/system/bestow-refresh.service.d/slow.conf", "[Service]\nExecStartPost=sleep 0.7\n")
    for number in range(3, 8):
        site.seal(f"new/token-{number}.age", f"c4n4ry-token-{number}", store="/srv")
    site.scenario(STAMP + r"""
wait_until refreshed_since 0
cp /srv/new/token.age /var/lib/bestow/store/secrets/token.age.new
mv /var/lib/bestow/store/secrets/token.age.new /var/lib/bestow/store/secrets/token.age
""" + STAMP + r"""
wait_until grep -q token-2TOKEN /out/app
useradd --system --no-create-home late
wait_until sh -c 'test "$(stat -c %U /run/secrets/late/token)" = late'
for _ in 1 2 3 4 5 6; do
    before=$(refreshes)
    touch /var/lib/bestow/store.stamp
    wait_until refreshed_since "$before"
done
systemctl show --property=ActiveState,Result bestow-refresh.path >/out/path
stat -c '%U %a' /run/secrets/late/token >/out/owner
wait_until all_active late.service
for number in 3 4 5 6 7; do
    cp "/srv/new/token-$number.age" /var/lib/bestow/store/secrets/token.age.new
    mv /var/lib/bestow/store/secrets/token.age.new /var/lib/bestow/store/secrets/token.age
    touch /var/lib/bestow/store.stamp
    sleep 0.1 # the later ones come after the refresh for the first has read the store, and before it ends
done
wait_until grep -q token-7 /run/secrets/app/token
""")
    booted = site.boot("changed")
    assert booted.read("app").startswith("c4n4ry-token-1TOKEN=c4n4ry-token-1\nc4n4ry-token-2TOKEN=c4n4ry-token-2\n")
    assert booted.read("other") == "c4n4ry-other" and booted.read("held") == "c4n4ry-held"
    assert booted.restarted("app.service") and not booted.restarted("other.service")
    # A unit failed at boot since its user, whose the secret is, did not exist.
    assert booted.read("owner") == "late 440\n" and booted.read("late") == "c4n4ry-late"
    assert booted.read("path") == "Result=success\nActiveState=active\n"
    assert booted.units()["bestow.service"] == ("active", "exited")
    assert booted.messages("owner 'late' does not exist") and booted.messages("c4n4ry") == []
    assert booted.memory("/run/secrets.d")


def test_a_broken_secret_holds_back_the_units_that_need_it_and_nothing_else(site):
    for name in ("held", "alice"):
        site.write(f"/var/lib/bestow/store/secrets/{name}.age", "this is no age file")
    site.seal("new/held.age", VALUES["held"], store="/srv")
    site.service("asserting", "/run/secrets/held/token", more="[Unit]\nAssertPathExists=/run/secrets/held/token\n[Service]")
    site.scenario(r"""
systemctl is-active held.service asserting.service bestow.target >/out/before || true
systemctl show --property=Result,ExecMainStatus bestow.service >/out/bestow
cp /srv/new/held.age /var/lib/bestow/store/secrets/held.age
""" + STAMP + r"""
wait_until all_active held.service asserting.service
systemctl is-active held.service asserting.service bestow.target >/out/after
""")
    booted = site.boot("broken-secret")
    assert booted.read("before") == "failed\ninactive\nactive\n"
    assert booted.read("bestow") == "Result=success\nExecMainStatus=4\n"
    assert booted.read("app") == "c4n4ry-token-1TOKEN=c4n4ry-token-1\n"
    assert "alice:!:" in booted.read("shadow")
    assert booted.read("after") == "active\nactive\nactive\n"
    assert booted.read("held") == "c4n4ry-held" and booted.read("asserting") == "c4n4ry-held"
    assert booted.messages("held/token: ")


def test_a_broken_store_costs_what_requires_secrets_and_not_the_machine(site):
    site.write("/var/lib/bestow/store/bestow.yaml", "version: [")
    site.write("/srv/bestow.yaml", "")
    site.policy(POLICY, store="/srv")
    site.scenario(r"""
systemctl is-active bestow.service bestow.target app.service multi-user.target >/out/before || true
systemctl show --property=ExecMainStatus bestow.service >>/out/before
find /run/secrets.d/ -mindepth 1 >/out/found
cp /srv/bestow.yaml /var/lib/bestow/store/
""" + STAMP + r"""
wait_until all_active app.service bestow.target
systemctl is-active bestow.service bestow.target app.service >/out/after
""", ending="exit")
    booted = site.boot("broken-store")
    assert booted.read("before") == "failed\ninactive\ninactive\nactive\nExecMainStatus=2\n"
    assert booted.read("found") == ""
    assert booted.finished("multi-user.target")
    assert booted.read("after") == "active\nactive\nactive\n"
    assert booted.read("app") == "c4n4ry-token-1TOKEN=c4n4ry-token-1\n"


def test_a_machine_that_restarts_with_a_broken_store_has_what_worked_last(site):
    site.scenario("cp --archive /var/lib/bestow/last-good /out/\n")
    before = site.boot("before-it-broke")
    shutil.copytree(before.out / "last-good", site.tree / "var/lib/bestow/last-good", symlinks=True)  # its disk
    for name in ("token", "alice"):
        site.write(f"/var/lib/bestow/store/secrets/{name}.age", "this is no age file")
    site.write("/var/lib/bestow/store/bestow.yaml", "version: [")
    site.scenario(r"""
systemctl is-active bestow.target app.service crypttab.service >/out/active || true
systemctl show --property=ExecMainStatus bestow.service >>/out/active
bestow status --json >/out/status || true
""")
    booted = site.boot("last-good")
    assert booted.read("active") == "active\nactive\nactive\nExecMainStatus=4\n"
    assert booted.read("app").endswith("c4n4ry-token-1TOKEN=c4n4ry-token-1\n") and booted.read("luks") == "c4n4ry-luks"
    assert "alice:$y$" in booted.read("shadow")
    assert booted.messages("what worked last is delivered instead")
    forecast = json.loads(booted.read("status"))["next_boot"]
    assert forecast["complete"] and forecast["kept"][0]["item"] == "store"


def test_a_store_and_a_key_on_mounts_of_their_own_are_waited_for_and_are_no_circle(site):
    """bestow-early.service comes before mounts, finds no store, and is left out; bestow.service delivers everything."""
    site.move("/etc/ssh", "/key/ssh")
    site.folder_of("/persist")
    for unit in ("bestow.service", "bestow-refresh.service"):
        site.write(f"/etc/systemd/system/{unit}.d/mounts.conf", shown_file("mounts"))
    site.move("/var/lib/bestow", "/other")
    site.folder_of("/var/lib/bestow")
    (site.tree / "etc/bestow/host.yaml").unlink()
    site.policy(POLICY.replace(", path: /etc/luks-keys/games.key", ""), store="/other/store")
    site.write("/etc/fstab", "/other /var/lib/bestow none bind 0 0\n/key /persist none bind 0 0\n")
    site.units.remove("crypttab.service")
    site.scenario("cat /run/secrets-early/luks/games >/out/luks\n")
    booted = site.boot("mounted-store")
    assert booted.left_out() == []
    assert booted.units()["bestow-early.service"] == ("inactive", "dead")
    for mount in ("var-lib-bestow.mount", "persist.mount"):
        assert booted.finished(mount) < booted.finished("bestow.service")
    assert booted.read("app") == "c4n4ry-token-1TOKEN=c4n4ry-token-1\n" and booted.read("luks") == "c4n4ry-luks"


def test_writes_nothing_where_its_memory_is_not_mounted(site):
    """Something takes bestow-store.service away: the writers find a plain folder in /run, and leave it empty. Once it is
    mounted, the next refresh delivers, and then all is as if it had been so from the start."""
    site.write("/etc/systemd/system/bestow-store.service.d/nothing.conf",
               "[Service]\nExecStart=\nExecStart=/bin/mkdir -m 0751 /run/secrets.d /run/secrets-early.d\n")
    site.policy(re.sub(r", restart: [^\]]*\]", "", POLICY))
    site.scenario(r"""
systemctl is-active bestow-store.service bestow.service bestow.target >/out/states || true
find /run/secrets.d /run/secrets-early.d -mindepth 1 >/out/found
rmdir /run/secrets.d /run/secrets-early.d
bestow activate --mount only
""" + STAMP + """
wait_until all_active bestow.target
""")
    booted = site.boot("no-memory")
    assert booted.read("states") == "active\nfailed\ninactive\n"
    assert booted.read("found") == ""
    assert booted.messages("'secrets.d' is (on )?a tmpfs that can swap") and "No such file" in booted.read("luks")


def test_a_user_has_secrets_of_his_own(debian):
    """Kept running by loginctl(1); no session, no bus."""
    home = "/home/carol/.local/share/bestow"
    debian.policy("""\
secrets:
  note: {to: [web], file: secrets/note.age, key: ".", restart: [mine.service]}
  late: {to: [web], file: secrets/late.age, key: ".", restart: [waiting.service]}
""", store=f"{home}/store")
    debian.seal("secrets/note.age", "c4n4ry-note-1", store=f"{home}/store")
    debian.write(f"{home}/store/secrets/late.age", "this is no age file")
    for name in ("note", "late"):
        debian.seal(f"new/{name}.age", f"c4n4ry-{name}-2", store="/srv")
    debian.write("/home/carol/.config/bestow/identity.txt", debian.key.private.read_bytes(), 0o600)
    for name, file in (("mine", "note"), ("waiting", "late")):
        debian.write(f"/home/carol/.config/systemd/user/{name}.service", f"""\
[Unit]
After=bestow.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/cat %t/secrets/{file}
StandardOutput=append:/out/{name}
""")
    debian.scenario(r"""
rm -rf /etc/ssh/ssh_host_* /var/lib/bestow
useradd --uid 1000 --user-group --home-dir /home/carol carol
chown -R carol: /home/carol
loginctl enable-linger carol
wait_until test -S /run/user/1000/systemd/private
carol() { setpriv --reuid=carol --regid=carol --init-groups env -i PATH="$PATH" HOME=/home/carol XDG_RUNTIME_DIR=/run/user/1000 "$@"; }
carol sh -ec '""" + shown_commands("enable as a user", "$") + r"""'
carol systemctl --user start mine.service
carol systemctl --user start waiting.service || true
cp /srv/new/*.age /home/carol/.local/share/bestow/store/secrets/
carol touch /home/carol/.local/share/bestow/store.stamp
wait_until grep -q note-2 /out/mine
wait_until grep -q late-2 /out/waiting
stat -c '%U %a' /run/user/1000/secrets/note >/out/owner
carol systemctl --user is-active bestow.service bestow-refresh.path >/out/states
""")
    booted = debian.boot("user")
    assert booted.read("mine") == "c4n4ry-note-1c4n4ry-note-2" and booted.read("waiting").endswith("\nc4n4ry-late-2")
    assert booted.read("owner") == "carol 400\n" and booted.read("states") == "active\nactive\n"
    assert booted.messages("c4n4ry") == []
