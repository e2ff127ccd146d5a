"""`bestow bundle`: one host's part and no more, refused when the host could not open it."""
import datetime
import json
import os
import re
import threading
import time

import pytest

from transports.conftest import STORE, files_of, value

pytestmark = pytest.mark.root


def test_holds_that_hosts_part_and_nothing_of_the_others(deployment):
    place = deployment.bundle()
    assert set(files_of(place)) == {"manifest.json", "secrets/web.yaml", "secrets/blob.bin", "secrets/pair.yaml"}
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["host"] == "web"
    assert [secret["name"] for secret in manifest["secrets"]] == ["web/token", "web/blob", "pair"]
    assert "password" not in (place / "manifest.json").read_text()
    for name, content in files_of(place).items():
        if name != "manifest.json":
            assert content == (deployment.store / name).read_bytes()
    assert oct(place.stat().st_mode & 0o7777) == "0o755"
    assert oct((place / "secrets/web.yaml").stat().st_mode & 0o7777) == "0o644"


def test_a_bundle_in_place_of_a_store_delivers_the_same(deployment):
    machine = deployment.web.machine
    machine.run("cp", "-r", deployment.store, STORE)
    deployment.web.activate()
    names = ("web/token", "web/blob", "pair", "rendered/env")
    expected = {name: (deployment.web.read(name), deployment.web.owner(name)) for name in names}
    deployment.web.clear()
    machine.run("rm", "-r", STORE)
    machine.run("cp", "-r", deployment.bundle(), STORE)
    report = deployment.web.activate("--json").json()
    assert report["host"] == "web" and report["restart"] == ["web.service"]
    assert {name: (deployment.web.read(name), deployment.web.owner(name)) for name in names} == expected
    assert deployment.web.read("rendered/env") == f'T="{value("web/token")}" prod\n'


def test_says_which_commit_it_was_made_from(deployment):
    commit = deployment.git("rev-parse", "HEAD").strip()
    time = deployment.git("log", "-1", "--format=%ct").strip()
    made_from = json.loads((deployment.bundle() / "manifest.json").read_text())["made_from"]
    assert made_from["commit"] == commit and made_from["dirty"] is False
    assert deployment._run("date", "-u", "-d", f"@{time}", "+%Y-%m-%dT%H:%M:%SZ").text.strip() == made_from["time"]


@pytest.mark.parametrize("change", ["tracked", "untracked policy", "untracked elsewhere"])
def test_says_when_the_work_tree_differs_from_the_commit(deployment, change):
    if change == "tracked":
        deployment.set("web/token", "new")
    elif change == "untracked policy":
        (deployment.store / "more/late.yaml").write_text("hosts:\n  late: {keys: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2"
                                                         "elw8zmrj2kg5sfn9aqmcac8p]}\n")
    else:
        (deployment.store / "notes.txt").write_text("nothing of the policy's")
    [report] = deployment.operator("--json", "bundle", "web", "-o", deployment.folder / "out").json()
    assert report["dirty"] is (change != "untracked elsewhere")


def test_no_git_no_commit(deployment):
    deployment._run("rm", "-rf", deployment.store / ".git")
    made_from = json.loads((deployment.bundle() / "manifest.json").read_text())["made_from"]
    assert made_from == {"commit": None, "dirty": False, "time": None}


def test_the_same_commit_makes_the_same_bytes(deployment):
    first = files_of(deployment.bundle(name="one"))
    clone = deployment.folder / "clone"
    deployment._run("git", "clone", "-q", deployment.store, clone)
    deployment.operator("bundle", "web", "-o", deployment.folder / "two", cwd=clone)
    assert files_of(deployment.folder / "two") == first


def test_tells_the_machine_how_old_values_are_which_it_cannot_ask_git(deployment, run):
    """The document was written just now; its value has been in history for long."""
    text = (deployment.store / "bestow.yaml").read_text()
    (deployment.store / "bestow.yaml").write_text(text.replace(
        "web/token: {to: [web],", "web/token: {to: [web], rotate_after: 90d, keep_previous: true,"))
    when = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=100)).strftime("%Y-%m-%dT%H:%M:%SZ")
    deployment._run("rm", "-rf", deployment.store / ".git")
    deployment.git("init", "-q", "-b", "main", ".")
    deployment.git("add", "-A")
    run("git", "-c", "user.name=me", "-c", "user.email=me@example.org", "commit", "-qm", "old", cwd=deployment.store,
        env={"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when, "PATH": os.environ["PATH"]})
    place = deployment.bundle()
    manifest = json.loads((place / "manifest.json").read_text())
    assert {one["name"]: one.get("rotation") for one in manifest["secrets"]} == {
        "web/token": {"after_seconds": 90 * 86400, "changed": when}, "web/token.previous": None, "web/blob": None,
        "pair": None}
    assert "nothing changed" in deployment.operator("bundle", "web", "-o", place).text
    deployment.operator("bundle", "--all", "-o", deployment.folder / "all")
    assert files_of(deployment.folder / "all/web") == files_of(place)

    deployment.install(place)
    machine = deployment.web.machine
    deployment.web.activate()
    seen = machine.bestow("status", "--json", status=3).json()
    assert seen["rotation"] == [{"secret": "web/token", "rotate_after_seconds": 90 * 86400, "changed": when, "due": True}]
    assert "web/token is 100 days old or older, and was to be changed after 90 days" in \
        machine.bestow("status", status=3).text
    # As an older bestow made it.
    for secret in manifest["secrets"]:
        secret.pop("rotation", None)
    (place / "manifest.json").write_text(json.dumps(manifest))
    deployment.install(place)
    assert machine.bestow("status", "--json").json()["rotation"] == []

    time.sleep(1.1)  # lastmodified has seconds: within one, a new value cannot be told from a new data key
    deployment.operator("rotate", "web/token", "--yes", "--accept-reader", "web", input=value("new"))
    deployment.install(deployment.bundle())
    deployment.web.activate()
    [one] = machine.bestow("status", "--json").json()["rotation"]
    assert one["due"] is False and one["changed"] > when


@pytest.mark.parametrize("modified", ["0000-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00", "soon"])
def test_a_document_with_a_time_that_is_none_makes_no_manifest_that_is_none(deployment, modified):
    text = (deployment.store / "bestow.yaml").read_text()
    (deployment.store / "bestow.yaml").write_text(text.replace("pair: {to: [web, db]}",
                                                               "pair: {to: [web, db], rotate_after: 1d}"))
    document = (deployment.store / "secrets/pair.yaml").read_text()
    (deployment.store / "secrets/pair.yaml").write_text(
        re.sub(r"lastmodified: .*", f'lastmodified: "{modified}"', document))
    deployment._run("rm", "-rf", deployment.store / ".git")
    manifest = json.loads((deployment.bundle() / "manifest.json").read_text())
    [pair] = [one for one in manifest["secrets"] if one["name"] == "pair"]
    assert pair["rotation"] == {"after_seconds": 86400, "changed": None}


def test_replaces_an_older_bundle_and_nothing_else(deployment):
    place = deployment.bundle()
    inode = place.stat().st_ino
    assert "nothing changed" in deployment.operator("bundle", "web", "-o", place).text
    assert place.stat().st_ino == inode
    deployment.set("web/token", "new")
    deployment.bundle()
    assert place.stat().st_ino != inode
    assert sorted(path.name for path in deployment.folder.iterdir() if path.name.startswith(".bestow-")) == []
    other = deployment.folder / "precious"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    assert "is no bundle" in deployment.operator("bundle", "web", "-o", other, status=1).stderr
    (deployment.folder / "file").write_text("mine")
    assert "is no bundle" in deployment.operator("bundle", "web", "-o", deployment.folder / "file", status=1).stderr
    assert (other / "thesis.txt").read_text() == "mine"


def test_no_instant_without_a_whole_bundle(deployment):
    place = deployment.bundle()
    seen, stop = set(), threading.Event()

    def watch():
        while not stop.is_set():
            try:
                folder = os.open(place, os.O_RDONLY)
            except FileNotFoundError:
                seen.add("nothing")
                continue
            count = len(os.listdir(folder))
            # What was exchanged for a newer one while it was listed may have been emptied.
            seen.add(count if os.path.samestat(os.fstat(folder), os.stat(place)) else "replaced")
            os.close(folder)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for turn in range(5):
            deployment.set("web/token", str(turn))
            deployment.bundle()
    finally:
        stop.set()
        watcher.join()
    assert 2 in seen and seen <= {2, "replaced"}, seen


def refused(deployment, status=1, host="web"):
    result = deployment.operator("bundle", host, "-o", deployment.folder / "out", status=status)
    assert not (deployment.folder / "out").exists()
    return result.stderr


def test_refused_when_the_host_cannot_open_it(deployment):
    text = (deployment.store / "bestow.yaml").read_text()
    (deployment.store / "bestow.yaml").write_text(text.replace("db/password: {to: [db]}", "db/password: {to: [db, web]}"))
    stderr = refused(deployment)
    assert "host 'web' may read it but cannot" in stderr and "hint: bestow sync secrets/db.yaml" in stderr


def test_refused_when_somebody_else_can_open_it(deployment):
    text = (deployment.store / "bestow.yaml").read_text()
    (deployment.store / "bestow.yaml").write_text(text.replace("pair: {to: [web, db]}", "pair: {to: [web]}"))
    stderr = refused(deployment)
    assert "host 'db' can read it but may not" in stderr and "bestow sync secrets/pair.yaml" in stderr
    deployment.bundle("db")  # which gets that file no more


def test_refused_when_a_value_is_missing_or_in_plaintext(deployment):
    (deployment.store / "secrets/blob.bin").unlink()
    assert "no such file" in refused(deployment)
    (deployment.store / "secrets/blob.bin").write_bytes(b"in the clear")
    assert "it is not encrypted" in refused(deployment)


def test_an_unknown_host(deployment):
    assert "did you mean 'web'?" in refused(deployment, host="wep")


def test_all_hosts_each_in_a_folder(deployment):
    deployment.operator("bundle", "--all", "-o", deployment.folder / "all")
    assert sorted(path.name for path in (deployment.folder / "all").iterdir()) == ["db", "web"]
    assert "secrets/db.yaml" in files_of(deployment.folder / "all/db")
    deployment.set("pair", "new")
    (deployment.store / "secrets/db.yaml").unlink()
    result = deployment.operator("bundle", "--all", "-o", deployment.folder / "all", status=4)
    assert "no bundle for host 'db'" in result.stderr
    assert files_of(deployment.folder / "all/web")["secrets/pair.yaml"] == (
        deployment.store / "secrets/pair.yaml").read_bytes()
