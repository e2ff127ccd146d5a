"""Histories in which a value could be read by somebody, and in which `bestow audit` might overlook it: another kind of key,
a file under a name of another type, a document that somebody forged, a value that came and went."""
import base64
import hashlib
import random
import re

import pytest

from support import process

DAY = 86400
VALUE = "secretvalue1"
PGP = "85D77543B3D624B63CEA9E6DBC17301B491B3F21"


class Store:
    """alice and bob are operators; commits are a day apart."""

    def __init__(self, folder, program, peer):
        self.path, self.home, self.program, self.peer = folder / "store", folder / "home", program, peer
        self.seconds = 1_700_000_000
        self.keys = {}
        for place in (self.path, self.home):
            place.mkdir()
        for name in ("alice", "bob", "carol"):
            file = folder / f"{name}.key"
            process.run([peer("age-keygen"), "-o", file])
            self.keys[name] = file
        self.public = {name: process.run([peer("age-keygen"), "-y", file]).text.strip()
                       for name, file in self.keys.items()}
        self.git("init", "-q", "-b", "main")
        self.policy("alice", "bob")

    def environment(self, **more):
        date = f"{self.seconds} +0000"
        return {**process.clean_environment(self.home), "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
                "SOPS_AGE_KEY_FILE": str(self.keys["alice"]), **more}

    def git(self, *words):
        return process.run(["git", *words], cwd=self.path, env=self.environment()).text

    def commit(self, message="change"):
        self.seconds += DAY
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        return (self.path / name).read_text()

    def policy(self, *people, more=""):
        lines = "".join(f"  {name}: {{keys: [{self.public[name]}]}}\n" for name in people)
        self.write("bestow.yaml", f"version: 1\noperators:\n{lines}{more}")

    def seal(self, name, text, *people, kind="yaml"):
        sealed = process.run([self.peer("sops"), "encrypt", "--age", ",".join(self.public[one] for one in people),
                              "--input-type", kind, "--output-type", kind, "/dev/stdin"], input=text,
                             cwd=self.home, env=self.environment())
        self.write(name, sealed.text)

    def seal_age(self, name, text, *people, words=()):
        recipients = [word for one in people for word in ("-r", self.public[one])]
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        process.run([self.peer("age"), *recipients, *words, "-o", self.path / name], input=text, env=self.environment())

    def sops(self, *words):
        process.run([self.peer("sops"), *words], cwd=self.path, env=self.environment())

    def shut_out(self, name, person="bob", words=()):
        """With a new data key."""
        self.sops("rotate", "-i", *words, "--rm-age", self.public[person], name)

    def audit(self, *words, key="alice"):
        env = {name: value for name, value in self.environment().items() if not name.startswith(("SOPS_", "GIT_A"))}
        if key:
            env["BESTOW_IDENTITY"] = str(self.keys[key])
        return process.run([self.program, "audit", "--json", *words], cwd=self.path, env=env, status=(0, 3)).json()

    def exposed(self, *words, key="alice"):
        """(file, key, holder): certain"""
        told = self.audit(*words, key=key)
        return {(one["file"], one["key"], one["holder"]["name"] or one["recipient"]): one["certain"]
                for one in told["exposures"]}


@pytest.fixture
def store(tmp_path, program, peer):
    return Store(tmp_path, program, peer)


BOTH = pytest.mark.parametrize("key", ["alice", None], ids=["with a key", "without a key"])


def pasted(text, entry):
    """With one more list of keys in its sops block."""
    return text.replace("\nsops:\n", f"\nsops:\n{entry}", 1)


FOREIGN = {
    f"pgp {PGP}": "    pgp:\n        - created_at: \"2026-01-01T00:00:00Z\"\n          enc: |-\n"
                  "            -----BEGIN PGP MESSAGE-----\n\n            AAAA\n            -----END PGP MESSAGE-----\n"
                  f"          fp: {PGP}\n",
    "kms arn:aws:kms:eu-1:1:key/2": "    kms:\n        - arn: arn:aws:kms:eu-1:1:key/2\n"
                                    "          created_at: \"2026-01-01T00:00:00Z\"\n          enc: AAAA\n"
                                    "          aws_profile: \"\"\n",
    "hc_vault http://v sops k": "    hc_vault:\n        - vault_address: http://v\n          engine_path: sops\n"
                                "          key_name: k\n          created_at: \"2026-01-01T00:00:00Z\"\n"
                                "          enc: vault:v1:AAAA\n",
}


@BOTH
@pytest.mark.parametrize("reader", FOREIGN)
def test_every_kind_of_master_key_is_a_reader(store, reader, key):
    store.policy("alice")
    store.seal("s/a.yaml", f"x: {VALUE}\n", "alice")
    clean = store.read("s/a.yaml")
    store.write("s/a.yaml", pasted(clean, FOREIGN[reader]))
    store.commit()
    told = store.audit(key=key)
    [one] = told["exposures"]
    assert (one["recipient"], one["certain"], one["still_reads"]) == (reader, True, True)
    kind, name = reader.split(" ", 1)
    assert (kind == "hc_vault") != (f"sops rotate -i --rm-{kind} {name} s/a.yaml" in told["commands"])
    assert one["holder"] == {"kind": "unknown", "name": "", "removed": ""}
    store.write("s/a.yaml", clean)
    store.commit()
    [one] = store.audit(key=key)["exposures"]
    assert (one["recipient"], one["certain"], one["still_reads"]) == (reader, True, False)


def test_what_an_older_program_learned_is_not_believed(store):
    """The cache says which facts it holds."""
    store.seal("s/a.yaml", f"x: {VALUE}\n", "alice")
    store.commit()
    store.audit()
    [cache] = (store.path / ".git/bestow").iterdir()
    assert b"facts " in cache.read_bytes()[:64]


@BOTH
@pytest.mark.parametrize("at_once", [True, False])
def test_a_document_under_a_name_of_another_type(store, key, at_once):
    store.seal("s/a.conf", f"x: {VALUE}\n", "alice", "bob")
    store.commit()
    store.policy("alice")
    store.shut_out("s/a.conf", words=["--input-type", "yaml", "--output-type", "yaml"])
    if not at_once:
        store.commit()
        assert ("s/a.conf", "x", "bob") in store.exposed(key=key)
    store.git("mv", "s/a.conf", "s/a.yaml")
    store.commit()
    assert ("s/a.yaml", "x", "bob") in store.exposed(key=key)


def test_what_holds_an_envelope_and_cannot_be_read_is_told_wherever_it_lies(store):
    store.seal("s/a.yaml", f"x: {VALUE}\n", "alice")
    [envelope] = re.findall(r"^x: (.*)$", store.read("s/a.yaml"), re.M)
    store.write("doc/notes.txt", f"<<<<<<< HEAD\nx: {envelope}\n")
    commit = store.commit()
    assert [(one["commit"], one["file"]) for one in store.audit()["warnings"]] == [(commit, "doc/notes.txt")]


@BOTH
def test_a_value_that_loses_the_final_newline_of_its_age_file(store, key):
    store.seal_age("s/a.age", VALUE + "\n", "alice", "bob")
    store.commit()
    store.policy("alice")
    store.git("rm", "-q", "s/a.age")
    store.seal("s/a.yaml", f"x: {VALUE}\n", "alice")
    store.commit()
    assert store.exposed(key=key) == {("s/a.yaml", "x", "bob"): False}


def test_stanzas_that_tell_no_names_where_no_policy_accounts_for_them(store):
    (store.path / "bestow.yaml").unlink()
    store.seal_age("s/a.age", VALUE, "alice", "bob")
    store.commit()
    store.policy("alice")
    store.seal_age("s/a.age", VALUE, "alice")
    store.commit()
    assert store.exposed() == {("s/a.age", ".", "X25519"): False}
    public = store.public["bob"]
    assert store.exposed("--key", public) == {("s/a.age", ".", public): False}
    assert store.exposed("--key", store.keys["bob"]) == {("s/a.age", ".", public): True}
    assert not store.exposed("--key", store.keys["carol"])
    store.policy("alice", "bob")
    store.commit("bob was somebody, after all")
    store.policy("alice")
    store.commit()
    assert store.exposed() == {("s/a.age", ".", "bob"): False}


def test_stanzas_for_which_the_policy_accounts_are_nobody_elses(store):
    store.policy("alice", "bob", "carol")
    store.commit()
    store.policy("alice", "bob")
    store.seal_age("s/a.age", VALUE, "alice", "bob")
    store.commit()
    store.policy("alice")
    store.seal_age("s/a.age", VALUE, "alice")
    store.commit()
    assert store.exposed() == {("s/a.age", ".", "bob"): False}


def is_on_the_curve(y):
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
    return y < p and (square == 0 or pow(square, (p - 1) // 2, p) == 1)


def twins():
    """Two ssh-ed25519 keys, that nobody has, with one tag in age files."""
    words, seen = random.Random(1), {}
    while True:
        wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + words.randbytes(31) + bytes([words.randrange(128)])
        other = seen.setdefault(hashlib.sha256(wire).digest()[:4], wire)
        if other != wire and all(is_on_the_curve(int.from_bytes(one[-32:], "little")) for one in (wire, other)):
            return [f"ssh-ed25519 {base64.b64encode(one).decode()}" for one in (other, wire)]


def test_a_tag_that_fits_several_keys_is_each_of_theirs(store):
    store.public["one"], store.public["two"] = twins()
    store.policy("alice", "one", "two")
    store.seal_age("s/a.age", VALUE, "alice", "one")
    store.commit()
    store.policy("alice")
    store.seal_age("s/a.age", VALUE, "alice")
    store.commit()
    assert store.exposed() == {("s/a.age", ".", "one"): False, ("s/a.age", ".", "two"): False}


def entries_of(document):
    begin = document.index("    age:\n") + len("    age:\n")
    return document[begin:document.index("    lastmodified")]


def removed_bob(store):
    """The two versions of s/a.yaml."""
    store.seal("s/a.yaml", f"x: {VALUE}\nzz: z\n", "alice", "bob")
    store.commit()
    first = store.read("s/a.yaml")
    store.policy("alice")
    store.shut_out("s/a.yaml")
    store.commit()
    return first, store.read("s/a.yaml")


EXPOSED_TO_BOB = {("s/a.yaml", "x", "bob"), ("s/a.yaml", "zz", "bob")}


@BOTH
@pytest.mark.parametrize("place", ["a.yaml", "s/a.yaml", "t/z.yaml"])
def test_a_forgery_that_holds_another_documents_keys_hides_nothing(store, place, key):
    first, second = removed_bob(store)
    assert set(store.exposed(key=key)) == EXPOSED_TO_BOB
    store.seal("forged.yaml", "q: whatever\n", "alice")
    forged = store.read("forged.yaml").replace("    lastmodified", entries_of(first) + entries_of(second) +
                                               "    lastmodified")
    (store.path / "forged.yaml").unlink()
    [envelope] = re.findall(r"^x: .*\n", first, re.M)
    store.write(place, envelope + forged)
    store.commit()
    if place != "s/a.yaml":
        assert set(store.exposed("-f", "s/a.yaml", key=key)) == EXPOSED_TO_BOB
        store.git("rm", "-q", place)
    store.write("s/a.yaml", second)
    store.commit()
    assert set(store.exposed(key=key)) == EXPOSED_TO_BOB


@BOTH
def test_an_old_envelope_that_is_pasted_and_taken_back_hides_nothing(store, key):
    first, second = removed_bob(store)
    [old] = re.findall(r"^zz: .*$", first, re.M)
    store.write("s/a.yaml", re.sub(r"^zz: .*$", lambda _: old, second, flags=re.M))
    store.commit()
    store.write("s/a.yaml", second)
    store.commit()
    assert set(store.exposed(key=key)) == EXPOSED_TO_BOB


@BOTH
def test_a_new_envelope_that_is_pasted_before_it_comes_hides_nothing(store, key):
    store.seal("s/a.yaml", f"x: {VALUE}\nzz: z\n", "alice", "bob")
    store.commit()
    first = store.read("s/a.yaml")
    store.policy("alice")
    store.shut_out("s/a.yaml")
    second = store.read("s/a.yaml")
    [new] = re.findall(r"^zz: .*$", second, re.M)
    store.write("s/a.yaml", re.sub(r"^zz: .*$", lambda _: new, first, flags=re.M))
    store.commit()
    store.write("s/a.yaml", second)
    store.commit()
    assert set(store.exposed(key=key)) >= {("s/a.yaml", "x", "bob")}


@BOTH
def test_the_value_that_a_rotation_keeps_is_the_one_that_was_there(store, key):
    more = (f"hosts:\n  h: {{keys: [{store.public['carol']}]}}\n"
            "secrets:\n  s/x: {to: [h], file: s/a.yaml, key: x, generate: text, keep_previous: true}\n")
    env = store.environment(BESTOW_IDENTITY=str(store.keys["alice"]))

    def bestow(*words):
        process.run([store.program, *words], cwd=store.path, env=env)
    store.policy("alice", "bob", more=more)
    bestow("generate", "--accept-reader", "alice", "--accept-reader", "bob", "--accept-reader", "h")
    store.commit()
    bestow("operator", "remove", "bob", "--yes")
    store.commit()
    bestow("rotate", "s/x", "--yes")
    store.commit()
    assert store.exposed(key=key) == {("s/a.yaml", "'x.previous'", "bob"): bool(key)}


@BOTH
def test_an_item_that_comes_into_a_list_before_others(store, key):
    store.seal("s/a.yaml", f"l: [{VALUE}, other]\n", "alice", "bob")
    store.commit()
    store.policy("alice")
    store.seal("s/a.yaml", f"l: [freshfreshfresh, {VALUE}, other]\n", "alice")
    store.commit()
    told = store.exposed(key=key)
    assert {("s/a.yaml", "l[1]", "bob"), ("s/a.yaml", "l[2]", "bob")} <= set(told)
    assert set(told.values()) == {bool(key)}


@pytest.fixture
def set_back(store):
    """x is what bob knew, after something else as long; y is something else; z was longer."""
    store.seal("s/a.yaml", f"x: {VALUE}\ny: {VALUE[:-1]}2\nz: {VALUE}3\n", "alice", "bob")
    store.commit()
    store.policy("alice")
    store.shut_out("s/a.yaml")
    for key, value in (("x", "othervalue12"), ("y", "othervalue34"), ("z", "shorter"), ("x", VALUE)):
        store.sops("set", "s/a.yaml", f'["{key}"]', f'"{value}"')
        store.commit()
    return store


def test_a_value_that_was_set_back_is_possible_without_a_key(set_back):
    """Nothing in the ciphertext tells x from y; only z cannot be what it was."""
    told = set_back.audit(key="alice")
    assert told["bounded"] is True and told["possible"] == []
    assert [(one["key"], one["holder"]["name"]) for one in told["exposures"]] == [("x", "bob")]
    told = set_back.audit(key=None)
    assert told["bounded"] is False and told["exposures"] == []
    assert [(one["key"], one["holder"]["name"], one["certain"]) for one in told["possible"]] == [
        ("x", "bob", False), ("y", "bob", False)]
    assert set_back.audit("-f", "s/a.yaml", "--operator", "alice", key=None)["possible"] == []


def test_a_newer_key_does_not_open_what_was_set_back_to(set_back):
    """bob's successor opens what is there now, and nothing of what bob read."""
    set_back.policy("alice", "carol")
    set_back.sops("rotate", "-i", "--add-age", set_back.public["carol"], "s/a.yaml")
    set_back.commit()
    told = set_back.audit(key="carol")
    assert told["bounded"] is False and told["exposures"] == []
    assert [(one["key"], one["holder"]["name"]) for one in told["possible"]] == [("x", "bob"), ("y", "bob")]


def test_people_do_not_take_what_ciphertext_tells_for_an_all_clear(set_back):
    def text(key):
        env = {**process.clean_environment(set_back.home), "BESTOW_IDENTITY": str(key)}
        return process.run([set_back.program, "audit"], cwd=set_back.path, env=env, status=(0, 3)).text
    without = text(set_back.keys["carol"])
    assert "0 of 3 values in use are exposed, as far as ciphertext tells" in without
    assert "This is no all-clear" in without and "is as long: 2 values" in without
    assert without.rstrip().endswith("bestow --identity FILE audit")
    exact = text(set_back.keys["alice"])
    assert "all-clear" not in exact and "as far as" not in exact and "1 of 3 values in use are exposed (" in exact


def test_plaintext_that_went_after_its_encrypted_file_had_come(store):
    store.policy("alice")
    store.write("s/plain.yaml", f"x: {VALUE}\n")
    store.commit()
    store.seal("s/a.yaml", f"x: {VALUE}\n", "alice")
    store.commit()
    store.git("rm", "-q", "s/plain.yaml")
    store.commit()
    [one] = store.audit()["exposures"]
    assert (one["file"], one["holder"]["kind"], one["elsewhere"]) == ("s/a.yaml", "everybody", "s/plain.yaml: x")
