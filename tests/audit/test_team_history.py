"""`bestow audit` on two years of a team: exactly what sops and age prove, commit by commit, and nothing else."""
import shlex
import shutil
import subprocess

import pytest

from compare import assert_same, by_place, normal, readership
from support import process


def answered(result, stage):
    return [normal(one, stage.team.keys) for one in result.json()["exposures"]]


def places_of(exposures):
    return set(by_place(exposures))


@pytest.fixture(scope="module")
def wanted(stage):
    return stage.expected()


@pytest.fixture(scope="module")
def wanted_of_all(stage):
    return stage.expected(everything=True)


def test_the_play_is_not_hollow(stage, wanted, wanted_of_all):
    def holders(exposures):
        return {one["holder"]["name"] for one in exposures}
    assert {"carol", "db2", "web2", "shop2", "dns1", "mail1", "bob", "erin"} <= holders(wanted)
    assert {"queue1", "queue2", "frank", "grace"} <= holders(wanted), "bestow's own commands left something"
    assert {"queue/password.previous", "vpn/private.previous", "broker/cookie"} <= {one["secret"] for one in wanted}
    assert {"dave", "old1", "laptop"} <= {one["recipient"] for one in wanted}
    assert "lab" in holders(wanted_of_all) - holders(wanted)
    for field, value in (("superseded", True), ("certain", False), ("still_reads", True), ("recipient", "")):
        assert any(one[field] == value for one in wanted), (field, value)
    assert any(one["elsewhere"] for one in wanted)
    assert any(one["key"] == "." for one in wanted) and any(one["secret"] == "" for one in wanted)
    assert len(places_of(wanted_of_all)) > len(places_of(wanted))
    commits = int(stage.team.git("rev-list", "--count", "HEAD"))
    assert commits > 200 and int(stage.team.git("rev-list", "--count", "--merges", "HEAD")) >= 2
    assert stage.truth.asked > 1000


def test_it_tells_what_is_exposed_and_nothing_else(audit, stage, copy, wanted):
    result = audit("--json", store=copy, status=3)
    assert_same(answered(result, stage), wanted)
    listed = [one["superseded"] for one in result.json()["exposures"]]
    assert listed == sorted(listed), "superseded keys come last"
    assert result.json()["bounded"] and result.json()["possible"] == []


def test_it_looks_at_every_ref_and_reflog_with_all(audit, stage, copy, wanted_of_all):
    assert_same(answered(audit("--json", "--all", store=copy, status=3), stage), wanted_of_all)


@pytest.mark.parametrize("option, name", [("--host", "db2"), ("--host", "shop2"), ("--host", "dns1"),
                                          ("--operator", "carol"), ("--operator", "bob")])
def test_it_tells_of_one_holder(audit, stage, copy, wanted, option, name):
    kind = option.removeprefix("--")
    only = [one for one in wanted if (one["holder"]["kind"], one["holder"]["name"]) == (kind, name)]
    assert only
    assert_same(answered(audit("--json", option, name, store=copy, status=3), stage), only)


def test_nobody_is_exposed_to_a_host_that_is_as_it_should_be(audit, stage, copy, wanted):
    assert not [one for one in wanted if one["holder"]["name"] == "db1"]
    assert audit("--json", "--despite-gaps", "--host", "db1", store=copy, status=0).json()["exposures"] == []
    audit("--host", "db1", store=copy, status=4)  # one commit has a file that nothing can read


@pytest.mark.parametrize("name", ["laptop", "carol", "old1", "dave"])
@pytest.mark.parametrize("half", ["private", "public"])
def test_it_tells_of_one_key_that_no_policy_knows_any_more(audit, stage, copy, wanted, tmp_path, name, half):
    key = next(key for key in stage.team.keys if key.name == name)
    file = tmp_path / "found"
    file.write_text(key.declared + "\n" if half == "public" else key.identity.read_text())
    file.chmod(0o600)
    only = [one for one in wanted if one["recipient"] == name]
    assert only
    assert_same(answered(audit("--json", "--key", file, store=copy, status=3), stage), only)


def test_a_private_key_settles_whose_anonymous_stanza_it_is(audit, stage, copy, wanted):
    key = next(key for key in stage.team.keys if key.name == "erin")
    only = [{**one, "certain": True} for one in wanted if one["recipient"] == "erin"]
    assert_same(answered(audit("--json", "--key", key.identity, store=copy, status=3), stage), only)


def test_it_tells_of_one_secret(audit, stage, copy, wanted):
    for name in sorted({one["secret"] for one in wanted} - {""}):
        only = [one for one in wanted if one["secret"] == name]
        assert_same(answered(audit("--json", name, store=copy, status=3), stage), only)


def test_a_secret_that_nobody_else_has_seen_is_not_exposed(audit, stage, copy, wanted):
    silent = sorted(set(stage.team.policy.names().values()) - {one["secret"] for one in wanted})
    assert silent
    assert audit("--json", "--despite-gaps", *silent, store=copy, status=0).json()["exposures"] == []


def test_the_second_run_says_the_same_from_its_cache(audit, stage, copy, wanted):
    first, second = (audit("--json", store=copy, status=3).json() for _ in range(2))
    assert first["cached"] == 0 and second["cached"] == second["blobs"] > 200
    assert {**second, "cached": 0} == first
    assert_same([normal(one, stage.team.keys) for one in second["exposures"]], wanted)


def test_a_new_commit_is_all_that_is_read_then(audit, stage, copy):
    before = audit("--json", store=copy, status=3).json()
    bob = stage.team.environment("bob")
    process.run(["sops", "set", "secrets/web.yaml", '["smtp"]["password"]', '"something new"'], cwd=copy,
                env={**bob, "PATH": f"{sops_folder()}:{bob['PATH']}"})
    process.run(["git", "commit", "-qam", "Change the shop's password"], cwd=copy, env=bob)
    wanted = stage.expected(path=copy)
    answer = audit("--json", store=copy, status=3)
    assert_same(answered(answer, stage), wanted)
    assert answer.json()["commits"] == before["commits"] + 1
    assert answer.json()["blobs"] - answer.json()["cached"] == 1


def sops_folder():
    from team_keys import program
    return program("sops").rsplit("/", 1)[0]


def assert_upper_bound(result, stage, wanted):
    """Nothing is missing that ciphertext shows, what is too much is said not to be certain, and what is certain is so."""
    told, so = by_place(answered(result, stage)), by_place(wanted)
    shown = places_of(stage.expected(ciphertext_only=True))
    assert shown < set(so)
    assert not shown - set(told), f"missing: {sorted(shown - set(told))}"
    false = [place for place in set(told) - set(so) if told[place]["certain"]]
    assert not false, f"not so: {sorted(false)}"
    assert result.json()["bounded"] is False
    possible = places_of(possible_in(result, stage))
    assert not possible & set(told)
    in_place = places_of(stage.expected(in_place=True))
    assert not in_place - set(told) - possible, f"missing: {sorted(in_place - set(told) - possible)}"
    return told, possible, in_place


def possible_in(result, stage):
    return [normal(one, stage.team.keys) for one in result.json()["possible"]]


def test_without_a_private_key_it_gives_an_upper_bound_and_says_so(audit, stage, copy, wanted):
    result = audit("--json", store=copy, person="nobody", status=3)
    told, possible, in_place = assert_upper_bound(result, stage, wanted)
    assert any(one["certain"] for one in told.values()) and not all(one["certain"] for one in told.values())
    assert in_place - set(told), "something was set back"
    assert len(possible) < len(told), "what is only possible is less than what is told"


@pytest.mark.parametrize("person", ["bob", "ci", "carol", "erin"])
def test_with_a_key_for_some_files_the_rest_is_an_upper_bound(audit, stage, copy, wanted, person):
    assert_upper_bound(audit("--json", store=copy, person=person, status=3), stage, wanted)


def test_a_shallow_clone_is_said_and_tells_nothing_false(audit, stage, copy, tmp_path, wanted):
    clone = tmp_path / "clone"
    process.run(["git", "clone", "-q", "--depth", "40", f"file://{copy}", clone], env=stage.team.environment())
    result = audit("--json", store=clone)
    assert any("shallow" in one["why"] for one in result.json()["warnings"])
    assert_same(answered(result, stage), stage.expected(path=clone))
    assert places_of(answered(result, stage)) <= places_of(wanted)


def test_a_detached_head_is_a_head(audit, stage, copy, wanted):
    process.run(["git", "switch", "-q", "--detach", "HEAD"], cwd=copy, env=stage.team.environment())
    assert_same(answered(audit("--json", store=copy, status=3), stage), wanted)


def test_packed_and_loose_objects_are_the_same(audit, stage, copy, wanted):
    process.run(["git", "gc", "-q"], cwd=copy, env=stage.team.environment())
    assert_same(answered(audit("--json", store=copy, status=3), stage), wanted)


def test_what_cannot_be_read_is_said(audit, stage, copy):
    warnings = audit("--json", store=copy, status=3).json()["warnings"]
    broken = {(commit, name) for commit, name, opened in stage.truth_of_head() if not opened.parses}
    assert broken
    assert {(one["commit"], one["file"]) for one in warnings if one["file"]} == broken
    assert all(one["why"] for one in warnings)


def test_every_value_in_use_is_listed_with_its_readers(audit, stage, copy):
    values = audit("--json", store=copy, status=3).json()["values"]
    assert {(one["file"], one["key"]) for one in values} == stage.values_in_use()


def readerships(result, stage):
    """{(file, key): (now, ever)}"""
    return {(one["file"], one["key"]): tuple(readership(one, field, stage.team.keys) for field in ("readers", "ever"))
            for one in result.json()["values"]}


@pytest.mark.parametrize("words", [["--json"], ["--json", "--all"]], ids=["HEAD", "all"])
def test_who_reads_a_value_now_and_who_ever_could_is_what_sops_says(audit, stage, copy, words):
    so = stage.expected_values(everything="--all" in words)
    told = readerships(audit(*words, store=copy, status=3), stage)
    assert set(told) == set(so)
    wrong = [(place, told[place], one.now, one.ever) for place, one in so.items()
             if (told[place] != (one.now, one.ever) if one.exact else
                 not (one.now <= told[place][0] and one.ever <= told[place][1]))]
    assert not wrong, wrong
    assert sum(one.exact for one in so.values()) > 30 and not all(one.exact for one in so.values())
    assert any(one.ever > one.now for one in so.values()) and any("everybody" in one.ever for one in so.values())


@pytest.mark.parametrize("person", ["nobody", "bob", "ci"])
def test_without_every_key_who_ever_could_is_an_upper_bound(audit, stage, copy, person):
    so, shown = stage.expected_values(), stage.expected_values(ciphertext_only=True)
    told = readerships(audit("--json", store=copy, person=person, status=3), stage)
    assert set(told) == set(so)
    for place, (now, ever) in told.items():
        assert now == so[place].now if so[place].exact else now >= so[place].now, place
        assert ever >= shown[place].ever, (place, ever, shown[place].ever)


def test_no_value_is_printed_or_kept(audit, stage, copy):
    texts = []
    for words in (["--json"], [], ["--all", "--json"]):
        result = audit(*words, store=copy, status=3)
        texts += [result.stdout, result.stderr.encode()]
    git = copy / ".git"
    texts += [path.read_bytes() for path in git.rglob("*") if path.is_file() and "objects" not in path.parts]
    secrets = {value for opened in stage.truth.opened.values() if opened for value in opened.values.values()
               if len(value) >= 8 and value not in (b"imap-user", b"shop@example.org")}
    assert len(secrets) > 100
    assert not [value for value in secrets if any(value in text for text in texts)]


def test_its_commands_close_the_exposure(program, audit, stage, copy, tmp_path):
    """Each command is run as it is proposed, new values on standard input."""
    answer = audit("--json", store=copy, status=3).json()
    home = tmp_path / "home"
    shutil.copytree(stage.team.folder / "home/alice", home)
    environment = {**stage.team.environment(), **process.clean_environment(home)}
    assert answer["commands"]
    for index, command in enumerate(answer["commands"]):
        words = shlex.split(command)
        if words[:2] == ["git", "rm"]:  # of a file that nothing is delivered from any more
            process.run(words, cwd=copy, env=environment)
            continue
        assert words[0] == "bestow", command
        accept = accepting(stage, words)
        value = f"new value {index}" if "--type" not in words else str(index)
        done = subprocess.run([program, *words[1:], *accept], cwd=copy, env=environment, capture_output=True, check=False,
                              input=f"{value}\n".encode())
        assert done.returncode == 0, f"{command}\n{done.stderr.decode()}"
    assert audit("--json", "--despite-gaps", store=copy, status=0).json()["exposures"] == []
    process.run(["git", "add", "-A"], cwd=copy, env=environment)
    process.run(["git", "commit", "-qm", "Close it"], cwd=copy, env=environment)
    assert audit("--json", "--despite-gaps", store=copy, status=0).json()["exposures"] == []
    assert audit("--json", "--despite-gaps", "--all", store=copy, status=0).json()["exposures"] == []


def accepting(stage, words):
    """A person at the terminal would say yes; the machines' keys are those of the policy."""
    if words[1] not in ("sync", "set", "rotate", "rekey"):
        return []
    names = [*stage.team.policy.operators, *stage.team.policy.hosts]
    yes = [] if "--yes" in words or "-y" in words else ["--yes"]
    return yes + [word for name in names for word in ("--accept-reader", name)]
