"""sops writes a comment in a list as an item, "- ENC[...,type:comment]". Such an item is a comment for every command:
it has no index, and it stays as it is when something else changes."""
import pytest

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
