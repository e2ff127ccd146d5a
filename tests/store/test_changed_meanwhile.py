"""While a command asks, somebody pulls or edits: nothing that came meanwhile is overwritten, and nobody comes back."""
import pytest


@pytest.fixture
def meanwhile(store):
    """meanwhile(change, answer): an answer that is given once the change was made; `.left` is what lay there then."""
    def make(change, answer="y\n"):
        def act():
            change()
            act.left = store.files()
            return answer
        return act
    return make


def forget_web2(store):
    """As another operator's `host remove` does it, whose commit is pulled."""
    text = store.read("bestow.yaml").decode()
    store.write("bestow.yaml", "".join(line for line in text.splitlines(True) if not line.startswith("  web2: ")))


def refused(result, store, answer, file="bestow.yaml"):
    status, shown = result
    assert status == 1 and f"'{file}' was changed meanwhile" in shown and "do the same again" in shown, shown
    assert store.files() == answer.left


def test_a_policy_that_came_during_the_question_stays(store, at_terminal, meanwhile):
    store.accepting("set", "db/password", input="x")
    store.replace("roles: [server], vars: {env: test}", "roles: [], vars: {env: test}")
    answer = meanwhile(lambda: forget_web2(store))
    refused(at_terminal(["sync"], [("Write 1 file? [y/N]", answer)]), store, answer)
    assert b"web2" not in store.read("bestow.yaml")
    store("sync", "--yes")


@pytest.mark.parametrize("words", [["host", "remove", "web1"], ["rekey"]])
def test_who_was_removed_meanwhile_does_not_come_back(store, at_terminal, meanwhile, words):
    store.accepting("set", "db/password", input="x")
    answer = meanwhile(lambda: forget_web2(store))
    refused(at_terminal(words, [("[y/N]", answer)]), store, answer)


def test_a_passphrase_is_time_enough_for_a_pull(store, at_terminal, meanwhile, ssh_keygen):
    locked = ssh_keygen("locked", comment="bob@home", passphrase="open")
    store("operator", "add", "bob", "--key", locked.line, "--yes")
    store.accepting("set", "db/password", "--accept-reader", "bob", input="x")
    new = ssh_keygen("new")
    answer = meanwhile(lambda: forget_web2(store), "open\n")
    store.identity.rename(store.identity.with_suffix(".away"))
    words = ["--identity", str(locked.private), "host", "add", "web3", "--key", new.line, "--role", "server", "--var",
             "env=home"]
    refused(at_terminal(words, [("assphrase", answer)]), store, answer)
    assert b"web3" not in store.read("bestow.yaml")


def test_a_value_is_not_encrypted_to_whom_the_policy_named_before(store, at_terminal, meanwhile):
    store.accepting("set", "db/password", input="x")
    answer = meanwhile(lambda: forget_web2(store), "new\n")
    refused(at_terminal(["set", "db/password"], [("password: ", answer), ("Once more: ", "new\n")]), store, answer)


def test_a_file_that_its_pattern_takes_in_meanwhile_counts(store, at_terminal, meanwhile):
    store.write("bestow.yaml", store.read("bestow.yaml").decode() + "include: [more/*.yaml]\n")
    store.accepting("set", "db/password", input="x")
    answer = meanwhile(lambda: store.write("more/new.yaml", "secrets:\n  other/key: {to: [dns]}\n"))
    refused(at_terminal(["rekey"], [("[y/N]", answer)]), store, answer, "more/*.yaml")


def test_an_encrypted_file_that_was_pulled_meanwhile_stays(store, at_terminal, meanwhile):
    store.accepting("set", "db/password", input="theirs")
    pulled = store.read("secrets/db.yaml").decode()
    store.accepting("set", "db/password", input="ours")
    answer = meanwhile(lambda: store.write("secrets/db.yaml", pulled))
    status, shown = at_terminal(["rekey"], [("[y/N]", answer)])
    assert status != 0 and "'secrets/db.yaml' was changed meanwhile" in shown
    assert store.files() == answer.left and store("get", "db/password").text == "theirs"
