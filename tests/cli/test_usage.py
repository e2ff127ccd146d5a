"""What is wrong with a command line is said without the values that stood on it."""
import pytest

CANARY = "hunter2-5d0c"


@pytest.mark.parametrize("args", [
    ("set", "u/port", CANARY), ("set", "u/port", f"--value={CANARY}"), ("set", "u/port", "--value", CANARY),
    ("set", "u/port", f"-p{CANARY}"), ("set", "u/port", "--raw", CANARY), ("set", "u/port", f"--raw={CANARY}"),
    ("add", "u/port", CANARY, "--to", "x"), ("get", "u/port", CANARY), ("edit", "a", CANARY), ("set", "a", "--", "b", CANARY),
    ("list", CANARY), ("list", f"--json={CANARY}"), ("set", "u/port", CANARY, f"{CANARY}2")], ids=" ".join)
def test_a_value_is_not_repeated(bestow, args):
    told = bestow(*args, status=2).stderr
    assert CANARY not in told and told.startswith("bestow: ") and told.count("bestow: ") == 1


def test_where_values_belong_is_said(bestow):
    told = bestow("set", "u/port", CANARY, status=2).stderr
    assert "set takes no value as an argument" in told and "standard input" in told


@pytest.mark.parametrize("args, expected", [
    (("lst",), "there is no command 'lst'; did you mean 'list'?"), (("host", "ad"), "did you mean 'add'?"),
    (("help", "lst"), "did you mean 'list'?"), (("set", "x", "--alow-empty"), "did you mean '--allow-empty'?"),
    (("set",), "set: name is required"), (("mv", "x"), "mv: new is required"), (("--frobnicate",), "'--frobnicate'")])
def test_mistakes_are_named(bestow, args, expected):
    told = bestow(*args, status=2).stderr
    assert told.startswith("bestow: ") and expected in told


@pytest.mark.parametrize("option, words", [("--phase", "early, main, all"), ("--units", "systemctl, print, none")])
def test_the_words_that_an_option_takes_are_listed(bestow, option, words):
    for given in (CANARY, CANARY + " not in {x}"):
        told = bestow("activate", option, given, status=2).stderr
        assert f"activate: {option} takes one of {words}\n" in told and CANARY not in told


@pytest.mark.parametrize("words", [[], ["set"], ["host", "add"]], ids=" ".join)
def test_help_is_a_command_too(bestow, words):
    assert bestow("help", *words).text == bestow(*words, "--help").text


@pytest.mark.parametrize("key", ["AGE-SECRET-KEY-1" + CANARY.upper(), "-----BEGIN OPENSSH PRIVATE KEY-----\n" + CANARY])
def test_a_key_in_place_of_its_files_name_is_not_printed(bestow, tmp_path, key):
    recipient = next(line.split(": ")[1] for line in
                     bestow("age", "keygen").text.splitlines() if "public key" in line)
    (tmp_path / "plain.yaml").write_text("a: b\n")
    bestow("encrypt", "--recipient", recipient, "-o", "x.yaml", "plain.yaml")
    for args, env in ((["--identity", key], {}), ([], {"BESTOW_IDENTITY": key}), ([], {"SOPS_AGE_KEY_FILE": key})):
        told = bestow("decrypt", "x.yaml", *args, env=env, status=5).stderr
        assert CANARY not in told and CANARY.upper() not in told and "private key" in told
