"""Bad input, from outside: the exit status of the design, a message that names the file and the line or key path, nothing
written, nothing lost, and never a value in the message."""
import base64
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

CANARY = "canary-5f1d0c-must-not-be-seen"
FILE = "secrets/web.yaml"


def tree(folder):
    """{path: content or link target} of everything below, so that two of them can be compared."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return found


@dataclass
class Store:
    path: Path
    host_key: Path
    stranger: Path
    bestow: object

    @property
    def file(self):
        return self.path / FILE

    @property
    def policy(self):
        return self.path / "bestow.yaml"

    def refuses(self, *args, status, names=(), **options):
        """The command fails with `status`, says each of `names`, writes nothing and shows no value."""
        before = tree(self.path)
        told = self.bestow(*args, cwd=self.path, status=status, **options)
        assert tree(self.path) == before
        assert CANARY not in told.stderr and CANARY.encode() not in told.stdout
        assert told.stderr, "a failure without a message"
        for name in names:
            assert re.search(name, told.stderr), f"{name!r} is not in the message: {told.stderr}"
        assert_readable(told.stderr)
        return told


def assert_readable(message):
    """One or few lines for people: no control characters, no C++ in it."""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", message), repr(message)
    assert not re.search(r"std::|terminate called|Assertion|vector::|basic_string|_M_", message), message
    assert len(message) < 4000


@pytest.fixture
def store(tmp_path, bestow, ssh_keygen, home):
    """alice's store: one host, one secret with the canary in it, one binary document, one template."""
    alice = ssh_keygen("alice")
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_ed25519").write_bytes(alice.private.read_bytes())
    (home / ".ssh" / "id_ed25519").chmod(0o600)
    host = ssh_keygen("ssh_host_ed25519_key")
    place = tmp_path / "store"
    place.mkdir()
    bestow("init", "--operator", "alice", "--key-file", alice.public, cwd=place)
    bestow("host", "add", "harbor", "--key-file", host.public, "--role", "server", cwd=place)
    bestow("add", "web/password", "--to", "server", cwd=place, input=CANARY)
    bestow("add", "web/token", "--to", "server", cwd=place, input=CANARY + "-token")
    bestow("add", "disk", "--to", "server", "--file", "secrets/disk.key", "--key", ".", cwd=place, input=CANARY * 3)
    with (place / "bestow.yaml").open("a", encoding="utf-8") as policy:
        policy.write("\ntemplates:\n  web.env:\n    to: [server]\n    content: |\n      PASSWORD={{ web/password }}\n")
    bestow("check", cwd=place)
    return Store(place, host.private, ssh_keygen("stranger").private, bestow)


def change(path, old, new, count=1):
    content = path.read_bytes()
    old, new = (text.encode() if isinstance(text, str) else text for text in (old, new))
    assert old in content, f"{old} is not in {path}"
    path.write_bytes(content.replace(old, new, count))


def damage_value(text):
    """Another first byte in the first value's ciphertext."""
    def other(match):
        data = bytearray(base64.b64decode(match.group(1)))
        data[0] ^= 1
        return b"ENC[AES256_GCM,data:" + base64.b64encode(bytes(data)) + b","
    return re.sub(rb"ENC\[AES256_GCM,data:([^,]+),", other, text, count=1)


READING = [("get", "web/password"), ("decrypt", FILE), ("render", "web.env", "--host", "harbor")]
WRITING = [("set", "web/password"), ("unset", "web/password"), ("mv", "web/password", "web/other")]


# --- SOPS documents -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", READING + WRITING, ids=" ".join)
def test_an_altered_value(store, command):
    store.file.write_bytes(damage_value(store.file.read_bytes()))
    store.refuses(*command, status=1, names=[r"web\.yaml", "password"], input="new")


@pytest.mark.parametrize("command", [("decrypt", FILE), ("set", "web/password")], ids=" ".join)
def test_a_value_that_was_moved_to_another_key(store, command):
    lines = store.file.read_text().splitlines(keepends=True)
    values = {line.split(":")[0]: line.split(":", 1)[1] for line in lines[:2]}
    store.file.write_text(f"password:{values['token']}token:{values['password']}" + "".join(lines[2:]))
    store.refuses(*command, status=1, names=[r"web\.yaml", "password|token"], input="new")


@pytest.mark.parametrize("command", [("decrypt", FILE), ("set", "web/password")], ids=" ".join)
def test_a_value_that_was_taken_away_breaks_the_mac(store, command):
    lines = store.file.read_text().splitlines(keepends=True)
    store.file.write_text("".join(line for line in lines if not line.startswith("token:")))
    store.refuses(*command, status=1, names=[r"web\.yaml", "(?i)mac"], input="new")


@pytest.mark.parametrize("cut", [0.1, 0.4, 0.7, 0.9])
def test_a_truncated_document(store, cut):
    content = store.file.read_bytes()
    store.file.write_bytes(content[:int(len(content) * cut)])
    store.refuses("decrypt", FILE, status=(1, 2, 5), names=[r"web\.yaml"])
    store.refuses("set", "web/password", status=(1, 2, 5), names=[r"web\.yaml"], input="new")


def test_an_empty_document(store):
    store.file.write_bytes(b"")
    store.refuses("decrypt", FILE, status=(1, 2), names=[r"web\.yaml"])


def test_a_duplicated_key(store):
    lines = store.file.read_text().splitlines(keepends=True)
    store.file.write_text(lines[0] + "".join(lines))
    store.refuses("decrypt", FILE, status=(1, 2), names=[r"web\.yaml", "2", "password"])


def test_cyclic_aliases(store):
    store.file.write_text("a: &a\n  b: *a\n" + store.file.read_text())
    store.refuses("decrypt", FILE, status=(1, 2), names=[r"web\.yaml"])


def test_cyclic_aliases_in_a_plaintext_that_is_to_be_encrypted(store, tmp_path):
    plain = tmp_path / "plain.yaml"
    plain.write_text(f"a: &a\n  b: *a\n  c: {CANARY}\n")
    store.refuses("encrypt", plain, status=(1, 2), names=["plain.yaml"])


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "], ids=["sequences", "mappings", "block"])
def test_ten_thousand_nested_brackets(store, opening):
    store.file.write_text("deep: " * (opening != "- ") + opening * 10_000 + "\n")
    store.refuses("decrypt", FILE, status=(1, 2), names=[r"web\.yaml"])
    store.policy.write_text("secrets: " * (opening != "- ") + opening * 10_000 + "\n")
    store.refuses("list", status=2, names=[r"bestow\.yaml"])


def test_aliases_that_multiply(store):
    lines = [f"a0: &a0 [{CANARY}]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    store.file.write_text("\n".join(lines) + "\n")
    store.refuses("encrypt", FILE, status=(1, 2), names=[r"web\.yaml"])


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x00", b"a: \x00\n", b"\x80abc: 1\n", b"a: b: c\n", b"\t- a\n",
                                     b"%YAML 3.0\n---\n"], ids=repr)
def test_what_is_no_yaml(store, content):
    store.file.write_bytes(content)
    store.refuses("decrypt", FILE, status=(1, 2), names=[r"web\.yaml"])
    store.policy.write_bytes(content)
    store.refuses("list", status=2, names=[r"bestow\.yaml"])


@pytest.mark.parametrize("command", READING + [("set", "web/password")], ids=" ".join)
def test_a_wrong_key(store, command, home):
    (home / ".ssh/id_ed25519").unlink()
    store.refuses(*command, "--identity", store.stranger, status=5, names=[r"web\.yaml"], input="new")


def test_no_key_at_all(store, home):
    (home / ".ssh/id_ed25519").unlink()
    store.refuses("get", "web/password", status=5)


def test_metadata_without_a_data_key_for_anybody(store):
    text = store.file.read_text()
    store.file.write_text(re.sub(r"(?s)    age:\n.*?(?=    [a-z])", "    age: []\n", text, count=1))
    store.refuses("get", "web/password", status=(1, 2, 5), names=[r"web\.yaml"])


def test_plaintext_where_ciphertext_is_expected(store):
    store.file.write_text(f"password: {CANARY}\ntoken: {CANARY}\n")
    store.refuses("get", "web/password", status=(1, 2), names=[r"web\.yaml"])
    store.refuses("set", "web/password", status=(1, 2), names=[r"web\.yaml"], input="new")
    told = store.bestow("check", cwd=store.path, status=3)
    assert "web.yaml" in told.text and CANARY not in told.text


# --- age files ------------------------------------------------------------------------------------------------------

@pytest.fixture
def age_file(store, tmp_path, bestow):
    path = tmp_path / "x.age"
    public = Path(f"{store.host_key}.pub")
    bestow("age", "encrypt", "-R", public, "-o", path, input=CANARY * 10_000)
    return path


def age_damages():
    yield "no-final-byte", lambda data: data[:-1]
    yield "payload-cut-off", lambda data: data[:data.index(b"\n--- ") + 60]
    yield "header-cut-off", lambda data: data[:data.index(b"\n--- ")]
    yield "altered-payload", lambda data: data[:-100] + bytes([data[-100] ^ 1]) + data[-99:]
    yield "altered-mac", lambda data: data.replace(b"\n--- ", b"\n--- A", 1)
    yield "altered-version", lambda data: data.replace(b"/v1\n", b"/v9\n", 1)
    yield "something-behind", lambda data: data + b"x"
    yield "nothing", lambda data: b""


@pytest.mark.parametrize("damage", [pytest.param(damage, id=name) for name, damage in age_damages()])
def test_a_damaged_age_file(store, age_file, damage, tmp_path):
    age_file.write_bytes(damage(age_file.read_bytes()))
    told = store.refuses("age", "decrypt", "-i", store.host_key, "-o", tmp_path / "out", age_file, status=1)
    assert told.stdout == b""
    if (tmp_path / "out").exists():
        # Streaming may have written whole chunks that were authentic, as age does; never after the damage.
        assert (CANARY * 10_000).encode().startswith((tmp_path / "out").read_bytes())


def test_an_age_file_for_somebody_else(store, age_file):
    store.refuses("age", "decrypt", "-i", store.stranger, age_file, status=(1, 5))


def test_a_protected_key_without_a_terminal_is_named(store, ssh_keygen):
    protected = ssh_keygen("protected", passphrase="12345")
    sealed = store.bestow("age", "encrypt", "-r", protected.line, input="x")
    told = store.bestow("age", "decrypt", "-i", protected.private, input=sealed.stdout, status=5)
    assert "protected" in told.stderr and str(protected.private) in told.stderr


# --- bestow.yaml ----------------------------------------------------------------------------------------------------

def line_of(path, text):
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


@pytest.mark.parametrize("old, new, named", [
    ("{{ web/password }}", "{{ web/pasword }}", ["web/pasword", "web/password"]),
    ("{{ web/password }}", "{{ web/password | bas64 }}", ["bas64", "base64"]),
    ("{{ web/password }}", "{{ web/password", []),
    ("content:", "contents:", ["contents", "content"]),
    ("web/password:", "web/../password:", [r"\.\."]),
    ("web/password:", "/web/password:", ["/web/password"]),
    ("web/password:", "rendered/password:", ["rendered"]),
    ("to: [server]\n    content", "to: [servre]\n    content", ["servre", "server"]),
    ("templates:", "template:", ["template", "templates"]),
    ("version: 1", "version: 2", ["version"]),
    ("version: 1", "version: 1\nversion: 1", ["version"]),
    ("version: 1", "version: 1\nrequires: '>=99'", ["99"]),
], ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("command", [("check",), ("set", "web/password"), ("sync", "--yes")], ids=" ".join)
def test_a_mistake_in_the_policy(store, command, old, new, named):
    change(store.policy, old, new)
    store.refuses(*command, status=2, names=[r"bestow\.yaml:\d+", *named], input="new")


def test_a_mistake_in_the_policy_names_its_line(store):
    change(store.policy, "{{ web/password }}", "{{ web/pasword }}")
    told = store.bestow("check", cwd=store.path, status=2)
    lines = {int(number) for number in re.findall(r"bestow\.yaml:(\d+)", told.stderr)}
    assert lines & {line_of(store.policy, "web/pasword"), line_of(store.policy, "content:"),
                    line_of(store.policy, "web.env:")}


@pytest.mark.parametrize("file", ["../outside.yaml", "/etc/passwd", "secrets/../../outside.yaml", "bestow.yaml"])
def test_a_file_that_is_no_place_for_a_secret(store, file):
    store.refuses("add", "stray", "--to", "server", "--file", file, status=2, input="new")
    assert not (store.path.parent / "outside.yaml").exists()


@pytest.mark.parametrize("name", ["../up", "a//b", "/abs", "a/../b", "", ".", "a/", "rendered/x", "new\nline"], ids=repr)
def test_a_name_that_is_none(store, name):
    store.refuses("add", name, "--to", "server", status=2, input="new")


def test_a_link_in_the_store_is_not_followed(store, tmp_path):
    outside = tmp_path / "outside.yaml"
    outside.write_bytes(store.file.read_bytes())
    store.file.unlink()
    store.file.symlink_to(outside)
    before = outside.read_bytes()
    store.refuses("set", "web/password", status=(1, 2), names=[r"web\.yaml"], input="new")
    assert outside.read_bytes() == before


def test_a_fifo_in_the_store_does_not_block(store):
    store.file.unlink()
    os.mkfifo(store.file)
    told = store.bestow("get", "web/password", cwd=store.path, status=(1, 2), timeout=20)
    assert "web.yaml" in told.stderr


def test_no_store_here(bestow, tmp_path):
    told = bestow("list", cwd=tmp_path, status=(1, 2))
    assert "bestow.yaml" in told.stderr


# --- values and arguments -------------------------------------------------------------------------------------------

def test_an_empty_value_is_refused(store):
    store.refuses("set", "web/password", status=2, names=["allow-empty"], input="")


def test_a_misspelt_secret_gets_its_neighbour(store):
    store.refuses("set", "web/pasword", status=(1, 2), names=["web/pasword", "web/password"], input=CANARY)
    store.refuses("get", "web/pasword", status=(1, 2), names=["web/password"])


@pytest.mark.parametrize("args", [("frobnicate",), ("set",), ("set", "--frobnicate", "x"), ("host", "add"), ("age",),
                                  ("add", "web/x", "--mode", "9999"), ("add", "web/x", "--mode", "4755"),
                                  ("add", "web/x", "--to", "nobody-there"), ("add", "web/password", "--to", "server"),
                                  ("add", "web/x", "--to", "server", "--phase", "late")], ids=" ".join)
def test_wrong_arguments(store, args):
    store.refuses(*args, status=2, input=CANARY)


# --- hosts ----------------------------------------------------------------------------------------------------------

def test_a_key_that_is_none(store, tmp_path):
    bad = tmp_path / "bad.pub"
    bad.write_text("ssh-ed25519 AAAA not a key\n")
    store.refuses("host", "add", "buoy", "--key-file", bad, status=(1, 2), names=["bad.pub"])
    store.refuses("host", "add", "buoy", "--key", "age1qqqq", status=(1, 2))


def test_a_private_key_given_as_a_public_one_is_not_shown(store):
    told = store.bestow("host", "add", "buoy", "--key-file", store.host_key, cwd=store.path, status=(1, 2))
    body = "".join(store.host_key.read_text().splitlines()[1:-1])
    assert body[:40] not in told.stderr and body[100:140] not in told.stderr


def activate(store, machine, status, **options):
    machine.path("/etc/ssh/ssh_host_ed25519_key").write_bytes(store.host_key.read_bytes())
    machine.path("/etc/ssh/ssh_host_ed25519_key").chmod(0o600)
    return machine.bestow("activate", "--store", "/var/lib/bestow/store", status=status, **options)


def place_store(store, machine):
    machine.run("cp", "-R", store.path, "/var/lib/bestow/store")


@pytest.mark.root
@pytest.mark.parametrize("spoil", ["chmod o+w /var/lib/bestow/store", "chmod o+w /var/lib/bestow/store/secrets/web.yaml",
                                   "chown 1234 /var/lib/bestow/store/bestow.yaml", "chown 1234 /var/lib/bestow",
                                   "chmod g+w /var/lib/bestow/store && chgrp 1234 /var/lib/bestow/store"])
def test_a_store_that_others_can_write_is_not_activated(store, machine, spoil):
    place_store(store, machine)
    machine.run("sh", "-c", spoil)
    told = activate(store, machine, status=(1, 2, 4))
    assert "/var/lib/bestow" in told.stderr or "bestow.yaml" in told.stderr or "web.yaml" in told.stderr
    assert not machine.path("/run/secrets/web/password").exists()
    assert CANARY not in told.stderr


@pytest.mark.root
def test_a_damaged_file_does_not_take_the_others_down(store, machine):
    place_store(store, machine)
    file = machine.path(f"/var/lib/bestow/store/{FILE}")
    file.write_bytes(damage_value(file.read_bytes()))
    told = activate(store, machine, status=4)
    assert "web/password" in told.stderr and CANARY not in told.stderr
    assert machine.path("/run/secrets/disk").read_text() == CANARY * 3
    assert not machine.path("/run/secrets/web/password").exists()


@pytest.mark.root
def test_a_host_without_its_key(store, machine):
    place_store(store, machine)
    told = machine.bestow("activate", status=5)
    assert not machine.path("/run/secrets").exists()
    assert told.stderr


# In another place, the store is another one: its readers are confirmed there anew.
CONFIRMED = ("--accept-reader", "alice", "--accept-reader", "harbor")


@pytest.mark.root
def test_a_read_only_store_is_left_as_it_is(store, machine):
    place_store(store, machine)
    machine.run("mount", "-o", "remount,ro", "/var/lib")
    told = machine.bestow("set", "web/password", "--store", "/var/lib/bestow/store", *CONFIRMED, input="new", status=1)
    assert re.search("(?i)read-only", told.stderr)
    assert tree(machine.path("/var/lib/bestow/store")) == tree(store.path)


@pytest.mark.root
def test_a_full_file_system_loses_nothing(store, machine):
    place_store(store, machine)
    machine.run("mount", "-o", "remount,size=256k", "/var/lib")
    machine.run("sh", "-c", "dd if=/dev/zero of=/var/lib/fill bs=4k 2>/dev/null; true")
    big = "x" * 100_000
    told = machine.bestow("set", "web/password", "--store", "/var/lib/bestow/store", *CONFIRMED, input=big, status=1)
    assert re.search("(?i)space", told.stderr)
    assert tree(machine.path("/var/lib/bestow/store")) == tree(store.path)


@pytest.mark.installed
def test_an_interrupted_write_leaves_the_old_or_the_new(store, run, program):
    """Killed at each call that writes, syncs or renames: the file is wholly old or wholly new, and opens."""
    if run("strace", "-V", status=None).status != 0:
        pytest.skip("strace is not installed")
    seen, values = set(), {CANARY}
    for call in ("write", "fsync", "renameat2,renameat,rename"):
        for number in range(1, 12):
            value = f"{call.split(',')[0]}-{number}"
            told = run("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                       "-e", f"inject={call}:signal=KILL:when={number}",
                       program, "set", "web/password", cwd=store.path, input=value, status=None)
            now = store.bestow("get", "web/password", cwd=store.path).text
            seen.add(now == value)
            assert now in values | {value}
            values.add(now)
            if told.status == 0:
                break
    assert seen == {True, False}
    left = [name for name in tree(store.path) if name.startswith("secrets/") and ".tmp" in name]
    store.bestow("set", "web/password", cwd=store.path, input="at last")
    assert store.bestow("get", "web/password", cwd=store.path).text == "at last"
    assert len(left) <= 30
