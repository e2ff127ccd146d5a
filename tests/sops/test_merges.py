"""What git makes of a document that two branches changed: conflict markers, or a text whose MAC fits neither side."""
import pytest

SIDES = ("--ours", "--theirs")


@pytest.fixture
def git(exchange, run):
    def call(*words, status=0):
        return run("git", *words, cwd=exchange.folder, status=status)
    call("init", "--quiet", "--initial-branch=main")
    return call


def change_on_two_branches(exchange, git, first, second):
    """The document `e.yaml` with one change on a branch and another one on main, merged as far as git can."""
    git("add", "bestow.yaml", "e.yaml")
    git("commit", "--quiet", "--message=both")
    git("checkout", "--quiet", "-b", "other")
    first()
    git("commit", "--quiet", "--all", "--message=first")
    git("checkout", "--quiet", "main")
    second()
    git("commit", "--quiet", "--all", "--message=second")
    git("merge", "--quiet", "other", status=None)


def test_a_conflict_in_a_document_is_named_with_what_to_do(exchange, git):
    exchange.sops_wrote(exchange.write("plain.yaml", "a: one\nb: two\n"), "e.yaml")
    change_on_two_branches(exchange, git, lambda: exchange.bestow("set", "-f", "e.yaml", "a", input="ours"),
                           lambda: exchange.bestow("set", "-f", "e.yaml", "a", input="theirs"))
    assert "<<<<<<< " in (exchange.folder / "e.yaml").read_text()
    told = exchange.bestow("get", "-f", "e.yaml", "a", status=1).stderr
    assert "e.yaml: line 1: a git conflict marker" in told
    assert all(side in told for side in SIDES) and "bestow set" in told
    git("checkout", "--ours", "e.yaml")
    assert exchange.bestow("get", "-f", "e.yaml", "a").text == "theirs"


def test_a_conflict_in_the_policy_is_named(exchange):
    exchange.write("bestow.yaml", "version: 1\n# more\n" + "<<<<<<< HEAD\nroles: {a: []}\n=======\nroles: {b: []}\n>>>>>>> other\n")
    told = exchange.bestow("list", status=(1, 2)).stderr
    assert "bestow.yaml:3: a git conflict marker" in told and "--theirs" in told


def test_what_git_merged_from_both_sides_fails_with_a_hint(exchange, git):
    exchange.sops_wrote(exchange.write("plain.yaml", "a: one\nmiddle: |\n  1\n  2\nlist: [x, y]\nb: two\n"), "e.yaml")
    change_on_two_branches(exchange, git, lambda: exchange.bestow("set", "-f", "e.yaml", "a", input="theirs"),
                           lambda: exchange.bestow("set", "-f", "e.yaml", "b", input="ours"))
    git("merge", "--abort", status=None)
    git("merge", "--quiet", "-X", "ours", "other", status=None)
    assert "<<<<<<< " not in (exchange.folder / "e.yaml").read_text()
    told = exchange.bestow("get", "-f", "e.yaml", "b", status=1).stderr
    assert "the MAC does not match" in told
    assert "git merged them" in told and all(side in told for side in SIDES)
