"""Operators' keys as they are, in a store: one question for many files, sops's own sources, and real sops beside."""
import os
import shutil
import stat

import pytest

from support import terminal

PASSPHRASE = "correct horse"
CANARY = "canary-0b31"


@pytest.fixture
def alice(ssh_keygen, home):
    """alice's SSH key, under PASSPHRASE, where everybody has it; the unprotected identity of the store goes away."""
    key = ssh_keygen("alice", comment="alice@laptop", passphrase=PASSPHRASE, options=["-a", "1"])
    (home / ".ssh").mkdir(mode=0o700)
    shutil.copy(key.private, home / ".ssh/id_ed25519")
    return key


@pytest.fixture
def protected_store(store, alice, home):
    """The store with alice's SSH key instead of her age identity, and a file with a value."""
    old = (home / ".config/bestow/identity.txt")
    recipient = next(line.split(": ")[1] for line in old.read_text().splitlines() if "public key" in line)
    store.replace(recipient, alice.line)
    old.unlink()
    store.accepting("set", "db/password", input=CANARY)
    return store


@pytest.fixture
def ask(program, environment):
    """ask(argv, answers, cwd=...) -> TerminalResult of a program at a terminal."""
    def call(argv, answers, env=None, **options):
        merged = {name: value for name, value in {**environment, **(env or {})}.items() if value is not None}
        return terminal.run_at_terminal(argv, answers, env=merged, **options)
    return call


def test_a_protected_ssh_key_reads_and_writes(protected_store, ask, program):
    store = protected_store
    assert "protected by a passphrase" in store("get", "db/password", status=5).stderr
    got = ask([program, "get", "db/password"], [("Enter passphrase", PASSPHRASE)], cwd=store.path)
    assert (got.status, got.stdout) == (0, CANARY.encode())
    changed = ask([program, "set", "db/password"], [("Enter passphrase", PASSPHRASE)], cwd=store.path, input=b"new")
    assert changed.status == 0 and changed.shown.count("Enter passphrase") == 1
    got = ask([program, "decrypt", "secrets/db.yaml"], [("Enter passphrase", PASSPHRASE)], cwd=store.path)
    assert b"new" in got.stdout
    # Nothing has to be opened for these.
    store("list")
    store("check", status=3)


def test_one_question_for_twenty_files(protected_store, ask, program, ssh_keygen):
    store = protected_store
    secrets = "".join(f"  many/{n:02}/value: {{to: [server]}}\n" for n in range(20))
    store.replace("secrets:\n", "secrets:\n" + secrets)
    for number in range(20):
        store.accepting("set", f"many/{number:02}/value", input=f"{CANARY}{number}")
    web3 = ssh_keygen("web3")
    store.replace("  web2:", f"  web3: {{keys: [{web3.line}], roles: [server], vars: {{env: test}}}}\n  web2:")
    result = ask([program, "sync", "--yes", "--accept-reader", "web3"], [("Enter passphrase", PASSPHRASE)],
                 cwd=store.path)
    assert result.status == 0, result.stderr
    assert result.shown.count("Enter passphrase") == 1
    assert all(len(store.recipients(f"secrets/many/{number:02}.yaml")) == 4 for number in range(20))


def test_a_wrong_passphrase_is_asked_for_three_times_in_all_of_a_run(protected_store, ask, program):
    store = protected_store
    store.accepting("set", "stage/token", "--host", "web1", input="x")
    store.accepting("set", "dns/key", input="x")
    store.replace("roles: [server], vars: {env: test}", "roles: [server, dns], vars: {env: test}")
    store.replace("to: [server], per: env", "to: [web2, web1], per: env")
    before = store.files()
    # The same file by an option, too: nobody is asked again.
    identity = ["--identity", store.home / ".ssh/id_ed25519"]
    result = ask([program, "sync", "--yes", *identity], [("Enter passphrase", "a"), ("Enter passphrase", "b"),
                                              ("Enter passphrase", "c")], cwd=store.path)
    assert result.status != 0 and result.shown.count("Enter passphrase") == 3
    assert "id_ed25519" in result.stderr and store.files() == before


def test_real_sops_asks_for_the_same_key(protected_store, ask, peer, program):
    store = protected_store
    got = ask([peer("sops"), "decrypt", "--extract", '["password"]', "secrets/db.yaml"],
              [("Enter passphrase", PASSPHRASE)], cwd=store.path)
    assert (got.status, got.stdout.decode()) == (0, CANARY), got.stderr


def test_a_protected_key_file_of_sops_and_real_sops_beside(document, ask, peer, program, tmp_path):
    sealed, identity = document
    protected = tmp_path / "keys.age"
    made = ask([peer("age"), "-p", "-o", protected, identity],
               [("Enter passphrase", PASSPHRASE), ("Confirm passphrase", PASSPHRASE)])
    assert made.status == 0, made.stderr
    for variables in ({"SOPS_AGE_KEY_FILE": str(protected)}, {"SOPS_AGE_KEY_CMD": f"cat {protected}"}):
        for decrypter in (program, peer("sops")):
            # sops asks for every recipient that it tries; here are two.
            got = ask([decrypter, "decrypt", sealed], 2 * [("Enter passphrase", PASSPHRASE)], env=variables)
            assert (got.status, CANARY.encode() in got.stdout) == (0, True), got
            assert decrypter != program or got.shown.count("Enter passphrase") == 1


def test_the_converted_key_of_a_protected_one(protected_store, alice, ask, program, peer, run, tmp_path, bestow):
    converted = bestow("key", "convert", alice.public).text.strip()
    plain = tmp_path / "plain.yaml"
    plain.write_text(f"key: {CANARY}\n")
    sealed = run(peer("sops"), "encrypt", "--age", converted, plain)
    (tmp_path / "sealed.yaml").write_bytes(sealed.stdout)
    got = ask([program, "decrypt", tmp_path / "sealed.yaml"], [("Enter passphrase", PASSPHRASE)])
    assert CANARY.encode() in got.stdout
    other = run(peer("sops"), "encrypt", "--age", protected_store.recipients("secrets/db.yaml")[1], plain)
    (tmp_path / "other.yaml").write_bytes(other.stdout)
    nobody = ask([program, "decrypt", tmp_path / "other.yaml"], [])
    assert nobody.status == 5 and "Enter" not in nobody.shown


@pytest.fixture
def document(bestow, make_identity, tmp_path, home):
    """(path, identity file) of a SOPS document; nothing in the home opens it."""
    path, recipient = make_identity(tmp_path / "operator.txt")
    _, other = make_identity(tmp_path / "other.txt")
    plain = tmp_path / "plain.yaml"
    plain.write_text(f"key: {CANARY}\n")
    bestow("encrypt", "--recipient", other, "--recipient", recipient, "--output", tmp_path / "sealed.yaml", plain)
    return tmp_path / "sealed.yaml", path


def script(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_every_source_of_sops_opens_a_document(document, bestow, home, tmp_path, ssh_keygen, make_identity):
    sealed, identity = document
    text = identity.read_text()
    secret_line = text.split("\n")[2]
    _, decoy = make_identity(tmp_path / "decoy.txt")[0], (tmp_path / "decoy.txt").read_text().split("\n")[2]
    bestow("decrypt", sealed, status=5)
    spaced = script(tmp_path / "a folder/give key", f"cat {identity}\n")
    sources = [{"SOPS_AGE_KEY": text}, {"SOPS_AGE_KEY": f"{decoy} {secret_line}"}, {"SOPS_AGE_KEY_FILE": str(identity)},
               {"SOPS_AGE_KEY_CMD": f"'{spaced}' # not an argument"},
               {"SOPS_AGE_KEY_CMD": f"sh -c 'cat \"$0\"' {identity}"}]
    for variables in sources:
        assert CANARY in bestow("decrypt", sealed, env=variables).text, variables
    (home / ".config/sops/age").mkdir(parents=True)
    shutil.copy(identity, home / ".config/sops/age/keys.txt")
    assert CANARY in bestow("decrypt", sealed).text


def test_ssh_sources_of_sops(bestow, ssh_keygen, tmp_path):
    key = ssh_keygen("operator")
    (tmp_path / "plain.yaml").write_text(f"key: {CANARY}\n")
    bestow("encrypt", "--recipient", key.line, "--output", tmp_path / "sealed.yaml", tmp_path / "plain.yaml")
    for variables in ({"SOPS_AGE_SSH_PRIVATE_KEY_FILE": str(key.private)},
                      {"SOPS_AGE_SSH_PRIVATE_KEY_CMD": f"cat {key.private}"}):
        assert CANARY in bestow("decrypt", tmp_path / "sealed.yaml", env=variables).text


def test_a_command_is_told_the_recipient_and_runs_only_when_it_is_needed(document, bestow, tmp_path, home):
    sealed, identity = document
    log = tmp_path / "log"
    give = script(tmp_path / "bin/give", f"cat >/dev/null; echo \"$SOPS_AGE_RECIPIENT\" >>{log}; cat {identity}\n")
    by_command = {"SOPS_AGE_KEY_CMD": str(give)}
    assert CANARY in bestow("decrypt", sealed, env=by_command).text
    assert len(log.read_text().split()) == 1 and log.read_text().startswith("age1")
    log.unlink()
    assert CANARY in bestow("decrypt", sealed, env={**by_command, "SOPS_AGE_KEY_FILE": str(identity)}).text
    assert not log.exists()
    # One that has a key for one recipient and fails for all others, as scripts for sops may.
    mine = identity.read_text().split("public key: ")[1].split("\n")[0]
    picky = script(tmp_path / "bin/picky", f"echo run >>{log}; [ \"$SOPS_AGE_RECIPIENT\" = {mine} ] && cat {identity}\n")
    assert CANARY in bestow("decrypt", sealed, env={"SOPS_AGE_KEY_CMD": str(picky)}).text
    assert len(log.read_text().split()) == 2


def test_a_broken_source_does_not_matter_and_is_named_when_nothing_opens(document, bestow, tmp_path):
    sealed, identity = document
    broken = {"SOPS_AGE_KEY_CMD": "false", "SOPS_AGE_SSH_PRIVATE_KEY_CMD": "'never closed",
              "SOPS_AGE_SSH_PRIVATE_KEY_FILE": str(tmp_path / "nothing")}
    assert CANARY in bestow("decrypt", sealed, env={**broken, "SOPS_AGE_KEY_FILE": str(identity)}).text
    told = bestow("decrypt", sealed, env=broken, status=5).stderr
    assert "SOPS_AGE_KEY_CMD" in told and "SOPS_AGE_SSH_PRIVATE_KEY_FILE" in told and "not closed" in told


def test_init_enrols_a_protected_key(bestow, alice, ask, program, tmp_path, home):
    (tmp_path / "new").mkdir()
    bestow("init", "--operator", "alice", "--identity", home / ".ssh/id_ed25519", tmp_path / "new")
    assert alice.recipient in (tmp_path / "new/bestow.yaml").read_text()


def test_an_agent_alone_is_no_help(document, bestow):
    told = bestow("decrypt", document[0], env={"SSH_AUTH_SOCK": "/nonexistent/agent"}, status=5).stderr
    assert "agent" in told and "cannot decrypt" in told
