"""Gaps in a history that nothing can mend: `--acknowledge-gap` silences one of them, for one operator and one store, and
no other."""
import shutil

import pytest

from support import process
from support.terminal import run_at_terminal
from test_bad_history import loose, make, objects_of, small  # noqa: F401  (fixtures)

QUESTION = "Leave them out of your audits of this store from now on?"


@pytest.fixture
def clean(small):  # noqa: F811
    """Nothing is exposed: exit status 0."""
    for file, key in (("secrets/db.yaml", "password"), ("secrets/db.yaml", "user"), ("secrets/mail.yaml", "password")):
        small.set(file, [key], small.new_value())
    small.commit("Change what web2 knew")
    small.audit(status=0)
    return small


def conflict(team, file="secrets/db.yaml", branch="side"):
    """Markers in one commit, taken out in the next one."""
    good = team.read(file)
    team.write(file, f"<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> {branch}\n")
    commit = team.commit("Hm")
    team.write(file, good)
    team.commit("Back")
    return commit


def gaps(result):
    return [one["gap"] for one in result.json()["warnings"]]


def state_file(team, person="alice"):
    return team.folder / "home" / person / ".local/state/bestow/acknowledged_gaps"


def test_one_gap_is_silenced_and_the_next_one_is_told(clean):
    conflict(clean)
    [gap] = gaps(clean.audit(status=4))
    assert len(gap) == 64
    told = clean.audit("--acknowledge-gap", gap, "--yes", status=0).json()
    for report in (told, clean.audit(status=0).json()):
        assert report["complete"] and report["warnings"] == []
        assert [(one["file"], one["gap"]) for one in report["acknowledged"]] == [("secrets/db.yaml", gap)]
    other = conflict(clean, branch="other")
    report = clean.audit(status=4).json()
    assert [one["commit"] for one in report["warnings"]] == [other]
    assert len(report["acknowledged"]) == 1 and not report["complete"]
    assert clean.audit("--despite-gaps", status=0).json()["warnings"]


def test_an_exposure_is_one_with_gaps_acknowledged_or_not(small):  # noqa: F811
    conflict(small)
    [gap] = gaps(small.audit(status=3))
    assert len(small.audit("--acknowledge-gap", gap, "--yes", status=3).json()["exposures"]) == 3


def test_what_a_gap_lay_between_is_linked_without_a_key_too(small):  # noqa: F811
    """The data key changed while nobody could read the file."""
    good = small.read("secrets/mail.yaml")
    small.write("secrets/mail.yaml", "<<<<<<< HEAD\n" + good)
    small.commit("Hm")
    small.write("secrets/mail.yaml", good)
    small.rotate_data_key("secrets/mail.yaml")
    small.commit("Back, under another data key")
    [one] = [one for one in small.audit(person="nobody").json()["exposures"] if one["file"] == "secrets/mail.yaml"]
    assert (one["holder"]["name"], one["certain"]) == ("web2", False)


def test_gaps_are_known_by_what_they_are_and_not_by_their_commits(clean, tmp_path):
    """The same blob at the same place is the same gap after a rebase; elsewhere it is another one."""
    commit = conflict(clean)
    [gap] = gaps(clean.audit(status=4))
    clean.git("reset", "-q", "--hard", "HEAD~2")
    clean.commit("Something else before it")
    clean.git("checkout", "-q", commit, "--", "secrets/db.yaml")
    clean.commit("Hm, on another base")
    clean.git("checkout", "-q", "HEAD~1", "--", "secrets/db.yaml")
    clean.commit("Back again")
    again = clean.audit(status=4)
    assert gaps(again) == [gap] and again.json()["warnings"][0]["commit"] != commit
    shutil.copytree(clean.path, tmp_path / "clone")
    assert gaps(clean.audit("--no-cache", store=tmp_path / "clone", status=4)) == [gap]
    clean.audit("--acknowledge-gap", gap, "--yes", status=0)
    kept = clean.read("secrets/mail.yaml")
    clean.git("show", f"{commit}:secrets/db.yaml")
    clean.write("secrets/mail.yaml", clean.git("show", f"{commit}:secrets/db.yaml"))
    clean.commit("The same bytes, where something else was")
    clean.write("secrets/mail.yaml", kept)
    clean.commit("Back once more")
    [other] = clean.audit(status=4).json()["warnings"]
    assert other["file"] == "secrets/mail.yaml" and other["gap"] != gap


@pytest.mark.parametrize("what, harm", [("HEAD~2:secrets/mail.yaml", "missing"), ("HEAD~2:secrets/mail.yaml", "garbage"),
                                        ("HEAD~1^{tree}", "garbage")])
def test_lost_objects_and_broken_trees_can_be_acknowledged(clean, what, harm):
    [name] = objects_of(clean, what)
    path = loose(clean, name)
    path.unlink() if harm == "missing" else path.write_bytes(b"")
    found = gaps(clean.audit("--no-cache", status=4))
    assert found and all(found), clean.audit("--no-cache", status=4).json()["warnings"]
    words = [word for gap in found for word in ("--acknowledge-gap", gap)]
    report = clean.audit("--no-cache", *words, "--yes", status=0).json()
    assert sorted(one["gap"] for one in report["acknowledged"]) == sorted(found)
    clean.audit("--no-cache", status=0)


def test_what_can_be_mended_or_has_no_bounds_has_no_name(clean, tmp_path):
    clone = tmp_path / "shallow"
    clean.git("clone", "-q", "--depth", "1", f"file://{clean.root}", clone)
    assert gaps(clean.audit(store=clone, status=4)) == [""]
    (clean.path / "secrets/mail.yaml").unlink()
    assert "" in gaps(clean.audit(status=4))


def test_nothing_in_the_store_silences_a_gap(clean):
    conflict(clean)
    [gap] = gaps(clean.audit(status=4))
    clean.audit("--acknowledge-gap", gap, "--yes", status=0)
    kept = state_file(clean)
    assert kept.read_text() == f"{clean.path}\t{gap}\n" and kept.stat().st_mode & 0o777 == 0o600
    assert not clean.git("status", "--porcelain")
    for place in (".git/bestow/acknowledged_gaps", "acknowledged_gaps", ".local/state/bestow/acknowledged_gaps"):
        clean.write(place, kept.read_text())
    kept.unlink()
    assert gaps(clean.audit(status=4)) == [gap]


def test_it_is_of_one_operator_and_one_store(clean, tmp_path):
    conflict(clean)
    [gap] = gaps(clean.audit(status=4))
    clean.audit("--acknowledge-gap", gap, "--yes", status=0)
    other = clean.folder / "home/other"
    shutil.copytree(clean.folder / "home/alice", other)
    shutil.rmtree(other / ".local")
    clean.audit(person="other", status=4)
    shutil.copytree(clean.path, tmp_path / "copy")
    clean.audit(store=tmp_path / "copy", status=4)


def test_names_are_checked(clean):
    conflict(clean), conflict(clean, "secrets/mail.yaml")
    first, second = gaps(clean.audit(status=4))
    assert "too short" in clean.audit("--acknowledge-gap", first[:7], "--yes", status=2).stderr
    assert "no gap" in clean.audit("--acknowledge-gap", "0" * 64, "--yes", status=1).stderr
    clean.audit("--acknowledge-gap", first, "--acknowledge-gap", "0" * 64, "--yes", status=1)
    assert len(gaps(clean.audit(status=4))) == 2, "nothing is remembered of what failed"
    clean.audit("--acknowledge-gap", first[:16], "--acknowledge-gap", second[:8], "--yes", status=0)
    clean.audit("--acknowledge-gap", first, "--yes", status=0)
    assert "--acknowledge-gap" in clean.audit("--yes", status=2).stderr


def test_it_is_shown_and_asked(clean):
    commit = conflict(clean)
    [gap] = gaps(clean.audit(status=4))
    assert "no terminal" in clean.audit("--acknowledge-gap", gap, status=2).stderr
    words = [clean.program, "audit", "--acknowledge-gap", gap[:16]]
    env = {name: value for name, value in clean.environment().items() if not name.startswith("GIT_")}
    refused = run_at_terminal(words, [(QUESTION, "no")], cwd=clean.path, env=env)
    assert refused.status == 1 and not state_file(clean).exists()
    assert commit[:10] in refused.stderr and gap in refused.stderr and "secrets/db.yaml" in refused.stderr
    agreed = run_at_terminal(words, [(QUESTION, "yes")], cwd=clean.path, env=env)
    assert agreed.status == 0 and "acknowledged" in agreed.stdout.decode()


def test_people_are_told_how(clean):
    conflict(clean)
    env = {name: value for name, value in clean.environment().items() if not name.startswith("GIT_")}
    [gap] = gaps(clean.audit(status=4))

    def text(*words, status):
        return process.run([clean.program, "audit", *words], cwd=clean.path, env=env, status=status).text
    told = text(status=4)
    assert f"(gap {gap[:16]})" in told and "--acknowledge-gap" in told
    told = text("--acknowledge-gap", gap[:16], "--yes", status=0)
    assert "1 gap in the history" in told and "warning" not in told and "This is not all" not in told


def test_it_needs_no_home(clean):
    conflict(clean)
    env = {**clean.environment(), "SOPS_AGE_KEY_FILE": str(clean.folder / "home/alice/.config/sops/age/keys.txt")}
    env = {name: value for name, value in env.items() if name not in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    result = process.run([clean.program, "audit", "--json"], cwd=clean.path, env=env, status=None)
    assert result.status == 4, result.stderr
