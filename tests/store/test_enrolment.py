"""init, host and operator: who is in the policy, and the files that follow."""
import stat

import pytest

from support.keys import ssh_keygen as make_key

CANARY = "canary-54aa0b"


@pytest.fixture
def alice(home):
    return make_key(home / ".ssh/id_ed25519", comment="alice@laptop")


@pytest.fixture
def place(alice, bestow, tmp_path):
    """A folder where alice has called `bestow init`; place("set", ...) runs there."""
    folder = tmp_path / "place"
    folder.mkdir()

    def call(*args, **options):
        return bestow(*args, cwd=options.pop("cwd", folder), **options)
    call.path = folder
    call.policy = lambda: (folder / "bestow.yaml").read_text()
    call.recipients = lambda name: [line.split("recipient: ")[1] for line in
                                    (folder / name).read_text().splitlines() if "recipient: " in line]
    call("init", "--operator", "alice")
    return call


@pytest.fixture
def web1(ssh_keygen):
    return ssh_keygen("web1", comment="root@web1")


@pytest.fixture
def filled(place, web1):
    place("host", "add", "web1", "--key", web1.line, "--role", "server")
    place("add", "db/password", "--to", "server", input=CANARY)
    place("add", "wg/key", "--to", "server", "--per", "host", "--host", "web1", input="w")
    return place


@pytest.fixture
def keyscan(tmp_path, environment):
    """keyscan(key): a PATH whose ssh-keyscan shows that key, and notes how it was called."""
    def make(line):
        folder = tmp_path / "fake"
        folder.mkdir(exist_ok=True)
        program = folder / "ssh-keyscan"
        program.write_text(f'#!/bin/sh\necho "$@" >{folder}/called\necho "# a comment"\necho "address {line}"\n')
        program.chmod(0o755)
        return {"PATH": f"{folder}:{environment['PATH']}"}, folder / "called"
    return make


def fingerprint(run, key):
    return run("ssh-keygen", "-lf", key.public).text.split()[1]


class TestInit:
    def test_it_enrols_the_callers_own_ssh_key(self, place, alice):
        assert f"alice: {{keys: [{alice.line}]}}" in place.policy()
        assert stat.S_IMODE((place.path / "bestow.yaml").stat().st_mode) == 0o644
        assert (place.path / "secrets").is_dir()
        place("check")

    def test_the_new_operator_is_known_and_never_asked_about(self, filled):
        filled("sync")

    def test_it_refuses_to_overwrite(self, place):
        before = place.policy()
        result = place("init", "--operator", "mallory", status=1)
        assert "there is a bestow.yaml in" in result.stderr
        assert place.policy() == before

    def test_in_a_git_work_tree_there_is_nothing_else(self, alice, bestow, run, tmp_path):
        run("git", "init", "-q", cwd=tmp_path)
        bestow("init")
        assert run("git", "status", "--porcelain", cwd=tmp_path).text.splitlines() == ["?? bestow.yaml"]

    def test_an_age_identity_is_found_too(self, bestow, home, tmp_path):
        (home / ".config/bestow").mkdir()
        bestow("age", "keygen", "-o", home / ".config/bestow/identity.txt")
        recipient = (home / ".config/bestow/identity.txt").read_text().split("public key: ")[1].split()[0]
        bestow("init", "--operator", "bob")
        assert f"bob: {{keys: [{recipient}]}}" in (tmp_path / "bestow.yaml").read_text()

    def test_without_any_key_it_says_how_to_make_one(self, bestow, tmp_path):
        result = bestow("init", status=1)
        assert "no key of yours was found" in result.stderr and "ssh-keygen" in result.stderr
        assert not (tmp_path / "bestow.yaml").exists()

    def test_a_private_key_is_refused_and_not_shown(self, alice, bestow, tmp_path):
        result = bestow("init", "--key-file", alice.private, status=2)
        assert "is a private key" in result.stderr
        assert not any(line in result.stderr for line in alice.private.read_text().splitlines()[1:-1])
        assert not (tmp_path / "bestow.yaml").exists()

    def test_a_name_that_cannot_be_one_writes_nothing(self, alice, bestow, tmp_path):
        result = bestow("init", "--operator", "all", status=2)
        assert "this name stands for all hosts" in result.stderr
        assert list(tmp_path.iterdir()) == []

    def test_a_directory_can_be_named(self, alice, bestow, tmp_path):
        (tmp_path / "x").mkdir()
        bestow("init", "x")
        assert (tmp_path / "x/bestow.yaml").exists()


class TestHostAdd:
    def test_one_line_is_added_and_the_rest_stays(self, place, web1):
        text = place.policy().replace("hosts:\n", "hosts:   # mine\n    # the first\n    old: {keys: [%s]}\n\n\n")
        other = web1.line.replace(web1.line.split()[1], "AAAAC3NzaC1lZDI1NTE5AAAAIKit4hmi+cY3WZawy1hW/YlaxUDHeH/vx3IBAI/OY6pN")
        text = text % other
        (place.path / "bestow.yaml").write_text(text)
        place("host", "add", "web1", "--key", web1.line, "--role", "server", "--var", "env=prod")
        added = f"    web1: {{keys: [{web1.line}], roles: [server], vars: {{env: prod}}}}\n"
        assert place.policy() == text.replace("[%s]}\n" % other, "[%s]}\n%s" % (other, added))

    def test_it_syncs_the_files_that_it_should_read(self, filled, ssh_keygen, bestow):
        web2 = ssh_keygen("web2")
        before = filled.recipients("secrets/db.yaml")
        result = filled("host", "add", "web2", "--key-file", web2.public, "--role", "server")
        assert "secrets/db.yaml\n  + host 'web2'" in result.text
        assert filled.recipients("secrets/db.yaml")[:2] == before
        value = filled("--identity", web2.private, "get", "db/password", env={"HOME": "/nonexistent"})
        assert value.stdout == CANARY.encode()
        assert CANARY not in result.text + result.stderr

    def test_no_sync_changes_the_policy_only(self, filled, ssh_keygen):
        before = (filled.path / "secrets/db.yaml").read_bytes()
        filled("host", "add", "web2", "--key", ssh_keygen("web2").line, "--role", "server", "--no-sync")
        assert (filled.path / "secrets/db.yaml").read_bytes() == before
        assert "host 'web2' may read it but cannot" in filled("check", status=3).text

    @pytest.mark.parametrize("options, status, message", [
        (["web1", "--key", "{new}"], 2, "host 'web1' is declared already, at line "),
        (["web2", "--key", "{web1}"], 2, "host 'web2' has the key of host 'web1'"),
        (["web2", "--key", "{new}", "--role", "sever"], 2, "there is no role 'sever'; did you mean 'server'?"),
        (["alice", "--key", "{new}"], 2, "host 'alice' has the name of the operator"),
        (["../x", "--key", "{new}"], 2, "a name begins with a letter"),
        (["web2"], 2, "the host needs a key"),
        (["web2", "--key", "ssh-ed25519 AAAA"], 1, "bestow: "),
        (["web2", "--key", "{new}", "--var", "env"], 2, "--var takes NAME=VALUE, not 'env'"),
        (["web2", "--key", "{new}", "--var", "host=x"], 2, "a variable cannot be called 'host'"),
        (["web2", "--key-file", "/nonexistent"], 1, "there is no file '/nonexistent'"),
    ])
    def test_what_cannot_be_added_changes_nothing(self, filled, web1, ssh_keygen, options, status, message):
        before = filled.policy()
        new = ssh_keygen("new").line
        words = [word.format(new=new, web1=web1.line) for word in options]
        assert message in filled("host", "add", *words, status=status).stderr
        assert filled.policy() == before


    def test_a_policy_may_name_whom_this_declares(self, filled, ssh_keygen):
        text = filled.policy().replace("to: [server]}", "to: [web2, server]}")
        (filled.path / "bestow.yaml").write_text(text)
        assert "there is no host or role 'web2'" in filled("check", status=2).stderr
        filled("host", "add", "web3", "--key", ssh_keygen("web3").line, status=2)
        assert filled.policy() == text
        filled("host", "add", "web2", "--key", ssh_keygen("web2").line)
        filled("check")


class TestWithoutAnIdentity:
    NOBODY = {"HOME": "/nonexistent"}
    COMMANDS = {"host": ["host", "add", "web2", "--key", "{new}", "--role", "server"],
                "generated": ["host", "add", "web2", "--generate", "--role", "server"],
                "operator": ["operator", "add", "bob", "--key", "{new}"]}

    @pytest.fixture
    def command(self, request, ssh_keygen):
        new = ssh_keygen("new").line
        return [word.format(new=new) for word in self.COMMANDS[request.param]]

    @staticmethod
    def state(place, home):
        known = home / ".local/state/bestow/known_readers"
        return {path: path.read_bytes() for path in [*place.path.rglob("*"), known] if path.is_file()}

    @pytest.mark.parametrize("command", COMMANDS, indirect=True)
    def test_nothing_can_be_opened_so_nothing_changes(self, filled, home, command):
        before = self.state(filled, home)
        result = filled(*command, env={"HOME": "/nonexistent", "XDG_STATE_HOME": str(home / ".local/state")}, status=5)
        assert "no identity here opens 'secrets/" in result.stderr and "added" not in result.text
        assert "--identity FILE" in result.stderr and "--no-sync only declares" in result.stderr
        assert self.state(filled, home) == before
        filled(*command)
        filled("sync", "--dry-run")

    @pytest.mark.parametrize("command", COMMANDS, indirect=True)
    def test_declaring_alone_takes_none(self, filled, home, command):
        before = self.state(filled, home)
        filled(*command, "--no-sync", env=self.NOBODY)
        after = self.state(filled, home)
        changed = {path for path in after if before.get(path) != after[path]}
        assert filled.path / "bestow.yaml" in changed
        assert not changed & {filled.path / "secrets/db.yaml", filled.path / "secrets/host/web1/wg.yaml"}
        assert filled("sync", "--dry-run", status=3).text

    def test_nor_does_a_machine_that_reads_nothing(self, filled, ssh_keygen):
        filled("host", "add", "bare", "--key", ssh_keygen("bare").line, env=self.NOBODY)
        assert "bare" in filled.policy()

    def test_what_opens_is_done_and_the_rest_is_told(self, filled, web1, ssh_keygen, make_identity, tmp_path):
        """Another file is somebody else's alone: it stays as it is, and the same command again finishes."""
        identity, foreign = make_identity(tmp_path / "foreign.txt")
        (filled.path / "secrets/other.yaml").write_text("x: y\n")
        filled("encrypt", "-i", "secrets/other.yaml", "-r", foreign, "-r", web1.recipient)
        (filled.path / "bestow.yaml").write_text(filled.policy().replace(
            "\nsecrets:\n", "\nsecrets:\n  other/x: {to: [server]}\n"))
        before = (filled.path / "secrets/other.yaml").read_bytes()
        command = ["host", "add", "web2", "--key", ssh_keygen("web2").line, "--role", "server"]
        result = filled(*command, status=4)
        assert "no identity here opens 'secrets/other.yaml'" in result.stderr and "bestow sync" in result.stderr
        assert "web2" in filled.policy() and len(filled.recipients("secrets/db.yaml")) == 3
        assert (filled.path / "secrets/other.yaml").read_bytes() == before
        filled("--identity", identity, *command)
        assert len(filled.recipients("secrets/other.yaml")) == 3

    def test_a_reader_whom_nobody_confirmed_changes_nothing_either(self, filled, ssh_keygen, home, make_identity,
                                                                   tmp_path, run):
        mallory = ssh_keygen("mallory")
        (filled.path / "bestow.yaml").write_text(filled.policy().replace(
            "operators:\n", f"operators:\n  mallory: {{keys: [{mallory.line}]}}\n"))
        before = self.state(filled, home)
        result = filled("host", "add", "web2", "--key", ssh_keygen("web2").line, "--role", "server", status=2)
        assert "--accept-reader mallory" in result.stderr and self.state(filled, home) == before


class TestScan:
    def test_the_fingerprint_has_to_be_accepted(self, place, web1, keyscan, run):
        variables, called = keyscan(web1.recipient)
        before = place.policy()
        expected = fingerprint(run, web1)
        result = place("host", "add", "web1", "--scan", "web1.example.org", env=variables, status=2)
        assert expected in result.stderr and place.policy() == before
        result = place("host", "add", "web1", "--scan", "web1.example.org", "--accept-fingerprint", "SHA256:x",
                       env=variables, status=1)
        assert f"has the host key {expected}, not SHA256:x" in result.stderr and place.policy() == before
        place("host", "add", "web1", "--scan", "web1.example.org:2222", "--accept-fingerprint", expected, env=variables)
        assert called.read_text() == "-t ed25519 -p 2222 web1.example.org\n"
        assert web1.recipient in place.policy()

    def test_at_a_terminal_it_asks(self, store, at_terminal, ssh_keygen, keyscan, run):
        web3 = ssh_keygen("web3")
        variables, _ = keyscan(web3.recipient)
        before = store.read("bestow.yaml")
        command = ["host", "add", "web3", "--scan", "web3.example.org", "--role", "dns"]
        status, shown = at_terminal(command, [("Is it the same?", "n\n")], env=variables)
        assert status == 1 and fingerprint(run, web3) in shown and store.read("bestow.yaml") == before
        status, _ = at_terminal(command, [("Is it the same?", "y\n")], env=variables)
        assert status == 0 and web3.recipient.encode() in store.read("bestow.yaml")
        store("set", "dns/key", "--accept-reader", "alice", "--accept-reader", "web1", input="k")   # web3 is known

    def test_an_address_is_no_option(self, place):
        assert "is no address" in place("host", "add", "x", "--scan=-oProxyCommand=x", status=2).stderr

    def test_no_key_is_told(self, place, keyscan):
        variables, _ = keyscan("")
        result = place("host", "add", "x", "--scan", "x.example.org", env=variables, status=(1, 2))
        assert "x" not in place.policy().split("hosts:")[1] and result.stderr


class TestRemove:
    def test_a_host_loses_its_files_and_what_it_knew_is_told(self, filled, ssh_keygen):
        filled("host", "add", "web2", "--key", ssh_keygen("web2").line, "--role", "server")
        old = (filled.path / "secrets/db.yaml").read_text()
        result = filled("host", "remove", "--yes", "web1")
        assert "secrets/db.yaml\n  - host 'web1'" in result.text
        assert "could read these values" in result.text and "secrets/db.yaml: db/password" in result.text
        assert "'secrets/host/web1/wg.yaml' is not used any more" in result.stderr
        assert len(filled.recipients("secrets/db.yaml")) == 2 and len(filled.recipients("secrets/host/web1/wg.yaml")) == 1
        new = (filled.path / "secrets/db.yaml").read_text()
        assert old.split("\n")[0] != new.split("\n")[0]                  # a new data key: other ciphertext
        assert filled("get", "db/password").stdout == CANARY.encode()
        assert "web1" not in filled.policy()

    def test_a_host_is_taken_out_of_whatever_names_it(self, filled):
        filled("add", "x/y", "--to", "web1", input="x")
        result = filled("host", "remove", "--yes", "web1")
        assert "secret 'x/y' is delivered to no host any more" in result.stderr
        assert "x/y: {to: []}" in filled.policy()

    def test_an_unknown_name(self, filled):
        before = filled.policy()
        assert "there is no host 'wbe1'; did you mean 'web1'?" in filled("host", "remove", "--yes", "wbe1", status=1).stderr
        assert filled.policy() == before


class TestOperators:
    def test_a_new_operator_reads_every_file(self, filled, ssh_keygen):
        bob = ssh_keygen("bob", comment="bob@desk")
        result = filled("operator", "add", "bob", "--key-file", bob.public, "--group", "admin")
        assert result.text.count("+ operator 'bob'") == 2
        assert bob.recipient in filled.recipients("secrets/db.yaml")     # an SSH key stays one
        value = filled("--identity", bob.private, "get", "db/password", env={"HOME": "/nonexistent"})
        assert value.stdout == CANARY.encode()
        filled("check")

    def test_a_listed_operator_reads_nothing_until_named(self, filled, ssh_keygen):
        ci = ssh_keygen("ci")
        assert "+" not in filled("operator", "add", "ci", "--key", ci.recipient, "--listed").text.split("SHA256")[0]
        assert ci.recipient not in filled.recipients("secrets/db.yaml")
        (filled.path / "bestow.yaml").write_text(filled.policy() + "access: {secrets/db.yaml: [alice, ci]}\n")
        filled("sync", "--yes")
        assert ci.recipient in filled.recipients("secrets/db.yaml")
        assert ci.recipient not in filled.recipients("secrets/host/web1/wg.yaml")

    def test_a_recovery_key_is_on_every_file(self, filled, ssh_keygen):
        (filled.path / "bestow.yaml").write_text(filled.policy() + "access: {secrets/db.yaml: [alice]}\n")
        safe = ssh_keygen("safe")
        filled("operator", "add", "safe", "--key", safe.recipient, "--recovery")
        assert safe.recipient in filled.recipients("secrets/db.yaml")

    def test_a_removed_operator_is_in_no_file(self, filled, ssh_keygen):
        bob = ssh_keygen("bob")
        filled("operator", "add", "bob", "--key", bob.line)
        result = filled("operator", "remove", "--yes", "bob")
        assert "operator 'bob' could read these values" in result.text
        assert bob.recipient not in filled.recipients("secrets/db.yaml") and "bob" not in filled.policy()
        filled("--identity", bob.private, "get", "db/password", env={"HOME": "/nonexistent"}, status=5)

    def test_the_last_operator_stays(self, filled):
        before = filled.policy()
        assert "no operator may read" in filled("operator", "remove", "--yes", "alice", status=2).stderr
        assert filled.policy() == before

    def test_lists(self, filled, web1, alice, run):
        hosts = filled("--json", "host", "list").json()
        assert [host["name"] for host in hosts] == ["web1"]
        assert hosts[0]["roles"] == ["server"] and hosts[0]["files"] == 2
        assert hosts[0]["keys"][0]["key"] == web1.recipient and hosts[0]["keys"][0]["recipient"].startswith("age1")
        people = filled("operator", "list", "--json").json()
        assert people[0]["name"] == "alice" and people[0]["keys"][0]["comment"] == "alice@laptop"
        assert fingerprint(run, web1) in filled("host", "list").text
        assert fingerprint(run, alice) in filled("operator", "list").text


@pytest.mark.parametrize("by", ["option", "variable"])
def test_an_identity_that_is_named_is_enrolled_and_no_other(bestow, home, tmp_path, ssh_keygen, make_identity, by):
    _, other = make_identity(home / ".config/bestow/identity.txt")
    key = ssh_keygen("alice")
    (home / ".ssh").mkdir(exist_ok=True)
    (home / ".ssh/id_ed25519.pub").write_text(key.line + "\n")
    file, recipient = make_identity(tmp_path / "bob.txt")
    bestow("init", "--operator", "bob", *(["--identity", file] if by == "option" else []),
           env={"BESTOW_IDENTITY": str(file)} if by == "variable" else {})
    text = (tmp_path / "bestow.yaml").read_text()
    assert recipient in text and other not in text and key.line.split()[1] not in text


def test_init_makes_its_folder(alice, bestow, tmp_path):
    bestow("init", "new/deep/", "--operator", "alice")
    assert (tmp_path / "new/deep/bestow.yaml").exists()
    bestow("init", tmp_path / "absolute/place", "--operator", "alice")
    assert (tmp_path / "absolute/place/bestow.yaml").exists()


def test_init_that_fails_makes_no_folder(bestow, tmp_path):
    bestow("init", "new", status=1)  # no key of mine is anywhere
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("where", ["deep", "missing/deep", "."])
def test_init_below_another_store_has_to_be_meant(place, where):
    (place.path / "below/deep").mkdir(parents=True)
    result = place("init", where, "--operator", "alice", status=1, cwd=place.path / "below")
    assert f"in the store '{place.path}'" in result.stderr and "--nested" in result.stderr
    assert not (place.path / "below/missing").exists()
    place("init", where, "--operator", "alice", "--nested", cwd=place.path / "below")
    assert (place.path / "below" / where / "bestow.yaml").exists()
