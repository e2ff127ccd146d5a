"""A store's policy has no key groups; files that have them are told of, and nothing is done to them blindly."""
import json
import re


def write_with_groups(store, sops, tmp_path, threshold):
    alice = re.search(r"age1\w+", store.identity.read_text()).group()
    config = tmp_path / "groups.yaml"
    hosts = [store("key", "convert", input=host.line).text.strip() for host in store.hosts.values()]
    groups = ", ".join(f"{{age: ['{one}']}}" for one in (alice, *hosts))
    config.write_text(f"creation_rules: [{{shamir_threshold: {threshold}, key_groups: [{groups}]}}]\n")
    store.write("secrets/db.yaml", "password: x\nuser: y\n")
    sops("--config", config, "encrypt", "-i", "secrets/db.yaml")


def test_check_and_who_tell_of_key_groups(store, sops, tmp_path):
    store.accepting("set", "db/password", input="x")
    write_with_groups(store, sops, tmp_path, 2)
    found = store("check", status=3)
    assert "secrets/db.yaml" in found.text + found.stderr and "3 key groups, of which 2" in found.text + found.stderr
    assert "nobody alone: 2 of 3 key groups" in store("who", "secrets/db.yaml").text
    told = json.loads(store("--json", "who", "secrets/db.yaml").stdout)[0]["key_groups"]
    assert told["needed"] == 2 and [len(group) for group in told["groups"]] == [1, 1, 1]
    assert json.loads(store("--json", "who", "secrets/dns.yaml").stdout)[0]["key_groups"] is None


def test_one_operator_alone_opens_and_changes_nothing(store, sops, tmp_path):
    write_with_groups(store, sops, tmp_path, 2)
    before = store.files()
    for words in (("get", "db/password"), ("set", "db/password"), ("decrypt", "secrets/db.yaml")):
        refused = store(*words, input="new", status=5)
        assert "key groups" in refused.stderr and "open 1" in refused.stderr and refused.stdout == b""
    assert store.files() == before


def test_sync_does_not_undo_groups(store, sops, tmp_path):
    write_with_groups(store, sops, tmp_path, 2)
    store.replace("  db/user: {to: [server]}", "  db/user: {to: [web1]}")
    store.replace("  db/password: {to: [server], owner: root}", "  db/password: {to: [web1], owner: root}")
    web1 = store.hosts["web1"].private
    before = store.files()
    refused = store.accepting("--identity", web1, "--identity", store.identity, "sync", "--yes", status=None)
    assert refused.status != 0 and "3 key groups" in refused.stderr and store.files() == before
