"""sops writes a comment in a list as an item, "- ENC[...,type:comment]". Such an item is a comment for every command:
it has no index, and it stays as it is when something else changes."""
import pytest

from exchange_documents import YAML

PLAIN = """users:
  # admins
  - alice
  # others
  - bob
  - carol
port: 5432
on: true
"""


@pytest.fixture
def written(exchange):
    """The name of the document as sops wrote it."""
    name = exchange.sops_wrote(exchange.write("plain.yaml", PLAIN), "users.yaml")
    assert (exchange.folder / name).read_text().count("    - ENC[") == 5
    return name


def items(exchange, name):
    return dict(exchange.meaning(name))["users"]


def read_by_sops(exchange, name):
    return [line.strip() for line in exchange.sops("decrypt", name).text.splitlines()]


@pytest.mark.parametrize("index, name", enumerate(["alice", "bob", "carol"]))
def test_set_get_and_unset_name_the_same_item(exchange, written, index, name):
    key, others = f"users[{index}]", [other for other in ("alice", "bob", "carol") if other != name]
    assert exchange.bestow("get", "-f", written, key).text == name
    exchange.bestow("set", "-f", written, key, input=b"dave")
    assert items(exchange, written) == ["dave" if item == name else item for item in ("alice", "bob", "carol")]
    assert {"# admins", "# others"} <= set(read_by_sops(exchange, written))
    assert exchange.bestow("get", "-f", written, key).text == "dave"
    exchange.bestow("unset", "-f", written, key)
    assert items(exchange, written) == others


def test_the_index_behind_the_last_item_appends(exchange, written):
    exchange.bestow("set", "-f", written, "users[3]", input=b"dave")
    assert items(exchange, written) == ["alice", "bob", "carol", "dave"]
    told = exchange.bestow("set", "-f", written, "users[5]", input=b"erin", status=1).stderr
    assert "there is no users[5]: the list has 4 items" in told
    for command in ("get", "unset"):
        told = exchange.bestow(command, "-f", written, "users[4]", status=1).stderr
        assert "users[4]: the list has 4 items" in told, command


def test_a_list_of_comments_alone_takes_its_first_item(exchange):
    plain = exchange.write("plain.yaml", "users:\n  # nobody yet\n  - alice\nport: 1\n")
    name = exchange.sops_wrote(plain, "users.yaml")
    text = (exchange.folder / name).read_text()
    lines = text.splitlines(keepends=True)
    assert "type:comment" in lines[1]
    exchange.bestow("unset", "-f", name, "users[0]")
    exchange.bestow("set", "-f", name, "users[0]", input=b"bob")
    assert items(exchange, name) == ["bob"]


def edit(exchange, name, script):
    """`bestow edit` with an editor that runs a Python statement over `text`; the lines before and after."""
    editor = exchange.folder / "editor"
    editor.write_text("#!/usr/bin/python3\nimport pathlib, sys\npath = pathlib.Path(sys.argv[1])\n"
                      f"text = path.read_bytes().decode()\n{script}\npath.write_bytes(text.encode())\n")
    editor.chmod(0o755)
    before = (exchange.folder / name).read_bytes().splitlines(keepends=True)
    exchange.bestow("edit", name, env={"EDITOR": str(editor), "VISUAL": None, "XDG_RUNTIME_DIR": None})
    return before, (exchange.folder / name).read_bytes().splitlines(keepends=True)


def test_an_edit_leaves_every_other_line_of_what_sops_wrote(exchange, written):
    before, after = edit(exchange, written, "text = text.replace('bob', 'bobby')")
    changed = [old for old, new in zip(before, after) if old != new and b"lastmodified:" not in old]
    assert len(before) == len(after) and len(changed) == 2
    assert before.index(changed[0]) == 4 and changed[1].startswith(b"    mac: ")
    assert items(exchange, written) == ["alice", "bobby", "carol"]
    assert {"# admins", "# others"} <= set(read_by_sops(exchange, written))


@pytest.mark.parametrize("document", sorted(set(YAML) - {"several documents", "ten thousand keys"}))
def test_a_new_key_leaves_every_line_of_any_document_that_sops_wrote(exchange, document):
    name = exchange.sops_wrote(exchange.write("plain.yaml", YAML[document]), "e.yaml")
    before, after = edit(exchange, name, "text = 'a-new-key: 1\\n' + text")
    assert after[0].startswith(b"a-new-key: ENC[")
    changed = [old for old, new in zip(before, after[1:]) if old != new and b"lastmodified:" not in old]
    assert len(before) == len(after) - 1
    assert [line.split(b":")[0].strip() for line in changed] == [b"mac"]


def test_changed_and_new_comments_in_such_a_list_are_read_by_sops(exchange, written):
    edit(exchange, written, "text = text.replace('# others', '# the others').replace('    - carol', '    # last\\n    - carol')")
    assert {"# admins", "# the others", "# last"} <= set(read_by_sops(exchange, written))
    assert items(exchange, written) == ["alice", "bob", "carol"]


def test_comments_before_an_empty_collection_are_encrypted_and_read_by_sops(exchange):
    text = "users:\n    # nobody\n    # yet\n      []\nmap:\n    # none\n    {}\nflow: [   # inside\n    ]\nport: 1\n"
    name = exchange.bestow_wrote(exchange.write("plain.yaml", text), "e.yaml")
    assert "#ENC[" in (exchange.folder / name).read_text() and "nobody" not in (exchange.folder / name).read_text()
    assert "inside" not in (exchange.folder / name).read_text()
    assert exchange.bestow("decrypt", name).text == text
    read = exchange.sops("decrypt", name).text
    assert "ENC[" not in read and all(f"# {word}" in read for word in ("nobody", "yet", "none"))
