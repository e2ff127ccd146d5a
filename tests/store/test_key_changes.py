"""Keys come and go: replace-key, remove and rekey touch what they say and nothing else, and the same command twice is
the same as once."""
import re

import pytest

CANARY = "canary-3b90d7"


@pytest.fixture
def filled(store):
    store.accepting("set", "db/password", input=CANARY)
    store("set", "db/user", input="bob")
    store("set", "dns/key", input="k")
    return store


@pytest.fixture
def bob(filled, ssh_keygen):
    key = ssh_keygen("bob", comment="bob@desk")
    filled("operator", "add", "bob", "--key", key.line)
    return key



def ciphertext(store, name):
    return set(re.findall(r"ENC\[[^]]*\]", store.read(name).decode().split("\nsops:")[0]))


def reads(store, key, secret="db/password"):
    result = store("--identity", key.private, "get", secret, env={"XDG_CONFIG_HOME": "/nonexistent"}, status=(0, 5))
    return result.status == 0


class TestReplaceKey:
    def test_a_reinstalled_hosts_old_key_goes_at_once(self, filled, ssh_keygen, sops):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new", comment="root@web2")
        before, dns = ciphertext(filled, "secrets/db.yaml"), filled.read("secrets/dns.yaml")
        policy = filled.read("bestow.yaml").decode()
        result = filled("host", "replace-key", "web2", "--key-file", new.public)
        assert filled.read("bestow.yaml").decode() == policy.replace(old.line, new.line)
        assert "secrets/db.yaml\n  + host 'web2'" in result.text and "  - host 'web2', the old key\n" in result.text
        assert "secrets/db.yaml: db/password, db/user" in result.text
        assert f"bestow audit --key '{old.recipient}'" in result.text and "bestow rotate" in result.text
        assert reads(filled, new) and not reads(filled, old)
        assert not before & ciphertext(filled, "secrets/db.yaml")  # a new data key
        assert filled.read("secrets/dns.yaml") == dns              # which web2 does not read
        assert CANARY in sops("decrypt", "secrets/db.yaml").text
        filled("check", status=(0, 3))
        filled("sync", "--dry-run")

    def test_until_a_date_both_keys_read_and_values_stay(self, filled, ssh_keygen):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new")
        before = ciphertext(filled, "secrets/db.yaml")
        result = filled("host", "replace-key", "web2", "--key", new.line, "--until", "2099-01-31")
        assert "the old one stays until 2099-01-31" in result.text and "could read these values" not in result.text
        assert f"{{key: {old.line}, until: 2099-01-31}}, {new.line}" in filled.read("bestow.yaml").decode()
        assert reads(filled, new) and reads(filled, old) and ciphertext(filled, "secrets/db.yaml") == before
        files = filled.files()
        filled("host", "replace-key", "web2", "--key", new.line, "--until", "2099-01-31")
        assert filled.files() == files
        # and then sooner than was said
        result = filled("host", "replace-key", "web2", "--key", new.line, "--at-once")
        assert "could read these values" in result.text
        assert reads(filled, new) and not reads(filled, old)
        assert old.recipient not in filled.read("bestow.yaml").decode()

    def test_when_the_date_has_passed_sync_drops_it(self, filled, ssh_keygen):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new")
        filled("host", "replace-key", "web2", "--key", new.line, "--until", "2099-01-31")
        filled.replace("2099-01-31", "2020-01-31")
        assert "host 'web2' should not" in filled("check", status=3).text or "web2" in filled("check", status=3).text
        result = filled("sync", "--yes")
        assert "  - host 'web2'" in result.text and not reads(filled, old) and reads(filled, new)

    def test_an_interrupted_one_is_finished_by_the_same_command(self, filled, ssh_keygen):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new")
        filled.replace(old.line, new.line)  # all that was done
        result = filled("host", "replace-key", "web2", "--key", new.line, "--accept-reader", "web2")
        assert "  - " in result.text and reads(filled, new) and not reads(filled, old)
        files = filled.files()
        filled("host", "replace-key", "web2", "--key", new.line)
        assert filled.files() == files

    def test_several_keys_need_a_name(self, filled, ssh_keygen, run):
        old, new, spare = filled.hosts["web2"], ssh_keygen("web2-new"), ssh_keygen("spare")
        filled.replace(old.line, f"{old.line}, {spare.line}")
        filled("sync", "--yes", "--accept-reader", "web2")
        before = filled.files()
        result = filled("host", "replace-key", "web2", "--key", new.line, status=2)
        fingerprints = [run("ssh-keygen", "-lf", key.public).text.split()[1] for key in (old, spare)]
        assert all(one in result.stderr for one in fingerprints) and filled.files() == before
        assert "has no key" in filled("host", "replace-key", "web2", "--key", new.line, "--old", "SHA256:x",
                                      status=1).stderr
        filled("host", "replace-key", "web2", "--key", new.line, "--old", fingerprints[1])
        assert reads(filled, old) and reads(filled, new) and not reads(filled, spare)
        filled("host", "replace-key", "web2", "--key", new.line, "--old", fingerprints[1])  # done already
        filled("host", "replace-key", "web2", "--key", spare.line, "--old", old.line)
        assert not reads(filled, old) and reads(filled, new) and reads(filled, spare)

    def test_an_operators_key(self, filled, bob, ssh_keygen):
        new = ssh_keygen("bob-new", comment="bob@laptop")
        result = filled("operator", "replace-key", "bob", "--key", new.line)
        assert result.text.count("  - operator 'bob', the old key") == 2  # both files
        assert reads(filled, new) and not reads(filled, bob)
        assert new.line in filled.read("bestow.yaml").decode()

    def test_ones_own_key_without_having_the_new_one_is_a_question_of_its_own(self, filled, bob, ssh_keygen):
        new = ssh_keygen("alice-new")
        before = filled.files()
        result = filled("operator", "replace-key", "alice", "--key", new.line, "--yes", status=2)
        assert "--lose-access" in result.stderr and filled.files() == before
        filled("--identity", filled.identity, "--identity", new.private, "operator", "replace-key", "alice", "--key",
               new.line, "--yes")
        assert reads(filled, new)

    @pytest.mark.parametrize("options, status, message", [
        (["web9", "--key", "{new}"], 1, "there is no host 'web9'; did you mean 'web1'?"),
        (["web2"], 2, "the new key is missing"),
        (["web2", "--key", "{web1}"], 2, "host 'web2' has the key of host 'web1'"),
        (["web2", "--key", "{new}", "--until", "2020-01-01"], 2, "2020-01-01 has passed"),
        (["web2", "--key", "{new}", "--until", "soon"], 2, "'until' is a date like 2027-03-01"),
        (["web2", "--key", "{new}", "--until", "2099-01-01", "--at-once"], 2, "--until"),
    ])
    def test_what_cannot_be_done_changes_nothing(self, filled, ssh_keygen, options, status, message):
        before, new = filled.files(), ssh_keygen("new").line
        words = [word.format(new=new, web1=filled.hosts["web1"].line) for word in options]
        assert message in filled("host", "replace-key", *words, status=status).stderr
        assert filled.files() == before

    def test_dry_run_and_json(self, filled, ssh_keygen):
        before, new = filled.files(), ssh_keygen("new").line
        report = filled("host", "replace-key", "web2", "--key", new, "--dry-run", "--json").json()
        assert report["policy"] == ["bestow.yaml"] and report["written"] == []
        assert report["seen"] == [{"file": "secrets/db.yaml", "secrets": ["db/password", "db/user"]}]
        assert report["keys"] == [filled.hosts["web2"].recipient] and filled.files() == before
        assert filled("host", "replace-key", "web2", "--key", new, "--json").json()["written"] == ["secrets/db.yaml"]


class TestFilesThatNothingDeclares:
    @pytest.fixture
    def hand_made(self, filled, bestow):
        filled.write("notes/extra.yaml", "a: b\n")
        recipients = [filled.recipients("secrets/dns.yaml")[0], *(key.recipient for key in filled.hosts.values())]
        filled("encrypt", "-i", "notes/extra.yaml", *(word for one in recipients for word in ("-r", one)))
        return filled

    def test_a_removed_host_leaves_them_too_and_nobody_else_does(self, hand_made):
        before = hand_made.recipients("notes/extra.yaml")
        result = hand_made("host", "remove", "web2", "--accept-reader", "web1")
        assert "notes/extra.yaml\n  - host 'web2'" in result.text
        assert hand_made.recipients("notes/extra.yaml") == [one for one in before if one != before[2]]
        assert hand_made("get", "-f", "notes/extra.yaml", "a").text == "b"

    def test_a_replaced_key_is_replaced_there_too(self, hand_made, ssh_keygen):
        new = ssh_keygen("new")
        hand_made("host", "replace-key", "web2", "--key", new.line, "--accept-reader", "web1")
        value = hand_made("--identity", new.private, "get", "-f", "notes/extra.yaml", "a",
                          env={"XDG_CONFIG_HOME": "/nonexistent"})
        assert value.text == "b" and len(hand_made.recipients("notes/extra.yaml")) == 3
        assert hand_made.hosts["web2"].recipient not in hand_made.recipients("notes/extra.yaml")

    def test_one_whom_nobody_else_reads_is_left_and_told(self, hand_made):
        hand_made.write("notes/own.yaml", "a: b\n")
        hand_made("encrypt", "-i", "notes/own.yaml", "-r", hand_made.hosts["web2"].recipient)
        before = hand_made.read("notes/own.yaml")
        result = hand_made("host", "remove", "web2", "--accept-reader", "web1", status=4)
        assert "nobody else could read 'notes/own.yaml'" in result.stderr
        assert hand_made.read("notes/own.yaml") == before


class TestRekey:
    def test_every_value_is_new_ciphertext_and_the_same_value(self, filled, sops):
        names = ["secrets/db.yaml", "secrets/dns.yaml"]
        before = {name: (filled.recipients(name), ciphertext(filled, name), sops("decrypt", name).stdout)
                  for name in names}
        assert filled("rekey", "--dry-run").text == "".join(f"{name}\n  a new data key\n" for name in names)
        filled("rekey", status=2)  # no terminal to ask at
        filled("rekey", "--yes")
        for name, (recipients, old, plain) in before.items():
            assert filled.recipients(name) == recipients and sops("decrypt", name).stdout == plain
            assert len(old) == len(ciphertext(filled, name)) and not old & ciphertext(filled, name)

    def test_only_the_named_file(self, filled):
        before = filled.files()
        assert filled("rekey", "--yes", "--json", "secrets/dns.yaml").json()["written"] == ["secrets/dns.yaml"]
        changed = [name for name, content in filled.files().items() if before[name] != content]
        assert changed == ["secrets/dns.yaml"]
        assert "there is no file" in filled("rekey", "--yes", "secrets/none.yaml", status=1).stderr

    def test_a_file_that_drifts_is_left_and_the_others_are_done(self, filled):
        filled.replace("roles: [server], vars: {env: test}", "roles: [], vars: {env: test}")
        before = filled.files()
        result = filled("rekey", "--yes", status=4)
        assert "bestow sync secrets/db.yaml" in result.stderr
        changed = [name for name, content in filled.files().items() if before[name] != content]
        assert changed == ["secrets/dns.yaml"]

    def test_values_of_every_format_stay(self, filled, sops):
        filled.replace("\nsecrets:\n", "\nsecrets:\n  app/env: {to: [web1], file: app.env, key: A}\n"
                                       "  app/ini: {to: [web1], file: app.ini, key: [s, A]}\n"
                                       "  app/json: {to: [web1], file: app.json, key: a}\n"
                                       "  app/raw: {to: [web1], file: app.bin, key: .}\n")
        for name in ("app/env", "app/ini", "app/json", "app/raw"):
            filled("set", name, "--accept-reader", "web1", input=CANARY)
        files = [name for name in filled.files() if name.startswith("app.")]
        before = {name: sops("decrypt", name).stdout for name in files}
        old = filled.files()
        filled("rekey", "--yes", *files)
        assert len(files) == 4 and {name: sops("decrypt", name).stdout for name in files} == before
        assert all(filled.files()[name] != old[name] for name in files)


def test_adding_again_what_is_declared_goes_on_with_the_files(filled, ssh_keygen):
    new = ssh_keygen("web3")
    command = ["host", "add", "web3", "--key", new.line, "--role", "server", "--var", "env=prod"]
    filled(*command, "--no-sync")
    assert not reads(filled, new)
    policy = filled.read("bestow.yaml")
    filled(*command)
    assert reads(filled, new) and filled.read("bestow.yaml") == policy
    assert "declared already" in filled(*command, "--role", "dns", status=2).stderr


def test_removing_asks_at_a_terminal(filled, at_terminal):
    before = filled.files()
    status, shown = at_terminal(["host", "remove", "web2"], [("Write bestow.yaml and 1 file? [y/N]", "n\n")])
    assert status == 1 and "could read these values" in shown and filled.files() == before
    status, _ = at_terminal(["host", "remove", "web2"], [("Write bestow.yaml and 1 file? [y/N]", "y\n")])
    assert status == 0 and "web2" not in filled.read("bestow.yaml").decode()


def test_a_file_that_changes_while_one_is_asked_is_not_overwritten(filled, at_terminal, sops):
    def answer_late():
        sops("set", "secrets/db.yaml", '["user"]', '"from sops"')
        return "y\n"
    status, shown = at_terminal(["host", "remove", "web2"], [("Write bestow.yaml and 1 file? [y/N]", Late(answer_late))])
    assert status == 4 and "was changed meanwhile" in shown
    assert filled("get", "db/user").text == "from sops"


@pytest.mark.parametrize("command", [["host", "remove", "x"], ["operator", "replace-key", "x", "--key", "{new}"],
                                     ["rekey", "--yes"]])
def test_where_only_a_sops_yaml_is_it_says_what_does_it(bestow, ssh_keygen, tmp_path, command):
    (tmp_path / ".sops.yaml").write_text("creation_rules: []\n")
    new = ssh_keygen("new").line
    words = [word.format(new=new) for word in command]
    result = bestow(*words, cwd=tmp_path, status=1)
    assert "no bestow.yaml" in result.stderr and "sops updatekeys FILE" in result.stderr


class Late(str):
    """An answer that takes its time: what happens meanwhile is in `make`."""
    def __new__(cls, make):
        made = super().__new__(cls, "")
        made.make = make
        return made

    def encode(self, *args):
        return self.make().encode(*args)
