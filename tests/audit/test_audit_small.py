"""`bestow audit` on histories of a few commits, each made for one question."""
import json
import os
import subprocess

import pytest

from support.keys import ssh_keygen

ALL = ["--yes", *(word for name in ("alice", "web1", "web2", "web3") for word in ("--accept-reader", name))]


class Play:
    """A store in a git work tree; each commit is a day later than the one before."""

    def __init__(self, bestow, run, home, folder):
        self.bestow, self.run, self.home, self.folder, self.day = bestow, run, home, folder, 0
        self.repository = folder
        self.identity = home / ".config" / "bestow" / "identity.txt"
        self.identity.parent.mkdir(parents=True, exist_ok=True)
        bestow("age", "keygen", "-o", self.identity)
        self.alice = next(line.split()[-1] for line in self.identity.read_text().splitlines() if "public key" in line)
        self.hosts = {name: self.new_key(name) for name in ("web1", "web2")}
        self.to = {"db/password": ["web1", "web2"], "db/user": ["web1", "web2"]}

    def new_key(self, name):
        ssh_keygen(self.home / name, comment="")
        return " ".join((self.home / f"{name}.pub").read_text().split()[:2])

    def begin(self, folder=""):
        self.git("init", "-q", "-b", "main")
        self.folder = self.repository / folder
        self.folder.mkdir(exist_ok=True)
        self.write_policy()
        self.set("db/password", b"hunter22hunter22")
        self.set("db/user", b"bob")
        return self

    def write_policy(self):
        lines = ["version: 1", "operators:", f"  alice: {{keys: [{self.alice}]}}", "hosts:"]
        lines += [f"  {name}: {{keys: [{key}]}}" for name, key in self.hosts.items()] or ["  {}"]
        lines += ["secrets:"] + [f"  {name}: {{to: [{', '.join(to)}]}}" for name, to in self.to.items()]
        (self.folder / "bestow.yaml").write_text("\n".join(lines) + "\n")

    def set(self, name, value):
        self.bestow("set", name, *ALL[1:], input=value, cwd=self.folder)

    def sync(self):
        self.bestow("sync", *ALL, cwd=self.folder)

    def without(self, *hosts):
        for host in hosts:
            self.hosts.pop(host)
        for to in self.to.values():
            to[:] = [name for name in to if name in self.hosts]
        self.write_policy()

    def git(self, *arguments, **options):
        date = f"2025-01-01T00:00:00Z" if not self.day else f"2025-01-{self.day:02}T00:00:00Z"
        who = {f"GIT_{role}_{what}": {"NAME": "a", "EMAIL": "a@example.org", "DATE": date}[what]
               for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")}
        return self.run("git", *arguments, cwd=options.pop("cwd", self.repository), env=who, **options)

    def commit(self, message="change"):
        self.day += 1
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").text.strip()

    def audit(self, *arguments, status=None, **options):
        answer = self.bestow("audit", "--json", *arguments, cwd=self.folder, status=status, **options)
        told = json.loads(answer.stdout)
        found = told["exposures"] or told["entitled"]
        assert answer.status == (3 if found else 0 if told["complete"] else 4)
        return told


@pytest.fixture
def play(bestow, run, home, tmp_path):
    return Play(bestow, run, home, tmp_path / "repository")


@pytest.fixture
def team(play):
    play.repository.mkdir()
    return play.begin()


def rows(told):
    return sorted((one["file"], one["key"], one["holder"]["kind"], one["holder"]["name"]) for one in told["exposures"])


def removed_web2(team):
    commits = [team.commit("first")]
    team.without("web2")
    commits.append(team.commit("policy"))
    team.sync()
    commits.append(team.commit("sync"))
    return commits


def test_a_removed_host_is_told_with_every_value_that_it_could_read(team):
    first, second, third = removed_web2(team)
    told = team.audit()
    assert rows(told) == [("secrets/db.yaml", key, "host", "web2") for key in ("password", "user")]
    one = told["exposures"][0]
    assert one["first"] == {"commit": first, "date": "2025-01-01T00:00:00Z"}
    assert one["last"] == {"commit": second, "date": "2025-01-02T00:00:00Z"}
    assert one["since"] == "2025-01-03T00:00:00Z" and one["holder"]["removed"] == "2025-01-02T00:00:00Z"
    assert one["certain"] and not one["still_reads"] and not one["superseded"] and one["elsewhere"] == ""
    assert told["commits"] == 3 and told["commands"] == ["bestow set db/password", "bestow set db/user"]


def test_a_value_that_was_changed_since_is_not_exposed(team):
    removed_web2(team)
    team.set("db/password", b"another-password")
    assert rows(team.audit()) == [("secrets/db.yaml", "user", "host", "web2")]
    team.commit()
    assert rows(team.audit()) == [("secrets/db.yaml", "user", "host", "web2")]


def test_the_commands_close_the_exposure(team):
    team.commit()
    team.without("web2")
    team.commit()
    told = team.audit()
    assert [one["still_reads"] for one in told["exposures"]] == [True, True]
    assert told["commands"] == ["bestow sync", "bestow set db/password", "bestow set db/user"]
    for number, command in enumerate(told["commands"]):
        words = command.split()[1:]
        team.bestow(*words, *(ALL if words[0] == "sync" else ALL[1:]), input=b"new value %d" % number, cwd=team.folder)
    assert team.audit()["exposures"] == []


def test_without_a_key_the_answer_is_an_upper_bound(team):
    removed_web2(team)
    team.set("db/password", b"another-password")
    team.commit()
    team.identity.unlink()
    told = team.audit()
    # The same data key before and after: the password did change. The user may have changed with the data key.
    assert rows(told) == [("secrets/db.yaml", "user", "host", "web2")]
    assert [one["certain"] for one in told["exposures"]] == [False] and told["unopened"] > 0


def test_an_old_key_of_a_host_that_may_still_read_is_told_apart(team):
    team.commit()
    old, team.hosts["web2"] = team.hosts["web2"], team.new_key("web3")
    team.write_policy()
    team.sync()
    team.commit()
    told = team.audit()
    assert {one["superseded"] for one in told["exposures"]} == {True} and len(told["exposures"]) == 2
    assert told["exposures"][0]["holder"] == {"kind": "host", "name": "web2", "removed": ""}
    assert rows(team.audit("--key", old)) == rows(told)
    (team.home / "old.pub").write_text(old + "\n")
    assert rows(team.audit("--key", team.home / "old.pub")) == rows(told)
    assert team.audit("--key", team.alice)["exposures"] == []


def test_questions_about_one_host_secret_or_file(team):
    removed_web2(team)
    assert len(team.audit("--host", "web2")["exposures"]) == 2
    assert team.audit("--host", "web1")["exposures"] == []
    assert team.audit("--operator", "alice")["exposures"] == []
    assert rows(team.audit("db/user")) == [("secrets/db.yaml", "user", "host", "web2")]
    assert len(team.audit("-f", "secrets/db.yaml")["exposures"]) == 2
    for question in (["db/usre"], ["--host", "wbe2"], ["--operator", "alcie"]):
        assert "did you mean" in team.bestow("audit", *question, cwd=team.folder, status=1).stderr
    for name in ("bestow.yaml", "secrets/nothing.yaml"):
        assert "no encrypted file" in team.bestow("audit", "-f", name, cwd=team.folder, status=1).stderr


def test_a_renamed_file_keeps_its_past(team):
    team.commit()
    team.without("web2")
    team.to = {"base/password": ["web1"], "base/user": ["web1"]}
    team.write_policy()
    os.rename(team.folder / "secrets/db.yaml", team.folder / "secrets/base.yaml")
    team.commit()
    team.sync()
    team.commit()
    told = team.audit()
    assert rows(told) == [("secrets/base.yaml", key, "host", "web2") for key in ("password", "user")]
    assert {one["elsewhere"] for one in told["exposures"]} == {""}


def test_the_same_long_value_elsewhere_counts_and_a_short_one_does_not(team):
    team.commit()
    team.to.update({"app/password": ["web1"], "app/user": ["web1"]})
    team.write_policy()
    team.set("app/password", b"hunter22hunter22")
    team.set("app/user", b"bob")
    team.commit()
    told = team.audit()
    assert rows(told) == [("secrets/app.yaml", "password", "host", "web2")]
    assert told["exposures"][0]["elsewhere"] == "secrets/db.yaml: password"


def test_what_once_lay_in_the_clear_is_everybodys(team):
    (team.folder / "secrets/db.yaml").write_text("password: hunter22hunter22\nuser: eve\n")
    team.commit("oops")
    (team.folder / "secrets/db.yaml").unlink()
    team.set("db/password", b"hunter22hunter22")
    team.set("db/user", b"bob")
    team.commit("sealed")
    told = team.audit()
    assert [(one["key"], one["recipient"], one["holder"]["kind"]) for one in told["exposures"]] == [
        ("password", "", "everybody")]


def test_a_value_of_another_branch_counts_with_all(team):
    team.commit()
    team.git("checkout", "-q", "-b", "leak")
    team.hosts["web3"] = team.new_key("web3")
    team.to["db/password"].append("web3"), team.to["db/user"].append("web3")
    team.write_policy()
    team.sync()
    team.commit()
    team.git("checkout", "-q", "main")
    team.git("branch", "-q", "-D", "leak")
    assert team.audit()["exposures"] == []
    told = team.audit("--all")
    assert {one["holder"]["name"] for one in told["exposures"]} == {"web3"} and len(told["exposures"]) == 2


def test_the_second_run_reads_nothing_and_says_the_same(team):
    removed_web2(team)
    first = team.audit()
    assert first["cached"] == 0 and first["blobs"] > 0
    cache = next((team.repository / ".git/bestow").iterdir())
    assert cache.stat().st_mode & 0o777 == 0o600 and cache.parent.stat().st_mode & 0o777 == 0o700
    assert b"hunter22" not in cache.read_bytes() and b"bob" not in cache.read_bytes()
    second = team.audit()
    assert second["cached"] == second["blobs"] and second["exposures"] == first["exposures"]
    assert team.audit("--no-cache")["cached"] == 0


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign", "writable"])
def test_a_cache_that_is_not_ours_is_as_none(team, damage):
    removed_web2(team)
    before = team.audit()
    cache = next((team.repository / ".git/bestow").iterdir())
    content = bytearray(cache.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    cache.write_bytes({"cut": content[:-40], "empty": b"", "foreign": b"other"}.get(damage, content))
    if damage == "writable":
        cache.chmod(0o666)
    told = team.audit()
    assert told["exposures"] == before["exposures"] and told["cached"] == 0
    assert team.audit()["cached"] == before["blobs"]
    assert cache.stat().st_mode & 0o777 == 0o600


def test_a_store_in_a_subfolder_of_a_work_tree(play):
    play.repository.mkdir()
    play.begin("stores")
    removed_web2(play)
    assert rows(play.audit()) == [("secrets/db.yaml", key, "host", "web2") for key in ("password", "user")]
    other = play.repository.parent / "second"
    play.git("worktree", "add", "-q", other)
    play.folder = other / "stores"
    assert len(play.audit()["exposures"]) == 2


def test_a_detached_head_and_odd_file_names(team):
    (team.folder / "line\nbreak \t\u00e4.txt").write_text("x")
    removed_web2(team)
    team.git("checkout", "-q", "--detach")
    assert len(team.audit()["exposures"]) == 2


def test_a_shallow_clone_is_said(team):
    removed_web2(team)
    clone = team.repository.parent / "clone"
    team.git("clone", "-q", "--depth", "1", f"file://{team.repository}", clone)
    team.folder = clone
    told = team.audit()
    assert told["exposures"] == [] and "shallow" in told["warnings"][0]["why"]


def test_no_work_tree_and_no_commit(team, bestow):
    told = team.audit()
    assert told["exposures"] == [] and "no commit" in told["warnings"][0]["why"]
    subprocess.run(["rm", "-r", team.repository / ".git"], check=True)
    assert "no git work tree" in bestow("audit", cwd=team.folder, status=1).stderr


@pytest.mark.parametrize("kind", ["missing", "corrupt"])
def test_a_broken_object_is_a_warning_that_names_it(team, kind):
    first, *_ = removed_web2(team)
    blob = team.git("rev-parse", f"{first}:secrets/db.yaml").text.strip()
    path = team.repository / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    if kind == "missing":
        path.unlink()
    else:
        path.write_bytes(b"no zlib at all")
    told = team.audit("--no-cache")
    [warning] = told["warnings"]
    assert blob in warning["why"] and warning["commit"] == first and warning["file"] == "secrets/db.yaml"


def test_a_broken_tree_is_a_warning_that_names_its_commit(team):
    first, second, third = removed_web2(team)
    tree = team.git("rev-parse", f"{second}^{{tree}}").text.strip()
    path = team.repository / ".git/objects" / tree[:2] / tree[2:]
    path.chmod(0o644)
    path.write_bytes(b"no zlib at all")
    told = team.audit()
    assert second in {warning["commit"] for warning in told["warnings"]}


def test_an_encrypted_file_that_no_longer_parses_is_a_warning(team):
    first = team.commit()
    good = (team.folder / "secrets/db.yaml").read_text()
    (team.folder / "secrets/db.yaml").write_text(good.replace("sops:", "<<<<<<< HEAD\nsops:"))
    bad = team.commit("conflict")
    (team.folder / "secrets/db.yaml").write_text(good)
    team.commit()
    [warning] = team.audit()["warnings"]
    assert warning["commit"] == bad and warning["file"] == "secrets/db.yaml"


def test_what_git_is_told_by_the_environment_does_not_count(team):
    removed_web2(team)
    env = {"GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_INDEX_FILE": "/nowhere", "GIT_OBJECT_DIRECTORY": "/x"}
    assert len(team.audit(env=env)["exposures"]) == 2
    assert "git has to be installed" in team.bestow("audit", cwd=team.folder, status=1,
                                                    env={"PATH": str(team.home)}).stderr


def test_age_files_count_whole_and_anonymous_stanzas_are_guessed(team):
    team.to.update({"luks/key": ["web1", "web2"]})
    team.write_policy()
    policy = (team.folder / "bestow.yaml").read_text().replace("luks/key: {", 'luks/key: {file: luks.age, key: ".", ')
    (team.folder / "bestow.yaml").write_text(policy)
    team.run("age", "-r", team.alice, "-r", team.hosts["web2"], "-o", team.folder / "luks.age", input=b"a disk's key",
             cwd=team.folder)
    team.commit()
    (team.folder / "bestow.yaml").write_text(policy.replace("file: luks.age, key: \".\", to: [web1, web2]",
                                                            "file: luks.age, key: \".\", to: [web1]"))
    team.commit()
    [one] = team.audit("-f", "luks.age")["exposures"]
    assert one["holder"]["name"] == "web2" and one["certain"] and one["key"] == "." and one["still_reads"]


def test_people_read_it_too(team):
    removed_web2(team)
    text = team.bestow("audit", cwd=team.folder, status=3).text
    assert "Host 'web2', removed 2025-01-02, could read" in text and "db/password" in text
    assert "2 of 2 values in use are exposed" in text and "bestow set db/user" in text


@pytest.fixture
def per_host(team):
    """web2 has lost what it had of its own; web1's is another one, which nobody else ever had."""
    def declare(*roles, extra=""):
        lines = ["version: 1", "operators:", f"  alice: {{keys: [{team.alice}]}}", "hosts:"]
        lines += [f"  {name}: {{keys: [{key}]}}" for name, key in team.hosts.items()]
        lines += ["secrets:",
                  "  tls/key: {to: [web1, web2], per: host, generate: hex}",
                  "  wg/key: {to: [web1, web2], per: host, generate: hex, keep_previous: true}",
                  f"  db/password: {{to: [{', '.join(roles)}]}}",
                  f"  db/user: {{to: [{', '.join(roles)}]}}"]
        (team.folder / "bestow.yaml").write_text("\n".join(lines) + "\n")
    declare("web1", "web2")
    team.bestow("generate", *ALL, cwd=team.folder)
    team.commit()
    return team, declare


def new_key_of(team, declare, name):
    team.hosts[name] = team.new_key(f"{name}-new")
    declare("web1", "web2")
    team.sync()
    team.commit()


def test_what_one_host_has_is_rotated_for_that_host_alone(per_host):
    team, declare = per_host
    new_key_of(team, declare, "web2")
    commands = team.audit()["commands"]
    assert commands == ["bestow rotate tls/key wg/key --host web2", "bestow set db/password", "bestow set db/user"]
    other = (team.folder / "secrets/host/web1/tls.yaml").read_bytes()
    team.bestow(*commands[0].split()[1:], *ALL, cwd=team.folder)
    assert (team.folder / "secrets/host/web1/tls.yaml").read_bytes() == other
    assert "tls/key" not in {one["secret"] for one in team.audit()["exposures"]}


def test_what_all_hosts_lost_is_rotated_at_once(per_host):
    team, declare = per_host
    new_key_of(team, declare, "web1")
    new_key_of(team, declare, "web2")
    assert team.audit()["commands"][0] == "bestow rotate tls/key wg/key"


def test_what_a_rotation_kept_is_unset(per_host):
    team, declare = per_host
    new_key_of(team, declare, "web2")
    team.bestow("rotate", "tls/key", "wg/key", "--host", "web2", *ALL, cwd=team.folder)
    commands = team.audit("wg/key.previous")["commands"]
    assert commands == ["bestow unset wg/key.previous --host web2"]
    team.bestow(*commands[0].split()[1:], cwd=team.folder)
    assert team.audit("wg/key.previous")["exposures"] == []
    assert b"previous" not in (team.folder / "secrets/host/web2/wg.yaml").read_bytes()
    team.bestow("check", cwd=team.folder)
    team.bestow("bundle", "web2", "-o", team.home / "web2.bundle", cwd=team.folder)


def test_a_file_that_nothing_is_delivered_from_is_removed(per_host):
    team, declare = per_host
    del team.hosts["web2"]
    text = "".join(line for line in (team.folder / "bestow.yaml").read_text().replace("web1, web2", "web1")
                   .splitlines(keepends=True) if not line.startswith("  web2:"))
    (team.folder / "bestow.yaml").write_text(text)
    team.sync()
    team.commit()
    commands = [one for one in team.audit()["commands"] if "web2" in one]
    assert commands == ["git rm secrets/host/web2/tls.yaml secrets/host/web2/wg.yaml"]
    team.git(*commands[0].split()[1:])
    assert {one["file"] for one in team.audit()["exposures"]} == {"secrets/db.yaml"}


def test_what_is_closed_in_the_work_tree_is_to_be_committed(team):
    team.commit()
    team.without("web2")
    team.commit()
    said = "Commit what is in the work tree"
    told = team.bestow("audit", cwd=team.folder, status=3).text
    assert "and still can" in told and said not in told
    team.sync()
    told = team.bestow("audit", cwd=team.folder, status=3).text
    assert "and still can, in the last commit" in told and said in told and "bestow sync" not in told
    team.commit()
    told = team.bestow("audit", cwd=team.folder, status=3).text
    assert "still can" not in told and said not in told


def test_rows_say_which_value_of_a_secret_they_mean(per_host):
    team, declare = per_host
    new_key_of(team, declare, "web1")
    new_key_of(team, declare, "web2")
    told = team.bestow("audit", cwd=team.folder, status=3).text
    for host in ("web1", "web2"):
        assert f"tls/key (secrets/host/{host}/tls.yaml key)" in told
    assert "db/password (" not in told


def test_an_ssh_key_is_told_and_asked_for_by_its_fingerprint(per_host):
    team, declare = per_host
    fingerprint = team.run("ssh-keygen", "-l", "-f", team.home / "web2.pub").text.split()[1]
    new_key_of(team, declare, "web2")
    assert f"with an old key ({fingerprint}):" in team.bestow("audit", cwd=team.folder, status=3).text
    assert rows(team.audit("--key", fingerprint)) == rows(team.audit("--key", team.home / "web2.pub")) != []
    unknown = team.bestow("audit", "--key", fingerprint[:-1] + "!", cwd=team.folder, status=1).stderr
    assert "no policy ever declared a key with the fingerprint" in unknown
    bare = team.bestow("audit", "--key", "ssh-ed25519", cwd=team.folder, status=None)
    assert bare.status in (1, 2) and "no key after the type" in bare.stderr


def test_names_may_be_patterns_and_mistyped_ones_name_the_nearest(team):
    removed_web2(team)
    assert rows(team.audit("db/*")) == rows(team.audit("db/user", "db/password"))
    assert [key for _, key, _, _ in rows(team.audit("*/us?r"))] == ["user"]
    assert "is like 'x/*'" in team.bestow("audit", "x/*", cwd=team.folder, status=1).stderr
    for command in ("audit", "rotate", "generate"):
        told = team.bestow(command, "db/pasword", cwd=team.folder, status=1).stderr
        assert "did you mean 'db/password'" in told and "bestow add" not in told
        assert "bestow add" not in team.bestow(command, "nothing-like-it", cwd=team.folder, status=1).stderr
    assert "bestow add" in team.bestow("set", "nothing-like-it", input=b"x", cwd=team.folder, status=1).stderr
