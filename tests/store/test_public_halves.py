"""Public halves lie in clear: whoever can push can exchange them. Who notices, and what writes the right ones again."""
import re

import pytest

from test_generate import declare, get, need, tool

DECLARED = """\
secrets:
  ssh/login: {to: [server], generate: {kind: ssh-ed25519, comment: deploy}}
  ssh/old: {to: [server], generate: {kind: ssh-rsa, bits: 2048, comment: old}}
  wire/key: {to: [server], per: host, generate: wireguard}
  pki/ca: {generate: {kind: x509-ca, subject: "CN=Example CA, O=Example"}}
  tls/key: {to: [server], per: host, generate: {kind: x509, ca: pki/ca, names: ["{host}.example.org", 10.0.0.1],
                                                usages: [server, client], with_certificate: true}}
  tls2/key: {to: [server], generate: {kind: x509, ca: pki/ca, names: [two.example.org], algorithm: ed25519}}
"""
HALVES = {"ssh/login": "secrets/ssh.login.pub", "ssh/old": "secrets/ssh.old.pub",
          "wire/key": "secrets/host/web1/wire.key.pub", "pki/ca": "secrets/pki.ca.crt",
          "tls/key": "secrets/host/web1/tls.key.crt", "tls2/key": "secrets/tls2.key.crt"}


@pytest.fixture
def halves(store):
    need("openssl")
    declare(store, DECLARED).accepting("generate", "--yes")
    return store


def foreign_store(store, bestow, tmp_path):
    """One of somebody else's with the same declarations: halves of the right form, signed by a CA of the same name."""
    folder = tmp_path / "attacker"
    folder.mkdir()
    (folder / "bestow.yaml").write_bytes(store.read("bestow.yaml"))
    bestow("generate", "--yes", cwd=folder, env={"XDG_STATE_HOME": str(tmp_path / "state")},
           *[word for name in ("alice", "web1", "web2") for word in ("--accept-reader", name)])
    return folder


@pytest.fixture
def attacker(halves, bestow, tmp_path):
    return foreign_store(halves, bestow, tmp_path)


def findings(store, *options, status=3):
    return {one["place"]: one for one in store("check", "--json", *options, status=status).json()["findings"]}


@pytest.mark.parametrize("name", list(HALVES))
def test_one_that_was_exchanged_is_told_and_written_again(halves, attacker, name):
    file = HALVES[name]
    right = halves.read(file)
    (halves.path / file).write_bytes((attacker / file).read_bytes())
    before = halves.files()
    told = halves("generate", status=4)
    assert f"'{file}'" in told.stderr and f"bestow generate --public-halves {name}" in told.stderr
    assert halves("generate", "--dry-run", status=4).stderr == told.stderr
    assert halves.files() == before
    found = findings(halves, "--public-halves")[file]
    assert found["kind"] == "forged"
    host = ["--host", "web1"] if "host" in file else []
    got = halves("get", name, *host)
    assert got.stdout and f"'{file}'" in got.stderr and "exchanged" in got.stderr
    halves("generate", "--public-halves", "--yes", name)
    if name in ("pki/ca", "tls2/key"):  # issued anew over the key that is there
        assert "OK" in tool("openssl", "verify", "-CAfile", halves.path / HALVES["pki/ca"],
                            halves.path / HALVES["tls2/key"])
    else:
        assert halves.read(file) == right
    assert "exchanged" not in halves("get", name, *host).stderr
    halves("generate")
    halves("check", "--public-halves")


@pytest.mark.parametrize("name", ["ssh/login", "ssh/old", "wire/key", "pki/ca", "tls/key", "tls2/key"])
def test_another_one_beside_it_is_no_public_half(halves, attacker, name):
    file = halves.path / HALVES[name]
    own, other = file.read_bytes(), (attacker / HALVES[name]).read_bytes()
    for both in (own + other, own.rstrip() + b"\r" + other, b"text\n" + own):
        file.write_bytes(both)
        assert findings(halves)[HALVES[name]]["kind"] == "malformed"
        halves("generate", status=4)
    file.write_bytes(own)
    halves("check")


def test_check_says_what_it_did_not_prove(halves):
    notes = halves("check", "--json").json()["notes"]
    assert [one for one in notes if "8 public halves were not proved" in one["message"]
            and "bestow check --public-halves" in one["message"]]
    assert not any("public hal" in one["message"] for one in
                   halves("check", "--public-halves", "--json").json()["notes"])


def test_whole_foreign_chain_passes_without_keys_and_not_with_them(halves, attacker):
    for name in ("secrets/pki.ca.crt", "secrets/tls2.key.crt", "secrets/host/web1/tls.key.crt",
                 "secrets/host/web2/tls.key.crt"):
        (halves.path / name).write_bytes((attacker / name).read_bytes())
    halves("check")
    assert len(findings(halves, "--public-halves")) == 4
    assert "bestow generate --public-halves pki/ca" in halves("rotate", "tls2/key", "--yes", status=1).stderr
    halves("generate", "--public-halves", "--yes")
    halves("check", "--public-halves")
    assert "OK" in tool("openssl", "verify", "-CAfile", halves.path / "secrets/pki.ca.crt",
                        halves.path / "secrets/tls2.key.crt")


def test_check_proves_a_certificates_signature_without_keys(halves, attacker):
    certificate = "secrets/tls2.key.crt"
    (halves.path / certificate).write_bytes((attacker / certificate).read_bytes())
    found = findings(halves)
    assert set(found) == {certificate} and found[certificate]["kind"] == "forged"
    assert "not signed by that of its CA, 'secrets/pki.ca.crt'" in found[certificate]["message"]


def issue(store, tmp_path, name, extensions, days=300, subject="/CN=two.example.org", signer=None):
    """A certificate over the key of `name` that the store's CA really signed, or that of another store."""
    signer = signer or store.path
    (tmp_path / "key.pem").write_bytes(store("get", name).stdout)
    (tmp_path / "ca.pem").write_bytes(store("get", "pki/ca", cwd=signer).stdout)
    (tmp_path / "extensions").write_text(extensions)
    tool("openssl", "req", "-new", "-key", tmp_path / "key.pem", "-subj", subject, "-out", tmp_path / "request")
    tool("openssl", "x509", "-req", "-in", tmp_path / "request", "-CA", signer / "secrets/pki.ca.crt", "-CAkey",
         tmp_path / "ca.pem", "-days", str(days), "-extfile", tmp_path / "extensions", "-out",
         store.path / HALVES[name])


EXTENSIONS = ("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
              "subjectAltName=DNS:two.example.org\n")


def test_a_certificate_that_openssl_made_as_declared_will_do(halves, tmp_path):
    issue(halves, tmp_path, "tls2/key", EXTENSIONS)
    halves("check", "--public-halves")
    halves("generate")


@pytest.mark.parametrize("old, new, told", [
    ("DNS:two.example.org", "DNS:two.example.org,DNS:evil.example", "evil.example"),
    ("serverAuth", "serverAuth,clientAuth", "TLS Web Client"), ("CA:FALSE", "CA:TRUE", "CA:TRUE"),
    ("digitalSignature", "digitalSignature,keyCertSign", "Certificate Sign"),
    ("subjectAltName=DNS:two.example.org\n", "", "none"),
    ("subjectAltName", "nsComment=more\nsubjectAltName", "more")])
def test_what_a_certificate_says_otherwise_than_declared_is_found(halves, tmp_path, old, new, told):
    issue(halves, tmp_path, "tls2/key", EXTENSIONS.replace(old, new))
    found = findings(halves)[HALVES["tls2/key"]]
    assert found["kind"] == "differs" and told in found["message"]
    assert "check --public-halves" in found["hint"] and found["hint"].endswith("declared anew: bestow rotate tls2/key")


def test_longer_lives_other_subjects_and_other_keys_are_found(halves, tmp_path):
    issue(halves, tmp_path, "tls2/key", EXTENSIONS, days=367)
    assert "longer" in findings(halves)[HALVES["tls2/key"]]["message"]
    issue(halves, tmp_path, "tls2/key", EXTENSIONS, subject="/CN=evil")
    assert "CN = evil" in findings(halves)[HALVES["tls2/key"]]["message"]
    halves.replace("algorithm: ed25519", "algorithm: ec-p256")
    issue(halves, tmp_path, "tls2/key", EXTENSIONS)
    assert "algorithm" in findings(halves)[HALVES["tls2/key"]]["message"]


def test_a_declaration_that_changed_is_found_until_it_is_rotated(halves):
    halves.replace("names: [two.example.org]", "names: [two.example.org, three.example.org]")
    found = findings(halves)[HALVES["tls2/key"]]
    assert found["kind"] == "differs" and "three.example.org" in found["message"]
    halves("rotate", "tls2/key", "--yes")
    halves("check", "--public-halves")


def test_without_an_identity_it_is_said_that_nothing_was_proved(halves, ssh_keygen):
    other = ssh_keygen("other").private
    nobody = {"HOME": str(halves.path / "nowhere"), "BESTOW_IDENTITY": str(other)}
    none = {"XDG_CONFIG_HOME": str(halves.path / "nowhere"), "HOME": str(halves.path / "nowhere")}
    halves("check", env={**nobody, **none})
    assert halves("check", "--public-halves", env={**nobody, **none}, status=5).stderr
    told = halves("generate", env={**nobody, **none})
    assert "and 7 more were not proved" in told.stderr


def give_ca_away(store, make_identity, tmp_path):
    """To carol, whose identity it gives: she alone reads the CA's key."""
    other, recipient = make_identity(tmp_path / "other.txt")
    store.replace("operators:\n", f"operators:\n  carol: {{keys: [{recipient}]}}\n")
    store.write("bestow.yaml", store.read("bestow.yaml").decode() + 'access: {"secrets/pki.yaml": [carol]}\n')
    store("sync", "--yes", "--accept-reader", "carol", "--lose-access")
    return other


def unproved(store, *options):
    notes = store(*options, "check", "--public-halves", "--json").json()["notes"]
    return {one["place"]: one["message"] for one in notes if "not proved" in one["message"]}


def test_what_needs_another_operators_key_is_noted(halves, make_identity, tmp_path):
    carol = give_ca_away(halves, make_identity, tmp_path)
    notes = unproved(halves)
    assert set(notes) == {"secrets/pki.ca.crt", "secrets/tls2.key.crt"}
    assert "over the key of secret 'tls2/key', and who signed it is not proved: " in notes["secrets/tls2.key.crt"]
    assert "'secrets/pki.ca.crt' and 1 more were not proved" in halves("generate").stderr
    assert halves("get", "tls2/key").stderr == ""
    both = tmp_path / "both.txt"
    both.write_bytes(halves.identity.read_bytes() + carol.read_bytes())
    both.chmod(0o600)
    assert not unproved(halves, "--identity", both)


def test_a_forged_certificate_over_the_right_key_never_counts_as_proved(store, bestow, make_identity, tmp_path):
    need("openssl")
    lines = DECLARED.splitlines(keepends=True)
    declare(store, "".join(line for line in lines if line.startswith(("secrets:", "  pki/ca:", "  tls2/key:"))))
    store.accepting("generate", "--yes")
    attacker = foreign_store(store, bestow, tmp_path)
    issue(store, tmp_path, "tls2/key", EXTENSIONS, signer=attacker)
    (store.path / HALVES["pki/ca"]).write_bytes((attacker / HALVES["pki/ca"]).read_bytes())
    store("check")
    assert set(findings(store, "--public-halves")) == {HALVES["pki/ca"], HALVES["tls2/key"]}
    told = store("get", "tls2/key").stderr
    assert f"'{HALVES['tls2/key']}': it is not the public half" in told
    give_ca_away(store, make_identity, tmp_path)
    assert set(unproved(store)) == {HALVES["pki/ca"], HALVES["tls2/key"]}
    assert "and 1 more were not proved" in store("generate").stderr
    assert store("get", "tls2/key").stderr == ""  # it says nothing of signers whose keys are another operator's


def test_a_ca_whose_key_does_not_open_is_told_by_get(halves):
    whole = halves.read("secrets/pki.yaml").decode()
    halves.write("secrets/pki.yaml", whole.replace("ENC[AES256_GCM,data:", "ENC[AES256_GCM,data:AAAA", 1))
    told = halves("get", "tls2/key")
    assert told.stdout and "who signed it is not proved: secrets/pki.yaml: " in told.stderr
    assert halves("get", "tls/key", "--host", "web1").stderr == ""  # the value holds its certificate


def test_a_certificate_expires_within_a_margin(store):
    need("openssl")
    short = DECLARED.replace("algorithm: ed25519", "algorithm: ed25519, days: 10")
    declare(store, short).accepting("generate", "--yes")
    store("check")
    declare(store, DECLARED)
    found = findings(store)
    assert set(found) == {HALVES["tls2/key"]}
    found = found[HALVES["tls2/key"]]
    assert found["kind"] == "expired" and re.search("expires in (9|10) days", found["message"])
    assert found["hint"] == "bestow rotate tls2/key"


def test_a_policy_with_faults_proves_nothing_and_says_so(halves):
    halves.replace("  ssh/old: {to: [server],", "  ssh/old: {to: [web1],")
    result = halves("check", "--public-halves", "--json", status=3).json()
    assert "policy" in {one["kind"] for one in result["findings"]}
    assert any("no public half was proved" in one["message"] for one in result["notes"])
