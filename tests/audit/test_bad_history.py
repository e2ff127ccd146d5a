"""Repositories that are broken, odd or hostile: `bestow audit` says what it cannot read, runs no program of theirs, and tells
of the rest what it would tell anyway."""
import json
import os
import random
import shutil
import subprocess

import pytest

from support import process
from team import Team
from team_policy import Host, Operator, Secret


class Small(Team):
    """alice and two machines; web2 was removed, and what it knew was not changed."""

    def begin(self, store="."):
        self.has_bestow = True
        self.root, self.path = self.path, self.path / store
        self.path.mkdir(parents=True, exist_ok=True)
        self.policy.operators["alice"] = Operator("alice", [self.keys.make("alice", "age")])
        self.person("alice", self.policy.operators["alice"].keys[0])
        for name in ("web1", "web2"):
            self.policy.hosts[name] = Host(name, [self.keys.make(name)], ["web"], "x")
        for name in ("db/password", "db/user", "mail/password"):
            self.policy.secrets[name] = Secret(name, ["web"])
        self.write_policy()
        self.create("secrets/db.yaml", {"password": self.new_value(), "user": self.new_value()})
        self.create("secrets/mail.yaml", {"password": self.new_value()})
        self.commit("Begin")
        self.set("secrets/db.yaml", ["user"], self.new_value())
        self.commit("Change the user")
        del self.policy.hosts["web2"]
        self.write_policy()
        self.update_keys()
        self.commit("No web2 any more")
        return self

    def audit(self, *words, store=None, status=3, person="alice", env=None):
        environment = {name: value for name, value in self.environment(person).items() if not name.startswith("GIT_")}
        return process.run([self.program, "audit", "--json", *words], cwd=store or self.path,
                           env={**environment, **(env or {})}, status=status)


ALL = {("secrets/db.yaml", "password"), ("secrets/db.yaml", "user"), ("secrets/mail.yaml", "password")}


def exposed(result):
    return {(one["file"], one["key"]) for one in result.json()["exposures"] if one["holder"]["name"] == "web2"}


@pytest.fixture
def make(peer, program, tmp_path):
    for name in ("sops", "age-keygen"):
        peer(name)

    def call(store="."):
        team = Small(tmp_path / "small")
        team.program = program
        return team.begin(store)
    return call


@pytest.fixture
def small(make):
    return make()


def objects_of(team, *names):
    return [team.git("rev-parse", name).strip() for name in names]


def loose(team, name):
    path = team.root / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o600)
    return path


def test_the_small_store_is_as_it_is_meant(small):
    assert exposed(small.audit()) == ALL


def test_a_store_that_is_no_work_tree(small):
    shutil.rmtree(small.path / ".git")
    before = {path.name for path in small.path.rglob("*")}
    result = small.audit(status=1)
    assert "git" in result.stderr
    assert {path.name for path in small.path.rglob("*")} == before


def test_a_branch_without_commits(small):
    shutil.rmtree(small.path / ".git")
    small.git("init", "-q")
    result = small.audit(status=(0, 1))
    assert result.stderr or result.json()["exposures"] == []


def test_a_detached_head(small):
    small.git("switch", "-q", "--detach", "HEAD")
    assert exposed(small.audit()) == ALL


@pytest.mark.parametrize("harm", ["missing", "garbage", "truncated", "empty"])
@pytest.mark.parametrize("what", ["HEAD~2:secrets/mail.yaml", "HEAD~2:secrets", "HEAD~1", "HEAD~1^{tree}"])
def test_a_damaged_object_is_said_and_the_rest_is_told(small, harm, what):
    [name] = objects_of(small, what)
    path = loose(small, name)
    content = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes({"garbage": b"x" * len(content), "truncated": content[:len(content) // 2], "empty": b""}[harm])
    result = small.audit(status=(3, 4))
    warnings = result.json()["warnings"]
    assert warnings and all(one["why"] for one in warnings), "it must say that something could not be read"
    if what.endswith("mail.yaml"):
        assert any(one["file"] == "secrets/mail.yaml" for one in warnings)
        assert {("secrets/db.yaml", "password"), ("secrets/db.yaml", "user")} <= exposed(result)
    assert exposed(result) <= ALL


def test_what_was_damaged_is_asked_again_when_it_is_whole(small):
    [name] = objects_of(small, "HEAD~2:secrets/db.yaml")
    path = loose(small, name)
    content = path.read_bytes()
    path.unlink()
    small.audit(status=(3, 4))
    path.write_bytes(content)
    result = small.audit()
    assert exposed(result) == ALL and not result.json()["warnings"]


@pytest.mark.parametrize("text", ["", "sops:\n", "password: ENC[AES256_GCM,data:]\nsops: 1\n", "\0\1\2", "a: &a [*a]\nsops: {}\n",
                                  "x: [" * 5000, "{" * 100000])
def test_a_file_that_does_not_parse_in_some_commit(small, text):
    good = small.read("secrets/db.yaml")
    small.write("secrets/db.yaml", text)
    small.commit("Hm")
    small.write("secrets/db.yaml", good)
    small.commit("Back")
    assert exposed(small.audit()) == ALL


def test_a_conflict_that_was_committed(small):
    good = small.read("secrets/db.yaml")
    small.write("secrets/db.yaml", "<<<<<<< HEAD\n" + good + "=======\n" + good + ">>>>>>> side\n")
    commit = small.commit("Hm")
    small.write("secrets/db.yaml", good)
    small.commit("Back")
    result = small.audit()
    assert exposed(result) == ALL
    assert [(one["commit"], one["file"]) for one in result.json()["warnings"]] == [(commit, "secrets/db.yaml")]


def test_a_store_in_a_folder_of_a_larger_repository(make):
    team = make("machines/store")
    shutil.copy(team.path / "secrets/db.yaml", team.root / "outside.yaml")
    team.git("-C", team.root, "add", "-A")
    team.commit("Beside it")
    assert exposed(team.audit()) == ALL


def test_a_linked_work_tree(small, tmp_path):
    small.git("worktree", "add", "-q", "--detach", tmp_path / "linked", "HEAD")
    first = small.audit(store=tmp_path / "linked")
    assert exposed(first) == ALL
    again = small.audit(store=tmp_path / "linked").json()
    assert again["exposures"] == first.json()["exposures"] and again["cached"] == again["blobs"]


def test_a_repository_of_sha256(small):
    """The same commits under the other names that git has."""
    exported = subprocess.run(["git", "fast-export", "HEAD"], cwd=small.path, check=True, capture_output=True).stdout
    shutil.rmtree(small.path / ".git")
    small.git("init", "-q", "--object-format=sha256", "-b", "main")
    small.git("fast-import", "--quiet", "--force", input=exported.replace(b"commit HEAD", b"commit refs/heads/main"))
    small.git("reset", "-q", "--hard", "main")
    result = small.audit()
    assert exposed(result) == ALL
    assert all(len(one["first"]["commit"]) == 64 for one in result.json()["exposures"])


ODD = ["secrets/ü ö.yaml", "secrets/-n.yaml", "secrets/a\nb.yaml", 'secrets/"quoted"\\.yaml', "secrets/tab\there.yaml",
       "secrets/:(glob)*.yaml", "secrets/*.yaml", "secrets/HEAD", "secrets/.hidden.yaml"]


def test_odd_file_names(small):
    """With the readers of then, so that web2 has seen them all."""
    old = small.git("show", "HEAD~2:secrets/mail.yaml")
    for name in ODD:
        if name.endswith(".yaml"):
            small.write(name, old)
    small.write("secrets/HEAD", small.git("show", "HEAD~2:secrets/db.yaml"))
    small.write("secrets/HEAD", "not encrypted\n")
    (small.path / "secrets/link.yaml").symlink_to("mail.yaml")
    small.commit("Odd names")
    found = exposed(small.audit())
    assert found >= ALL
    assert {file for file, _ in found} == {"secrets/db.yaml", "secrets/mail.yaml", *[name for name in ODD if name.endswith("yaml")]}


def test_a_file_name_that_is_no_text(small):
    place = os.fsencode(small.path / "secrets") + b"/\xff\xfe.yaml"
    shutil.copy(small.path / "secrets/mail.yaml", os.fsdecode(place))
    small.commit("Bytes")
    result = small.audit()
    json.loads(result.stdout.decode())  # strictly UTF-8
    assert ALL <= exposed(result)


def test_what_changes_types_in_history(small):
    """A file where a folder was, a symbolic link, a submodule."""
    (small.path / "secrets/mail.yaml").rename(small.path / "secrets/kept")
    (small.path / "secrets/mail.yaml").symlink_to("/etc/passwd")
    small.commit("A link")
    (small.path / "secrets/mail.yaml").unlink()
    (small.path / "secrets/mail.yaml").mkdir()
    small.write("secrets/mail.yaml/x", "a file below it\n")
    small.commit("A folder")
    shutil.rmtree(small.path / "secrets/mail.yaml")
    (small.path / "secrets/kept").rename(small.path / "secrets/mail.yaml")
    head = small.git("rev-parse", "HEAD").strip()
    small.git("update-index", "--add", "--cacheinfo", f"160000,{head},secrets/module.yaml")
    small.git("add", "secrets/mail.yaml")
    small.commit("Back")
    assert exposed(small.audit()) == ALL


# -- hostile ones

MARKED = {
    "core.fsmonitor": "{program}", "core.hooksPath": "{hooks}", "core.pager": "{program}", "pager.log": "{program}",
    "pager.rev-list": "{program}", "diff.external": "{program}", "diff.evil.textconv": "{program}", "diff.evil.command": "{program}",
    "filter.evil.clean": "{program}", "filter.evil.smudge": "{program}", "filter.evil.process": "{program}",
    "filter.evil.required": "true", "core.sshCommand": "{program}", "core.editor": "{program}", "gpg.program": "{program}",
    "gpg.ssh.program": "{program}", "log.showSignature": "true", "core.alternateRefsCommand": "{program}", "core.gitProxy": "{program}",
    "credential.helper": "!{program}", "alias.rev-list": "!{program}", "alias.log": "!{program}", "alias.cat-file": "!{program}",
    "alias.diff-tree": "!{program}", "alias.show": "!{program}", "core.askPass": "{program}", "uploadpack.packObjectsHook": "{program}",
    "merge.evil.driver": "{program}", "trailer.x.command": "{program}", "interactive.diffFilter": "{program}",
    "diff.noprefix": "true", "diff.renames": "copies", "log.date": "relative", "core.quotePath": "false", "color.ui": "always",
    "core.abbrev": "4", "log.follow": "true", "diff.orderFile": "/dev/null", "core.attributesFile": "{attributes}",
    "diff.ignoreSubmodules": "all", "core.commentChar": "x", "i18n.logOutputEncoding": "UTF-16", "format.pretty": "raw",
}


@pytest.fixture
def trap(tmp_path):
    """A program that leaves a mark, under all the names of hooks, too."""
    hooks = tmp_path / "trap"
    hooks.mkdir()
    program, mark = hooks / "program", tmp_path / "mark"
    program.write_text(f"#!/bin/sh\necho \"$0 $@\" >>{mark}\ncat\n")
    program.chmod(0o755)
    for name in ("post-checkout", "fsmonitor-watchman", "post-index-change", "reference-transaction", "pre-auto-gc", "git-remote-evil"):
        shutil.copy(program, hooks / name)
    attributes = hooks / "attributes"
    attributes.write_text("* diff=evil filter=evil merge=evil\n")
    return {"program": str(program), "hooks": str(hooks), "attributes": str(attributes), "mark": mark}


def assert_unmarked(trap):
    assert not trap["mark"].exists(), trap["mark"].read_text()


def test_no_program_of_the_repository_is_run(small, trap):
    small.write(".gitattributes", "* diff=evil filter=evil merge=evil\n")
    small.run("git", "add", ".gitattributes")
    small.run("git", "commit", "-qm", "Attributes")
    wanted = small.audit().json()
    for name, value in MARKED.items():
        small.run("git", "config", name, value.format(**trap))
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(trap["program"], small.path / ".git/hooks" / name)
    os.utime(small.path / "bestow.yaml", (1, 1))  # so that the index would want a look
    trap["mark"].unlink(missing_ok=True)
    shutil.rmtree(small.path / ".git/bestow", ignore_errors=True)
    for words in ((), ("--all",)):
        result = small.audit(*words)
        assert_unmarked(trap)
        assert exposed(result) == ALL
        if not words:
            assert [one["first"] for one in result.json()["exposures"]] == [one["first"] for one in wanted["exposures"]]


def test_nothing_is_fetched(small, trap):
    """A partial clone would ask its remote for the object that is missing: here, a program."""
    [name] = objects_of(small, "HEAD~2:secrets/mail.yaml")
    loose(small, name).unlink()
    for key, value in (("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "origin"), ("remote.origin.promisor", "true"),
                       ("remote.origin.url", f"ext::{trap['program']} %S"), ("protocol.ext.allow", "always"),
                       ("remote.origin.partialclonefilter", "blob:none"), ("remote.origin.uploadpack", trap["program"])):
        small.run("git", "config", key, value)
    result = small.audit(env={"PATH": f"{trap['hooks']}:{os.environ['PATH']}"})
    assert_unmarked(trap)
    assert any(one["file"] == "secrets/mail.yaml" for one in result.json()["warnings"])


def test_variables_do_not_lead_elsewhere(small, trap, tmp_path):
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", other], check=True)
    for env in ({"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other)}, {"GIT_EXTERNAL_DIFF": trap["program"]},
                {"GIT_OBJECT_DIRECTORY": str(other / ".git/objects")}, {"GIT_INDEX_FILE": str(other / "index")},
                {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": trap["program"]},
                {"GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{trap['program']}'"}, {"GIT_NAMESPACE": "elsewhere"},
                {"GIT_PAGER": trap["program"], "PAGER": trap["program"], "GIT_SSH_COMMAND": trap["program"]},
                {"GIT_COMMON_DIR": str(other / ".git")}, {"GIT_EXEC_PATH": trap["hooks"]}, {"GIT_TRACE": str(trap["mark"])},
                {"GIT_CEILING_DIRECTORIES": str(small.path)}, {"GIT_SHALLOW_FILE": str(other / "shallow")},
                {"GIT_GRAFT_FILE": str(other / "grafts")}, {"GIT_LITERAL_PATHSPECS": "0", "GIT_GLOB_PATHSPECS": "1"},
                {"GIT_REPLACE_REF_BASE": "refs/heads"}, {"GIT_ICASE_PATHSPECS": "1"}, {"GIT_DEFAULT_HASH": "sha256"}):
        shutil.rmtree(small.path / ".git/bestow", ignore_errors=True)
        assert exposed(small.audit(env=env)) == ALL, env
        assert_unmarked(trap)


def test_replaced_objects_hide_nothing(small):
    old, new = objects_of(small, "HEAD~2", "HEAD")
    small.git("replace", old, new)
    blob, harmless = objects_of(small, "HEAD~2:secrets/db.yaml", "HEAD:.sops.yaml")
    small.git("replace", blob, harmless)
    assert exposed(small.audit()) == ALL


# -- the cache

def cache_files(team):
    return [path for path in (team.path / ".git").rglob("*bestow*/**/*") if path.is_file()] + \
        [path for path in (team.path / ".git").glob("*bestow*") if path.is_file()]


@pytest.fixture
def cached(small):
    small.answer = small.audit().json()["exposures"]
    [small.cache] = cache_files(small)
    return small


def assert_same_answer(team):
    assert team.audit().json()["exposures"] == team.answer


def test_a_cache_is_private_and_used(cached):
    assert cached.cache.stat().st_mode & 0o077 == 0
    again = cached.audit().json()
    assert again["cached"] == again["blobs"] > 0


def test_a_damaged_cache_is_none(cached):
    content = cached.cache.read_bytes()
    pick = random.Random(3)
    for harm in [b"", content[:1], content[:-1], content[:len(content) // 2], content + b"x", b"\xff" * len(content), content * 2]:
        cached.cache.write_bytes(harm)
        assert_same_answer(cached)
    for position in [0, 7, 8, 16, 31, 32, 40, *[pick.randrange(len(content)) for _ in range(50)]]:
        harmed = bytearray(content)
        harmed[position] ^= 1 << pick.randrange(8)
        cached.cache.write_bytes(harmed)
        assert_same_answer(cached)


def test_a_cache_of_another_repository_is_none(cached, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(cached.path, other)
    for _ in range(2):
        (other / "note").write_text(f"{random.random()}\n")
        subprocess.run(["git", "add", "-A"], cwd=other, check=True)
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "More"], cwd=other, check=True)
    cached.audit(store=other)
    place = other / cached.cache.relative_to(cached.path)
    shutil.copy(place, cached.cache)
    assert_same_answer(cached)


def test_no_link_is_followed_where_the_cache_is(cached, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    cached.cache.unlink()
    cached.cache.symlink_to(victim)
    assert_same_answer(cached)
    assert victim.read_text() == "mine\n"


def test_a_cache_that_cannot_be_written_is_no_matter(cached):
    cached.cache.unlink()
    cached.cache.mkdir()
    (cached.cache / "full").write_text("x")
    assert_same_answer(cached)


def test_a_cache_holds_no_value_and_no_fingerprint(cached):
    """Two copies of one repository have one cache: nothing in it was made with a key of the run or of the operator's."""
    first = cached.cache.read_bytes()
    cached.cache.unlink()
    cached.audit(person="nobody")
    assert cached.cache.read_bytes() == first
