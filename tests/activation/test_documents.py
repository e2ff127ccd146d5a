"""Secrets out of SOPS documents: several in one file, typed values, a MAC that does not match, the wrong readers."""
import re

import pytest

from activation.conftest import CANARY, STORE, value

pytestmark = pytest.mark.root

DOCUMENT = f"""\
# a comment
password: {value("password")}
port: 5432
enabled: true
empty: ""
nested:
  deep:
    token: {value("token")}
  list: [{value("x")}, {value("y")}]
"""

POLICY = """\
secrets:
  db/password: {to: [web], owner: nobody}
  db/port: {to: [web]}
  db/enabled: {to: [web]}
  token: {to: [web], file: secrets/db.yaml, key: [nested, deep, token]}
  second: {to: [web], file: secrets/db.yaml, key: [nested, list, 1]}
  whole: {to: [web], file: secrets/db.yaml, key: "."}
  json: {to: [web], file: secrets/db.yaml, key: nested, as: json}
  other/key: {to: [web]}
templates:
  url: {to: [web], content: "postgres://u:{{ db/password | urlencode }}@db:{{ db/port }}/"}
"""


@pytest.fixture
def documents(host):
    host.policy(POLICY)
    host.seal_document("secrets/db.yaml", DOCUMENT)
    host.seal_document("secrets/other.yaml", f"key: {value('other')}\n")
    return host


def test_values_of_all_kinds(documents):
    documents.activate()
    assert documents.read("db/password") == value("password")
    assert documents.read("db/port") == "5432"
    assert documents.read("db/enabled").lower() == "true"
    assert documents.read("token") == value("token")
    assert documents.read("second") == value("y")
    assert documents.read("whole") == DOCUMENT
    assert value("token") in documents.read("json")
    assert documents.read("rendered/url") == f"postgres://u:{value('password')}@db:5432/"


def test_documents_of_real_sops_are_delivered(documents, peer):
    recipient = documents.recipient(documents.key)
    documents.write("secrets/db.yaml", DOCUMENT.replace("5432", "5433"))
    documents.machine.run(peer("sops"), "encrypt", "--in-place", "--age", recipient, f"{STORE}/secrets/db.yaml")
    documents.activate()
    assert documents.read("db/port") == "5433"
    assert documents.read("second") == value("y")


def test_bad_mac_isolates_its_file_only(documents):
    documents.activate()
    path = documents.path(f"{STORE}/secrets/db.yaml")
    good = path.read_text()
    port = re.search(r"^port: .*\n", good, re.M).group(0)
    path.write_text(good.replace(port, ""))
    documents.seal_document("secrets/other.yaml", f"key: {value('changed')}\n")
    result = documents.activate(status=4)
    assert documents.read("other/key") == value("changed")
    assert documents.read("db/password") == value("password"), "the last good content stays"
    assert documents.read("db/port") == "5432"
    told = result.stderr.splitlines()[0]
    names = "db/enabled, db/password, db/port, json, second, token, whole"
    assert told.startswith(f"bestow: {names}: secrets/db.yaml: ") and "other/key" not in result.stderr
    assert "template url" in result.stderr


def test_file_for_others_isolates_itself(documents):
    documents.seal_document("secrets/other.yaml", f"key: {value('other')}\n", readers=[documents.operator])
    result = documents.activate(status=4)
    assert "other/key: secrets/other.yaml: no private key here opens it" in result.stderr
    assert documents.read("db/password") == value("password")
    assert not documents.path("/run/secrets/other").exists()


def test_nothing_but_files_for_others_is_a_fault_of_the_run(host):
    host.policy("secrets:\n  other/key: {to: [web]}\n")
    host.seal_document("secrets/other.yaml", f"key: {value('other')}\n", readers=[host.operator])
    assert "no private key here opens it" in host.activate(status=5).stderr
    assert not host.path("/run/secrets").exists()


def test_missing_key_and_map_without_as_are_faults_of_their_secret(documents):
    documents.policy(POLICY.replace("  db/port: {to: [web]}\n", "").replace("@db:{{ db/port }}", "")
                     + "activation: {keep_generations: 1}\n")
    text = documents.path(f"{STORE}/bestow.yaml").read_text()
    documents.write("bestow.yaml", text.replace("secrets:\n", "secrets:\n  db/prot: {to: [web]}\n"
                    "  map: {to: [web], file: secrets/db.yaml, key: nested}\n", 1))
    result = documents.activate(status=4)
    assert "db/prot" in result.stderr and "map: " in result.stderr
    assert documents.read("db/password") == value("password")
    assert CANARY not in result.stderr
