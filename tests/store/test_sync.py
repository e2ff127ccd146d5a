"""sync: files become readable by exactly those whom the policy names."""
import time

import pytest

CANARY = "canary-7c1f2e"


@pytest.fixture
def filled(store):
    store.accepting("set", "db/password", input=CANARY)
    store("set", "db/user", input="bob")
    store("set", "dns/key", input="k")
    return store


def add_host(store, ssh_keygen, name="web3", roles="server"):
    key = ssh_keygen(name)
    store.replace("\nsecrets:\n", f"\n  {name}: {{keys: [{key.line}], roles: [{roles}], vars: {{env: prod}}}}\n\nsecrets:\n")
    return key


def drop_web2(store):
    store.replace("roles: [server], vars: {env: test}", "roles: [], vars: {env: test}")


def values_of(store, name):
    return [line for line in store.read(name).decode().split("\nsops:")[0].splitlines()]


def test_nothing_to_do(filled):
    before = filled.files()
    assert filled("sync").stdout == b""
    filled("sync", "--dry-run")
    assert filled.files() == before


def test_a_new_reader_is_added_without_touching_values(filled, ssh_keygen, run):
    key = add_host(filled, ssh_keygen)
    before, dns = values_of(filled, "secrets/db.yaml"), filled.read("secrets/dns.yaml")
    old = filled.recipients("secrets/db.yaml")
    result = filled("sync", "--dry-run", status=3)
    assert "secrets/db.yaml" in result.text and "+ host 'web3'" in result.text
    assert len(filled.recipients("secrets/db.yaml")) == 3
    filled("sync", status=2)                     # no terminal to ask at
    filled("sync", "--yes", status=2)            # a key not seen before
    assert len(filled.recipients("secrets/db.yaml")) == 3
    filled("sync", "--yes", "--accept-reader", "web3")
    assert filled.recipients("secrets/db.yaml")[:3] == old and len(filled.recipients("secrets/db.yaml")) == 4
    assert values_of(filled, "secrets/db.yaml") == before and filled.read("secrets/dns.yaml") == dns
    filled("sync", "--dry-run")
    private = filled.bestow("--identity", key.private, "get", "db/user", cwd=filled.path,
                            env={"XDG_CONFIG_HOME": "/nonexistent"})
    assert private.stdout == b"bob"


def test_a_removed_reader_gets_a_new_data_key(filled, sops):
    drop_web2(filled)
    before = values_of(filled, "secrets/db.yaml")
    result = filled("sync", "--yes")
    assert "- host 'web2'" in result.text
    assert len(filled.recipients("secrets/db.yaml")) == 2
    assert not set(before) & set(values_of(filled, "secrets/db.yaml"))
    assert filled("get", "db/password").stdout.decode() == CANARY
    assert CANARY in sops("decrypt", "secrets/db.yaml").text
    filled("sync", "--dry-run")


def test_the_time_of_the_last_change_is_the_values(filled, sops, run, program, tmp_path):
    """A new data key is no new value: lastmodified stays, and the MAC, which is bound to it, still fits."""
    def times():
        return [line for line in filled.read("secrets/db.yaml").splitlines() if b"lastmodified" in line]
    before = times()
    time.sleep(1.1)  # its unit is a second
    drop_web2(filled)
    filled("sync", "--yes")
    assert times() == before
    assert CANARY in sops("decrypt", "secrets/db.yaml").text
    sops("rotate", "-i", "secrets/db.yaml")  # which says that it changed
    assert times() != before
    before = times()
    time.sleep(1.1)
    (tmp_path / "sops").symlink_to(program)
    run(tmp_path / "sops", "rotate", "-i", "secrets/db.yaml", cwd=filled.path,
        env={"SOPS_AGE_KEY_FILE": str(filled.identity)})
    assert times() != before


def test_only_named_files(filled, ssh_keygen):
    add_host(filled, ssh_keygen, roles="server, dns")
    filled("sync", "secrets/dns.yaml", "--yes", "--accept-reader", "web3")
    assert len(filled.recipients("secrets/dns.yaml")) == 3 and len(filled.recipients("secrets/db.yaml")) == 3
    filled("sync", "secrets/none.yaml", "--yes", status=1)


def test_json(filled, ssh_keygen):
    add_host(filled, ssh_keygen)
    drop_web2(filled)
    report = filled("sync", "--dry-run", "--json", status=3).json()
    (file,) = report["drifting"]
    assert file["file"] == "secrets/db.yaml"
    assert [(reader["kind"], reader["name"]) for reader in file["added"]] == [("host", "web3")]
    assert [reader["reader"] for reader in file["removed"]] == ["host 'web2'"]
    report = filled("sync", "--json", "--yes", "--accept-reader", "web3").json()
    assert report["written"] == ["secrets/db.yaml"] and report["problems"] == []


def test_an_undeclared_reader_is_removed(filled, make_identity, tmp_path, sops):
    _, mallory = make_identity(tmp_path / "mallory.txt")
    sops("rotate", "-i", "--add-age", mallory, "secrets/dns.yaml")
    assert mallory in filled.recipients("secrets/dns.yaml")
    result = filled("sync", "--yes")
    assert f"- {mallory[:20]}" in result.text and "undeclared" in result.text
    assert mallory not in filled.recipients("secrets/dns.yaml")


def test_what_no_identity_opens_is_named_and_the_rest_is_done(filled, make_identity, tmp_path, sops):
    identity, other = make_identity(tmp_path / "other.txt")
    # dns.yaml is for somebody else alone; db.yaml lost a reader.
    sops("rotate", "-i", "--add-age", other, "--rm-age", filled.recipients("secrets/dns.yaml")[0], "secrets/dns.yaml")
    drop_web2(filled)
    before = filled.read("secrets/dns.yaml")
    result = filled("sync", "--yes", status=4)
    assert "secrets/dns.yaml" in result.stderr and "no identity" in result.stderr
    assert filled.read("secrets/dns.yaml") == before and len(filled.recipients("secrets/db.yaml")) == 2
    filled("sync", "--yes", status=5)
    filled("--identity", identity, "sync", "--yes")
    filled("sync", "--dry-run")


def test_plaintext_and_rubbish_are_named(filled):
    drop_web2(filled)
    filled.write("secrets/dns.yaml", f"key: {CANARY}\n")
    result = filled("sync", "--yes", status=4)
    assert "bestow encrypt --in-place secrets/dns.yaml" in result.stderr and CANARY not in result.stderr
    assert filled("sync", "--dry-run", "--json", status=3).json()["problems"][0]["file"] == "secrets/dns.yaml"
    filled.write("secrets/dns.yaml", "key: ENC[AES256_GCM,data:x]\nsops: {mac: 1, age: 7}\n")
    assert "secrets/dns.yaml" in filled("sync", "--yes", status=1).stderr


def test_identities_are_loaded_once(filled, program, run, tmp_path):
    drop_web2(filled)
    filled.replace("dns/key:\n    to: [dns]", "dns/key:\n    to: [web2]")
    run("strace", "-f", "-o", tmp_path / "trace", program, "sync", "--yes", cwd=filled.path)
    trace = (tmp_path / "trace").read_text()
    assert trace.count("identity.txt") == 1
    assert trace.count("rename") == 2
