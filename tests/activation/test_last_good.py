"""The last working ciphertext: a broken store and a restart together still leave a machine with its secrets."""
import json
import os

import pytest

from activation.conftest import CANARY, KEY, STORE, value

OTHER_KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

pytestmark = pytest.mark.root

KEPT = "/var/lib/bestow/last-good"


def kept(host):
    """{name: bytes} of what is kept; every file of it is root's alone."""
    found = {}
    root = host.path(KEPT)
    target = os.readlink(root / "current")
    for folder, _, names in os.walk(root / target):
        for name in names:
            path = os.path.join(folder, name)
            status = os.stat(path)
            assert (status.st_uid, status.st_mode & 0o7777) == (0, 0o600)
            found[os.path.relpath(path, root / target)] = open(path, "rb").read()
    assert root.stat().st_mode & 0o7777 == 0o700
    return found


def reboot(host):
    host.reboot()


def test_what_works_is_kept_as_ciphertext_and_nothing_else(simple):
    simple.activate()
    found = kept(simple)
    assert sorted(found) == ["manifest.json", "secrets/one.age", "secrets/two.age"]
    for name in ("secrets/one.age", "secrets/two.age"):
        assert found[name] == simple.path(f"{STORE}/{name}").read_bytes()
    assert json.loads(found["manifest.json"])["host"] == "web"
    assert CANARY.encode() not in b"".join(found.values())
    before = {name: os.stat(simple.path(f"{KEPT}/1/{name}")).st_ino for name in found}
    simple.activate()
    assert {name: os.stat(simple.path(f"{KEPT}/1/{name}")).st_ino for name in found} == before
    simple.seal("secrets/two.age", value("new"))
    simple.activate()
    assert sorted(os.listdir(simple.path(KEPT))) == ["2", "current"]


def test_broken_file_and_restart(simple):
    simple.activate()
    simple.write("secrets/one.age", "broken")
    simple.seal("secrets/two.age", value("new"))
    simple.activate(status=4)
    reboot(simple)
    result = simple.activate(status=4)
    assert "a/one" in result.stderr and "what worked last is delivered instead" in result.stderr
    assert simple.read("a/one") == value("one") and simple.read("two") == value("new")
    assert simple.read("rendered/env") == f"ONE={value('one')} web prod\n"
    assert simple.activate("--json", status=4).json()["sets"][0]["stale"] == ["a/one", "rendered/env"]
    simple.seal("secrets/one.age", value("healed"))
    simple.activate()
    assert simple.read("a/one") == value("healed")


@pytest.mark.parametrize("spoil", [
    lambda host: host.write("bestow.yaml", "nonsense: [\n"),
    lambda host: host.path(f"{STORE}/bestow.yaml").unlink(),
    lambda host: host.machine.run("rm", "-rf", STORE),
    lambda host: host.path(STORE).chmod(0o777),
], ids=["nonsense", "no-policy", "no-store", "not-trusted"])
def test_broken_policy_and_restart(simple, spoil):
    simple.activate()
    spoil(simple)
    reboot(simple)
    result = simple.activate(status=4)
    assert "bestow: store: " in result.stderr and "what worked last is delivered instead" in result.stderr
    assert simple.read("a/one") == value("one") and simple.read("rendered/env") == f"ONE={value('one')} web prod\n"
    assert simple.activate(status=None).status in (1, 2), "now something is live, and that stays"
    assert simple.read("a/one") == value("one")


def test_without_a_restart_a_broken_policy_changes_nothing(simple):
    simple.activate()
    simple.write("bestow.yaml", "nonsense: [\n")
    simple.activate(status=2)
    assert simple.current() == "1"


def test_early_and_main_one_after_the_other(simple):
    simple.policy("""\
secrets:
  luks: {to: [web], file: secrets/one.age, key: ".", phase: early}
  two: {to: [web], file: secrets/two.age, key: "."}
""")
    simple.activate("--phase", "early")
    assert not simple.path(KEPT).exists(), "the early phase writes to no disk"
    simple.activate()
    reboot(simple)
    simple.write("bestow.yaml", "nonsense: [\n")
    simple.activate("--phase", "early", status=4)
    assert simple.path("/run/secrets-early/luks").read_text() == value("one")
    simple.activate(status=4)
    assert simple.read("two") == value("two")


def age_record(host, name, seconds="1000"):
    record = host.path(f"{KEPT}/stale")
    lines = [f"{seconds} {line.split(' ', 1)[1]}" if line.endswith(f" {name}") else line
             for line in record.read_text().splitlines()]
    record.write_text("\n".join(lines) + "\n")


def test_not_longer_than_max_stale(simple):
    simple.activate()
    simple.write("secrets/one.age", "broken")
    simple.activate(status=4)
    age_record(simple, "secrets/one.age")
    reboot(simple)
    assert "older than max_stale" in simple.activate(status=4).stderr
    assert not simple.path("/run/secrets/a/one").exists() and simple.read("two") == value("two")
    simple.write("bestow.yaml", "nonsense: [\n")
    reboot(simple)
    assert "older than max_stale" in simple.activate(status=4).stderr
    assert not simple.path("/run/secrets/a/one").exists() and simple.read("two") == value("two")
    age_record(simple, ".")
    reboot(simple)
    simple.activate(status=2)
    assert simple.entries() == []


def test_another_hosts_bundle_takes_nothing_away(simple):
    """Copied here by mistake: it says nothing about this host."""
    simple.activate()
    store, elsewhere = simple.path("/var/lib/bestow/store"), simple.path("/var/lib/bestow/elsewhere")
    store.rename(elsewhere)
    store.mkdir()
    (store / "manifest.json").write_text(json.dumps({
        "format": "bestow manifest", "version": 1, "host": "other", "keys": [OTHER_KEY], "vars": {}, "made_from": {
            "commit": None, "dirty": False, "time": None}, "activation": {"keep_generations": 2, "allow_swap": False,
            "max_stale_seconds": 2592000}, "secrets": [], "templates": []}))
    reboot(simple)
    assert "it is for 'other' alone" in simple.activate(status=5).stderr
    (store / "manifest.json").write_text("no JSON")
    simple.activate(status=4)
    assert simple.read("two") == value("two")


def test_what_is_delivered_no_more_is_kept_no_more(simple):
    simple.activate()
    simple.policy('secrets:\n  two: {to: [web], file: secrets/two.age, key: "."}\n')
    simple.activate()
    assert sorted(kept(simple)) == ["manifest.json", "secrets/two.age"]
    simple.write("bestow.yaml", "nonsense: [\n")
    reboot(simple)
    simple.activate(status=4)
    assert not simple.path("/run/secrets/a").exists()


def test_readable_policy_without_a_file_does_not_get_it_back(simple):
    """Removed from one file and broken in another, both at once, and then a restart."""
    simple.activate()
    simple.policy('secrets:\n  two: {to: [web], file: secrets/two.age, key: "."}\n')
    simple.write("secrets/two.age", "broken")
    reboot(simple)
    simple.activate(status=4)
    assert simple.read("two") == value("two")
    assert not simple.path("/run/secrets/a").exists()


def test_host_that_was_removed_by_a_readable_policy_has_nothing_left(simple):
    simple.activate()
    simple.policy("secrets: {}\n", key=simple.other)
    simple.activate(status=5)
    assert not simple.path(KEPT).exists()
    simple.write("bestow.yaml", "nonsense: [\n")
    reboot(simple)
    simple.activate(status=2)
    assert simple.entries() == []


def test_key_that_is_not_at_hand_today_is_no_removal(simple):
    simple.activate()
    simple.install_key(simple.other)
    simple.activate(status=5)
    simple.install_key(simple.key)
    simple.write("bestow.yaml", "nonsense: [\n")
    reboot(simple)
    simple.activate(status=4)
    assert simple.read("a/one") == value("one")


def test_another_key_opens_nothing_of_it(simple):
    simple.activate()
    simple.install_key(simple.other)
    simple.write("bestow.yaml", "nonsense: [\n")
    reboot(simple)
    assert "no host of the store has a key" in simple.activate(status=5).stderr
    assert simple.entries() == []
    simple.install_key(simple.key)
    simple.activate(status=4)


def test_what_others_could_have_written_is_not_used(simple):
    simple.activate()
    simple.path(f"{KEPT}/1").chmod(0o777)
    simple.write("bestow.yaml", "nonsense: [\n")
    reboot(simple)
    simple.activate(status=2)
    assert simple.entries() == []


def test_damaged_copies_are_no_reason_to_fail(simple):
    simple.activate()
    simple.path(f"{KEPT}/1/manifest.json").write_text("nonsense")
    simple.path(f"{KEPT}/1/secrets/one.age").unlink()
    simple.activate()
    assert sorted(kept(simple)) == ["manifest.json", "secrets/one.age", "secrets/two.age"]
    simple.path(f"{KEPT}/2/manifest.json").write_text("nonsense")
    simple.write("bestow.yaml", "nonsense: [\n")
    reboot(simple)
    simple.activate(status=2)


def test_disk_that_cannot_be_written_is_a_warning(simple):
    simple.machine.run("mount", "--bind", "/var/lib/bestow", "/var/lib/bestow")
    simple.machine.run("mount", "-o", "remount,bind,ro", "/var/lib/bestow")
    assert "could not be kept for the next boot" in simple.activate().stderr
    assert simple.read("two") == value("two")


def test_experiment_elsewhere_leaves_it_alone(simple):
    simple.activate()
    simple.path("/run/elsewhere").mkdir()
    simple.write("secrets/one.age", "broken")
    simple.activate("--run-dir", "/run/elsewhere", status=4)
    assert sorted(os.listdir(simple.path(KEPT))) == ["1", "current"]


def test_secret_that_a_push_took_out_of_its_file(host):
    host.policy('secrets:\n  app/a: {to: [web], file: app.yaml, key: a}\n  app/b: {to: [web], file: app.yaml, key: b}\n')
    host.seal_document("app.yaml", f"a: {value('a')}\nb: {value('b')}\n")
    host.activate()
    host.seal_document("app.yaml", f"a: {value('new')}\n")
    host.activate(status=4)
    reboot(host)
    host.activate(status=4)
    assert host.read("app/b") == value("b") and host.read("app/a") == value("new")


def test_killed_while_it_was_written(simple, tmp_path):
    simple.activate()
    simple.seal("secrets/two.age", value("new"))
    for call, count in (("fsync", 5), ("renameat", 4), ("symlinkat", 2)):
        for index in range(1, count + 1):
            simple.machine.run("strace", "-o", tmp_path / "log", "-e", f"trace={call}", "-e",
                               f"inject={call}:signal=KILL:when={index}", simple.machine.program, "activate",
                               status=None)
            found = kept(simple)
            assert sorted(found) == ["manifest.json", "secrets/one.age", "secrets/two.age"]
    simple.activate()
    assert kept(simple)["secrets/two.age"] == simple.path(f"{STORE}/secrets/two.age").read_bytes()
    assert len(os.listdir(simple.path(KEPT))) == 2
