"""generate and rotate killed, then run again: whatever the moment, the outcome is that of a run that nobody disturbed."""
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from test_generate import declare, get, need, tool

DECLARED = """\
secrets:
  web/users: {to: [server], generate: {kind: htpasswd, user: admin, of: login/password}}
  login/password: {generate: passphrase, keep_previous: true}
  shadow/yes: {to: [web1], generate: {kind: bcrypt, of: login/password}, keep_previous: true}
  login/other: {generate: {kind: bcrypt, of: early/password}}
  early/password: {generate: text}
  early/hash: {generate: {kind: bcrypt, of: login/password}}
  wire/key: {to: [server], per: host, generate: wireguard, keep_previous: true}
  ssh/key: {to: [server], generate: ssh-ed25519}
  pki/ca: {generate: {kind: x509-ca, subject: CA}}
  tls/key: {to: [server], per: host, generate: {kind: x509, ca: pki/ca, names: ["{host}.example.org"]}}
"""
KEPT = [("login/password",), ("shadow/yes",), ("wire/key", "--host", "web1"), ("wire/key", "--host", "web2")]
FILES = 10 + 6  # encrypted ones and public halves


@pytest.fixture
def plain(store):
    """The store with known readers and no values."""
    declare(store, DECLARED)
    store.accepting("generate", "--yes")
    shutil.rmtree(store.path / "secrets")
    return store


@pytest.fixture
def full(plain):
    plain("generate", "--yes")
    return plain


def crypted(password, hashed):
    return tool("perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, hashed) == hashed


def fits_together(store):
    """Every value fits what it was made from, and every public half its private one."""
    store("check")
    password = get(store, "login/password")
    assert crypted(password, get(store, "shadow/yes")) and crypted(password, get(store, "early/hash"))
    assert crypted(get(store, "early/password"), get(store, "login/other"))
    assert crypted(password, get(store, "web/users").removeprefix("admin:").replace("$2y$", "$2b$"))
    ca = store.path / "secrets/pki.ca.crt"
    for host in ("web1", "web2"):
        key = get(store, "wire/key", "--host", host)
        assert tool("wg", "pubkey", input=key.encode()) == store.read(f"secrets/host/{host}/wire.key.pub").decode()
        certificate = store.path / f"secrets/host/{host}/tls.key.crt"
        assert "OK" in tool("openssl", "verify", "-CAfile", ca, certificate)
        private = store("get", "tls/key", "--host", host).stdout
        assert tool("openssl", "pkey", "-pubout", input=private) == \
            tool("openssl", "x509", "-noout", "-pubkey", "-in", certificate)
    key = store.path / ".key"
    key.write_bytes(store("get", "ssh/key").stdout)
    key.chmod(0o600)
    assert tool("ssh-keygen", "-y", "-f", key) == store.read("secrets/ssh.key.pub").decode()
    key.unlink()
    assert len([name for name in store.files() if name.startswith("secrets/")]) == FILES


def kill_at(store, program, environment, args, moment):
    """Starts it and kills it after that many seconds; True when it was still running."""
    with subprocess.Popen([program, *args], cwd=store.path, env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        time.sleep(moment)
        alive = process.poll() is None
        process.kill()
    return alive


def kill_at_rename(store, environment, program, args, number):
    """Killed where it is about to rename for the n-th time; False when it renames less often."""
    words = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=/rename", "-e",
             f"inject=/rename:signal=KILL:when={number}", program, *args]
    done = subprocess.run([str(word) for word in words], cwd=store.path, stdin=subprocess.DEVNULL, capture_output=True,
                          env={**environment, "ASAN_OPTIONS": "detect_leaks=0"}, timeout=60, check=False)
    assert done.returncode in (0, -signal.SIGKILL, 128 + signal.SIGKILL), done.stderr
    return done.returncode != 0


def needs():
    for name in ("wg", "openssl", "perl", "ssh-keygen"):
        need(name)


def rotated(store, before):
    fits_together(store)
    for words in KEPT:
        name, *options = words
        assert get(store, *words) != before[words]
        assert get(store, name + ".previous", *options) == before[words]


ROTATE = ["rotate", "login/*", "early/password", "wire/key", "pki/ca", "ssh/key", "--yes"]


def test_undisturbed(full):
    needs()
    before = {words: get(full, *words) for words in KEPT}
    full(*ROTATE)
    rotated(full, before)


def finish(store, args, untouched=None):
    """The same command again, unless what was killed had finished and was about to say so."""
    noted = list((store.home / ".local/state/bestow").glob("unfinished-*"))
    if noted or untouched is None or store.files() == untouched or not_all(store):
        store(*args)
    assert not list((store.home / ".local/state/bestow").glob("unfinished-*"))


def not_all(store):
    return len([name for name in store.files() if name.startswith("secrets/")]) != FILES


def copies(store):
    """Puts the store and what is known of it back to where it was."""
    state = store.home / ".local/state"
    place = store.path.parent
    for source, kept in ((store.path, place / "kept"), (state, place / "kept-state")):
        shutil.copytree(source, kept)

    def restore():
        for target, kept in ((store.path, place / "kept"), (state, place / "kept-state")):
            shutil.rmtree(target)
            shutil.copytree(kept, target)
    return restore


@pytest.mark.installed
@pytest.mark.parametrize("what", ["generate", "rotate"])
def test_at_every_rename(plain, program, environment, what):
    needs()
    need("strace")
    args = ["generate", "--yes"] if what == "generate" else ROTATE
    if what == "rotate":
        plain("generate", "--yes")
    before = {words: get(plain, *words) for words in KEPT} if what == "rotate" else {}
    restore = copies(plain)
    number = 1
    while kill_at_rename(plain, environment, program, args, number):
        finish(plain, args)
        rotated(plain, before) if before else fits_together(plain)
        restore()
        number += 1
    assert number > FILES


@pytest.mark.installed
@pytest.mark.parametrize("what", ["generate", "rotate"])
def test_at_twenty_random_moments(plain, program, environment, what):
    needs()
    args = ["generate", "--yes"] if what == "generate" else ROTATE
    if what == "rotate":
        plain("generate", "--yes")
    before = {words: get(plain, *words) for words in KEPT} if what == "rotate" else {}
    restore = copies(plain)
    begun = time.monotonic()
    plain(*args)
    took = time.monotonic() - begun
    restore()
    first = plain.files()
    chance = random.Random(20)
    killed = 0
    for _ in range(20):
        killed += kill_at(plain, program, environment, args, chance.random() * took)
        plain("check", status=(0, 3))
        finish(plain, args, first)
        rotated(plain, before) if before else fits_together(plain)
        restore()
    assert killed > 5
