"""Every command that changes keys, killed: the store is valid at any moment, and the same command again ends where an
undisturbed run does."""
import random

import pytest

from support import killed

CANARY = "canary-61f0aa"
FILES = 4
HOSTS = ["--accept-reader", "web1", "--accept-reader", "web2"]
COMMANDS = {
    "host add": ["host", "add", "web3", "--key", "{new}", "--role", "server", "--var", "env=prod"],
    "host replace-key": ["host", "replace-key", "--yes", "web2", "--key", "{new}", "--accept-reader", "web1"],
    "host replace-key until": ["host", "replace-key", "--yes", "web2", "--key", "{new}", "--until", "2099-01-31"],
    "host remove": ["host", "remove", "--yes", "web2", "--accept-reader", "web1"],
    "operator replace-key": ["operator", "replace-key", "--yes", "bob", "--key", "{new}", *HOSTS],
    "operator remove": ["operator", "remove", "--yes", "bob", *HOSTS],
    "rekey": ["rekey", "--yes"],
    "sync after a date": ["sync", "--yes", "--accept-reader", "web1"],
}
SAMPLED_CALLS = 6


@pytest.fixture
def filled(store, ssh_keygen):
    """Several files of web1 and web2, one that nothing declares, one with values of either host's own; bob reads all."""
    declared = "".join(f"  many/v{number}: {{to: [server], file: secrets/many{number}.yaml, key: v}}\n"
                       for number in range(FILES))
    store.replace("\nsecrets:\n", f"\nsecrets:\n{declared}")
    bob = ssh_keygen("bob")
    store.new = ssh_keygen("new", comment="root@new").line
    store.accepting("set", "many/v0", input=f"{CANARY}0")
    store("operator", "add", "bob", "--key", bob.line)
    for number in range(FILES):
        store("set", f"many/v{number}", input=f"{CANARY}{number}")
    store("set", "dns/key", input="k")
    for host in store.hosts:
        store.accepting("set", "wg/private", "--host", host, input=host)
    store.write("notes/extra.yaml", "a: b\n")
    readers = [store.recipients("secrets/dns.yaml")[0], bob.recipient, *(key.recipient for key in store.hosts.values())]
    store("encrypt", "-i", "notes/extra.yaml", *(word for one in readers for word in ("-r", one)))
    return store


def restore(store, files):
    for path in list(store.path.rglob("*")):
        if path.is_file():
            path.unlink()
    for name, content in files.items():
        (store.path / name).parent.mkdir(parents=True, exist_ok=True)
        (store.path / name).write_bytes(content)


def encrypted_files(store):
    return [name for name in store.files() if name != "bestow.yaml" and ".bestow-" not in name]


def outcome(store):
    """What has to be the same however often it was interrupted."""
    return (store.read("bestow.yaml"), {name: store.recipients(name) for name in encrypted_files(store)},
            [name for name in store.files() if ".bestow-" in name])


class Scene:
    def __init__(self, store, sops, name):
        self.store, self.sops = store, sops
        self.command = [word.format(new=store.new) for word in COMMANDS[name]]
        self.before = store.files()
        self.values = {one: sops("decrypt", one).stdout for one in encrypted_files(store)}
        self.verified = set(self.before.items())

    def check_valid(self):
        """alice opens every file, real sops verifies every MAC, and no value is another one; bestow.yaml can be read."""
        files = self.store.files()
        for name in encrypted_files(self.store):
            if (name, files[name]) not in self.verified:
                assert self.sops("decrypt", name).stdout == self.values[name], name
                self.verified.add((name, files[name]))
        assert set(self.values) <= set(files)
        self.store("check", status=(0, 3))

    def finish(self):
        """Status 1: an earlier run has removed whom it names."""
        self.check_valid()
        gone = self.command[1:2] == ["remove"] and \
            f"{self.command[3]}:" not in self.store.read("bestow.yaml").decode()
        self.store(*self.command, status=1 if gone else 0)
        self.check_valid()
        return outcome(self.store)


@pytest.mark.installed
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_and_done_again(filled, sops, program, environment, run, tmp_path, name, record_property):
    if name == "sync after a date":
        filled("host", "replace-key", "--yes", "web2", "--key", filled.new, "--until", "2099-01-31",
               "--accept-reader", "web1")
        filled.replace("2099-01-31", "2020-01-31")
    scene = Scene(filled, sops, name)
    options = {"cwd": filled.path, "env": environment}
    argv = [program, *scene.command]
    seconds = killed.duration(argv, **options)
    restore(filled, scene.before)
    seconds = min(seconds, killed.duration(argv, **options))
    wanted = outcome(filled)
    moments = killed.random_moments(seconds, seed=name)
    running = 0
    for moment in moments:
        restore(filled, scene.before)
        running += killed.killed_at(moment, argv, **options)
        assert scene.finish() == wanted, f"killed after {moment:.4f} s"
    restore(filled, scene.before)
    calls = killed.changing_calls(run, argv, tmp_path / "trace", **options)
    renames = [call for call in calls if call[0].startswith("rename")]
    others = [call for call in calls if call not in renames]
    chosen = renames + random.Random(name).sample(others, min(SAMPLED_CALLS, len(others)))
    for call in chosen:
        restore(filled, scene.before)
        killed.killed_in(run, call, argv, **options)
        assert scene.finish() == wanted, call
    record_property("told", f"{name}: killed at {len(moments)} random moments of {seconds * 1000:.0f} ms "
                            f"({', '.join(f'{moment * 1000:.0f}' for moment in moments)}; {running} while it ran), at "
                            f"all {len(renames)} renames and {len(chosen) - len(renames)} of {len(others)} other calls")
    assert running >= 5 and len(renames) >= (1 if name == "rekey" else 2)
