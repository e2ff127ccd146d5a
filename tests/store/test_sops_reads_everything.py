"""After every kind of command, real sops opens every file of the store and sees the same values."""
import json

import pytest


@pytest.fixture
def worked_on(store, ssh_keygen):
    store.accepting("add", "mail/token", "--to", "dns", input="t")
    store.accepting("set", "db/password", input="pw: 'x' # \"y\"")
    store("set", "db/user", input="b\nü\n\n", )
    store("set", "-f", "secrets/db.yaml", "nested.deep.'a b'", "--type", "float", input="1e3")
    store("set", "-f", "secrets/db.yaml", "gone", input="soon")
    store("unset", "-f", "secrets/db.yaml", "gone")
    store.accepting("set", "disk", "--raw", input=bytes(range(256)))
    for host in store.hosts:
        store.accepting("set", "wg/private", "--host", host, input=host)
    store("mv", "wg/private", "vpn/key")
    store("edit", "secrets/mail.yaml", env={"VISUAL": "sed -i '$ a # note\\nmore: [1, two]'"})
    store.write("secrets/dns.yaml", "# head\nkey: v   # tail\nlist:\n  - a\n  # in between\n  - b\n")
    store.accepting("encrypt", "-i", "secrets/dns.yaml")
    key = ssh_keygen("rsa", kind="rsa", bits=2048)
    store.replace("\nsecrets:\n", f"\n  old: {{keys: [{key.line}], roles: [server, dns], vars: {{env: prod}}}}\n\nsecrets:\n")
    store.accepting("sync", "--yes", "--accept-reader", "old")
    store.replace("roles: [server], vars: {env: test}", "roles: [], vars: {env: test}")
    store("sync", "--yes")
    return store


def test_sops_reads_what_every_command_wrote(worked_on, sops):
    files = [name for name in worked_on.files() if name.startswith("secrets/")]
    assert len(files) >= 6
    for name in files:
        mine = worked_on("decrypt", name).stdout
        theirs = sops("decrypt", name).stdout
        if name.endswith(".yaml"):
            as_json = sops("decrypt", "--output-type", "json", name).stdout
            assert json.loads(worked_on("get", "-f", name, ".", "--as", "json").stdout) == json.loads(as_json), name
            for line in theirs.decode().splitlines():
                assert "#" not in line or line.strip() in mine.decode(), name
        else:
            assert mine == theirs


def test_bestow_goes_on_with_what_sops_wrote(worked_on, sops):
    sops("set", "secrets/db.yaml", '["password"]', '"from sops"')
    assert worked_on("get", "db/password").text == "from sops"
    sops("rotate", "-i", "secrets/dns.yaml")
    worked_on("set", "dns/key", input="again")
    assert json.loads(sops("decrypt", "--output-type", "json", "secrets/dns.yaml").stdout)["key"] == "again"
    worked_on("sync", "--dry-run")
