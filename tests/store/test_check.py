"""check, who and list: what can be told about a store without any private key."""
import re

import pytest

CANARY = "canary-91be3d"
NOBODY = {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}


@pytest.fixture
def whole(store):
    """Every declared value is there."""
    store.accepting("set", "db/password", input=CANARY)
    store("set", "db/user", input="bob")
    store("set", "dns/key", input="k")
    store("set", "disk", input="d")
    for host in ("web1", "web2"):
        store("set", "wg/private", "--host", host, input=host)
        store("set", "stage/token", "--host", host, input=host)
    return store


def findings(store, status=3):
    """[(kind, place, message)] of check --json, without any key at hand."""
    report = store("check", "--json", env=NOBODY, status=status).json()
    return [(one["kind"], one["place"], one["message"]) for one in report["findings"]]


def without_keys(text):
    return re.sub(r" \((SHA256:|age1)[^)]*\)", "", text)


def test_a_store_in_order(whole):
    before = whole.files()
    result = whole("check", env=NOBODY)
    assert result.text == "6 secrets in 7 files: all is as bestow.yaml says\n"
    assert findings(whole, status=0) == [] and whole.files() == before


def test_missing_values_and_files(whole):
    (whole.path / "secrets/host/web2/wg.yaml").unlink()
    whole("unset", "db/user")
    assert findings(whole) == [
        ("missing", "secrets/db.yaml", "there is no key user for secret 'db/user'"),
        ("missing", "secrets/host/web2/wg.yaml", "there is no such file; secret 'wg/private' for 'web2' has no value"),
    ]
    assert "hint: bestow set wg/private --host web2" in whole("check", status=3).text


def test_readers_too_few_and_too_many(whole):
    whole.replace("web2: {keys:", "web3: {keys:")         # the same key under another name: only its own file moves
    assert [place for _, place, _ in findings(whole)] == ["secrets/host/web3/wg.yaml"] + ["secrets/host/web2/wg.yaml"] * 2
    whole.replace("web3: {keys:", "web2: {keys:")
    whole.replace("db/user: {to: [server]}", "db/user: {to: [web1]}")
    whole.replace("db/password: {to: [server]", "db/password: {to: [web1]")
    assert findings(whole) == [("drift", "secrets/db.yaml", "host 'web2' can read it but may not")]
    whole.replace("dns/key:\n    to: [dns]", "dns/key:\n    to: [server]")
    assert ("drift", "secrets/dns.yaml", "host 'web2' may read it but cannot") in findings(whole)
    whole("sync", "--yes")
    whole("check")


def test_a_value_that_somebody_wrote_in_the_clear(whole):
    text = whole.read("secrets/db.yaml").decode()
    line = next(line for line in text.splitlines() if line.startswith("user:"))
    whole.write("secrets/db.yaml", text.replace(line, f"user: {CANARY}"))
    number = text.splitlines().index(line) + 1
    result = whole("check", env=NOBODY, status=3)
    assert f"secrets/db.yaml:{number}: the value at user is not encrypted" in result.text
    assert "secrets/db.yaml: the value of secret 'db/user' is not encrypted" in result.text
    assert CANARY not in result.text + result.stderr


def test_an_empty_value_has_nothing_to_encrypt(whole):
    whole("set", "db/user", "--allow-empty", input="")
    whole("check")
    assert {row["name"]: row["state"] for row in whole("list", "--json").json()}["db/user"] == "set"


def test_a_value_that_the_file_leaves_in_the_clear(whole):
    whole.write("secrets/app.yaml", "port_unencrypted: 80\n" + "key: k\n")
    whole.replace("secrets:\n", "secrets:\n  app/port: {to: [web1], key: port_unencrypted}\n  app/key: {to: [web1]}\n")
    whole("encrypt", "-i", "secrets/app.yaml")
    assert findings(whole) == [("plaintext", "secrets/app.yaml", "the value of secret 'app/port' is not encrypted")]


def test_a_file_that_is_not_encrypted_at_all(whole):
    whole.write("secrets/dns.yaml", f"key: {CANARY}\n")
    result = whole("check", env=NOBODY, status=3)
    assert "secrets/dns.yaml: it is not encrypted\n  hint: bestow encrypt --in-place secrets/dns.yaml" in result.text
    assert CANARY not in result.text + result.stderr


@pytest.mark.parametrize("damage, kind, message", [
    (lambda text: text.replace("    mac: ENC", "    mac_: ENC"), "malformed", "MAC"),
    (lambda text: text.replace("age:", "age: ["), "malformed", "line"),
    (lambda text: f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> theirs\n", "malformed", "line"),
    (lambda text: text.replace("sops:\n", "sops:\n    pgp:\n        - fp: AB\n          enc: x\n          created_at: y\n"),
     "unprovable", "it is also encrypted to pgp keys"),
])
def test_damaged_and_foreign_metadata(whole, damage, kind, message):
    text = whole.read("secrets/db.yaml").decode()
    assert damage(text) != text
    whole.write("secrets/db.yaml", damage(text))
    found = findings(whole)
    assert any(kind == one[0] and message in one[2] and one[1].startswith("secrets/db.yaml") for one in found), found


def test_a_data_key_that_is_wrapped_for_somebody_besides(whole):
    text = whole.read("secrets/db.yaml").decode()
    begin, end = text.index("-----BEGIN"), text.index("-----END")
    alice, web1, _ = whole.recipients("secrets/db.yaml")
    two = whole("age", "encrypt", "-a", "-r", alice, "-r", web1, input=CANARY).text.strip()
    indent = " " * (begin - text.rindex("\n", 0, begin) - 1)
    whole.write("secrets/db.yaml", text[:begin] + two.split("-----END")[0].replace("\n", "\n" + indent) + text[end:])
    assert findings(whole) == [
        ("forged", "secrets/db.yaml", "the entry of operator 'alice': its data key is wrapped 2 times, not once")]


def test_an_ssh_entry_shows_whose_it_is(whole, ssh_keygen):
    bob, eve = ssh_keygen("bob"), ssh_keygen("eve")
    whole("operator", "add", "bob", "--key", bob.line)
    whole("check")
    text = whole.read("secrets/dns.yaml").decode().replace(bob.recipient, eve.recipient)
    whole.write("secrets/dns.yaml", text)
    found = findings(whole)
    assert any(kind == "forged" and "its data key is wrapped for somebody else" in message for kind, _, message in found)


def test_orphans(whole):
    whole.write("secrets/.gitkeep", "")
    whole("check")
    whole.write("secrets/notes.txt", CANARY)
    whole.write("secrets/old.yaml", whole.read("secrets/dns.yaml").decode())
    found = findings(whole)
    assert ("orphan", "secrets/notes.txt", "no secret is declared in it") in found
    assert ("plaintext", "secrets/notes.txt", "it is not encrypted") in found
    assert ("orphan", "secrets/old.yaml", "no secret is declared in it") in found
    assert ("drift", "secrets/old.yaml", "host 'web1' can read it but may not") in found and len(found) == 4


def test_encrypted_files_of_others_are_only_noted(whole):
    whole.write("deploy/app.yaml", whole.read("secrets/dns.yaml").decode())
    assert "deploy/app.yaml: note: host 'web1' can read it but may not" in whole("check").text


def test_age_files_are_said_to_be_unprovable(whole):
    recipient = whole.recipients("secrets/dns.yaml")[0]
    (whole.path / "secrets/disk.key").unlink()
    whole("age", "encrypt", "-r", recipient, "-o", "secrets/disk.key", input="d")
    result = whole("check")
    assert "secrets/disk.key: note: an age file: who can read it cannot be told" in result.text
    report = whole("check", "--json").json()
    assert [note["place"] for note in report["notes"]] == ["secrets/disk.key"]
    assert {row["name"]: row["state"] for row in whole("list", "--json").json()}["disk"] == "age file"


def test_over_sharing_and_a_file_without_an_operator_do_not_hide_the_rest(whole):
    whole.replace("db/user: {to: [server]}", "db/user: {to: [web1]}")
    whole.replace("alice: {keys:", "alice: {access: listed, keys:")
    (whole.path / "secrets/dns.yaml").unlink()
    kinds = [one[:2] for one in findings(whole)]
    assert ("missing", "secrets/dns.yaml") in kinds
    messages = [message for kind, _, message in findings(whole) if kind == "policy"]
    assert any("'secrets/db.yaml' holds 'db/password' for web1, web2 and 'db/user' for web1" in one for one in messages)
    assert any("no operator may read 'secrets/db.yaml'" in one for one in messages)
    assert "holds 'db/password' for web1, web2" in whole("sync", "--dry-run", status=2).stderr


def test_a_policy_that_cannot_be_understood(whole):
    whole.replace("owner: root", "onwer: root")
    whole.replace("{{ db/password }}", "{{ db/pasword }}")
    result = whole("check", env=NOBODY, status=2)
    assert "unknown key 'onwer' in secret 'db/password'; did you mean 'owner'?" in result.stderr
    assert "there is no secret 'db/pasword'; did you mean 'db/password'?" in result.stderr


def test_an_expired_key(whole):
    key = whole.hosts["web2"].line
    whole.replace(f"keys: [{key}]", f"keys: [{{key: {key}, until: 2001-01-01}}]")
    found = findings(whole)
    assert ("policy", "bestow.yaml:10", "every key of host 'web2' has passed its 'until'") in found
    assert ("drift", "secrets/db.yaml", "host 'web2' (its old key, until 2001-01-01) can read it but may not") in found


def test_a_pattern_that_matches_nothing_is_noted(whole):
    whole.write("bestow.yaml", whole.read("bestow.yaml").decode() + "access: {\"secret/**\": [alice]}\n")
    assert "bestow.yaml:29: note: access to 'secret/**' matches no file" in whole("check").text


class TestWho:
    def test_of_a_secret(self, whole):
        text = whole("who", "dns/key", env=NOBODY).text
        assert "SHA256:" in text and "age1" in text
        assert without_keys(text) == (
            "secrets/dns.yaml (encrypted): dns/key\n  operator 'alice'\n  host 'web1'\n")

    def test_of_a_host_an_operator_a_file_and_everything(self, whole):
        files = [line.split(" (")[0] for line in whole("who", "web2").text.splitlines() if not line.startswith(" ")]
        assert files == ["secrets/db.yaml", "secrets/env/test/stage.yaml", "secrets/host/web2/wg.yaml"]
        assert whole("who", "alice").text == whole("who").text
        assert whole("who", "secrets/dns.yaml").text == whole("who", "dns/key").text
        assert whole("who", "dns.yaml", cwd=whole.path / "secrets").text == whole("who", "dns/key").text

    def test_drift_is_told(self, whole):
        whole.replace("dns/key:\n    to: [dns]", "dns/key:\n    to: [web2]")
        assert without_keys(whole("who", "dns/key").text) == (
            "secrets/dns.yaml (encrypted): dns/key\n  operator 'alice'\n"
            "  host 'web2'  (may, but cannot yet: bestow sync)\n"
            "  host 'web1'  (may not, but can: bestow sync)\n")
        readers = whole("who", "dns/key", "--json").json()[0]["readers"]
        assert [one["kind"] for one in readers] == ["operator", "host", "unknown"]
        assert [(one["name"], one["entitled"], one["in_file"]) for one in readers] == [
            ("alice", True, True), ("web2", True, False), ("", False, True)]

    def test_of_nothing_known(self, whole):
        assert "there is no secret, host, operator or file 'dns/kye'; did you mean 'dns/key'?" in whole(
            "who", "dns/kye", status=1).stderr


class TestList:
    def test_every_value_of_every_host(self, whole):
        (whole.path / "secrets/host/web2/wg.yaml").unlink()
        rows = [line.split(None, 2) for line in whole("list", env=NOBODY).text.splitlines()]
        assert [row[:2] for row in rows] == [
            ["db/password", "set"], ["db/user", "set"], ["dns/key", "set"], ["wg/private", "set"],
            ["wg/private", "missing"], ["stage/token", "set"], ["stage/token", "set"], ["disk", "set"]]
        assert rows[0][2] == "secrets/db.yaml: password           web1,web2"

    def test_json(self, whole):
        rows = whole("list", "--json").json()
        assert rows[3] == {"name": "wg/private", "variant": "web1", "file": "secrets/host/web1/wg.yaml",
                           "key": "private", "hosts": ["web1"], "state": "set"}


def test_a_malformed_recipient_is_a_finding_of_its_file(store):
    store.accepting("set", "db/password", input="x")
    store.accepting("set", "dns/key", input="x")
    text = store.read("secrets/db.yaml").decode()
    store.write("secrets/db.yaml", text.replace(store.recipients("secrets/db.yaml")[0], "age1broken", 1))
    store.write("secrets/dns.yaml", store.read("secrets/dns.yaml").decode() + "left: plain\n")
    found = store("check", status=3).text
    assert "secrets/db.yaml: the entry of age1broken (undeclared)" in found
    assert "secrets/dns.yaml" in found and "1 finding" not in found


def test_a_policy_that_cannot_be_understood_is_told_as_json_too(whole):
    whole.replace("owner: root", "onwer: root")
    whole.replace("to: [dns]", "to: [dsn]")
    report = whole("check", "--json", status=2).json()
    assert [one["kind"] for one in report["findings"]] == ["policy"] * len(report["findings"])
    assert any("onwer" in one["message"] for one in report["findings"])
    assert any("dsn" in one["message"] and one["place"].startswith("bestow.yaml:") for one in report["findings"])
    whole.write("bestow.yaml", "a: [")
    assert whole("check", "--json", status=2).json()["findings"]


def test_output_that_is_lost_is_a_failure(whole, run, program):
    for command in ("list", "check", "who", "list --json", "--help", "help"):
        result = run("sh", "-c", f"{program} {command} > /dev/full", cwd=whole.path, status=1)
        assert result.stderr.startswith("bestow: ") and "standard output" in result.stderr, command
