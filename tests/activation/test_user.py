"""`bestow activate --user`: a real user without privileges, his own store, key and runtime directory."""
import os

import pytest

from activation.conftest import CANARY, value

pytestmark = pytest.mark.root

HOME = "/run/home/alice"


class User:
    def __init__(self, host, uid, gid):
        self.host, self.machine, self.uid, self.gid = host, host.machine, uid, gid
        self.runtime = f"/run/user/{uid}"
        self.store = f"{HOME}/.local/share/bestow/store"
        self.env = {**{name: text for name, text in host.machine.env.items() if not name.startswith("XDG_")},
                    "HOME": HOME, "XDG_RUNTIME_DIR": self.runtime}

    def path(self, name):
        return self.machine.path(name)

    def give(self, *names):
        for name in names:
            self.machine.run("chown", "-R", f"{self.uid}:{self.gid}", name)

    def run(self, *argv, **options):
        result = self.machine.run("setpriv", "--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups",
                                  "--bounding-set", "-all", "--no-new-privs", *argv, env=self.env, **options)
        assert CANARY not in result.stderr
        return result

    def bestow(self, *arguments, **options):
        return self.run(self.machine.program, *arguments, **options)

    def activate(self, *arguments, **options):
        return self.bestow("activate", "--user", *arguments, **options)

    def live(self, name):
        return self.path(f"{self.runtime}/secrets.d/current/{name}")


@pytest.fixture
def user(host):
    uid, gid = host.machine.add_user("alice", home=HOME)
    made = User(host, uid, gid)
    for place in (f"{HOME}/.ssh", f"{HOME}/.config/bestow", made.runtime):
        host.path(place).mkdir(parents=True, mode=0o700)
    host.machine.run("mount", "-t", "tmpfs", "-o", f"mode=0700,uid={uid},gid={gid}", "tmpfs", made.runtime)
    host.path("/etc/ssh/ssh_host_ed25519_key").unlink()
    host.install_key(host.key, f"{HOME}/.ssh/id_ed25519")
    host.policy("""\
secrets:
  one: {to: [web], file: one.age, key: ".", owner: root, group: daemon, mode: "0440", restart: [one.service]}
  early: {to: [web], file: one.age, key: ".", phase: early}
templates:
  env: {to: [web], content: "ONE={{ one }}\\n"}
""", made.store)
    host.seal("one.age", value("one"), made.store)
    made.give(HOME)
    return made


def test_delivers_to_the_user_whatever_owner_is_declared(user):
    result = user.activate()
    status = user.live("one").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (user.uid, user.gid, 0o440)
    assert user.live("rendered/env").read_text() == f"ONE={value('one')}\n"
    assert user.run("cat", f"{user.runtime}/secrets/one").text == value("one")
    assert "restart one.service" in result.text
    assert result.stderr.count("warning") == 1 and "which a user cannot forbid" in result.stderr
    assert not user.path(f"{user.runtime}/secrets-early").exists()
    assert " /run/user/" not in "".join(line for line in user.run("cat", "/proc/self/mountinfo").text.splitlines(True)
                                        if "secrets" in line), "nothing was mounted"


def test_again_and_again(user):
    user.activate()
    assert "nothing changed" in user.activate().text
    user.host.seal("one.age", value("new"), user.store)
    user.give(HOME)
    assert "changed one" in user.activate().text
    assert user.live("one").read_text() == value("new")
    assert [one["number"] for one in user.bestow("generations", "--user", "--json").json()[0]["generations"]] == [1, 2]
    user.bestow("rollback", "--user", "--hold")
    assert user.live("one").read_text() == value("one")
    assert "held" in user.activate().text


def test_killed_before_anything_was_live(user):
    user.path(f"{user.runtime}/secrets.d/1.new").mkdir(parents=True)
    user.give(user.runtime)
    user.activate()
    assert user.live("one").read_text() == value("one")
    assert sorted(os.listdir(user.path(f"{user.runtime}/secrets.d"))) == ["2", "current"]


def test_links_where_the_users_own_settings_allow_them(user):
    user.host.policy(f'secrets:\n  one: {{to: [web], file: one.age, key: ".", path: {HOME}/app/key}}\n', user.store)
    user.give(HOME)
    assert "allows no link" in user.activate(status=4).stderr
    user.path(f"{HOME}/.config/bestow/host.yaml").write_text(f"links: [{HOME}/app]\n")
    user.give(HOME)
    user.activate()
    assert os.readlink(user.path(f"{HOME}/app/key")) == f"{user.runtime}/secrets/one"
    user.machine.run("umount", user.runtime)
    user.machine.run("mount", "-t", "tmpfs", "-o", f"mode=0700,uid={user.uid},gid={user.gid}", "tmpfs", user.runtime)
    user.host.policy("secrets: {}\n", user.store)
    user.give(HOME)
    user.activate()
    assert not user.path(f"{HOME}/app/key").is_symlink(), "known from before the reboot"


def hand_over(user, uid):
    user.path(user.runtime).chmod(0o755)
    os.chown(user.path(user.runtime), uid, 0)


@pytest.mark.parametrize("spoil, message", [
    (lambda user: user.path(user.runtime).chmod(0o755), "not this user's own with mode 0700"),
    (lambda user: hand_over(user, 0), "not this user's own with mode 0700"),
    (lambda user: hand_over(user, 12345), "is owned by uid 12345"),
    (lambda user: user.env.pop("XDG_RUNTIME_DIR"), "XDG_RUNTIME_DIR does not name a directory"),
    (lambda user: user.env.update(XDG_RUNTIME_DIR="run"), "XDG_RUNTIME_DIR does not name a directory"),
    (lambda user: user.path(user.store).chmod(0o777), "can be written by others"),
    (lambda user: os.chown(user.path(user.store), 12345, 0), "is owned by uid 12345"),
], ids=["open", "roots", "others", "unset", "relative", "writable-store", "foreign-store"])
def test_refused(user, spoil, message):
    spoil(user)
    assert message in user.activate(status=2).stderr
    assert not user.path(f"/run/user/{user.uid}/secrets.d").exists()


def test_disk_is_refused(user):
    place = user.path(f"{HOME}/disk")
    place.mkdir(mode=0o700)
    user.machine.run("mount", "-t", "overlay", "-o", f"lowerdir=/etc,upperdir={HOME}/.ssh,workdir={HOME}/.config",
                     "overlay", f"{HOME}/disk", status=None)
    if "overlay" not in user.machine.run("cat", "/proc/self/mountinfo").text:
        pytest.skip("no overlay file systems here")
    user.machine.run("chown", f"{user.uid}:{user.gid}", f"{HOME}/disk")
    user.machine.run("chmod", "0700", f"{HOME}/disk")
    assert "not a memory file system" in user.activate("--run-dir", f"{HOME}/disk", status=1).stderr


def test_early_phase_is_refused(user):
    assert "has no early phase" in user.activate("--phase", "early", status=2).stderr


def test_store_may_be_roots(user):
    user.machine.run("chown", "-R", "0:0", user.store)
    user.activate()


def test_another_users_key_is_none(user):
    user.host.install_key(user.host.other, f"{HOME}/.ssh/id_ed25519")
    user.give(HOME)
    assert "no host of the store has a key" in user.activate(status=5).stderr


def test_status_of_the_users_own(user):
    user.activate()
    seen = user.bestow("status", "--user", "--json").json()
    [one] = seen["sets"]
    assert one["directory"] == f"{user.runtime}/secrets" and one["files"] > 0 and one["tampered"] == []
    assert not seen["found_something"] and seen["next_boot"]["complete"]
    user.host.seal("one.age", value("new"), user.store)
    user.give(HOME)
    assert user.bestow("status", "--user", "--json", status=3).json()["sets"][0]["changed"] == ["one", "rendered/env"]
