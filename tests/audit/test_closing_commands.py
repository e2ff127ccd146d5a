"""What `audit` says closes an exposure does close it, and not only in audit's own eyes."""
import json
import shlex

import pytest


class Story:
    """A store in git; `said()` are the commands that audit ends with, run by `close()`."""

    def __init__(self, bestow, run, home, folder, ssh_keygen):
        self.bestow, self.run, self.folder = bestow, run, folder
        self.identity = home / ".config/bestow/identity.txt"
        self.identity.parent.mkdir(parents=True, exist_ok=True)
        bestow("age", "keygen", "-o", self.identity)
        run("git", "init", "-q", cwd=folder)
        self("init", "--operator", "alice")
        self("host", "add", "web", "--key", ssh_keygen("web").line, "--yes")
        self("operator", "add", "bob", "--key", ssh_keygen("bob").line, "--yes")

    def __call__(self, *words, **options):
        return self.bestow(*words, cwd=self.folder, **options)

    def commit(self):
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "a"), ("EMAIL", "a@example.org"))}
        self.run("git", "add", "-A", cwd=self.folder, env=who)
        self.run("git", "commit", "-q", "-m", "state", cwd=self.folder, env=who)

    def said(self, *words):
        return json.loads(self("audit", "--json", *words, status=3).stdout)["commands"]

    def close(self, commands, **values):
        for command in commands:
            words = shlex.split(command)[1:]
            value = {"input": values["new"]} if words[0] == "set" else {}
            self(*words, *(["--yes"] if words[0] != "set" else []), **value)
            self.commit()
        assert json.loads(self("audit", "--json").stdout)["exposures"] == []


@pytest.fixture
def story(bestow, run, home, tmp_path, ssh_keygen):
    folder = tmp_path / "store"
    folder.mkdir()
    return Story(bestow, run, home, folder, ssh_keygen)


def test_a_kept_host_key_that_leaked_is_replaced_as_the_hosts_key(story):
    story("host", "add", "ghost", "--generate", "--yes")
    story("add", "app/token", "--to", "ghost", "--yes", input="old")
    leaked = next(key["recipient"] for host in json.loads(story("host", "list", "--json").stdout)
                  for key in host["keys"] if host["name"] == "ghost")
    assert leaked in (story.folder / "secrets/app.yaml").read_text()
    story.commit()
    story("operator", "remove", "bob", "--yes")
    story.commit()
    commands = story.said("host-keys/ghost")
    assert commands == ["bestow host replace-key ghost --generate"]
    story.close([*commands, *[one for one in story.said() if one not in commands]], new="new")
    assert story("get", "app/token").stdout.strip() == b"new"
    assert leaked not in (story.folder / "secrets/app.yaml").read_text()


@pytest.mark.parametrize("made_by_hand", [False, True])
def test_a_hash_that_leaked_goes_with_what_it_is_of(story, made_by_hand):
    if made_by_hand:
        story("add", "login/password", "--to", "web", "--yes", input="first of all")
    else:
        story("add", "login/password", "--to", "web", "--yes", "--generate", "text")
    policy = story.folder / "bestow.yaml"
    policy.write_text(policy.read_text() + "  shadow/root: {to: [web], generate: {kind: yescrypt, of: login/password}}\n")
    story("generate", "--yes")
    story.commit()
    before = [story("get", name).stdout for name in ("login/password", "shadow/root")]
    story("operator", "remove", "bob", "--yes")
    story.commit()
    commands = story.said("shadow/root")
    expected = ["bestow set login/password", "bestow rotate shadow/root"] if made_by_hand else ["bestow rotate login/password"]
    assert commands == expected
    story.close(commands, new="another one")
    for old, name in zip(before, ("login/password", "shadow/root")):
        assert story("get", name).stdout != old
