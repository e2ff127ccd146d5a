"""rotate_after: what is due is found and what soon will be is foretold; nothing else is kept from working."""
import datetime
import re
import time

import pytest


@pytest.fixture
def dated(store, sops):
    """dated(days): the store with dns/key to be rotated after 90 days and last changed that many days ago."""
    store.accepting("set", "db/password", input="p")
    store("set", "dns/key", input="k")
    store("set", "db/user", input="u")
    for host in store.hosts:
        store.accepting("set", "wg/private", "--host", host, input=host)
    store.replace("  dns/key:\n    to: [dns]", "  dns/key:\n    rotate_after: 90d\n    to: [dns]")

    def set_age(days, zone="Z"):
        when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days, minutes=5)
        text = re.sub(r"lastmodified: .*", f'lastmodified: "{when:%Y-%m-%dT%H:%M:%S}{zone}"',
                      store.read("secrets/dns.yaml").decode())
        store.write("secrets/dns.yaml", text)
        return store
    return set_age


def findings(store, status):
    report = store("check", "--json", status=status).json()
    return [one for one in report["findings"] if one["kind"] == "due"], \
        [one for one in report["notes"] if "to be changed within" in one["message"]]



@pytest.mark.parametrize("age, is_due, is_foretold", [(0, False, False), (75, False, False), (76, False, True),
                                                      (89, False, True), (90, True, False), (400, True, False)])
def test_what_is_due_is_a_finding_and_what_soon_will_be_a_note(dated, age, is_due, is_foretold):
    store = dated(age)
    due, soon = findings(store, (0, 3))
    assert (bool(due), bool(soon)) == (is_due, is_foretold)
    if due:
        assert due[0]["place"] == "secrets/dns.yaml" and due[0]["hint"] == "bestow rotate dns/key"
        assert f"{age} days old or older" in due[0]["message"] and "after 90 days" in due[0]["message"]
        store("check", status=3)


def test_an_offset_counts_and_a_time_that_is_none_is_no_due_date(dated):
    due, _ = findings(dated(90, zone="-12:00"), (0, 3))
    assert not due
    due, _ = findings(dated(90, zone="+00:00"), (0, 3))
    assert len(due) == 1


def test_a_new_value_is_not_due_and_a_new_data_key_is_no_new_value(dated, bestow):
    store = dated(100)
    # The MAC is bound to the time: bestow's own rekey would refuse what was only edited.
    store("rekey", "--yes", "secrets/dns.yaml", status=(1, 4))
    assert findings(store, 3)[0]
    (store.path / "secrets/dns.yaml").unlink()
    store("set", "dns/key", input="new")
    assert findings(store, (0, 3)) == ([], [])


def test_only_the_secret_that_asks_for_it(dated):
    store = dated(400)
    text = store.read("secrets/dns.yaml").decode()
    when = re.search(r"lastmodified: .*", text).group()
    store.write("secrets/db.yaml", re.sub(r"lastmodified: .*", when, store.read("secrets/db.yaml").decode()))
    due, _ = findings(store, 3)
    assert [one["place"] for one in due] == ["secrets/dns.yaml"]


def test_history_knows_that_a_value_is_older_than_its_document(dated, run):
    """Another value of the same file was changed since: lastmodified says today, git says when this one came."""
    store = dated(0)
    store.replace("  db/password: {", "  db/password: {rotate_after: 90d, ")
    when = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=100)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def commit(dates):
        run("git", "add", "-A", cwd=store.path)
        run("git", "commit", "-qm", "state", cwd=store.path,
            env={**{name: "t@example.org" for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")},
                 "GIT_AUTHOR_NAME": "t", "GIT_COMMITTER_NAME": "t", "PATH": "/usr/bin:/bin", **dates})
    run("git", "init", "-q", cwd=store.path)
    commit({"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when})
    store("set", "db/user", input="another")
    due, _ = findings(store, 3)
    assert [one["hint"] for one in due] == ["bestow rotate db/password", "bestow rotate dns/key"]
    assert "100 days old" in due[0]["message"]
    commit({})
    store("rekey", "--yes", "secrets/db.yaml")  # the same value under a new data key
    commit({})
    assert [one["hint"] for one in findings(store, 3)[0]] == ["bestow rotate db/password", "bestow rotate dns/key"]
    time.sleep(1.1)  # lastmodified has seconds: within one, a new value after a new data key cannot be told from the old
    store("set", "db/password", input="new")
    assert [one["hint"] for one in findings(store, 3)[0]] == ["bestow rotate dns/key"]


def test_what_hosts_have_of_their_own_is_rotated_for_each_or_as_it_is_due(dated):
    store = dated(0)
    store.replace("  wg/private: {", "  wg/private: {rotate_after: 90d, ")
    file = next(one for one in store.files() if "host/web1/wg" in str(one))
    store.write(file, re.sub(r"lastmodified: .*", 'lastmodified: "2020-01-01T00:00:00Z"', store.read(file).decode()))
    found, = findings(store, 3)[0]
    assert found["hint"] == "bestow rotate wg/private --host web1, or bestow rotate --due"
    assert "'wg/private' for 'web1'" in found["message"]


@pytest.mark.parametrize("after, shown", [("12h", "12 hours"), ("1d", "1 day"), ("36h", "36 hours"), ("2d", "2 days")])
def test_times_are_told_in_what_they_are(dated, after, shown):
    store = dated(2)
    store.replace("rotate_after: 90d", f"rotate_after: {after}")
    found, = findings(store, 3)[0]
    assert found["message"].endswith(f"is 2 days old or older, and was to be changed after {shown}")
    store = dated(0)
    store.replace(f"rotate_after: {after}", "rotate_after: 1m")
    found, = findings(store, 3)[0]
    assert found["message"].endswith("is 5 minutes old or older, and was to be changed after 1 minute")
