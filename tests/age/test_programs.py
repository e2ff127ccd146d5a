"""The names age and age-keygen: flags, refusals and exit statuses side by side with the real ones, then what only our own
program promises."""
import os
import stat

import pytest

# Command lines of age that never get as far as a key; {key}, {recipient}, {file}, {text} are filled in.
REFUSED = [
    "",
    "--foo",
    "-r",
    "-r {recipient} -o",
    "-e=perhaps -r {recipient} {text}",
    "-e {text}",
    "{text}",
    "-d -e -i {key} {file}",
    "-d -a -i {key} {file}",
    "-d -p {file}",
    "-d -r {recipient} {file}",
    "-d -R {text} {file}",
    "-p -r {recipient} {text}",
    "-p -e -i {key} {text}",
    "-i {key} {text}",
    "-r nobody {text}",
    "-r {recipient}x {text}",
    "-r age1foo1bar {text}",
    "-R {text} {text}",
    "-R missing.txt {text}",
    "-r {recipient} missing.txt",
    "-r {recipient} {text} {text}",
    "-r {recipient} {text} -o out",
    "-r {recipient} -o {text} {text}",
    "-r {recipient} -o missing/out {text}",
    "-d -i missing.txt {file}",
    "-d -i {key} missing.txt",
    "-d -i {key} {text}",
    "-d -i {text} {file}",
    "-d -i {key} -i - -",
    "-d {file}",
    "-d -i {other} {file}",
]
ACCEPTED = [
    "-r {recipient} {text}",
    "-e -r {recipient} {text}",
    "--encrypt --recipient={recipient} --armor {text}",
    "-recipient {recipient} -output=out {text}",
    "-a=true -r {recipient} -- {text}",
    "-e -i {key} {text}",
    "-r {recipient} -o - {text}",
    "-R {recipients} -o /dev/null {text}",
    "-d -i {key} {file}",
    "--decrypt --identity {other} --identity={key} {file}",
    "-d -i {key} -o out {file}",
    "--help",
]


@pytest.fixture
def words(bestow, age, identity, tmp_path):
    key, recipient = identity
    (tmp_path / "text").write_text("text\n")
    bestow("age", "keygen", "-o", tmp_path / "other.txt")
    (tmp_path / "recipients").write_text(f"# me\n{recipient}\r\n")
    age("-r", recipient, "-o", tmp_path / "file.age", tmp_path / "text")
    return {"key": key, "recipient": recipient, "text": tmp_path / "text", "file": tmp_path / "file.age",
            "other": tmp_path / "other.txt", "recipients": tmp_path / "recipients"}


def call(program, line, words, tmp_path):
    (tmp_path / "out").unlink(missing_ok=True)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    result = program(*[word.format(**words) for word in line.split()], status=None)
    changed = {path.name for path in tmp_path.iterdir() if path.is_file() and before.get(path.name) != path.read_bytes()}
    return result, changed


@pytest.mark.parametrize("line", REFUSED)
def test_what_age_refuses_is_refused_with_its_status_and_leaves_nothing(line, peer, run, age, words, tmp_path):
    result, changed = call(age, line, words, tmp_path)
    assert result.status in (1, 2) and result.stdout == b"" and changed == set()
    assert "age: " in result.stderr or "Usage:" in result.stderr
    assert words["key"].read_text().split()[-1][-20:] not in result.stderr
    real, _ = call(lambda *a, **o: run(peer("age"), *a, **o), line, words, tmp_path)
    assert result.status == real.status, real.stderr


@pytest.mark.parametrize("line", ACCEPTED)
def test_what_age_takes_is_taken(line, peer, run, age, words, tmp_path):
    result, changed = call(age, line, words, tmp_path)
    assert result.status == 0, result.stderr
    real, real_changed = call(lambda *a, **o: run(peer("age"), *a, **o), line, words, tmp_path)
    assert real.status == 0 and changed == real_changed and bool(result.stdout) == bool(real.stdout)


KEYGEN = ["", "-o new.txt", "-o {key}", "-y {key}", "-y -o new.txt {key}", "-y missing.txt", "-y {text}", "{key}", "--foo",
          "-y {key} {key}", "-output=new.txt", "-h"]


@pytest.mark.parametrize("line", KEYGEN)
def test_age_keygen_has_the_same_statuses_and_files(line, peer, run, age_keygen, words, tmp_path):
    (tmp_path / "new.txt").unlink(missing_ok=True)
    result, changed = call(age_keygen, line, words, tmp_path)
    (tmp_path / "new.txt").unlink(missing_ok=True)
    real, real_changed = call(lambda *a, **o: run(peer("age-keygen"), *a, **o), line, words, tmp_path)
    assert result.status == real.status, (result.stderr, real.stderr)
    assert changed == real_changed and bool(result.stdout) == bool(real.stdout)


def test_a_new_identity_is_readable_by_its_owner_alone_and_never_replaces_one(age_keygen, tmp_path):
    old = os.umask(0o022)
    try:
        result = age_keygen("-o", tmp_path / "key.txt")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "key.txt").stat().st_mode) == 0o600
    text = (tmp_path / "key.txt").read_text()
    assert result.stderr.strip().removeprefix("Public key: ") in text
    age_keygen("-o", tmp_path / "key.txt", status=1)
    assert (tmp_path / "key.txt").read_text() == text


def test_post_quantum_keys_are_refused_by_name(age_keygen):
    assert "ML-KEM" in age_keygen("-pq", status=1).stderr


def test_bestow_itself_has_its_own_statuses(bestow, words):
    bestow("age", "decrypt", "-i", words["other"], words["file"], status=5)
    bestow("age", "decrypt", "-i", words["key"], words["text"], status=1)
    bestow("age", "encrypt", words["text"], status=2)
    bestow("age", "encrypt", "--foo", status=2)


def test_an_operators_own_identity_decrypts_without_being_named(bestow, home, words):
    place = home / ".config" / "bestow"
    place.mkdir()
    (place / "identity.txt").write_bytes(words["key"].read_bytes())
    assert bestow("age", "decrypt", words["file"]).stdout == b"text\n"


def test_an_output_keeps_its_mode_and_follows_links(age, words, tmp_path):
    (tmp_path / "out").write_text("old")
    (tmp_path / "out").chmod(0o640)
    (tmp_path / "link").symlink_to("out")
    age("-d", "-i", words["key"], "-o", tmp_path / "link", words["file"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "out").read_text() == "text\n"
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


def test_a_failure_keeps_the_old_output(age, words, tmp_path):
    (tmp_path / "out").write_text("old")
    broken = tmp_path / "broken.age"
    broken.write_bytes(words["file"].read_bytes()[:-1] + b"\0")
    before = sorted(path.name for path in tmp_path.iterdir())
    age("-d", "-i", words["key"], "-o", tmp_path / "out", broken, status=1)
    assert (tmp_path / "out").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_binary_never_reaches_a_terminal_unless_forced(at_terminal, names, words):
    line = [names / "age", "-r", words["recipient"], words["text"]]
    refused = at_terminal(line, [], stdout_is_terminal=True)
    assert refused.status == 1 and "binary" in refused.stderr and refused.shown == ""
    assert "BEGIN AGE" in at_terminal([*line[:1], "-a", *line[1:]], [], stdout_is_terminal=True).shown
    assert "age-encryption.org" in at_terminal([*line[:1], "-o", "-", *line[1:]], [], stdout_is_terminal=True).shown


def test_text_is_shown_at_a_terminal_and_binary_plaintext_is_not(age, at_terminal, names, words, tmp_path):
    shown = at_terminal([names / "age", "-d", "-i", words["key"], words["file"]], [], stdout_is_terminal=True)
    assert shown.status == 0 and shown.shown.strip() == "text"
    age("-r", words["recipient"], "-o", tmp_path / "binary.age", input=b"\0\1\2")
    refused = at_terminal([names / "age", "-d", "-i", words["key"], tmp_path / "binary.age"], [], stdout_is_terminal=True)
    assert refused.status == 1 and "binary" in refused.stderr and refused.shown == ""


def test_different_passphrases_are_refused_and_an_empty_one_makes_a_strong_one(at_terminal, names, words, tmp_path):
    out = tmp_path / "p.age"
    line = [names / "age", "-p", "-o", out, words["text"]]
    differ = at_terminal(line, [("Enter passphrase", "one"), ("Confirm passphrase", "two")])
    assert differ.status == 1 and "do not match" in differ.stderr and not out.exists()
    made = at_terminal(line, [("Enter passphrase", "")])
    assert made.status == 0
    passphrase = made.stderr.split('"')[1]
    assert len(passphrase) == 29
    opened = at_terminal([names / "age", "-d", out], [("Enter passphrase", passphrase)])
    assert opened.stdout == b"text\n"


def test_without_a_terminal_a_passphrase_is_refused(age, words):
    assert age("-p", words["text"], status=1).stderr
