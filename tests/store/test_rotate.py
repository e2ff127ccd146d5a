"""bestow rotate: new values, what is made from them, what is kept, and what it shows before."""
import re
import shutil
import time

import pytest

from test_generate import DECLARED, declare, get, need, tool

MORE = """\
  api/token: {to: [web1], restart: [app.service], generate: text, keep_previous: true}
  api/given: {to: [web1], reload: [app.service], keep_previous: true}
templates:
  app.env:
    to: [web1]
    restart: [env.service]
    content: "T={{ api/token }} P={{ api/token.previous }} H={{ api/token.previous | bcrypt }}\\n"
"""


@pytest.fixture
def rotating(store):
    declare(store, DECLARED + MORE)
    store.accepting("set", "api/given", input="by hand")
    store.accepting("generate", "--yes")
    return store


def plan(store, *args):
    return store("rotate", *args, "--dry-run", "--json").json()


def test_only_what_is_named_changes(rotating):
    before = {name: get(rotating, name) for name in ("gen/text", "gen/hex", "gen/phrase")}
    other = rotating.read("secrets/ssh.yaml")
    rotating("rotate", "gen/text", "--yes")
    assert get(rotating, "gen/text") != before["gen/text"]
    assert get(rotating, "gen/hex") == before["gen/hex"]
    assert rotating.read("secrets/ssh.yaml") == other


def test_patterns_and_hosts(rotating):
    listed = [one["name"] for one in plan(rotating, "gen/*")["values"]]
    assert listed == ["gen/text", "gen/pin", "gen/phrase", "gen/hex", "gen/base64", "gen/uuid"]
    assert [one["variant"] for one in plan(rotating, "wire/key", "--host", "web2")["values"]] == ["web2"]
    first = get(rotating, "wire/key", "--host", "web1")
    second = get(rotating, "wire/key", "--host", "web2")
    rotating("rotate", "wire/key", "--host", "web2", "--yes")
    assert get(rotating, "wire/key", "--host", "web1") == first
    assert get(rotating, "wire/key", "--host", "web2") != second
    assert "same for all" in rotating("rotate", "gen/text", "--host", "web1", "--yes", status=2).stderr
    assert "did you mean 'gen/text'" in rotating("rotate", "gen/texd", "--yes", status=None).stderr
    assert "is like" in rotating("rotate", "nothing/*", "--yes", status=None).stderr


def test_hashes_follow_their_password(rotating):
    values = plan(rotating, "login/password")["values"]
    assert [one["made_from"] for one in values] == [None] + ["login/password"] * 4
    rotating("rotate", "login/password", "--yes")
    password = get(rotating, "login/password")
    for name in ("shadow/bcrypt", "shadow/sha", "shadow/yes"):
        made = get(rotating, name)
        assert tool("perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, made) == made


def test_certificates_follow_their_ca(rotating):
    need("openssl")
    old = rotating.read("secrets/pki.ca.crt")
    rotating("rotate", "pki/ca", "--yes")
    ca = rotating.path / "secrets/pki.ca.crt"
    assert ca.read_bytes() != old
    for name in ("host/web1/tls.key.crt", "host/web2/tls.key.crt", "tls2.key.crt"):
        assert "OK" in tool("openssl", "verify", "-CAfile", ca, rotating.path / "secrets" / name)


def test_hosts_and_units_are_shown_before(rotating):
    listed = plan(rotating, "api/token")
    assert listed["hosts"] == [{"host": "web1", "restart": ["app.service", "env.service"], "reload": []}]
    told = rotating("rotate", "api/given", "--dry-run").text
    assert "api/given (asked for; the previous value is kept)" in told and "web1: reload app.service" in told


def test_the_previous_value_stays(rotating, sops):
    assert "api/token.previous" not in rotating("list").text
    rotating("check")
    first = get(rotating, "api/token")
    assert rotating("render", "app.env", "--host", "web1").text == f"T={first} P= H=\n"
    rotating("rotate", "api/token", "--yes")
    second = get(rotating, "api/token")
    assert get(rotating, "api/token.previous") == first != second
    assert sops("decrypt", "--extract", '["token.previous"]', "secrets/api.yaml").text == first
    assert re.fullmatch(rf"T={second} P={first} H=\$2b\$.*\n", rotating("render", "app.env", "--host", "web1").text)
    rotating("rotate", "api/token", "--yes")
    assert get(rotating, "api/token.previous") == second
    assert "is what a rotation kept" in rotating("rotate", "api/token.previous", "--yes", status=2).stderr


def test_a_bundle_has_what_is_there(rotating, tmp_path):
    rotating("bundle", "web1", "-o", tmp_path / "bundle", status=0)
    names = sorted(path.name for path in (tmp_path / "bundle").rglob("*") if path.is_file())
    assert not any(name.endswith((".pub", ".crt")) for name in names)


def test_values_are_asked_for(rotating):
    rotating("rotate", "api/given", "--yes", input="new one\n")
    assert get(rotating, "api/given") == "new one"
    assert get(rotating, "api/given.previous") == "by hand"
    told = rotating("rotate", "api/given", "--yes", input="", status=2)
    assert "--allow-empty" in told.stderr
    assert get(rotating, "api/given") == "new one"


def test_it_asks_at_the_terminal(rotating, at_terminal):
    before = rotating.files()
    status, shown = at_terminal(["rotate", "api/given"], [("Make 1 new value?", "n\n")])
    assert status == 1 and "nothing was changed" in shown and rotating.files() == before
    status, shown = at_terminal(["rotate", "api/given"], [("Make 1 new value?", "y\n"), ("Value of api/given:", "typed\n"),
                                                          ("Once more:", "typed\n")])
    assert status == 0 and "typed" not in shown.replace("typed\r\n", "", 0).split("Once more:")[1]
    assert get(rotating, "api/given") == "typed"
    assert "--yes" in rotating("rotate", "gen/text", status=2).stderr


def test_a_file_with_a_reader_too_many_is_refused(rotating, make_identity, tmp_path, sops):
    _, eve = make_identity(tmp_path / "eve.txt")
    sops("rotate", "--in-place", "--add-age", eve, "secrets/api.yaml")
    before = rotating.files()
    told = rotating("rotate", "api/token", "--yes", status=2)
    assert "should not" in told.stderr and "bestow sync" in told.stderr
    assert rotating.files() == before


def test_dates_tell_of_new_values(rotating):
    stamp = re.compile(rb"lastmodified: .*")
    before = stamp.search(rotating.read("secrets/gen.yaml")).group()
    unchanged = stamp.search(rotating.read("secrets/ssh.yaml")).group()
    time.sleep(1.1)
    rotating("rotate", "gen/text", "--yes")
    assert stamp.search(rotating.read("secrets/gen.yaml")).group() != before
    assert stamp.search(rotating.read("secrets/ssh.yaml")).group() == unchanged


def test_a_secret_moves_with_all_that_belongs_to_it(rotating):
    rotating("rotate", "login/password", "wire/key", "api/token", "--yes")
    wire = {host: rotating.read(f"secrets/host/{host}/wire.key.pub") for host in ("web1", "web2")}
    previous = get(rotating, "api/token.previous")
    rotating("mv", "api/token", "door/token")
    rotating("mv", "wire/key", "tunnel/key")
    rotating("mv", "login/password", "people/secret")
    assert get(rotating, "door/token.previous") == previous
    assert f"P={previous} " in rotating("render", "app.env", "--host", "web1").text
    assert {host: rotating.read(f"secrets/host/{host}/tunnel.key.pub") for host in wire} == wire
    assert not any("wire" in name for name in rotating.files())
    assert rotating.read("bestow.yaml").count(b"of: people/secret") == 4
    rotating("check")
    rotating("rotate", "people/secret", "--yes")


def test_what_is_undeclared_leaves_nothing(rotating):
    rotating("rotate", "api/token", "--yes")
    rotating.write("bestow.yaml", rotating.read("bestow.yaml").decode().partition("templates:")[0])
    for name in ("api/token", "api/given", "wire/key", "ssh/login", "ssh/old"):
        rotating("unset", name, "--undeclare")
    assert not any(word in name for name in rotating.files() for word in ("api", "wire", "ssh"))
    rotating("check")


@pytest.mark.root
@pytest.mark.parametrize("whole", [False, True])
def test_a_host_gets_the_previous_value_when_there_is_one(store, machine, tmp_path, whole):
    declare(store, """\
secrets:
  api/token: {to: [web1], owner: daemon, mode: "0440", generate: text, keep_previous: true}
templates:
  app.env: {to: [web1], content: "T={{ api/token }} P={{ api/token.previous | json }}"}
""")
    store.accepting("generate", "--yes")
    place = machine.path("/var/lib/bestow/store")
    machine.path("/etc/ssh").mkdir(parents=True, exist_ok=True)
    shutil.copy(store.hosts["web1"].private, machine.path("/etc/ssh/ssh_host_ed25519_key"))

    def deliver():
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(tmp_path / "bundle", ignore_errors=True)
        store("bundle", "web1", "-o", tmp_path / "bundle")
        shutil.copytree(store.path if whole else tmp_path / "bundle", place)
        machine.bestow("activate")
        assert machine.bestow("status").status == 0

    deliver()
    first = machine.path("/run/secrets/api/token").read_text()
    kept = machine.path("/run/secrets/api/token.previous")
    assert not kept.exists()
    assert machine.path("/run/secrets/rendered/app.env").read_text() == f"T={first} P="
    store("rotate", "api/token", "--yes")
    deliver()
    assert kept.read_text() == first
    assert kept.stat().st_mode & 0o777 == 0o440 and kept.owner() == "daemon"
    second = machine.path("/run/secrets/api/token").read_text()
    assert second != first
    assert machine.path("/run/secrets/rendered/app.env").read_text() == f'T={second} P="{first}"'
    store("unset", "api/token.previous")
    deliver()
    assert not kept.exists() and machine.path("/run/secrets/api/token").read_text() == second


def test_what_is_due_is_rotated(rotating):
    rotating.replace("gen/text: {to: [server], generate: text}", "gen/text: {to: [server], generate: text, rotate_after: 90d}")
    rotating.replace("wire/key: {to: [server],", "wire/key: {rotate_after: 90d, to: [server],")
    assert rotating("rotate", "--due", "--yes").stdout == b""
    values = rotating.files()
    rotating.replace("gen/text: {to: [server], generate: text, rotate_after: 90d}",
                     "gen/text: {to: [server], generate: text, rotate_after: 1s}")
    rotating.replace("wire/key: {rotate_after: 90d", "wire/key: {rotate_after: 1s")
    time.sleep(2.1)
    assert [one["name"] for one in plan(rotating, "--due")["values"]] == ["gen/text", "wire/key", "wire/key"]
    assert [one["variant"] for one in plan(rotating, "--due", "--host", "web2")["values"]] == ["web2"]
    assert [one["name"] for one in plan(rotating, "--due", "gen/*")["values"]] == ["gen/text"]
    rotating("rotate", "--due", "--yes")
    changed = {name for name, content in rotating.files().items() if values.get(name) != content}
    assert changed == {"bestow.yaml", "secrets/gen.yaml", "secrets/host/web1/wire.yaml", "secrets/host/web2/wire.yaml",
                       "secrets/host/web1/wire.key.pub", "secrets/host/web2/wire.key.pub"}
    assert "no secret is named" in rotating("rotate", "--yes", status=2).stderr
    assert "did you mean" in rotating("rotate", "--due", "gen/texd", "--yes", status=None).stderr


def test_one_input_is_one_value(rotating):
    rotating("add", "api/more", "--to", "web1", input="x")
    before = rotating.files()
    told = rotating("rotate", "api/given", "api/more", "--yes", input="y", status=2)
    assert "2 of these values are asked for" in told.stderr
    assert rotating.files() == before


def test_every_format_takes_values_and_previous_ones(store, sops):
    declare(store, """\
secrets:
  disk: {to: [web1], file: secrets/disk.key, key: ".", generate: {kind: hex, bytes: 64}}
  id: {to: [web1], file: secrets/id, key: ".", generate: ssh-ed25519}
  e/one: {to: [web1], file: secrets/a.env, key: TOKEN, generate: text, keep_previous: true}
  i/one: {to: [web1], file: secrets/b.ini, key: [web, token], generate: text, keep_previous: true}
  j/one: {to: [web1], file: secrets/c.json, key: [a, "b/c"], generate: ssh-ed25519, keep_previous: true}
  y/one: {to: [web1], file: secrets/d.yaml, key: [a, b], generate: ssh-ed25519, keep_previous: true}
""")
    store.accepting("generate", "--yes")
    names = ["disk", "id", "e/one", "i/one", "j/one", "y/one"]
    before = {name: store("get", name).stdout for name in names}
    assert store.read("secrets/id.pub").startswith(b"ssh-ed25519 ")
    store("rotate", *names, "--yes")
    for name in names:
        assert store("get", name).stdout != before[name]
        if name not in ("disk", "id"):
            assert store("get", name + ".previous").stdout == before[name]
    assert sops("decrypt", "--extract", '["a"]["b/c.previous"]', "secrets/c.json").stdout == before["j/one"]
    for file in ("a.env", "b.ini", "c.json", "d.yaml", "disk.key", "id"):
        sops("decrypt", f"secrets/{file}")
    store("check")
    store("rotate", *names, "--yes")


def test_a_value_for_what_is_generated_is_refused(rotating, tmp_path):
    value = tmp_path / "value"
    value.write_text("mine")
    before = rotating.files()
    for more in ("--yes", "--dry-run"):
        told = rotating("rotate", "gen/text", "--value-file", value, more, status=2)
        assert "'gen/text' has 'generate'" in told.stderr and f"bestow set gen/text --value-file {value}" in told.stderr
    assert rotating.files() == before
    rotating("rotate", "api/given", "--value-file", value, "--yes")
    assert get(rotating, "api/given") == "mine"


def test_files_and_public_halves_are_shown_before(rotating):
    told = rotating("rotate", "wire/key", "--host", "web1", "--dry-run").text
    assert "wire/key for web1: secrets/host/web1/wire.yaml, secrets/host/web1/wire.key.pub\n" in told
    assert "gen/text: secrets/gen.yaml\n" in rotating("rotate", "gen/text", "--dry-run").text


def test_due_names_that_match_nothing_are_an_error_and_what_is_not_due_is_said(rotating):
    assert "is like 'typo/*'" in rotating("rotate", "--due", "typo/*", "--yes", status=1).stderr
    assert rotating("rotate", "--due", "gen/text", "--yes").text == "nothing of these is due\n"
    assert rotating("rotate", "--due", "gen/*", "--json").json() == {"values": [], "hosts": []}


def test_a_second_rotation_before_a_commit_is_warned_of(rotating, run):
    def commit():
        names = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        run("git", "add", "-A", cwd=rotating.path)
        run("git", "commit", "-qm", "state", cwd=rotating.path, env={**names, "PATH": "/usr/bin:/bin"})

    def warned(name):
        return "was changed since the last commit" in rotating("rotate", name, "--dry-run").stderr

    assert not warned("api/token")
    run("git", "init", "-q", cwd=rotating.path)
    assert not warned("api/token")
    commit()
    rotating("rekey", "--yes", "secrets/api.yaml")  # no new value
    assert not warned("api/token")
    commit()
    time.sleep(1.1)
    rotating("rotate", "api/token", "--yes")
    assert warned("api/token") and not warned("api/given") and not warned("gen/text")
    assert "was changed since" in rotating("rotate", "api/token", "--yes").stderr
    commit()
    assert not warned("api/token")
