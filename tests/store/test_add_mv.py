"""add and mv: bestow.yaml and the encrypted files change together or not at all."""
import json

import pytest

CANARY = "canary-7c1f2e"


def test_add_declares_and_sets(store, sops):
    store.accepting("add", "mail/token", "--to", "dns", "--owner", "mail", "--group", "adm", "--mode", "0440",
                    "--restart", "mail.service", input="t0ken\n")
    assert store("get", "mail/token").stdout == b"t0ken"
    assert len(store.recipients("secrets/mail.yaml")) == 2
    text = store.read("bestow.yaml").decode()
    for word in ("mail/token", "owner: mail", "group: adm", "0440", "mail.service"):
        assert word in text
    assert "dns/key:\n    to: [dns]        # only that one\n" in text
    assert json.loads(sops("decrypt", "--output-type", "json", "secrets/mail.yaml").stdout) == {"token": "t0ken"}


def test_add_takes_every_field(store):
    store.accepting("add", "a/b", "--to", "server+dns", "--to", "web2", "--except", "web1", "--file", "secrets/z.yaml",
                    "--key", "zz", "--path", "/etc/zz", "--phase", "early", "--reload", "x.service", input="v")
    assert store("get", "-f", "secrets/z.yaml", "zz").stdout == b"v"
    assert len(store.recipients("secrets/z.yaml")) == 2


def test_add_into_a_file_that_is_there(store):
    store.accepting("set", "db/user", input="bob")
    before = store.read("secrets/db.yaml").decode()
    store("add", "db/port", "--to", "server", "--type", "int", input="5432")
    after = store.read("secrets/db.yaml").decode()
    assert store("get", "db/port").stdout == b"5432" and store("get", "db/user").stdout == b"bob"
    assert before.splitlines()[0] == after.splitlines()[0]


def test_add_gives_a_shared_file_to_its_new_readers(store):
    store.replace("version: 1\n", "version: 1\nfiles: {secrets/mix.yaml: {shared: true}}\n")
    store.accepting("add", "mix/one", "--to", "web1", input="1")
    assert len(store.recipients("secrets/mix.yaml")) == 2
    result = store.accepting("add", "mix/two", "--to", "web2", input="2")
    assert len(store.recipients("secrets/mix.yaml")) == 3 and "warning" not in result.stderr


def test_add_for_each_host(store):
    store.accepting("add", "ssh/key", "--to", "server", "--per", "host", "--host", "web2", input="two")
    assert store("get", "ssh/key", "--host", "web2").stdout == b"two"
    before = store.files()
    assert "--host" in store.accepting("add", "ssh/other", "--to", "server", "--per", "host", input="x", status=2).stderr
    assert store.files() == before
    store("add", "ssh/other", "--to", "server", "--per", "host", "--no-value")
    assert "ssh/other" in store.read("bestow.yaml").decode()


@pytest.mark.parametrize("args, complaint", [
    (["db/password", "--to", "web1"], "declared already"),
    (["db/extra", "--to", "web1"], "secrets/db.yaml"),        # over-sharing
    (["x/y", "--to", "wbe1"], "web1"),                        # nearest word
    (["../x/y", "--to", "web1"], ".."),
    (["x/y", "--to", "web1", "--mode", "4755"], "4755"),
    (["x/y", "--to", "web1", "--phase", "later"], "later"),
    (["x/y", "--to", "web1", "--phase", "early", "--owner", "bob"], "early"),
    (["db/password/z", "--to", "web1"], "db/password")])
def test_add_writes_nothing_when_anything_is_wrong(store, args, complaint):
    store.accepting("set", "db/user", input="bob")
    before = store.files()
    result = store.accepting("add", *args, input=CANARY, status=2)
    assert complaint in result.stderr and CANARY not in result.stderr
    assert store.files() == before


def test_mv_moves_value_declaration_and_templates(store, sops):
    store.write("templates/app.conf", "keep {{ db/user }}\npw={{db/password|json}}\n")
    store.replace("templates:\n", "templates:\n  conf: {to: [web1], file: templates/app.conf}\n")
    store.accepting("set", "db/password", input="pw")
    store("set", "db/user", input="bob")
    store.accepting("mv", "db/password", "postgres/admin")
    assert store("get", "postgres/admin").stdout == b"pw"
    assert store("get", "db/user").stdout == b"bob"
    assert json.loads(sops("decrypt", "--output-type", "json", "secrets/db.yaml").stdout) == {"user": "bob"}
    text = store.read("bestow.yaml").decode()
    assert "db/password" not in text and "PASSWORD={{ postgres/admin }}" in text
    assert "QUOTED={{ postgres/admin | json }}" in text and "# The database." in text
    assert store.read("templates/app.conf") == b"keep {{ db/user }}\npw={{postgres/admin|json}}\n"
    assert b"PASSWORD=pw" in store("render", "app-env", "--host", "web1").stdout


def test_mv_within_a_file(store):
    store.accepting("set", "db/password", input="pw")
    store("mv", "db/password", "db/secret")
    assert store("get", "db/secret").stdout == b"pw"
    assert list(store.files()) == ["bestow.yaml", "secrets/db.yaml"]


def test_mv_takes_every_hosts_value(store):
    for host in ("web1", "web2"):
        store.accepting("set", "wg/private", "--host", host, input=host)
    store("mv", "wg/private", "vpn/key")
    for host in ("web1", "web2"):
        assert store("get", "vpn/key", "--host", host).stdout == host.encode()
    assert list(store.files()) == ["bestow.yaml", "secrets/host/web1/vpn.yaml", "secrets/host/web2/vpn.yaml"]


def test_mv_keeps_types_and_subtrees(store):
    store.accepting("set", "dns/key", "--type", "int", input="7")
    store("mv", "dns/key", "dns2/number")
    assert b"type:int" in store.read("secrets/dns2.yaml")
    store("set", "-f", "secrets/dns2.yaml", "map.a.b", input="1")
    store.replace("  disk:", "  dns2/map: {to: [dns], as: json}\n  disk:")
    store("mv", "dns2/map", "dns3/map")
    assert json.loads(store("get", "dns3/map").stdout) == {"a": {"b": "1"}}


def test_mv_of_a_secret_with_a_place_of_its_own_changes_only_the_declaration(store):
    store.accepting("set", "disk", input="d")
    before = store.read("secrets/disk.key")
    store("mv", "disk", "luks/disk")
    assert store.read("secrets/disk.key") == before and store("get", "luks/disk").stdout == b"d"


def test_mv_refuses_and_changes_nothing(store):
    store.accepting("set", "db/password", input=CANARY)
    before = store.files()
    assert "declared already" in store("mv", "db/password", "db/user", status=2).stderr
    assert "did you mean" in store("mv", "db/pasword", "x/y", status=1).stderr
    store("mv", "db/password", "../x/y", status=2)
    store("mv", "db/password", "dns/password", status=2)  # would share dns.yaml with others
    assert store.files() == before


def test_render_shows_what_a_host_gets(store):
    store.accepting("set", "db/password", input='p"w')
    result = store("render", "app-env", "--host", "web1")
    assert result.stdout == b'# web1\nPASSWORD=p"w\nQUOTED="p\\"w"\n'
    assert "app-env" in store("render", "app-env", "--host", "web2", status=1).stderr
    assert "did you mean 'web1'" in store("render", "app-env", "--host", "web11", status=1).stderr
    assert "did you mean 'app-env'" in store("render", "app_env", "--host", "web1", status=1).stderr


def test_render_says_that_password_hashes_differ(store):
    store.replace("{{ db/password | json }}", "{{ db/password | sha512crypt }}")
    store.accepting("set", "db/password", input="pw")
    result = store("render", "app-env", "--host", "web1")
    assert b"QUOTED=$6$" in result.stdout and "salt" in result.stderr


@pytest.mark.parametrize("given, path, written", [
    ("users[0]", "users[0]", "key: [users, 0]"), ("[users, 0]", "users[0]", "key: [users, 0]"),
    ("a.b", "a.b", "key: [a, b]"), ("a/b", "a.b", "key: [a, b]"), ("'x.y'", "'x.y'", "key: x.y"),
    ("[x.y]", "'x.y'", "key: x.y"), ('["a"]["1"]', "a.'1'", 'key: [a, "1"]'), ("[a, '1']", "a.'1'", 'key: [a, "1"]')])
def test_a_key_is_a_path(store, given, path, written):
    store.accepting("edit", "secrets/lists.yaml",
                    env={"EDITOR": "printf 'users: [old]\\n' >", "VISUAL": None, "XDG_RUNTIME_DIR": None})
    store.accepting("add", "lists/one", "--to", "server", "--key", given, input="new")
    assert written in store.read("bestow.yaml").decode()
    assert store("get", "lists/one").text == "new"
    assert store("get", "-f", "secrets/lists.yaml", path).text == "new"
    users = json.loads(store("get", "-f", "secrets/lists.yaml", "users", "--as", "json").stdout)
    assert users == (["new"] if "users" in given else ["old"])


@pytest.mark.parametrize("given", ["tls/server.pem", "a..b", "[", "users[x]", "", "a//b", "[]", "[a, [b]]", "[1.5]"])
def test_a_key_that_is_no_path_is_refused(store, given):
    before = store.files()
    store.accepting("add", "lists/one", "--to", "server", "--key", given, input=CANARY, status=2)
    assert store.files() == before


@pytest.mark.parametrize("new, status", [("db/password", 2), ("db/user", 2)])
def test_a_name_that_is_taken_leads_nobody_to_damage(store, new, status):
    store.accepting("set", "db/password", input="x")
    before = store.files()
    assert "undeclare" not in store("mv", "db/password", new, status=status).stderr
    assert store.files() == before


def test_mv_loses_no_comment_silently(store):
    """Values move; the comments in a map would not."""
    store.replace("secrets:\n", "secrets:\n  app/users: {to: [server], as: yaml}\n")
    store.write("secrets/app.yaml", "# all of it\nusers:\n  # the first\n  bob: x\n  list:\n    # in a list\n"
                                    "    - y\nother: z # stays\n")
    store.accepting("encrypt", "-i", "secrets/app.yaml")
    before = store.files()
    result = store("mv", "app/users", "app/people", status=2)
    assert "secrets/app.yaml: users" in result.stderr and "lines 3, 6" in result.stderr
    assert "--drop-comments" in result.stderr and store.files() == before
    store("mv", "app/users", "app/people", "--drop-comments")
    assert store("get", "app/people", "--as", "json").json() == {"bob": "x", "list": ["y"]}
    store("mv", "app/people", "app/folk")
