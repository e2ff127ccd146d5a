"""What somebody pushes must neither run a program on an operator's machine nor hide an exposure from an audit; and what an
audit could not look at is never good news."""
import pytest

from support import process
from test_bad_history import ALL, exposed, loose, make, objects_of, small  # noqa: F401  (fixtures)


def bare_repository_in(team, folder, tmp_path):
    """Committed files that git would take for a repository of its own: HEAD, objects, refs, and a configuration."""
    fake = tmp_path / "fake"
    fake.mkdir()
    team.git("init", "-q", "--bare", fake)
    (fake / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"
                                 f'[filter "x"]\n\tclean = "touch {tmp_path}/ran; cat"\n')
    (fake / "refs/heads/.keep").write_text("")
    (fake / "objects/.keep").write_text("")
    folder.mkdir(parents=True, exist_ok=True)
    process.run(["sh", "-c", 'cp -r "$0"/HEAD "$0"/config "$0"/objects "$0"/refs "$1"', fake, folder])
    (folder / ".gitattributes").write_text("* filter=x\n")


def test_a_repository_that_was_pushed_is_not_taken_for_the_stores(make, tmp_path):  # noqa: F811
    team = make("sub/store")
    before = exposed(team.audit())
    bare_repository_in(team, team.root / "sub", tmp_path)
    team.git("-C", team.root, "add", "-A", "-f")
    team.git("-C", team.root, "commit", "-q", "-m", "Push")
    (tmp_path / "ran").unlink(missing_ok=True)
    (team.path / "secrets/db.yaml").touch()  # so that git has a reason to ask a filter
    result = team.audit()
    assert exposed(result) == before == ALL and not result.json()["warnings"]
    environment = {name: value for name, value in team.environment("alice").items() if not name.startswith("GIT_")}
    process.run([team.program, "bundle", "web1", "-o", tmp_path / "out"], cwd=team.path, env=environment)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["HEAD", "--all", "FETCH_HEAD", "refs"])
def test_names_of_files_are_no_names_of_commits(small, name):  # noqa: F811
    (small.path / name).write_text("x")
    small.commit("A file")
    for words in ([], ["--all"]):
        result = small.audit(*words)
        assert exposed(result) == ALL and not result.json()["warnings"]


def test_grafts_cut_nothing_off(small):  # noqa: F811
    (small.root / ".git/info").mkdir(exist_ok=True)
    (small.root / ".git/info/grafts").write_text(small.git("rev-parse", "HEAD").strip() + "\n")
    assert exposed(small.audit()) == ALL


def test_a_store_that_moves_in_its_repository_takes_its_past_along(small):  # noqa: F811
    names = [name for name in small.git("ls-files").split() if name]
    (small.path / "deeper").mkdir()
    for name in names:
        (small.path / "deeper" / name).parent.mkdir(parents=True, exist_ok=True)
        small.git("mv", name, f"deeper/{name}")
    small.commit("Move")
    assert exposed(small.audit(store=small.path / "deeper")) == ALL


def test_a_broken_tree_costs_its_own_commit_alone(small):  # noqa: F811
    """git ends at it, and has told by then of nothing or of a part of what came before."""
    for count in range(3):
        (small.path / f"note-{count}").write_text(str(count))
        small.commit(f"Note {count}")
    [tree] = objects_of(small, "HEAD~1^{tree}")
    loose(small, tree).write_bytes(b"")
    result = small.audit("--no-cache", status=(3, 4))
    report = result.json()
    assert not report["complete"] and exposed(result) == ALL
    [warning] = report["warnings"]
    assert warning["commit"] == small.git("rev-parse", "HEAD~1").strip() and "too much" not in warning["why"]


def test_nothing_found_in_a_part_is_not_nothing_exposed(small, tmp_path):  # noqa: F811
    clone = tmp_path / "shallow"
    small.git("clone", "-q", "--depth", "1", f"file://{small.root}", clone)
    result = small.audit(store=clone, status=4)
    assert result.json()["exposures"] == [] and not result.json()["complete"]
    assert small.audit("--despite-gaps", store=clone, status=0).json()["warnings"]


def test_files_that_are_not_there_or_not_encrypted_are_no_good_news(small):  # noqa: F811
    text = small.path / "secrets/mail.yaml"
    good = text.read_bytes()
    for content in (None, b"password: in the clear\n", b"<<<<<<< HEAD\n" + good):
        text.unlink()
        if content is not None:
            text.write_bytes(content)
        report = small.audit().json()
        assert not report["complete"] and "secrets/mail.yaml" in {one["file"] for one in report["warnings"]}
        text.write_bytes(good)
