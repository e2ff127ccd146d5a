"""Names and keys come from a store that others write: none of them may speak to the operator's terminal."""
import json

import pytest

ESCAPE = "\x1b[2K\x1b[1A"


@pytest.fixture
def quiet(store):
    """Calls bestow, and looks at everything that it printed."""
    def call(*args, **options):
        result = store(*args, **options)
        for text in (result.stdout.decode(), result.stderr):
            assert not [char for char in text if (ord(char) < 0x20 and char != "\n") or 0x7f <= ord(char) < 0xa0], text
        return result
    return call


def forge_recipient(store, name, recipient):
    """The first entry says that it is somebody else's."""
    text = store.read(name).decode()
    store.write(name, text.replace(store.recipients(name)[0], json.dumps(recipient), 1))


@pytest.mark.parametrize("recipient", [f"age1{ESCAPE}+ host 'web1'", "age1\x9b2K", "age1x\n  + host 'web1'"])
def test_a_recipient_in_a_plan(store, quiet, recipient):
    store.accepting("set", "db/password", input="x")
    forge_recipient(store, "secrets/db.yaml", recipient)
    assert "undeclared" in quiet("sync", "--dry-run", status=3).stdout.decode()
    assert "\n  + host" not in quiet("check", status=3).stdout.decode()
    quiet("who", "db/password")
    quiet("sync", "--yes")


def test_a_recipient_in_json(store, quiet):
    store.accepting("set", "db/password", input="x")
    forge_recipient(store, "secrets/db.yaml", "age1\x1b\x7f\x9b")
    found = json.loads(quiet("sync", "--dry-run", "--json", status=3).stdout)
    assert found["drifting"][0]["removed"][0]["recipient"] == "age1\x1b\x7f\x9b"


def test_a_files_name(store, quiet):
    store.write(f"secrets/a{ESCAPE}b.yaml", "x: 1\n")
    store.write("secrets/Zürich.yaml", "x: 1\n")
    found = quiet("check", status=3).stdout.decode()
    assert "a\\x1b[2K\\x1b[1Ab.yaml" in found and "Zürich.yaml" in found


def test_a_hosts_variables(store, quiet):
    store.replace("env: prod", 'env: prod, note: "\\e[2K\\x9b1A"')
    assert "\\x1b[2K\\u009b1A" in quiet("host", "list").stdout.decode()


def test_an_included_files_name(store, quiet):
    store.write(f"hosts/a{ESCAPE}b.yaml", "hosts: {x: 1}\n")
    store.replace("version: 1\n", "version: 1\ninclude: [hosts/*.yaml]\n")
    assert "a\\x1b[2K\\x1b[1Ab.yaml" in quiet("check", status=2).stderr


@pytest.mark.parametrize("command", [["check"], ["sync", "--dry-run"], ["list"]])
def test_a_line_break_in_a_files_name_forges_no_line(store, command):
    store.write("hosts/a\nbestow: all is well\nb.yaml", "hosts: {x: 1}\n")
    store.replace("version: 1\n", "version: 1\ninclude: [hosts/*.yaml]\n")
    result = store(*command, status=2)
    assert "a\\x0abestow: all is well\\x0ab.yaml" in result.stderr
    assert not [line for line in result.stderr.splitlines() if line.startswith("bestow: all is well")]
