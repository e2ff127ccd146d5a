"""Small random histories of three keys and a few files, each event by the real sops and git; the audit of each is what sops
says that it is. A failing seed alone: pytest tests/audit/test_random_histories.py -k 'seed-7'."""

import pytest

import expected
from compare import assert_same, by_place, normal
from support import process
from team import Team
from team_keys import Keyring
from team_policy import Host, Operator, Policy, Secret
from truth import Truth, walk

SEEDS = range(24)
COMMITS = 14
KEYS = ("alpha", "beta")
LONG = [f"a long value {index}" for index in range(4)]


class Small(Team):
    """`readers`: {file: hosts that should read it}; with `values`, the state that a reset goes back to."""

    def __init__(self, folder, seed, keys):
        super().__init__(folder, seed)
        self.keys, self.has_bestow = keys, True
        alice, *hosts = list(keys)
        self.person("alice", alice)
        self.policy = Policy([], {"alice": Operator("alice", [alice])},
                             {key.name: Host(key.name, [key], [], "x") for key in hosts})
        self.readers, self.snapshots, self.told, self.branch = {}, {}, [], ""
        for name in ("one", "two"):
            self.readers[f"secrets/{name}.yaml"] = {self.random.choice(hosts).name}
        self.declare()
        for file in list(self.readers):
            self.create(file, {key: self.random_value(file, key) for key in KEYS})
        self.done("begin")

    def declare(self):
        self.policy.secrets = {}
        for file, hosts in self.readers.items():
            for key in KEYS:
                name = f"{file[8:-5]}/{key}"
                self.policy.secrets[name] = Secret(name, sorted(hosts), "", (file, [key]))
        self.write_policy()

    def random_value(self, file, key):
        """Long ones stand anywhere, short ones in one place alone."""
        return self.random.choice(LONG + [f"{key[0]}{file[8]}{index}" for index in range(2)])

    def done(self, what):
        self.told.append(what)
        self.declare()
        commit = self.commit(what)
        self.snapshots[commit] = {file: set(hosts) for file, hosts in self.readers.items()}

    def present(self):
        return [file for file in self.readers if (self.path / file).exists()]

    def step(self):
        event = self.random.choice([self.value, self.value, self.value, self.copy, self.reader, self.reader, self.late_sync,
                                    self.data_key, self.rename, self.remove, self.come_back, self.fork, self.join, self.reset])
        event()

    def value(self):
        for file in self.random.sample(self.present(), min(1, len(self.present()))):
            key = self.random.choice(KEYS)
            value, tool = self.random_value(file, key), self.random.choice(["sops", "sops", "edit", "bestow"])
            try:
                self.set(file, [key], value, tool)
            except AssertionError:  # unchanged for the editor; or there is drift, for bestow
                self.set(file, [key], value)
            self.done(f"{file} {key} = {value} by {tool}")

    def copy(self):
        if len(self.present()) > 1:
            one, other = self.random.sample(self.present(), 2)
            value = self.get(one, [self.random.choice(KEYS)])
            if len(value) >= expected.LONG_ENOUGH:
                key = self.random.choice(KEYS)
                self.set(other, [key], value)
                self.done(f"{other} {key} gets {value} of {one}")

    def reader(self):
        for file in self.random.sample(self.present(), min(1, len(self.present()))):
            self.readers[file] ^= {self.random.choice(list(self.policy.hosts))}
            self.declare()
            at_once = self.random.random() < 0.6
            if at_once:
                self.update_keys(file)
            self.done(f"{file} for {sorted(self.readers[file])}{'' if at_once else ', later'}")

    def late_sync(self):
        self.bestow_accepting("sync")
        self.done("sync")

    def data_key(self):
        for file in self.present()[:1]:
            self.rotate_data_key(file)
            self.done(f"rotate {file}")

    def rename(self):
        if self.present() and not self.branch:
            file = self.random.choice(self.present())
            new = f"secrets/{file[8]}{len(self.told)}.yaml"
            self.git("mv", file, new)
            self.readers[new] = self.readers.pop(file)
            self.renames.append((file, new))
            self.done(f"{file} is {new} now")

    def remove(self):
        if len(self.present()) > 1:
            self.git("rm", "-q", self.present()[0])
            self.done("remove a file")

    def come_back(self):
        """A file that is gone, as it was at some commit."""
        gone = [file for file in self.readers if file not in self.present()]
        olds = self.git("log", "--format=%H", "--diff-filter=AM", "--", *gone).split() if gone else []
        if olds:
            file = gone[0]
            for old in self.random.sample(olds, len(olds)):
                if self.git("cat-file", "-e", f"{old}:{file}", status=None) == 0:
                    self.git("checkout", "-q", old, "--", file)
                    self.done(f"{file} as it was at {old[:8]}")
                    return

    def fork(self):
        if not self.branch:
            self.branch = "side"
            self.git("switch", "-q", "-C", "side")
            self.told.append("switch to a branch")

    def join(self):
        """Each file as one side has it."""
        if self.branch:
            self.branch = ""
            self.git("switch", "-q", "main")
            self.git("merge", "-q", "-s", "ours", "--no-ff", "--no-commit", "side", status=None)
            for file in sorted(set(self.readers)):
                if self.random.random() < 0.5 and self.git("cat-file", "-e", f"side:{file}", status=None) == 0:
                    self.git("checkout", "-q", "side", "--", file)
            self.readers = {file: set(hosts) for file, hosts in self.snapshots[self.git("rev-parse", "main").strip()].items()}
            self.done("merge")

    def reset(self):
        """Somebody force-pushes."""
        count = int(self.git("rev-list", "--count", "--first-parent", "HEAD"))
        if not self.branch and count > 3:
            self.git("reset", "-q", "--hard", "HEAD~1")
            self.readers = {file: set(hosts) for file, hosts in self.snapshots[self.git("rev-parse", "HEAD").strip()].items()}
            self.told.append("reset to the commit before")


@pytest.fixture(scope="module")
def three_keys(peer, tmp_path_factory):
    for name in ("sops", "age-keygen"):
        peer(name)
    keys = Keyring(tmp_path_factory.mktemp("three"))
    for name in ("alice", "host-a", "host-b"):
        keys.make(name, "age")
    return keys


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed-{seed}")
def test_an_audit_is_what_sops_says(seed, three_keys, program, tmp_path):
    team = Small(tmp_path / "play", seed, three_keys)
    while len(team.told) < COMMITS:
        team.step()
    if team.branch:
        team.join()
    truth = Truth(team.path, three_keys, tmp_path / "truth")
    told = "\n".join(team.told)
    for words, everything in ((["--json"], False), (["--json", "--all"], True)):
        commits = walk(team.path, everything)
        truth.ask(commits)
        said = [team.policy.holders()] * len(commits)
        wanted = expected.exposures(truth, commits, team.policy, team.renames, said)
        shown = expected.exposures(truth, commits, team.policy, team.renames, said, ciphertext_only=True)
        in_place = expected.exposures(truth, commits, team.policy, team.renames, said, in_place=True)
        answer, possible = audit(program, team, "alice", words)
        try:
            assert_same([normal(one, three_keys) for one in answer], wanted)
            assert possible == []
            for identity in (None, *[key.identity for key in three_keys if key.name != "alice"]):
                answer, possible = audit(program, team, "nobody", words, identity)
                bound = by_place([normal(one, three_keys) for one in answer])
                set_back = by_place([normal(one, three_keys) for one in possible])
                missing = sorted(set(by_place(shown)) - set(bound))
                assert not missing, f"missing with {identity}: {missing}"
                missing = sorted(set(by_place(in_place)) - set(bound) - set(set_back))
                assert not missing, f"not even possible with {identity}: {missing}"
                false = sorted(place for place in set(bound) - set(by_place(wanted)) if bound[place]["certain"])
                assert not false, f"too certain with {identity}: {false}"
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, {' '.join(words)}:\n{told}\n{error}") from None


def audit(program, team, person, words, identity=None):
    own = ["--identity", identity] if identity else []
    result = process.run([program, *own, "audit", *words], cwd=team.path, env=team.environment(person), status=(0, 3, 4))
    answer = result.json()
    assert (result.status == 3) == bool(answer["exposures"])
    return answer["exposures"], answer["possible"]
