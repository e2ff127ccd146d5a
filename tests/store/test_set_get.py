"""set, get, unset: values by secret name and by file, and what they refuse."""
import json
import os
import stat

import pytest

CANARY = "canary-7c1f2e"


def test_a_value_comes_back_as_it_was_given(store):
    store.accepting("set", "db/password", input="pa ss: 'wörd\"\n")
    assert store("get", "db/password").stdout == "pa ss: 'wörd\"".encode()
    assert b"ENC[" in store.read("secrets/db.yaml")


@pytest.mark.parametrize("given, options, kept", [
    (b"line\n", [], b"line"), (b"two\n\n", [], b"two\n"), (b"line\n", ["--raw"], b"line\n"),
    (b"a\nb\n", [], b"a\nb"), (b"", ["--allow-empty"], b""), (b"\n", ["--allow-empty"], b""),
    (b" spaces ", [], b" spaces "), (b"12", [], b"12"), (b"null", [], b"null"), (b"#no", [], b"#no"),
    ("ünïcödé 😀".encode(), [], "ünïcödé 😀".encode()), (b"tab\tcr\r\n", [], b"tab\tcr\r")])
def test_one_final_newline_is_dropped(store, given, options, kept):
    store.accepting("set", "db/password", *options, input=given)
    assert store("get", "db/password").stdout == kept


def test_an_empty_value_must_be_meant(store):
    result = store.accepting("set", "db/password", input=b"\n", status=2)
    assert "--allow-empty" in result.stderr
    assert not (store.path / "secrets").exists()


def test_a_value_may_come_from_a_file(store, tmp_path):
    (tmp_path / "value").write_text("from a file\n")
    store.accepting("set", "db/password", "--value-file", tmp_path / "value")
    assert store("get", "db/password").stdout == b"from a file\n"
    store("set", "db/password", "--value-file", "-", input="given\n")
    assert store("get", "db/password").text == "given"


def test_a_key_file_is_kept_to_its_last_byte(store, tmp_path):
    for value in (b"-----BEGIN KEY-----\nx\n-----END KEY-----\n", b"\n", b"x\n\n"):
        (tmp_path / "value").write_bytes(value)
        store.accepting("set", "db/password", "--value-file", tmp_path / "value")
        assert store("get", "db/password").stdout == value


def test_a_whole_document_is_kept_to_its_last_byte(store, tmp_path):
    store.accepting("set", "disk", input=b"\x00random\n")
    assert store("get", "disk").stdout == b"\x00random\n"
    store("set", "-f", "secrets/disk.key", ".", input=b"\n")
    assert store("get", "disk").stdout == b"\n"
    store("add", "other", "--to", "web1", "--file", "secrets/other.key", "--key", ".", input=b"\xff\n")
    assert store("get", "other").stdout == b"\xff\n"


@pytest.mark.parametrize("kind, given, written, as_json", [
    ("int", "42", b"42", 42), ("float", "2.50", b"2.5", 2.5), ("bool", "true", b"true", True), ("null", "", b"", None),
    ("string", "42", b"42", "42")])
def test_types_are_sops_types(store, sops, kind, given, written, as_json):
    store.accepting("set", "db/user", input="x")
    store("set", "-f", "secrets/db.yaml", "typed", "--type", kind, input=given)
    assert json.loads(sops("decrypt", "--output-type", "json", "secrets/db.yaml").stdout)["typed"] == as_json
    if kind == "null":
        told = store("get", "-f", "secrets/db.yaml", "typed", status=2).stderr
        assert "typed: the value is null, which has no text" in told
    else:
        assert store("get", "-f", "secrets/db.yaml", "typed").stdout == written


def test_a_value_of_another_type_is_refused_unseen(store):
    result = store("set", "db/password", "--type", "int", input=CANARY, status=2)
    assert CANARY not in result.stderr


def test_keys_are_paths(store):
    store.accepting("set", "db/user", input="x")
    store("set", "-f", "secrets/db.yaml", "a.'b.c'.d", input="deep")
    assert store("get", "-f", "secrets/db.yaml", "a.'b.c'.d").stdout == b"deep"
    assert store("get", "-f", "secrets/db.yaml", '["a"]["b.c"]["d"]').stdout == b"deep"
    assert json.loads(store("get", "-f", "secrets/db.yaml", "a", "--as", "json").stdout) == {"b.c": {"d": "deep"}}
    store("set", "-f", "secrets/db.yaml", "a..b", input="x", status=2)


def test_a_file_is_named_from_where_one_stands(store):
    store.accepting("set", "db/user", input="x")
    assert store("get", "-f", "db.yaml", "user", cwd=store.path / "secrets").stdout == b"x"
    assert store("--store", store.path, "get", "-f", "secrets/db.yaml", "user", cwd=store.home).stdout == b"x"
    assert "not in the store" in store("get", "-f", "/etc/passwd", "x", status=2).stderr


def test_hosts_have_values_of_their_own(store):
    for host in ("web1", "web2"):
        store.accepting("set", "wg/private", "--host", host, input=f"of {host}")
    assert store("get", "wg/private", "--host", "web2").stdout == b"of web2"
    assert store.recipients("secrets/host/web1/wg.yaml") != store.recipients("secrets/host/web2/wg.yaml")
    result = store("get", "wg/private", status=2)
    assert "web1, web2" in result.stderr and "--host" in result.stderr
    store.accepting("set", "stage/token", "--host", "web1", input="prod's")
    assert store("get", "stage/token", "--host", "web1").stdout == b"prod's"
    assert "secrets/env/prod/stage.yaml" in store.files()


def test_a_whole_file_is_a_secret(store, sops):
    content = bytes(range(256)) * 8
    store.accepting("set", "disk", "--raw", input=content)
    assert store("get", "disk").stdout == content
    assert sops("decrypt", "secrets/disk.key").stdout == content


def test_a_misspelt_name_gets_the_nearest_one(store):
    assert "did you mean 'db/password'" in store("set", "db/pasword", input="x", status=1).stderr
    assert "did you mean 'db/password'" in store("get", "db/pasword", status=1).stderr


def test_a_key_that_is_not_there(store):
    store.accepting("set", "db/user", input="x")
    result = store("get", "db/password", status=1)
    assert "secrets/db.yaml" in result.stderr and "password" in result.stderr
    assert "secrets/dns.yaml" in store("get", "dns/key", status=1).stderr


def test_the_same_value_again_changes_nothing(store):
    store.accepting("set", "db/password", input="same")
    before = store.files()
    inode = os.stat(store.path / "secrets/db.yaml").st_ino
    store("set", "db/password", input="same")
    assert store.files() == before
    assert os.stat(store.path / "secrets/db.yaml").st_ino == inode


def test_the_mode_of_a_file_is_kept(store):
    store.accepting("set", "db/password", input="x")
    file = store.path / "secrets/db.yaml"
    file.chmod(0o640)
    store("set", "db/password", input="y")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_new_file_is_for_exactly_its_readers(store):
    store.accepting("set", "db/password", input="x")
    store.accepting("set", "dns/key", input="x")
    both, one = store.recipients("secrets/db.yaml"), store.recipients("secrets/dns.yaml")
    assert len(both) == 3 and len(one) == 2 and one == both[:2]
    assert all(recipient.startswith("age1") for recipient in both)


def test_a_reader_nobody_confirmed_is_refused(store):
    result = store("set", "db/password", input=CANARY, status=2)
    assert "web1" in result.stderr and "--accept-reader" in result.stderr and CANARY not in result.stderr
    assert list(store.files()) == ["bestow.yaml"]
    store("set", "db/password", "--yes", input=CANARY, status=2)
    store.accepting("set", "db/password", input=CANARY)
    store("set", "db/user", input="x")
    store("set", "dns/key", input="the same readers are known now")


def test_a_key_that_changed_must_be_confirmed_anew(store, ssh_keygen):
    store.accepting("set", "db/password", input="x")
    store.replace(store.hosts["web1"].line, ssh_keygen("mallory").line)
    assert "web1" in store("set", "dns/key", input="x", status=2).stderr


def test_over_sharing_is_refused(store):
    store.replace("dns/key:\n", "dns/key:\n    file: secrets/db.yaml\n")
    result = store.accepting("set", "dns/key", input=CANARY, status=2)
    assert "secrets/db.yaml" in result.stderr and CANARY not in result.stderr
    assert list(store.files()) == ["bestow.yaml"]


def test_a_file_that_others_read_is_not_added_to(store, make_identity, tmp_path):
    store.accepting("set", "db/password", input="x")
    store.replace("to: [server], owner: root", "to: [web1]")
    store.replace("db/user: {to: [server]}", "db/user: {to: [web1]}")
    before = store.files()
    result = store("set", "db/password", input=CANARY, status=2)
    assert "host 'web2'" in result.stderr and "bestow sync" in result.stderr
    assert store.files() == before


def test_a_reader_who_is_missing_is_a_warning(store):
    store.replace("roles: [server], vars: {env: test}", "roles: [], vars: {env: test}")
    store.accepting("set", "db/password", input="x")
    store.replace("roles: [], vars: {env: test}", "roles: [server], vars: {env: test}")
    result = store("set", "db/password", input="y")
    assert "warning" in result.stderr and "web2" in result.stderr and "bestow sync" in result.stderr


def test_plaintext_is_refused_where_ciphertext_is_expected(store):
    store.write("secrets/db.yaml", f"password: {CANARY}\n")
    before = store.files()
    for command in (["set", "db/password"], ["get", "db/password"], ["unset", "db/password"]):
        result = store(*command, input="x", status=2)
        assert "bestow encrypt" in result.stderr and CANARY not in result.stderr
    assert store.files() == before


def test_a_key_that_would_stay_plaintext_is_refused(store):
    store.replace("  db/user: {to: [server]}", "  db/user: {to: [server]}\n  db/x_unencrypted: {to: [server]}")
    result = store.accepting("set", "db/x_unencrypted", input=CANARY, status=(1, 2))
    assert CANARY not in result.stderr
    assert list(store.files()) == ["bestow.yaml"]
    store.accepting("set", "db/user", input="x")
    store("set", "db/x_unencrypted", input=CANARY, status=2)
    assert CANARY.encode() not in store.read("secrets/db.yaml")


def test_a_wrong_key_is_exit_5(store, make_identity, tmp_path):
    store.accepting("set", "db/password", input=CANARY)
    other, _ = make_identity(tmp_path / "other.txt")
    store.identity.unlink()
    before = store.files()
    for command in (["set", "db/password"], ["get", "db/password"], ["unset", "db/password"]):
        result = store("--identity", other, *command, input="x", status=5)
        assert "secrets/db.yaml" in result.stderr
        assert "no identity" in store(*command, input="x", status=5).stderr
    assert store.files() == before


def test_a_broken_identity_does_not_matter_while_another_works(store, tmp_path):
    store.accepting("set", "db/password", input="x")
    (tmp_path / "broken").write_text("AGE-SECRET-KEY-1" + CANARY.upper() + "\n")
    (store.home / ".ssh").mkdir()
    (store.home / ".ssh/id_ed25519").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nrubbish\n")
    result = store("--identity", tmp_path / "broken", "get", "db/password")
    assert result.stdout == b"x" and "warning" in result.stderr and CANARY.upper() not in result.stderr


def test_a_changed_value_is_found_by_file_and_key(store):
    store.accepting("set", "db/password", input=CANARY)
    store("set", "db/user", input="bob")
    lines = store.read("secrets/db.yaml").decode().splitlines(keepends=True)
    swapped = [line.replace("data:", "data:AAAA", 1) if line.startswith("password:") else line for line in lines]
    store.write("secrets/db.yaml", "".join(swapped))
    result = store("get", "db/user", status=1)
    assert "secrets/db.yaml" in result.stderr and "password" in result.stderr and CANARY not in result.stderr


def test_a_mac_that_does_not_match_changes_nothing(store):
    store.accepting("set", "db/password", input=CANARY)
    store("set", "db/user", input="bob")
    lines = store.read("secrets/db.yaml").decode().splitlines(keepends=True)
    store.write("secrets/db.yaml", "".join(line for line in lines if not line.startswith("user:")))
    before = store.files()
    for command in (["get", "db/password"], ["set", "db/password"], ["unset", "db/password"]):
        result = store(*command, input="x", status=1)
        assert "secrets/db.yaml" in result.stderr and "MAC" in result.stderr and CANARY not in result.stderr
    assert store.files() == before


def test_unset_removes_the_value_and_an_empty_document(store, sops):
    store.accepting("set", "db/password", input="x")
    store("set", "db/user", input="bob")
    store("unset", "db/password")
    assert json.loads(sops("decrypt", "--output-type", "json", "secrets/db.yaml").stdout) == {"user": "bob"}
    assert "db/password" in store.read("bestow.yaml").decode()
    store("unset", "db/password", status=1)
    store("unset", "-f", "secrets/db.yaml", "user")
    assert "secrets/db.yaml" not in store.files()


def test_unset_forgets_the_declaration_when_told_to(store):
    store.accepting("set", "dns/key", input="x")
    store("unset", "dns/key", "--undeclare")
    assert "dns/key" not in store.read("bestow.yaml").decode()
    assert "# The machines at home." in store.read("bestow.yaml").decode()
    assert list(store.files()) == ["bestow.yaml"]
    before = store.files()
    assert "app-env" in store("unset", "db/password", "--undeclare", status=(1, 2)).stderr
    assert store.files() == before


def test_a_store_that_everybody_can_write_is_refused(store):
    store.path.chmod(0o777)
    assert "everybody can write" in store("set", "db/password", input="x", status=2).stderr
    store.path.chmod(0o755)
    (store.path / "bestow.yaml").chmod(0o666)
    assert "everybody can write" in store("get", "db/password", status=2).stderr


def test_links_in_a_store_are_not_followed(store, tmp_path):
    store.accepting("set", "db/password", input="x")
    outside = tmp_path / "outside.yaml"
    (store.path / "secrets/db.yaml").rename(outside)
    (store.path / "secrets/db.yaml").symlink_to(outside)
    before = outside.read_bytes()
    store("set", "db/password", input="y", status=1)
    store("get", "db/password", status=1)
    assert outside.read_bytes() == before


def test_there_must_be_a_store(bestow, tmp_path):
    assert "bestow init" in bestow("get", "x/y", cwd=tmp_path, status=1).stderr
    assert "bestow.yaml" in bestow("--store", tmp_path, "get", "x/y", status=1).stderr


def test_a_declaration_without_a_value_can_be_forgotten(store):
    store("unset", "dns/key", "--undeclare")
    store.accepting("set", "db/user", input="x")
    store.replace("PASSWORD={{ db/password }}", "PASSWORD=")
    store.replace("QUOTED={{ db/password | json }}", "QUOTED=")
    store("unset", "db/password", "--undeclare")
    text = store.read("bestow.yaml").decode()
    assert "dns/key" not in text and "db/password:" not in text and store("get", "db/user").text == "x"


def test_a_misspelt_host_gets_the_nearest_one(store):
    assert "did you mean 'web1'" in store("get", "wg/private", "--host", "wbe1", status=1).stderr


def test_get_from_a_file_needs_no_store(store, bestow, tmp_path, run):
    store.accepting("set", "db/password", input=CANARY)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "db.yaml").write_bytes(store.read("secrets/db.yaml"))
    assert bestow("get", "-f", "db.yaml", "password", cwd=elsewhere).text == CANARY
    assert bestow("get", "-f", "db.yaml", ".", "--as", "json", cwd=elsewhere).json() == {"password": CANARY}
    assert "there is no value nope" in bestow("get", "-f", "db.yaml", "nope", cwd=elsewhere, status=1).stderr
    bestow("get", "-f", "none.yaml", "password", cwd=elsewhere, status=1)
    (elsewhere / "plain.yaml").write_text(f"password: {CANARY}\n")
    refused = bestow("get", "-f", "plain.yaml", "password", cwd=elsewhere, status=2)
    assert "not encrypted" in refused.stderr and CANARY not in refused.stderr
    bestow("get", "db/password", cwd=elsewhere, status=1)


@pytest.mark.parametrize("present, given, refused", [
    (["--type", "int", "5432"], [], "a whole number"),
    (["--type", "bool", "true"], [], "true or false"),
    (["--type", "null", ""], [], None),
    (["--type", "string", "x"], [], None),
    (["--type", "int", "5432"], ["--type", "string"], None),
    (["--type", "int", "5432"], ["--force"], None),
    (["--type", "int", "5432"], ["--type", "int"], None)])
def test_a_value_keeps_its_type_unless_another_is_asked_for(store, present, given, refused):
    store.accepting("set", "db/password", *present[:2], input=present[2])
    before = store.files()
    result = store("set", "db/password", *given, input="77", status=2 if refused else 0)
    if refused:
        assert refused in result.stderr and "--type" in result.stderr and "77" not in result.stderr
        assert "5432" not in result.stderr and store.files() == before
    else:
        assert store("get", "db/password").text == "77"


def test_a_map_or_list_is_not_replaced_by_a_value_unless_that_is_asked_for(store):
    store.accepting("set", "db/password", input="x")
    for key in ("users.bob", "users.eve"):
        store("set", "-f", "secrets/db.yaml", key, input="x")
    before = store.files()
    assert "map or a list" in store("set", "-f", "secrets/db.yaml", "users", input="y", status=2).stderr
    assert store.files() == before
    store("set", "-f", "secrets/db.yaml", "users", "--force", input="y")
    assert store("get", "-f", "secrets/db.yaml", "users").text == "y"


def test_a_word_that_is_no_type_is_not_repeated(store):
    """It may be the value, in the wrong place."""
    for command in (["set", "db/password"], ["add", "db/new", "--to", "server"]):
        result = store(*command, "--type", CANARY, input="x", status=2)
        assert CANARY not in result.stderr and "string, int, float, bool, null" in result.stderr
    assert "raw, yaml, json, env" in store("get", "db/password", "--as", "xml", status=2).stderr
