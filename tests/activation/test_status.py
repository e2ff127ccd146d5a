"""`bestow status`: what is live, and whether it is what it should be. And what the journal is told."""
import calendar
import os
import socket
import threading
import time

import pytest

from activation.conftest import CANARY, KEY, STORE, value

pytestmark = pytest.mark.root

FOUND = 3


def status(host, *arguments, status=0):
    result = host.machine.bestow("status", *arguments, status=status)
    assert CANARY.encode() not in result.stdout and CANARY not in result.stderr
    return result


def look(host, status_=0):
    return status(host, "--json", status=status_).json()


def test_all_is_well(simple):
    before = int(time.time())
    simple.activate()
    seen = look(simple)
    assert seen["host"] == "web" and seen["store"] == STORE and not seen["found_something"]
    main = next(one for one in seen["sets"] if one["directory"] == "/run/secrets")
    assert main["generation"] == 1 and main["files"] == 3 and not main["held"]
    assert calendar.timegm(time.strptime(main["made"], "%Y-%m-%dT%H:%M:%SZ")) >= before
    assert seen["next_boot"] == {"complete": True, "problems": [], "kept": []}
    text = status(simple).text
    assert "/run/secrets: generation 1, 3 files, live since 20" in text and "the next boot would have everything" in text


def test_what_cannot_be_told_is_not_told_as_good(simple):
    simple.activate()
    (simple.path("/run/secrets.d/1") / "two").write_text("mine")
    simple.write("bestow.yaml", "nonsense: [\n")
    assert [one["path"] for one in look(simple, FOUND)["sets"][-1]["tampered"]] == ["two"], "by what worked last"
    simple.machine.run("rm", "-rf", "/var/lib/bestow/last-good")
    seen = look(simple, FOUND)
    assert "activation" in {one["item"] for one in seen["problems"]} and "cannot be told" in seen["warnings"][-1]
    metrics = status(simple, "--metrics", "-", status=FOUND).text
    assert "bestow_tampered_files" not in metrics and "bestow_problems 0" not in metrics


def test_changes_nothing(simple):
    status(simple, status=FOUND)
    assert simple.entries() == []
    simple.activate()
    state = simple.path("/run/secrets.d/1/.bestow-state").read_bytes()
    simple.seal("secrets/two.age", value("new"))
    seen = look(simple, FOUND)
    assert [one["changed"] for one in seen["sets"] if one["generation"]] == [["two"]]
    assert simple.generations() == ["1", "current"]
    assert simple.path("/run/secrets.d/1/.bestow-state").read_bytes() == state


def test_what_was_tampered_with(simple):
    simple.activate()
    live = simple.path("/run/secrets.d/1")
    (live / "a/one").chmod(0o644)
    (live / "two").write_text("mine")
    (live / "rendered/env").unlink()
    [main] = [one for one in look(simple, FOUND)["sets"] if one["generation"]]
    assert main["tampered"] == [{"path": "a/one", "what": "mode 0644"}, {"path": "rendered/env", "what": "gone"},
                                {"path": "two", "what": "content"}]
    assert "tampered two: content" in status(simple, status=FOUND).text
    simple.activate()
    look(simple)


def test_what_is_stale_and_what_waits(simple):
    simple.policy("""\
secrets:
  a/one: {to: [web], file: secrets/one.age, key: "."}
  two: {to: [web], file: secrets/two.age, key: ".", owner: later}
""")
    simple.activate(status=4)
    simple.write("secrets/one.age", "broken")
    simple.activate(status=4)
    seen = look(simple, FOUND)
    [main] = [one for one in seen["sets"] if one["generation"]]
    assert [one["path"] for one in main["stale"]] == ["a/one"] and main["stale"][0]["since"].startswith("20")
    assert main["pending"] == ["two"]
    # An owner is no matter of the store's.
    assert seen["next_boot"]["complete"] and [one["item"] for one in seen["next_boot"]["kept"]] == ["a/one"]
    assert "the next boot would have older content of:\n  a/one: " in status(simple, status=FOUND).text
    simple.machine.run("rm", "-rf", "/var/lib/bestow/last-good")
    assert [one["item"] for one in look(simple, FOUND)["next_boot"]["problems"]] == ["a/one"]
    assert {one["item"] for one in seen["problems"]} == {"a/one", "two"}


@pytest.mark.parametrize("damage", ["no key", "no store", "policy"])
def test_whether_the_next_boot_would_succeed(simple, damage):
    simple.activate()
    if damage != "no key":  # what worked last would be delivered; what happens without it is the question here
        simple.machine.run("rm", "-rf", "/var/lib/bestow/last-good")
    if damage == "no key":
        simple.path(KEY).unlink()
    elif damage == "no store":
        simple.path(STORE).rename(simple.path(f"{STORE}-away"))
    else:
        simple.write("bestow.yaml", "version: 99\n")
    seen = look(simple, FOUND)
    assert not seen["next_boot"]["complete"] and seen["next_boot"]["problems"][0]["item"] == "store"
    [main] = [one for one in seen["sets"] if one["generation"]]
    assert main["files"] == 3 and main["tampered"] == []
    assert "the next boot would fail or lack:" in status(simple, status=FOUND).text


def test_the_next_boot_may_live_on_what_worked_last(simple):
    simple.activate()
    simple.write("bestow.yaml", "version: 1\nsecrets: 1\nhosts: 2\n")
    seen = look(simple, FOUND)
    assert seen["next_boot"]["complete"] and [one["item"] for one in seen["next_boot"]["kept"]] == ["store"]
    text = status(simple, status=FOUND).text
    assert "\\x0a" not in text and "\n    bestow.yaml:3" in text, "a line each"


def test_a_held_generation_is_something_to_look_at(simple):
    simple.activate()
    simple.seal("secrets/two.age", value("new"))
    simple.activate()
    simple.machine.bestow("rollback", "--hold")
    [main] = [one for one in look(simple, FOUND)["sets"] if one["generation"]]
    assert main["held"] and ", HELD" in status(simple, status=FOUND).text


SYSTEMCTL = """#!/bin/sh
words="$*"
for unit in ${words##*-- }; do
    [ -z "$first" ] || echo
    first=no
    cat "/etc/units/$unit"
done
"""


def test_units_that_started_before_their_secret_changed(simple):
    simple.path("/etc/systemctl").write_text(SYSTEMCTL)
    simple.path("/etc/systemctl").chmod(0o755)
    simple.path("/etc/units").mkdir()
    simple.path("/run/systemd/system").mkdir(parents=True)
    simple.machine.run("mount", "--bind", "/etc/systemctl", "/usr/bin/systemctl")
    simple.activate()
    now = int(time.time())

    def running(unit, since, state="active"):
        simple.path(f"/etc/units/{unit}").write_text(f"ActiveState={state}\nActiveEnterTimestamp=@{since}\n")

    running("one.service", now - 100)
    running("env.service", now + 1)
    seen = look(simple, FOUND)["outdated_units"]
    assert [(one["unit"], one["path"]) for one in seen] == [("one.service", "a/one")]
    assert "one.service runs since" in status(simple, status=FOUND).text
    running("one.service", now - 100, "inactive")
    look(simple)
    # A secret that another change leaves as it was has not changed.
    running("one.service", now + 1)
    simple.seal("secrets/two.age", value("new"))
    simple.activate()
    look(simple)


def test_metrics_for_prometheus(simple):
    simple.activate()
    place = simple.path("/var/lib/bestow.prom")
    status(simple, "--metrics", "/var/lib/bestow.prom")
    lines = place.read_text().splitlines()
    assert 'bestow_info{host="web",commit=""} 1' in lines
    assert 'bestow_files{directory="/run/secrets"} 3' in lines
    assert 'bestow_tampered_files{directory="/run/secrets"} 0' in lines
    assert "bestow_next_boot_complete 1" in lines and "bestow_outdated_units 0" in lines
    assert oct(place.stat().st_mode & 0o7777) == "0o644"
    for line in lines:
        name = line.split()[2] if line.startswith("#") else line.split("{")[0].split()[0]
        assert name.startswith("bestow_") and (line.startswith("# HELP ") or line.startswith("# TYPE ") or
                                               line.rsplit(" ", 1)[1].lstrip("-").isdigit())
    streamed = [line for line in status(simple, "--metrics", "-").text.splitlines() if "time_seconds" not in line]
    assert streamed == [line for line in lines if "time_seconds" not in line]
    inode = place.stat().st_ino
    (simple.path("/run/secrets.d/1") / "two").write_text("mine")
    status(simple, "--metrics", "/var/lib/bestow.prom", status=FOUND)
    assert place.stat().st_ino != inode
    assert 'bestow_tampered_files{directory="/run/secrets"} 1' in place.read_text()
    assert not [name for name in os.listdir(simple.path("/var/lib")) if name.startswith(".bestow")]


AGING = """\
secrets:
  db/pw: {to: [web], rotate_after: 1s, keep_previous: true}
  db/soon: {to: [web], rotate_after: 10d}
  db/late: {to: [web], rotate_after: 400d}
  db/used: {rotate_after: 1s}
  db/missing: {to: [web], rotate_after: 1s}
  blob: {to: [web], file: secrets/blob.age, key: ".", rotate_after: 1s}
  other: {to: [web], file: secrets/db.yaml, key: other}
templates:
  env: {to: [web], content: "USED={{ db/used }}\\n"}
"""


def test_values_that_are_due(host):
    host.policy(AGING.replace("  db/missing: {to: [web], rotate_after: 1s}\n", ""))
    host.seal_document("secrets/db.yaml", "".join(f"{name}: {value(name)}\n" for name in
                                                  ("pw", "pw.previous", "soon", "late", "used", "other")))
    host.seal("secrets/blob.age", value("blob"))
    time.sleep(2.1)  # lastmodified has seconds
    host.activate()
    seen = look(host, FOUND)
    assert {one["secret"]: one["due"] for one in seen["rotation"]} == {
        "db/pw": True, "db/soon": False, "db/late": False, "db/used": True, "blob": None}
    changed = {one["changed"] for one in seen["rotation"] if one["secret"] != "blob"}
    assert len(changed) == 1 and calendar.timegm(time.strptime(changed.pop(), "%Y-%m-%dT%H:%M:%SZ")) <= time.time() - 2
    assert [one["changed"] for one in seen["rotation"] if one["secret"] == "blob"] == [None]
    lines = status(host, status=FOUND).text.splitlines()
    told = [line for line in lines if line.startswith("the value of ")]
    assert [line.split()[3] for line in told] == ["db/pw", "db/soon", "db/used"], "each once"
    assert "seconds old or older, and was to be changed after 1 second" in told[0]
    assert told[1] == "the value of db/soon is to be changed within 9 days"
    metrics = status(host, "--metrics", "-", status=FOUND).text.splitlines()
    first = int(next(line for line in metrics if line.startswith("bestow_first_due_seconds ")).split()[1])
    assert "bestow_due_values 2" in metrics and time.time() - 120 < first < time.time()
    assert not [line for line in metrics if "db/pw" in line], "everybody may read the file"
    # Found because of that alone, and no obstacle to anything.
    host.policy(AGING.replace("1s", "400d").replace("10d", "400d").replace("  db/missing: {to: [web], "
                                                                           "rotate_after: 400d}\n", ""))
    host.activate()
    assert not look(host)["found_something"] and "the value of" not in status(host).text
    assert "bestow_due_values 0" in status(host, "--metrics", "-").text


def test_what_is_missing_is_not_due_and_what_cannot_be_told_is_not_told_as_good(host):
    host.policy(AGING)
    host.seal_document("secrets/db.yaml", "".join(f"{name}: {value(name)}\n" for name in
                                                  ("pw", "soon", "late", "used", "other")))
    host.seal("secrets/blob.age", value("blob"))
    time.sleep(2.1)
    seen = {one["secret"]: one for one in look(host, FOUND)["rotation"]}
    assert seen["db/missing"]["due"] is None and seen["db/pw"]["due"] is True
    host.write("bestow.yaml", "nonsense: [\n")
    metrics = status(host, "--metrics", "-", status=FOUND).text
    assert "bestow_due_values" not in metrics and look(host, FOUND)["rotation"] == []


class Journal:
    """Stands in for systemd-journald: keeps every entry as a mapping."""

    def __init__(self, host):
        place = host.path("/run/systemd/journal/socket")
        place.parent.mkdir(parents=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(place))
        self.socket.settimeout(0.3)

    def entries(self):
        found = []
        while True:
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                return found
            assert CANARY.encode() not in data
            assert data.endswith(b"\n")
            found.append(dict(line.split("=", 1) for line in data.decode().splitlines()))


def test_the_journal_has_an_entry_for_every_change(simple):
    journal = Journal(simple)
    simple.activate()
    told = journal.entries()
    assert {(one["BESTOW_SECRET"], one["BESTOW_CHANGE"]) for one in told} == {
        ("a/one", "added"), ("two", "added"), ("rendered/env", "added")}
    assert all(one["BESTOW_HOST"] == "web" and one["PRIORITY"] == "5" and one["SYSLOG_IDENTIFIER"] == "bestow" and
               one["BESTOW_GENERATION"] == "1" and one["BESTOW_DIRECTORY"] == "/run/secrets" for one in told)
    assert {one["MESSAGE"] for one in told} >= {"/run/secrets/two added"}
    simple.activate()
    simple.activate("--dry-run")
    assert journal.entries() == []
    simple.policy('secrets:\n  two: {to: [web], file: secrets/two.age, key: "."}\n'
                  '  a/one: {to: [web], file: secrets/one.age, key: "."}\n')
    simple.write("secrets/one.age", "broken")
    simple.activate(status=4)
    told = {(one["BESTOW_SECRET"], one["BESTOW_CHANGE"], one["PRIORITY"]) for one in journal.entries()}
    assert told == {("two", "changed", "5"), ("rendered/env", "removed", "5"), ("a/one", "stale", "4"),
                    ("a/one", "failed", "4"), ("a/one", "changed", "5")}


def test_a_journal_that_nobody_reads_stops_nothing(simple):
    Journal(simple)  # its queue is short, and nobody empties it
    for turn in range(12):
        simple.seal("secrets/two.age", value(f"turn {turn}"))
        simple.activate()
    assert simple.read("two") == value("turn 11")


def test_waits_for_a_key_for_a_bounded_time(simple):
    key = simple.path(KEY).read_bytes()
    simple.path(KEY).unlink()
    began = time.monotonic()
    simple.activate("--wait-for-identity", "1", status=5)
    assert simple.entries() == [] and time.monotonic() - began >= 1

    def bring():
        time.sleep(1)
        simple.path(KEY).write_bytes(key)

    bringer = threading.Thread(target=bring)
    bringer.start()
    try:
        simple.activate("--wait-for-identity", "30")
    finally:
        bringer.join()
    assert simple.read("two") == value("two")


def test_a_policy_that_is_wrong_is_not_waited_for(simple):
    simple.write("bestow.yaml", "version: 99\n")
    began = time.monotonic()
    simple.activate("--wait-for-identity", "60", status=2)
    assert time.monotonic() - began < 50
