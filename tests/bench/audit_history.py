#!/usr/bin/env python3
"""`bestow audit` over a long history: 10,000 commits over 1,000 files, 20 hosts in four roles, 3 operators, and a host that was
removed after the first third. Each file has five real ciphertexts under three data keys, written by bestow; each commit
brings one of them to one file, with a comment of its own, so that no two blobs are the same; git fast-import makes the
repository.

Prints the time, the most memory that one process held, and what was found: cold, from the cache, and after ten commits
more, with an operator's key and without; and, beside it, what a loop of `git show` and `sops decrypt` over the same
commits takes, measured on fifty of them and scaled. Asserts no time.
Usage: audit_history.py BESTOW SOPS [COMMITS] [FILES]"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SAMPLE = 50
ROLES = ("web", "db", "dns", "mail")
HOSTS = 21  # the last one is removed
KEYS = 6
BEGIN = 1_700_000_000


class Bench:
    def __init__(self, folder, bestow, sops, commits, files):
        self.folder, self.programs = folder, {"bestow": bestow, "sops": sops}
        self.commits, self.files = commits, files
        self.store, self.random = folder / "store", random.Random(1)
        self.env = {"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}
        self.versions = [[] for _ in range(files)]

    def run(self, *argv, input=None, cwd=None, env=None):
        return subprocess.run([str(word) for word in argv], input=input, cwd=cwd or self.store, env=env or self.env, check=True,
                              capture_output=True).stdout

    def key(self, name):
        path = self.folder / "keys" / name
        path.parent.mkdir(exist_ok=True)
        self.run(self.programs["bestow"], "age", "keygen", "-o", path, cwd=self.folder)
        return next(line.split()[-1] for line in path.read_text().splitlines() if "public key" in line)

    def name(self, index):
        return f"secrets/{ROLES[index % 4]}/{index:04}.yaml"

    # -- the store's files, in five versions

    def prepare(self):
        self.store.mkdir()
        keys = {name: self.key(name) for name in ("alice", "bob", "safe", *[f"host{n:02}" for n in range(HOSTS)])}
        place = self.folder / "home/.config/sops/age/keys.txt"
        place.parent.mkdir(parents=True)
        shutil.copy(self.folder / "keys/alice", place)
        self.policy = [self.policy_of(keys, HOSTS), self.policy_of(keys, HOSTS - 1)]
        for round_ in range(3):
            self.encrypt_all(round_, self.policy[min(round_, 1)])
            if round_ < 2:
                self.set_all(round_)

    def policy_of(self, keys, hosts):
        lines = ["version: 1", "roles: {" + ", ".join(f"{role}: []" for role in ROLES) + "}", "operators:"]
        lines += [f"  {name}: {{keys: [{keys[name]}]}}" for name in ("alice", "bob", "safe")] + ["hosts:"]
        lines += [f"  host{n:02}: {{keys: [{keys[f'host{n:02}']}], roles: [{ROLES[n % 4]}]}}" for n in range(hosts)] + ["secrets:"]
        lines += [f"  {self.name(n)[8:-5]}/key0: {{to: [{ROLES[n % 4]}]}}" for n in range(self.files)]
        return "\n".join(lines) + "\n"

    def encrypt_all(self, round_, policy):
        (self.store / "bestow.yaml").write_text(policy)
        names = [self.name(index) for index in range(self.files)]
        for index, name in enumerate(names):
            path = self.store / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # The first key's value never changes: what the removed host knew is in use still.
            path.write_text(f"key0: constant {index:04}\n" +
                            "".join(f"key{n}: round {round_} value {n} of {index}\n" for n in range(1, KEYS)))
        accept = [word for name in ("alice", "bob", "safe", *[f"host{n:02}" for n in range(HOSTS if not round_ else HOSTS - 1)])
                  for word in ("--accept-reader", name)]
        for at in range(0, len(names), 500):
            self.run(self.programs["bestow"], "encrypt", "--in-place", "--yes", *accept, *names[at:at + 500])
        self.keep()

    def set_all(self, round_):
        def change(index):
            self.run(self.programs["bestow"], "set", "--yes", "-f", self.name(index), f"key{1 + index % (KEYS - 1)}",
                     input=f"changed in round {round_}, {index}\n".encode())
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(change, range(self.files)))
        self.keep()

    def keep(self):
        for index in range(self.files):
            self.versions[index].append((self.store / self.name(index)).read_bytes())

    # -- the repository

    def import_commits(self):
        self.run("git", "init", "-q", "-b", "main")
        importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=self.store, env=self.env, stdin=subprocess.PIPE)
        for number in range(self.commits):
            importer.stdin.write(self.commit(number))
        importer.stdin.close()
        if importer.wait() != 0:
            sys.exit("git fast-import failed")
        self.run("git", "reset", "-q", "--hard", "main")

    def commit(self, number):
        """Every file once at first, five a commit and then one at a time in any order; the versions follow each other."""
        begin = (self.files + 4) // 5
        if number < begin:
            changes = {self.name(index): (index, 0) for index in range(5 * number, min(self.files, 5 * number + 5))}
        else:
            index = self.random.randrange(self.files)
            share = (number - begin) / max(1, self.commits - begin)
            changes = {self.name(index): (index, min(4, int(share * 5)))}
        parts = [f"commit refs/heads/main\ncommitter A <a@example.org> {BEGIN + 3600 * number} +0000\n".encode() + data(b"Change")]
        if number == 0:
            parts.append(b"M 100644 inline bestow.yaml\n" + data(self.policy[0].encode()))
        if number == self.commits // 3:
            parts.append(b"M 100644 inline bestow.yaml\n" + data(self.policy[1].encode()))
        if number == self.commits - 1:  # at last, every file is one that the removed host does not read
            changes.update({self.name(index): (index, 4) for index in range(self.files)})
        for name, (index, version) in changes.items():
            text = f"# revision {number}\n".encode() + self.versions[index][version]
            parts.append(f"M 100644 inline {name}\n".encode() + data(text))
        return b"".join(parts) + b"\n"

    def ten_more(self):
        for number in range(10):
            name = self.store / self.name(number)
            name.write_bytes(name.read_bytes() + b"# one more\n")
            self.run("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qam", "More")

    # -- measuring

    def audit(self, label, home):
        output = self.folder / "answer.json"
        with open(output, "wb") as written:
            begin = time.monotonic()
            child = subprocess.Popen([self.programs["bestow"], "audit", "--json"], cwd=self.store, stdout=written,
                                     env={**self.env, "HOME": str(home)})
            _, status, usage = os.wait4(child.pid, 0)
            seconds = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        answer = json.loads(output.read_text())
        if child.returncode != 3 or len(answer["exposures"]) < self.files // 4:
            sys.exit(f"{label}: exit status {child.returncode}, {len(answer['exposures'])} exposures")
        certain = sum(one["certain"] for one in answer["exposures"])
        print(f"{label:34}{seconds:9.2f} s{usage.ru_maxrss / 1024:9.0f} MiB{answer['blobs'] - answer['cached']:9} blobs read"
              f"{len(answer['exposures']):8} exposures, {certain} certain", flush=True)
        return seconds

    def forget(self):
        shutil.rmtree(self.store / ".git/bestow", ignore_errors=True)
        for path in (self.store / ".git").glob("bestow*"):
            path.unlink()

    def naive(self):
        """Seconds a commit: what it changed, shown by git and decrypted by sops."""
        listed = self.run("git", "rev-list", "--no-merges", "HEAD").decode().split()[11:-(self.files // 5 + 1)]
        sample = self.random.sample(listed, min(SAMPLE, len(listed)))
        begin = time.monotonic()
        for commit in sample:
            for name in self.run("git", "diff-tree", "-r", "--no-commit-id", "--name-only", commit).decode().split():
                if name.startswith("secrets/"):
                    text = self.run("git", "show", f"{commit}:{name}")
                    self.run(self.programs["sops"], "decrypt", "--input-type", "yaml", "--output-type", "json", "/dev/stdin",
                             input=text)
        return (time.monotonic() - begin) / len(sample)


def data(content):
    return b"data %d\n" % len(content) + content + b"\n"


def main():
    bestow, sops = sys.argv[1:3]
    commits, files = [int(word) for word in sys.argv[3:5]] + [10_000, 1_000][len(sys.argv[3:5]):]
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), bestow, sops, commits, files)
        begin = time.monotonic()
        bench.prepare()
        bench.import_commits()
        nobody = Path(name) / "nobody"
        nobody.mkdir()
        print(f"audit of {commits} commits over {files} files, each of {KEYS} values (made in {time.monotonic() - begin:.0f} s)")
        bench.audit("with a key, cold", bench.env["HOME"])
        bench.audit("with a key, from the cache", bench.env["HOME"])
        bench.forget()
        cold = bench.audit("without a key, cold", nobody)
        bench.audit("without a key, from the cache", nobody)
        bench.forget()
        cold = bench.audit("with a key, cold again", bench.env["HOME"])
        bench.ten_more()
        bench.audit("with a key, ten commits later", bench.env["HOME"])
        scaled = bench.naive() * commits
        print(f"git show and sops decrypt, a commit at a time: {scaled:.0f} s ({SAMPLE} commits measured, scaled to {commits}); "
              f"ratio {scaled / cold:.0f}")


if __name__ == "__main__":
    main()
