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
        result = filled("host", "replace-key", "--yes", "web2", "--key-file", new.public)
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
        result = filled("host", "replace-key", "--yes", "web2", "--key", new.line, "--until", "2099-01-31")
        assert "the old one stays until 2099-01-31" in result.text and "could read these values" not in result.text
        assert f"{{key: {old.line}, until: 2099-01-31}}, {new.line}" in filled.read("bestow.yaml").decode()
        assert reads(filled, new) and reads(filled, old) and ciphertext(filled, "secrets/db.yaml") == before
        files = filled.files()
        filled("host", "replace-key", "--yes", "web2", "--key", new.line, "--until", "2099-01-31")
        assert filled.files() == files
        # and then sooner than was said
        result = filled("host", "replace-key", "--yes", "web2", "--key", new.line, "--at-once")
        assert "could read these values" in result.text
        assert reads(filled, new) and not reads(filled, old)
        assert old.recipient not in filled.read("bestow.yaml").decode()

    def test_when_the_date_has_passed_sync_drops_it(self, filled, ssh_keygen):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new")
        filled("host", "replace-key", "--yes", "web2", "--key", new.line, "--until", "2099-01-31")
        filled.replace("2099-01-31", "2020-01-31")
        assert "host 'web2' should not" in filled("check", status=3).text or "web2" in filled("check", status=3).text
        result = filled("sync", "--yes")
        assert "  - host 'web2'" in result.text and not reads(filled, old) and reads(filled, new)

    def test_an_interrupted_one_is_finished_by_the_same_command(self, filled, ssh_keygen):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new")
        filled.replace(old.line, new.line)  # all that was done
        result = filled("host", "replace-key", "--yes", "web2", "--key", new.line, "--accept-reader", "web2")
        assert "  - " in result.text and reads(filled, new) and not reads(filled, old)
        files = filled.files()
        filled("host", "replace-key", "--yes", "web2", "--key", new.line)
        assert filled.files() == files

    def test_several_keys_need_a_name(self, filled, ssh_keygen, run):
        old, new, spare = filled.hosts["web2"], ssh_keygen("web2-new"), ssh_keygen("spare")
        filled.replace(old.line, f"{old.line}, {spare.line}")
        filled("sync", "--yes", "--accept-reader", "web2")
        before = filled.files()
        result = filled("host", "replace-key", "--yes", "web2", "--key", new.line, status=2)
        fingerprints = [run("ssh-keygen", "-lf", key.public).text.split()[1] for key in (old, spare)]
        assert all(one in result.stderr for one in fingerprints) and filled.files() == before
        assert "has no key" in filled("host", "replace-key", "--yes", "web2", "--key", new.line, "--old", "SHA256:x",
                                      status=1).stderr
        filled("host", "replace-key", "--yes", "web2", "--key", new.line, "--old", fingerprints[1])
        assert reads(filled, old) and reads(filled, new) and not reads(filled, spare)
        filled("host", "replace-key", "--yes", "web2", "--key", new.line, "--old", fingerprints[1])  # done already
        filled("host", "replace-key", "--yes", "web2", "--key", spare.line, "--old", old.line)
        assert not reads(filled, old) and reads(filled, new) and reads(filled, spare)

    def test_an_operators_key(self, filled, bob, ssh_keygen):
        new = ssh_keygen("bob-new", comment="bob@laptop")
        result = filled("operator", "replace-key", "--yes", "bob", "--key", new.line)
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
        (["web2", "--key", "{new}", "--until", "soon"], 2, "--until takes a date like 2027-03-01"),
        (["web2", "--key", "{new}", "--until", "2099-01-01", "--at-once"], 2, "--until"),
    ])
    def test_what_cannot_be_done_changes_nothing(self, filled, ssh_keygen, options, status, message):
        before, new = filled.files(), ssh_keygen("new").line
        words = [word.format(new=new, web1=filled.hosts["web1"].line) for word in options]
        assert message in filled("host", "replace-key", "--yes", *words, status=status).stderr
        assert filled.files() == before

    def test_dry_run_and_json(self, filled, ssh_keygen):
        before, new = filled.files(), ssh_keygen("new").line
        report = filled("host", "replace-key", "--yes", "web2", "--key", new, "--dry-run", "--json").json()
        assert report["policy"] == ["bestow.yaml"] and report["written"] == []
        assert report["seen"] == [{"file": "secrets/db.yaml", "secrets": ["db/password", "db/user"]}]
        assert report["keys"] == [filled.hosts["web2"].recipient] and filled.files() == before
        assert filled("host", "replace-key", "--yes", "web2", "--key", new, "--json").json()["written"] == ["secrets/db.yaml"]


class TestFilesThatNothingDeclares:
    @pytest.fixture
    def hand_made(self, filled, bestow):
        filled.write("notes/extra.yaml", "a: b\n")
        recipients = [filled.recipients("secrets/dns.yaml")[0], *(key.recipient for key in filled.hosts.values())]
        filled("encrypt", "-i", "notes/extra.yaml", *(word for one in recipients for word in ("-r", one)))
        return filled

    def test_a_removed_host_leaves_them_too_and_nobody_else_does(self, hand_made):
        before = hand_made.recipients("notes/extra.yaml")
        result = hand_made("host", "remove", "--yes", "web2", "--accept-reader", "web1")
        assert "notes/extra.yaml\n  - host 'web2'" in result.text
        assert hand_made.recipients("notes/extra.yaml") == [one for one in before if one != before[2]]
        assert hand_made("get", "-f", "notes/extra.yaml", "a").text == "b"

    def test_a_replaced_key_is_replaced_there_too(self, hand_made, ssh_keygen):
        new = ssh_keygen("new")
        hand_made("host", "replace-key", "--yes", "web2", "--key", new.line, "--accept-reader", "web1")
        value = hand_made("--identity", new.private, "get", "-f", "notes/extra.yaml", "a",
                          env={"XDG_CONFIG_HOME": "/nonexistent"})
        assert value.text == "b" and len(hand_made.recipients("notes/extra.yaml")) == 3
        assert hand_made.hosts["web2"].recipient not in hand_made.recipients("notes/extra.yaml")

    def test_one_whom_nobody_else_reads_is_left_and_told(self, hand_made):
        hand_made.write("notes/own.yaml", "a: b\n")
        hand_made("encrypt", "-i", "notes/own.yaml", "-r", hand_made.hosts["web2"].recipient)
        before = hand_made.read("notes/own.yaml")
        result = hand_made("host", "remove", "--yes", "web2", "--accept-reader", "web1", status=4)
        assert "nobody else could read 'notes/own.yaml'" in result.stderr
        assert hand_made.read("notes/own.yaml") == before
        # What nobody may know any more is not forgotten before it is true.
        assert "web2" in hand_made.read("bestow.yaml").decode() and "the same command" in result.stderr
        (hand_made.path / "notes/own.yaml").unlink()
        assert "removed" in hand_made("host", "remove", "web2", "--yes", "--accept-reader", "web1").text
        assert "web2" not in hand_made.read("bestow.yaml").decode()

    def test_a_broken_one_that_he_does_not_read_holds_nothing_up(self, hand_made):
        hand_made.write("secrets/dns.yaml", "a: b\n")
        hand_made("host", "remove", "web2", "--yes", "--accept-reader", "web1", status=4)
        assert "web2" not in hand_made.read("bestow.yaml").decode()

    def test_one_that_its_operator_cannot_open_holds_the_removal(self, hand_made, make_identity, tmp_path, sops):
        _, other = make_identity(tmp_path / "other.txt")
        hand_made.write("notes/foreign.yaml", "a: b\n")
        hand_made("encrypt", "-i", "notes/foreign.yaml", "-r", hand_made.hosts["web2"].recipient, "-r", other)
        options = ("--yes", "--accept-reader", "web1", "--accept-reader", other)
        report = hand_made("host", "remove", "web2", *options, "--json", status=4).json()
        assert report["policy"] == [] and "notes/extra.yaml" in report["written"]
        assert "web2" in hand_made.read("bestow.yaml").decode()
        (hand_made.path / "notes/foreign.yaml").unlink()
        hand_made("host", "remove", "web2", *options)
        assert "web2" not in hand_made.read("bestow.yaml").decode()

    def test_an_age_file_is_told_of(self, hand_made):
        hand_made.write("notes/blob.age", "age-encryption.org/v1\n")
        told = hand_made("host", "remove", "web2", "--yes", "--accept-reader", "web1").stderr
        assert "'notes/blob.age' is an age file that nothing declares" in told


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


@pytest.mark.parametrize("command", [["host", "remove", "--yes", "x"], ["operator", "replace-key", "--yes", "x", "--key", "{new}"],
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


class TestTheQuestion:
    """A no, or nobody to ask, leaves everything as it was: the store, and whom this operator has confirmed."""
    COMMANDS = [["host", "replace-key", "web2", "--key", "{new}"], ["host", "remove", "web2"],
                ["operator", "replace-key", "bob", "--key", "{new}"], ["operator", "remove", "bob"]]

    @pytest.mark.parametrize("command", COMMANDS)
    def test_without_a_terminal_nothing_is_done_unless_yes_says_so(self, filled, bob, ssh_keygen, command):
        new, before = ssh_keygen("new").line, filled.files()
        words = [word.format(new=new) for word in command]
        result = filled(*words, status=2)
        assert "there is no terminal to ask at" in result.stderr and "--yes" in result.stderr
        assert "secrets/db.yaml\n" in result.text and filled.files() == before
        filled(*words, "--yes")
        assert filled.files() != before

    def test_a_key_that_was_declined_is_not_remembered(self, filled, ssh_keygen, at_terminal, home):
        new, known = ssh_keygen("new"), home / ".local/state/bestow/known_readers"
        before = known.read_bytes()
        command = ["host", "replace-key", "web2", "--key", new.line]
        status, _ = at_terminal(command, [("Write bestow.yaml and 1 file? [y/N]", "n\n")])
        assert status == 1 and known.read_bytes() == before
        filled(*command, status=2)
        assert known.read_bytes() == before
        filled.replace(filled.hosts["web2"].line, new.line)  # whoever writes it there by hand is asked about
        assert "not confirmed yet" in filled("sync", "--yes", status=2).stderr
        filled.replace(new.line, filled.hosts["web2"].line)
        filled(*command, "--yes")
        assert known.read_bytes() != before

    def test_nor_is_one_that_would_have_locked_its_caller_out(self, filled, bob, ssh_keygen, home):
        new, known = ssh_keygen("new"), home / ".local/state/bestow/known_readers"
        before = known.read_bytes()
        filled("operator", "replace-key", "alice", "--key", new.line, "--yes", status=2)
        assert known.read_bytes() == before

    def test_the_plan_stands_before_the_question_whether_to_lock_oneself_out(self, filled, bob, at_terminal):
        status, shown = at_terminal(["operator", "remove", "alice"], [("Lock yourself out? [y/N]", "n\n")])
        assert status == 1 and shown.index("  - operator 'alice'") < shown.index("'alice' is you yourself")


class TestUntil:
    @pytest.fixture
    def dated(self, filled, ssh_keygen):
        filled.new, filled.old = ssh_keygen("web2-new"), filled.hosts["web2"]
        filled.again = ["host", "replace-key", "web2", "--key", filled.new.line, "--yes"]
        filled(*filled.again, "--until", "2099-01-31")
        return filled

    @pytest.mark.parametrize("date, message", [
        ("neverr", "takes a date like"), ("2026-13-31", "takes a date like"), ("2099-02-29", "takes a date like"),
        ("", "takes a date like"), ("2020-01-01", "2020-01-01 has passed")])
    def test_what_is_no_coming_date_is_a_usage_error_each_time(self, dated, date, message):
        before = dated.files()
        for key in (["--key", dated.new.line], ["--scan", "nowhere.invalid"]):
            result = dated("host", "replace-key", "web2", *key, "--yes", "--until", date, status=2)
            assert message in result.stderr and dated.files() == before

    def test_another_date_replaces_the_first(self, dated):
        ciphertexts = {name: text for name, text in dated.files().items() if name != "bestow.yaml"}
        for date in ("2098-12-31", "2100-02-28"):
            result = dated(*dated.again, "--until", date)
            assert f"the old one stays until {date}" in result.text
            assert f"{{key: {dated.old.line}, until: {date}}}, {dated.new.line}" in dated.read("bestow.yaml").decode()
            assert "2099-01-31" not in dated.read("bestow.yaml").decode()
        assert {name: text for name, text in dated.files().items() if name != "bestow.yaml"} == ciphertexts

    def test_the_same_date_leaves_the_notation_as_it_is(self, dated):
        dated.replace(f"[{{key: {dated.old.line}, until: 2099-01-31}}, {dated.new.line}]",
                      f"[{{until: '2099-01-31', key: {dated.old.line}}}, {dated.new.line}]")
        before = dated.files()
        dated(*dated.again, "--until", "2099-01-31")
        assert dated.files() == before

    def test_where_the_old_key_is_gone_it_says_so(self, dated):
        dated(*dated.again, "--at-once")
        before = dated.files()
        result = dated(*dated.again, "--until", "2099-01-31", status=1)
        assert "host 'web2' has no old key any more that could stay until 2099-01-31" in result.stderr
        assert "no old one any more" in dated(*dated.again).text and dated.files() == before

    def test_a_key_whose_date_has_passed_does_not_come_back(self, dated):
        dated.replace("2099-01-31", "2020-01-31")
        assert "no old key any more" in dated(*dated.again, "--until", "2099-01-31", status=1).stderr

    def test_at_once_alone_takes_the_dated_one_away(self, dated):
        result = dated("host", "replace-key", "web2", "--at-once", "--yes")
        assert "  - host 'web2', the old key" in result.text and "could read these values" in result.text
        assert f"keys: [{dated.new.line}]" in dated.read("bestow.yaml").decode()
        assert reads(dated, dated.new) and not reads(dated, dated.old)
        assert "has no key with a date" in dated("host", "replace-key", "web2", "--at-once", "--yes", status=1).stderr


class TestWithoutAnIdentity:
    @pytest.mark.parametrize("command", TestTheQuestion.COMMANDS)
    def test_nothing_can_be_opened_so_nothing_changes(self, filled, bob, ssh_keygen, command, home):
        new, known = ssh_keygen("new").line, home / ".local/state/bestow/known_readers"
        before = filled.files(), known.read_bytes()
        words = [word.format(new=new) for word in command]
        result = filled(*words, "--yes", status=5, env={"XDG_CONFIG_HOME": "/nonexistent"})
        assert "no identity here opens" in result.stderr and "keygen" not in result.stderr
        assert (filled.files(), known.read_bytes()) == before

    def test_what_cannot_be_opened_is_named_before_the_question(self, filled, bob, ssh_keygen, at_terminal):
        filled.write("notes/bobs.yaml", "a: b\n")
        filled("encrypt", "-i", "notes/bobs.yaml", "-r", bob.recipient, "-r", filled.hosts["web2"].recipient)
        before = filled.files()
        status, shown = at_terminal(["host", "remove", "web2"], [("Write bestow.yaml and 2 files? [y/N]", "n\n")])
        assert status == 1 and filled.files() == before
        assert shown.index("'notes/bobs.yaml' cannot be opened here") < shown.index("Write bestow.yaml")
        filled("host", "remove", "web2", "--yes", status=4)
        assert filled.read("notes/bobs.yaml") == before["notes/bobs.yaml"]


class TestAfterTheDate:
    @pytest.fixture
    def expired(self, filled, ssh_keygen):
        filled.new, filled.old = ssh_keygen("web2-new"), filled.hosts["web2"]
        filled("host", "replace-key", "web2", "--key", filled.new.line, "--yes", "--until", "2099-01-31")
        filled.replace("2099-01-31", "2020-01-31")
        return filled

    def test_check_says_that_it_is_the_old_key(self, expired):
        told = expired("check", status=3).text
        assert "host 'web2' (its old key, until 2020-01-31) can read it but may not" in told

    def test_sync_takes_it_out_of_the_files_and_then_of_the_policy(self, expired):
        policy = expired.read("bestow.yaml").decode()
        wanted = policy.replace(f"{{key: {expired.old.line}, until: 2020-01-31}}, ", "")
        before = expired.files()
        planned = expired("sync", "--dry-run", status=3).text
        assert "secrets/db.yaml\n  - host 'web2' (its old key, until 2020-01-31)\n" in planned
        assert planned.endswith("bestow.yaml\n  - host 'web2' (its old key, until 2020-01-31)\n")
        report = expired("sync", "--dry-run", "--json", status=3).json()
        assert report["policy"] == ["bestow.yaml"] and report["written"] == []
        assert report["expired"] == [{"kind": "host", "name": "web2", "key": expired.old.recipient,
                                      "until": "2020-01-31"}]
        assert expired.files() == before
        result = expired("sync", "--yes")
        assert result.text.startswith(planned)
        assert "could read these values" in result.text and "  secrets/db.yaml: db/password, db/user\n" in result.text
        assert f"bestow audit --key '{expired.old.recipient}'" in result.text
        assert "out of bestow.yaml" not in result.text
        assert not reads(expired, expired.old) and reads(expired, expired.new)
        assert policy != wanted == expired.read("bestow.yaml").decode()
        after = expired.files()
        expired("sync")
        assert "until" not in expired("check", status=(0, 3)).text and expired.files() == after

    def test_it_asks_once_for_both(self, expired, at_terminal):
        before = expired.files()
        status, _ = at_terminal(["sync"], [("Write bestow.yaml and 1 file? [y/N]", "n\n")])
        assert status == 1 and expired.files() == before
        status, _ = at_terminal(["sync"], [("Write bestow.yaml and 1 file? [y/N]", "y\n")])
        assert status == 0 and "until" not in expired.read("bestow.yaml").decode()

    def test_what_was_interrupted_before_the_policy_is_finished_without_any_key(self, expired, at_terminal):
        policy = expired.read("bestow.yaml")
        expired("sync", "--yes", "secrets/db.yaml")
        assert expired.read("bestow.yaml") == policy, "files were named"
        told = [one["message"] for one in expired("check", "--json", status=(0, 3)).json()["notes"]]
        assert "host 'web2' has an old key whose last day is over: `bestow sync` takes it out" in told
        before = expired.files()
        assert expired("sync", "--dry-run", status=3).text == \
            "bestow.yaml\n  - host 'web2' (its old key, until 2020-01-31)\n"
        status, _ = at_terminal(["sync"], [("Write bestow.yaml? [y/N]", "y\n")],
                                env={"XDG_CONFIG_HOME": "/nonexistent"})
        after = expired.files()
        assert status == 0 and "until" not in expired.read("bestow.yaml").decode()
        assert {name for name in after if after[name] != before[name]} == {"bestow.yaml"}

    def test_named_files_leave_the_policy_and_say_how_it_leaves(self, expired):
        assert "`bestow sync` takes the old key out of bestow.yaml" in expired("sync", "--yes", "secrets/db.yaml").text

    def test_it_leaves_files_that_nothing_declares_too(self, filled, ssh_keygen):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new")
        filled.write("notes/extra.yaml", "a: b\n")
        filled("encrypt", "-i", "notes/extra.yaml", "-r", filled.recipients("secrets/dns.yaml")[0], "-r",
               old.recipient)
        filled("host", "replace-key", "web2", "--key", new.line, "--yes", "--until", "2099-01-31")
        filled.replace("2099-01-31", "2020-01-31")
        result = filled("sync", "--yes")
        assert "notes/extra.yaml\n  - host 'web2' (its old key, until 2020-01-31)\n" in result.text
        assert len(filled.recipients("notes/extra.yaml")) == 2 and "until" not in filled.read("bestow.yaml").decode()
        assert filled("get", "-f", "notes/extra.yaml", "a").text == "b"

    def test_it_stays_known_while_a_file_that_cannot_be_written_has_it(self, expired, make_identity, tmp_path):
        identity, foreign = make_identity(tmp_path / "foreign.txt")
        expired.write("notes/foreign.yaml", "a: b\n")
        options = ("--yes", "--accept-reader", foreign)
        expired("encrypt", "-i", "notes/foreign.yaml", "-r", foreign, "-r", expired.old.recipient)
        policy = expired.read("bestow.yaml")
        result = expired("sync", *options, status=4)
        assert "no identity here opens 'notes/foreign.yaml'" in result.stderr
        assert "the old keys stay in bestow.yaml until" in result.stderr and expired.read("bestow.yaml") == policy
        assert not reads(expired, expired.old)
        assert expired("sync", *options, "--json", status=5).json()["policy"] == []
        expired("--identity", identity, "sync", *options)
        assert b"until" not in expired.read("bestow.yaml")

    def test_a_file_that_cannot_be_written_and_does_not_have_it_holds_nothing_up(self, expired):
        expired.write("secrets/dns.yaml", "key: plain\n")
        expired("sync", "--yes", status=4)
        assert b"until" not in expired.read("bestow.yaml")
        assert "plain" not in expired("sync", "--yes", status=1).stderr

    def test_in_an_included_file_and_in_block_style(self, filled, ssh_keygen):
        old, new, older = filled.hosts["web2"], ssh_keygen("web2-new"), ssh_keygen("web2-older")
        line = next(line for line in filled.read("bestow.yaml").decode().splitlines() if line.startswith("  web2:"))
        filled.replace(line + "\n", "")
        filled.replace("\nsecrets:\n", "\ninclude: [more.yaml]\nsecrets:\n")
        kept = (f"hosts:\n  web2:  # the second\n    roles: [server]\n    vars: {{env: test}}\n    keys:\n"
                f"      # the one that stays\n      - {new.line}\n")
        filled.write("more.yaml", f"{kept}      - key: {old.line}\n        until: 2020-01-31\n"
                                  f"      - {{until: 2019-12-31, key: {older.line}}}\n")
        result = filled("sync", "--yes", "--accept-reader", "web2", "--accept-reader", "web1")
        assert "more.yaml\n  - host 'web2' (its old key, until 2020-01-31)\n" \
               "  - host 'web2' (its old key, until 2019-12-31)\n" in result.text
        assert filled.read("more.yaml").decode() == kept and reads(filled, new) and not reads(filled, old)

    def test_where_it_is_the_only_key_a_new_one_has_to_come(self, filled, ssh_keygen):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new")
        filled.replace(f"[{old.line}]", f"[{{key: {old.line}, until: 2020-01-31}}]")
        before = filled.files()
        filled("host", "replace-key", "web2", "--at-once", "--yes", "--accept-reader", "web1", status=2)
        assert filled.files() == before
        assert "`bestow host replace-key web2 --key NEW`" in filled("sync", "--yes").text
        assert filled.read("bestow.yaml") == before["bestow.yaml"]
        [found] = [one for one in filled("check", "--json", status=3).json()["findings"] if one["kind"] == "policy"]
        assert found["hint"] == "bestow host replace-key web2 --key NEW"
        filled("host", "replace-key", "web2", "--key", new.line, "--yes")
        assert old.recipient not in filled.read("bestow.yaml").decode() and reads(filled, new)

    def test_who_and_list_show_every_key_with_its_last_day(self, filled, ssh_keygen, run):
        old, new = filled.hosts["web2"], ssh_keygen("web2-new")
        filled("host", "replace-key", "web2", "--key", new.line, "--yes", "--until", "2099-01-31")
        prints = [run("ssh-keygen", "-lf", key.public).text.split()[1] for key in (old, new)]
        assert f"{prints[0]} (until 2099-01-31), {prints[1]}\n" in filled("host", "list").text
        who = filled("who", "db/user").text
        assert f"  host 'web2' ({prints[0]}, until 2099-01-31)\n  host 'web2' ({prints[1]})\n" in who
        states = [one for one in filled("who", "db/user", "--json").json()[0]["readers"] if one["name"] == "web2"]
        assert [(one["fingerprint"], one["until"]) for one in states] == [(prints[0], "2099-01-31"), (prints[1], None)]
        keys = filled("host", "list", "--json").json()[1]["keys"]
        assert [(one["fingerprint"], one["until"]) for one in keys] == [(prints[0], "2099-01-31"), (prints[1], None)]
        filled.replace("2099-01-31", "2020-01-31")
        who = filled("who", "web2").text
        assert "host 'web2' (its old key, until 2020-01-31)  (may not, but can" in who

    def test_an_operators_old_key_too(self, filled, bob, ssh_keygen):
        new = ssh_keygen("bob-new")
        filled("operator", "replace-key", "bob", "--key", new.line, "--yes", "--until", "2099-01-31")
        assert "(until 2099-01-31)" in filled("operator", "list").text
        filled.replace("2099-01-31", "2020-01-31")
        result = filled("sync", "--yes", "--accept-reader", "web1", "--accept-reader", "web2")
        assert "operator 'bob' (its old key, until 2020-01-31) could read these values" in result.text
        assert f"bob: {{keys: [{new.line}]" in filled.read("bestow.yaml").decode()


def test_only_values_that_are_there_are_told(filled):
    filled.replace("db/password: {to: [server], owner: root}",
                   "db/password: {to: [server], keep_previous: true, generate: text}")
    told = filled("host", "remove", "web2", "--dry-run").text
    assert "  secrets/db.yaml: db/password, db/user\n" in told and "previous" not in told
    filled("rotate", "db/password", "--yes")
    assert "db/password.previous" in filled("host", "remove", "web2", "--dry-run").text


@pytest.mark.parametrize("kind, name", [("host", "web1"), ("operator", "alice")])
def test_adding_whom_there_is_with_another_key_names_the_command_for_it(filled, ssh_keygen, kind, name):
    before, new = filled.files(), ssh_keygen("new").line
    result = filled(kind, "add", name, "--key", new, status=2)
    assert "declared already" in result.stderr and f"bestow {kind} replace-key {name} " in result.stderr
    assert filled.files() == before


class TestGenerate:
    ALICE = ["--yes", "--accept-reader", "alice"]

    @pytest.fixture
    def kept(self, filled, tmp_path, run):
        """kept() -> the key that the store keeps of web2, as `reads` takes it."""
        class Kept:
            def __init__(self):
                self.private = tmp_path / f"kept-{len(list(tmp_path.glob('kept-*')))}"
                self.private.write_bytes(filled("get", "host-keys/web2").stdout)
                self.private.chmod(0o600)
                self.line = " ".join(run("ssh-keygen", "-y", "-f", self.private).text.split()[:2])
        return Kept

    def test_a_key_that_is_made_is_kept_for_operators_alone(self, filled, kept):
        old, alice = filled.hosts["web2"], filled.recipients("secrets/dns.yaml")[0]
        result = filled("host", "replace-key", "web2", "--generate", *self.ALICE)
        assert "host 'web2' has another key\n  SHA256:" in result.text and "PRIVATE" not in result.text
        first = kept()
        assert first.line in filled.read("bestow.yaml").decode() and old.line not in filled.read("bestow.yaml").decode()
        assert reads(filled, first) and not reads(filled, old)
        encrypted = filled.read("secrets/host-keys/web2.key").decode()
        assert encrypted.count('"recipient"') == 1 and alice in encrypted and "PRIVATE KEY" not in encrypted
        filled("sync", "--dry-run")
        filled("host", "replace-key", "web2", "--generate", "--until", "2099-01-31", *self.ALICE)
        second = kept()
        assert second.line != first.line and reads(filled, first) and reads(filled, second)
        assert filled.read("bestow.yaml").decode().count("host-keys/web2:") == 1

    def test_one_that_was_declined_is_nowhere(self, filled, at_terminal, ssh_keygen):
        before = filled.files()
        status, _ = at_terminal(["host", "replace-key", "web2", "--generate"],
                                [("Write bestow.yaml and 1 file? [y/N]", "n\n")])
        assert status == 1 and filled.files() == before
        filled("host", "replace-key", "web2", "--generate", "--dry-run")
        filled("host", "replace-key", "web2", "--generate", "--key", ssh_keygen("new").line, "--yes", status=2)
        filled("host", "replace-key", "web9", "--generate", "--yes", status=1)
        assert filled.files() == before

    def test_a_host_that_comes_again_after_its_kept_key_was_forgotten(self, filled, kept):
        filled("host", "replace-key", "web2", "--generate", *self.ALICE)
        filled("host", "remove", "web2", "--yes")
        before = filled.files()
        add = ["host", "add", "web2", "--generate", "--role", "server", "--var", "env=test", *self.ALICE]
        result = filled(*add, status=2)
        assert "keeps a private key of host 'web2'" in result.stderr
        assert "bestow unset --undeclare host-keys/web2" in result.stderr and filled.files() == before
        filled("unset", "--undeclare", "host-keys/web2")
        filled(*add)
        assert reads(filled, kept())


def test_no_bundle_is_made_for_a_host_whose_keys_have_all_expired(store, tmp_path):
    store.accepting("set", "db/password", input="x")
    store.replace("web2: {keys: [", "web2: {keys: [{key: ")
    line = store.hosts["web2"].line
    store.replace(line, f"{line}, until: 2020-01-31}}")
    store("sync", "--yes")
    refused = store("bundle", "web2", "-o", tmp_path / "bundle", status=2).stderr
    assert "every key of host 'web2' has passed its 'until'" in refused and "replace-key web2 --key NEW" in refused
    assert not (tmp_path / "bundle").exists()
