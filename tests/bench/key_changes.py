#!/usr/bin/env python3
"""Readers of many files change: bestow's commands beside a loop of the real `sops updatekeys -y` over the same files in
the same run, each bringing them to the same recipients. Prints files touched, lines of `git diff`, times of the clock
and of processors, and the ratio to sops; asserts what is touched, and no time. sops updatekeys keeps the data key,
which bestow renews wherever somebody goes. Usage: tests/bench/key_changes.py BESTOW SOPS [FILES HOSTS OPERATORS]"""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = "home"


def keygen(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)], check=True)
    return path.with_suffix(".pub").read_text().strip()


class Bench:
    def __init__(self, folder, bestow, sops, counts):
        self.bestow, self.sops = bestow, sops
        self.files, self.hosts, self.operators = counts
        self.folder, self.store = folder, folder / "store"
        self.store.mkdir()
        home = folder / HOME
        (home / ".config/bestow").mkdir(parents=True)
        identity = home / ".config/bestow/identity.txt"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "SOPS_AGE_KEY_FILE": str(identity),
                            "XDG_CONFIG_HOME": str(home / ".config"), "XDG_STATE_HOME": str(home / "state"),
                            "GIT_CONFIG_NOSYSTEM": "1"}
        self.call([bestow, "age", "keygen", "-o", identity])
        alice = next(line.split(": ")[1] for line in identity.read_text().splitlines() if "public key" in line)
        self.people = {"alice": alice}
        for number in range(1, self.operators):
            self.people[f"operator{number}"] = keygen(folder / f"operator{number}")
        self.machines = {f"host{number:02}": keygen(folder / f"host{number:02}") for number in range(self.hosts)}
        self.new_host, self.new_operator = keygen(folder / "new-host"), keygen(folder / "new-operator")
        self.age_form = {}

    def call(self, argv, status=0, **options):
        done = subprocess.run([str(word) for word in argv], env=self.environment, cwd=options.pop("cwd", self.store),
                              capture_output=True, check=False, **options)
        if done.returncode != status:
            sys.exit(f"{argv}: exit status {done.returncode}\n{done.stderr.decode()}")
        return done.stdout.decode()

    def converted(self, key):
        if key not in self.age_form:
            public = self.folder / "convert.pub"
            public.write_text(key + "\n")
            self.age_form[key] = self.call([self.bestow, "key", "convert", public]).split()[0]
        return self.age_form[key]

    def make_store(self):
        names = [f"secrets/file{number:04}.yaml" for number in range(self.files)]
        lines = ["version: 1", "operators:"]
        lines += [f"  {name}: {{keys: [{key}]}}" for name, key in self.people.items()]
        lines += ["hosts:", *(f"  {name}: {{keys: [{key}]}}" for name, key in self.machines.items()), "secrets:"]
        lines += [f"  s/v{number:04}: {{to: [all], file: {name}, key: password}}" for number, name in enumerate(names)]
        (self.store / "bestow.yaml").write_text("\n".join(lines) + "\n")
        (self.store / "secrets").mkdir()
        for number, name in enumerate(names):
            (self.store / name).write_text(f"password: value number {number}\nuser: u{number}\nport: {number}\n")
        accept = [word for name in (*self.people, *self.machines) for word in ("--accept-reader", name)]
        for part in range(0, len(names), 200):
            self.call([self.bestow, "encrypt", "-i", *accept, *names[part:part + 200]])
        self.names = names
        self.call(["git", "init", "-q"])
        self.call(["git", "config", "user.email", "bench@example.org"])
        self.call(["git", "config", "user.name", "bench"])
        self.commit()

    def commit(self):
        self.call(["git", "add", "-A"])
        self.call(["git", "commit", "-q", "-m", "state"])

    def reset(self):
        self.call(["git", "checkout", "-q", "-f", "."])
        self.call(["git", "clean", "-q", "-f", "-d"])
        os.sync()

    def timed(self, action):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        action()
        seconds = time.monotonic() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def touched(self):
        rows = [line.split("\t") for line in self.call(["git", "diff", "--numstat"]).splitlines()]
        return [row[2] for row in rows], sum(int(row[0]) + int(row[1]) for row in rows)

    def recipients(self):
        return [line.split("recipient: ")[1] for line in (self.store / self.names[-1]).read_text().splitlines()
                if "recipient: " in line]

    def sops_loop(self, people, machines):
        """updatekeys has no way to take several files."""
        keys = [key if key.startswith("age1") else " ".join(key.split()[:2]) for key in people]
        keys += [self.converted(key) for key in machines]
        (self.store / ".sops.yaml").write_text(json.dumps({"creation_rules": [{"age": ",".join(keys)}]}))
        def loop():
            for name in self.names:
                self.call([self.sops, "updatekeys", "-y", name])
        return self.timed(loop)

    def compare(self, what, words, people, machines, changes_policy=True):
        mine = self.timed(lambda: self.call([self.bestow, *words, "--yes"]))
        touched, lines = self.touched()
        assert len(touched) == self.files + (1 if changes_policy else 0), (what, len(touched))
        wanted = self.recipients()
        assert len(set(wanted)) == len(people) + len(machines), (what, len(wanted))
        self.call([self.sops, "decrypt", self.names[0]])
        self.reset()
        theirs = self.sops_loop(people, machines) if people else None
        told = f"{what}: {len(touched)} files, {lines} lines of diff, {mine[0]:.2f} s ({mine[1]:.2f} s of processors)"
        if theirs:
            names, theirs_lines = self.touched()
            names = [name for name in names if name != ".sops.yaml"]
            if words[0] != "rekey":
                assert sorted(self.recipients()) == sorted(wanted), what
            told += (f"; sops updatekeys: {len(names)} files, {theirs_lines} lines, {theirs[0]:.2f} s ({theirs[1]:.2f} s)"
                     f": {theirs[0] / mine[0]:.1f} times faster, {theirs[1] / mine[1]:.1f} times less work")
        print(told, flush=True)
        self.reset()

    def run(self):
        people, machines = list(self.people.values()), list(self.machines.values())
        self.compare("adding a host", ["host", "add", "new", "--key", self.new_host], people,
                     [*machines, self.new_host])
        self.compare("removing a host", ["host", "remove", "--yes", "host00"], people, machines[1:])
        self.compare("a host's new key beside the old one",
                     ["host", "replace-key", "--yes", "host00", "--key", self.new_host, "--until", "2099-01-01"], people,
                     [*machines, self.new_host])
        if len(people) > 1:
            self.compare("an operator's new key", ["operator", "replace-key", "--yes", "operator1", "--key", self.new_operator],
                         [people[0], self.new_operator, *people[2:]], machines)
        # Nobody comes or goes, which sops updatekeys would leave as it is: beside it the loop of `sops rotate -i`.
        mine = self.timed(lambda: self.call([self.bestow, "rekey", "--yes"]))
        touched, lines = self.touched()
        assert len(touched) == self.files
        self.reset()
        theirs = self.timed(lambda: [self.call([self.sops, "rotate", "-i", name]) for name in self.names])
        print(f"new data keys: {len(touched)} files, {lines} lines of diff, {mine[0]:.2f} s ({mine[1]:.2f} s of "
              f"processors); sops rotate -i: {theirs[0]:.2f} s ({theirs[1]:.2f} s): {theirs[0] / mine[0]:.1f} times "
              f"faster, {theirs[1] / mine[1]:.1f} times less work", flush=True)
        self.reset()


def main():
    bestow, sops = (Path(word).resolve() for word in sys.argv[1:3])
    counts = [int(word) for word in sys.argv[3:6]] or [1000, 20, 3]
    folder = Path(tempfile.mkdtemp(prefix="bestow-bench."))
    try:
        bench = Bench(folder, bestow, sops, counts)
        bench.make_store()
        print(f"{counts[0]} files, {counts[1]} hosts, {counts[2]} operators", flush=True)
        bench.run()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
