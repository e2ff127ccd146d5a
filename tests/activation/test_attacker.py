"""A store that an attacker may push to, on a machine with the default host.yaml: whatever he writes there, he gets
nothing outside /run/secrets, and nothing that the machine did not have encrypted to it. Nor does somebody who has an
account on the machine."""
import os

import pytest

from activation.conftest import CANARY, KEY, NOBODY, STORE, value

pytestmark = pytest.mark.root

HEAD = 'secrets:\n  good: {to: [web], file: good.age, key: "."}\n'
SHADOW = "root:x-hash-of-root:1::::::"


def secret(name="evil", file="good.age", key='"."', more=""):
    return f'  "{name}": {{to: [web], file: "{file}", key: {key}{more}}}\n'


def template(more, name="evil"):
    return f"templates:\n  {name}: {{to: [web], {more}}}\n"


# What is appended to the policy; exit status; what is said. 1 and 2: all of it is refused, and nothing is delivered.
POLICIES = {
    "link to /etc/sudoers.d": (secret(more=", path: /etc/sudoers.d/evil"), 4, "allows no link at '/etc/sudoers.d/evil'"),
    "link to cron": (secret(more=", path: /etc/cron.d/evil, owner: root"), 4, "allows no link"),
    "link that climbs": (secret(more=", path: /run/../etc/sudoers.d/evil"), 2, "path"),
    "link that is relative": (secret(more=", path: ../etc/sudoers.d/evil"), 2, "path"),
    "link over /run": (secret(more=", path: /run/systemd/system/evil.service"), 4, "allows no link"),
    "name that climbs": (secret("../../etc/sudoers.d/evil"), 2, "evil"),
    "name that climbs inside": (secret("a/../../../etc/evil"), 2, "evil"),
    "name that is absolute": (secret("/etc/sudoers.d/evil"), 2, "evil"),
    "name with a dot": (secret("./evil"), 2, "evil"),
    "name of a record": (secret(".bestow-state"), 2, "starts with '.'"),
    "name of a hold": (secret(".bestow-hold"), 2, "starts with '.'"),
    "name with a line break": (secret("a\\nfile 0 0 4755 0 0 0 x evil"), 2, ""),
    "name below another": (secret("good/evil"), 2, "good"),
    "name in templates' place": (secret("rendered/evil"), 2, "rendered"),
    "template's name that climbs": (template("content: x", "../../etc/evil"), 2, "evil"),
    "file that climbs": (secret(file="../../../../etc/shadow"), 2, "shadow"),
    "file that is absolute": (secret(file="/etc/shadow"), 2, "shadow"),
    "file behind a link": (secret(file="outside/shadow"), 4, "outside/shadow"),
    "file that is a link": (secret(file="shadow-link"), 4, "shadow-link"),
    "file that is a fifo": (secret(file="fifo"), 4, "not a regular file"),
    "file that is a device": (secret(file="device"), 4, "not a regular file"),
    "file that is a folder": (secret(file="folder"), 4, "not a regular file"),
    "file that is huge": (secret(file="huge"), 4, "huge"),
    "file that is plaintext": (secret(file="plain"), 4, "not encrypted"),
    "template that is a link to /etc/shadow": (template("file: shadow-link"), 1, "shadow-link"),
    "template behind a link": (template("file: outside/shadow"), 1, "outside"),
    "template that climbs": (template("file: ../../../../etc/shadow"), 2, "shadow"),
    "template that is absolute": (template("file: /etc/shadow"), 2, "shadow"),
    "template that is a fifo": (template("file: fifo"), 1, "not a regular file"),
    "template that is huge": (template("file: huge"), 1, "huge"),
    "template with a secret that is none's": (template('content: "{{ other/secret }}"'), 2, "other/secret"),
    "include that climbs": ("include: [../../../etc/shadow]\n", 2, "shadow"),
    "include that is absolute": ("include: [/etc/shadow]\n", 2, "shadow"),
    "include that is a link": ("include: [shadow-link]\n", 1, "shadow-link"),
    "include behind a link": ("include: [outside/shadow]\n", 1, "outside"),
    "include that is a fifo": ("include: [fifo]\n", 1, "not a regular file"),
    "include of itself": ("include: [bestow.yaml]\n", 2, "bestow.yaml"),
    "set-id mode": (secret(more=', mode: "4755"'), 2, "mode"),
    "world-writable mode": (secret(more=', mode: "0666"'), 2, "mode"),
    "unit that is an option": (secret(more=', restart: ["--force"]'), 2, "--force"),
    "unit that is a path": (secret(more=', restart: ["../evil.service"]'), 2, "evil.service"),
    "unit with a line break": (secret(more=', restart: ["a.service\\nrestart sshd.service"]'), 2, ""),
    "early secret of a user": (secret(more=", phase: early, owner: nobody"), 2, "root"),
    "swap": ("activation: {allow_swap: true}\n", 0, ""),
    "all of yaml's tricks": ("x: &a [*a, *a]\n", 2, ""),
    "another settings file": ("links: [/]\n", 0, "links"),
}


@pytest.fixture
def attacked(host):
    """A store with everything in it that an attacker could think of, and a precious file outside."""
    host.write("shadow", SHADOW, store="/etc")
    host.path("/etc/shadow").chmod(0o600)
    host.path("/etc/sudoers.d").mkdir()
    host.path("/etc/cron.d").mkdir()
    host.seal("good.age", value("good"))
    host.path(f"{STORE}/shadow-link").symlink_to("/etc/shadow")
    host.path(f"{STORE}/outside").symlink_to("/etc")
    os.mkfifo(host.path(f"{STORE}/fifo"))
    os.mknod(host.path(f"{STORE}/device"), 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
    host.path(f"{STORE}/folder").mkdir()
    with host.path(f"{STORE}/huge").open("wb") as huge:
        huge.truncate(1 << 40)
    host.write("plain", "oops")
    return host


def delivered(host):
    """Contents of all that lies in /run/secrets."""
    root = host.path("/run/secrets.d/current/")
    return {os.path.join(folder, name): open(os.path.join(folder, name), errors="replace").read()
            for folder, _, names in os.walk(root) for name in names if not name.startswith(".bestow-")}


def test_what_an_attacker_may_push(attacked, record_property):
    """One machine for all of them, as after a reboot before each."""
    before = outside(attacked)
    for what, (text, status, message) in POLICIES.items():
        attacked.clear()
        attacked.policy(HEAD + text)
        result = attacked.activate(status=None)
        assert result.status == status, f"{what}: exit {result.status}: {result.stderr}"
        assert message in result.stderr, what
        assert "x-hash-of-root" not in result.text + result.stderr, what
        found = delivered(attacked) if attacked.generations() else {}
        assert not any("x-hash-of-root" in content for content in found.values()), what
        assert found if status in (0, 4) else not found, f"{what}: what is not refused as a whole delivers the rest"
        assert outside(attacked) == before, f"{what}: something outside /run/secrets changed"
    record_property("told", f"activation: {len(POLICIES)} stores of an attacker, nothing gained")


def outside(host):
    """Names, owners, modes and contents of everything that is not bestow's."""
    listing = host.machine.run("find", "/etc", "/run", "-mindepth", "1", "-path", "/run/secrets*", "-prune", "-o", "-printf",
                               "%p %u %m %y %l\\n").text
    return listing, host.path("/etc/shadow").read_text()


# --- what an account on the machine may try


def test_store_that_others_can_write_delivers_nothing(attacked):
    attacked.policy(HEAD)
    for place in ("/var/lib/bestow", STORE, f"{STORE}/bestow.yaml", f"{STORE}/good.age"):
        path = attacked.path(place)
        mode = path.stat().st_mode & 0o7777
        for spoil, message in ((lambda: path.chmod(mode | 0o002), "can be written by others"),
                               (lambda: path.chmod(mode | 0o020), "can be written by others"),
                               (lambda: os.chown(path, NOBODY, NOBODY), f"is owned by uid {NOBODY}")):
            spoil()
            assert message in attacked.activate(status=4 if place.endswith(".age") else 2).stderr, place
            assert not attacked.path("/run/secrets/good").exists()
            path.chmod(mode)
            os.chown(path, 0, 0)
    attacked.activate()


def test_settings_that_others_can_write_are_refused(attacked):
    attacked.policy(HEAD)
    attacked.write("host.yaml", "links: [/etc/sudoers.d]\n", store="/etc/bestow")
    for place in ("/etc/bestow/host.yaml", "/etc/bestow"):
        os.chown(attacked.path(place), NOBODY, NOBODY)
        assert "is owned by uid" in attacked.activate(status=2).stderr
        os.chown(attacked.path(place), 0, 0)
    attacked.activate()


def test_nobody_else_reads_what_is_not_his(simple):
    """Neither what is live, nor what was, nor what is being made."""
    simple.activate()
    simple.seal("secrets/two.age", value("new"))
    simple.activate()
    as_nobody = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    found = simple.machine.run(*as_nobody, "sh", "-c", "cat /run/secrets/a/one; for file in $(find /run/secrets.d/ "
                               "-type f) /run/secrets.d/*/two /run/secrets.d/*/.bestow-state /run/secrets/two; do "
                               "cat $file; done", status=None)
    assert found.text == value("one"), "his own, and not the others'"
    for name in ("/run/secrets/x", "/run/secrets.d/x", "/run/secrets.d/current/x"):
        simple.machine.run(*as_nobody, "touch", name, status=1)


def test_links_that_an_owner_puts_in_place_of_his_secret_lead_nowhere(attacked):
    """The folder of a secret is root's, so he cannot; even then nothing is read or written through one."""
    attacked.policy(HEAD)
    attacked.activate()
    good = attacked.path("/run/secrets.d/current/good")
    good.unlink()
    good.symlink_to("/etc/shadow")
    attacked.write("good.age", "broken")
    attacked.activate(status=4)
    good = attacked.path("/run/secrets.d/current/good")
    assert not good.is_symlink() and good.read_text() == value("good"), "what worked last takes its place"
    assert attacked.path("/etc/shadow").read_text() == SHADOW
    assert not any("x-hash-of-root" in content for content in delivered(attacked).values())


def test_a_private_key_in_the_store_is_no_key_of_the_machine(attacked):
    attacked.policy(HEAD)
    attacked.path(KEY).unlink()
    attacked.install_key(attacked.key, f"{STORE}/identity.txt")
    assert "no private key" in attacked.activate(status=5).stderr
    assert CANARY not in "".join(delivered(attacked).values())
