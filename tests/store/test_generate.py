"""bestow generate: what it makes is what the real tools take for it."""
import re
import shutil
import string
import subprocess
import uuid

import pytest

DECLARED = """\
secrets:
  gen/text: {to: [server], generate: text}
  gen/pin: {to: [server], generate: {kind: text, length: 6, alphabet: digits, weak: true}}
  gen/phrase: {to: [server], generate: {kind: passphrase, words: 7, separator: " "}}
  gen/hex: {to: [server], generate: {kind: hex, bytes: 16}}
  gen/base64: {to: [server], generate: base64}
  gen/uuid: {to: [server], generate: uuid}
  ssh/login: {to: [server], generate: {kind: ssh-ed25519, comment: deploy@example}}
  ssh/old: {to: [server], generate: {kind: ssh-rsa, bits: 2048, comment: old}}
  wire/key: {to: [server], per: host, generate: wireguard}
  pki/ca: {generate: {kind: x509-ca, subject: "CN=Example CA, O=Example"}}
  tls/key:
    to: [server]
    per: host
    generate: {kind: x509, ca: pki/ca, names: ["{host}.example.org", 10.0.0.1], usages: [server, client],
               with_certificate: true}
  tls2/key: {to: [server], generate: {kind: x509, ca: pki/ca, subject: "client", days: 20, usages: client,
                                       algorithm: ed25519}}
  login/password: {generate: passphrase}
  web/users: {to: [server], generate: {kind: htpasswd, user: admin, of: login/password}}
  shadow/bcrypt: {to: [web1], generate: {kind: bcrypt, of: login/password}}
  shadow/sha: {to: [web1], generate: {kind: sha512crypt, of: login/password}}
  shadow/yes: {to: [web1], generate: {kind: yescrypt, of: login/password}}
"""


def declare(store, text=DECLARED):
    whole = store.read("bestow.yaml").decode()
    head, _, _ = whole.partition("secrets:\n")
    store.write("bestow.yaml", head + text)
    return store


@pytest.fixture
def generated(store):
    declare(store).accepting("generate", "--yes")
    return store


def need(tool):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")


def get(store, name, *options):
    return store("get", name, *options).text


def tool(*argv, input=b"", cwd=None, status=0):
    done = subprocess.run([str(word) for word in argv], input=input, capture_output=True, cwd=cwd, check=False, timeout=60)
    assert done.returncode == status, done.stderr.decode() + done.stdout.decode()
    return done.stdout.decode()


def test_texts_have_their_form(generated):
    assert re.fullmatch("[A-Za-z0-9]{32}", get(generated, "gen/text"))
    assert re.fullmatch("[0-9]{6}", get(generated, "gen/pin"))
    assert len(get(generated, "gen/phrase").split(" ")) == 7
    assert re.fullmatch("[0-9a-f]{32}", get(generated, "gen/hex"))
    assert re.fullmatch("[A-Za-z0-9+/]{43}=", get(generated, "gen/base64"))
    made = uuid.UUID(get(generated, "gen/uuid"))
    assert made.version == 4 and made.variant == uuid.RFC_4122


def test_a_second_run_touches_nothing(generated):
    before = generated.files()
    assert generated("generate").stdout == b""
    assert generated.files() == before
    assert generated("check").status == 0


def test_ssh_keys_are_those_of_ssh_keygen(generated, tmp_path):
    need("ssh-keygen")
    for name, file in (("ssh/login", "secrets/ssh.login.pub"), ("ssh/old", "secrets/ssh.old.pub")):
        key = tmp_path / "key"
        key.write_bytes(generated("get", name).stdout)
        key.chmod(0o600)
        assert tool("ssh-keygen", "-y", "-f", key) == generated.read(file).decode()
    assert generated.read("secrets/ssh.login.pub").endswith(b" deploy@example\n")


def test_wireguard_keys_are_those_of_wg_one_a_host(generated):
    need("wg")
    keys = set()
    for host in ("web1", "web2"):
        key = get(generated, "wire/key", "--host", host)
        keys.add(key)
        assert tool("wg", "pubkey", input=key.encode()) == generated.read(f"secrets/host/{host}/wire.key.pub").decode()
    assert len(keys) == 2


def test_certificates_satisfy_openssl(generated, tmp_path):
    need("openssl")
    ca = generated.path / "secrets/pki.ca.crt"
    assert "OK" in tool("openssl", "verify", "-x509_strict", "-CAfile", ca, ca)
    for host in ("web1", "web2"):
        certificate = generated.path / f"secrets/host/{host}/tls.key.crt"
        assert "OK" in tool("openssl", "verify", "-x509_strict", "-CAfile", ca, "-verify_hostname",
                            f"{host}.example.org", certificate)
        assert "OK" in tool("openssl", "verify", "-CAfile", ca, "-verify_ip", "10.0.0.1", certificate)
        for purpose in ("sslserver", "sslclient"):
            assert "OK" in tool("openssl", "verify", "-CAfile", ca, "-purpose", purpose, certificate)
        value = generated("get", "tls/key", "--host", host).stdout
        assert value.endswith(certificate.read_bytes() + ca.read_bytes())
        assert tool("openssl", "pkey", "-pubout", input=value) == tool("openssl", "x509", "-noout", "-pubkey", "-in",
                                                                     certificate)
    text = tool("openssl", "x509", "-noout", "-text", "-in", generated.path / "secrets/tls2.key.crt")
    assert "ED25519" in text and "CN = client" in text and "CA:FALSE" in text
    assert "TLS Web Server" not in text and "TLS Web Client" in text
    tool("openssl", "verify", "-CAfile", ca, "-purpose", "sslserver", generated.path / "secrets/tls2.key.crt", status=2)


def test_hashes_are_of_the_password(generated, tmp_path):
    need("htpasswd")
    need("mkpasswd")
    password = get(generated, "login/password")
    (tmp_path / "users").write_text(get(generated, "web/users") + "\n")
    tool("htpasswd", "-vb", tmp_path / "users", "admin", password)
    tool("htpasswd", "-vb", tmp_path / "users", "admin", password + "x", status=3)
    for name in ("shadow/bcrypt", "shadow/sha", "shadow/yes"):
        made = get(generated, name)
        again = tool("perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, made)
        assert again == made
    assert get(generated, "shadow/yes").startswith("$y$")


def test_who_gets_a_hash_does_not_get_the_password(generated):
    readers = {name: set(generated.recipients(f"secrets/{name}.yaml")) for name in ("login", "shadow", "web", "pki")}
    assert len(readers["login"]) == 1 and len(readers["pki"]) == 1
    assert len(readers["shadow"]) == 2 and len(readers["web"]) == 3


def test_sops_reads_what_was_made(generated, sops):
    assert sops("decrypt", "--extract", '["text"]', "secrets/gen.yaml").text == get(generated, "gen/text")


def test_what_is_there_is_left_alone_and_what_is_missing_is_made(store):
    declare(store).accepting("set", "gen/text", input="mine")
    store.accepting("generate", "gen/text", "gen/hex")
    assert get(store, "gen/text") == "mine"
    assert not (store.path / "secrets/ssh.yaml").exists()
    assert re.fullmatch("[0-9a-f]{32}", get(store, "gen/hex"))


def test_a_name_brings_what_it_is_made_from(store):
    declare(store).accepting("generate", "--yes", "shadow/yes")
    assert {name for name in store.files() if name.startswith("secrets/")} == {"secrets/shadow.yaml", "secrets/login.yaml"}


def test_dry_run_and_json(store):
    declare(store)
    before = store.files()
    listed = store("generate", "--dry-run", "--json").json()
    assert store.files() == before
    assert [one["name"] for one in listed["made"]][:1] == ["gen/text"] and len(listed["made"]) == 19
    wire = next(one for one in listed["made"] if one["name"] == "wire/key")
    assert wire["public"] == f"secrets/host/{wire['variant']}/wire.key.pub"
    assert "gen/text: secrets/gen.yaml" in store("generate", "--dry-run").text


def test_unknown_readers_are_not_written_to(store):
    declare(store)
    told = store("generate", "--yes", status=2)
    assert "not confirmed yet" in told.stderr
    assert not (store.path / "secrets").exists()


def test_a_missing_public_half_is_made_again(generated):
    need("openssl")
    files = ["secrets/ssh.login.pub", "secrets/host/web1/wire.key.pub", "secrets/pki.ca.crt",
             "secrets/host/web1/tls.key.crt", "secrets/tls2.key.crt"]
    before = {name: generated.read(name) for name in files}
    value = get(generated, "tls2/key")
    for name in files:
        (generated.path / name).unlink()
    findings = {one["place"]: one for one in generated("check", "--json", status=3).json()["findings"]}
    assert set(findings) == set(files) and all(one["hint"] == "bestow generate" for one in findings.values())
    generated("generate", "--yes")
    assert get(generated, "tls2/key") == value
    assert generated.read(files[0]) == before[files[0]] and generated.read(files[1]) == before[files[1]]
    assert generated.read(files[3]) == before[files[3]]  # it lies beside the key
    ca = generated.path / files[2]
    assert "OK" in tool("openssl", "verify", "-CAfile", ca, generated.path / files[4])
    assert "OK" in tool("openssl", "verify", "-CAfile", ca, generated.path / "secrets/host/web2/tls.key.crt")


def test_check_tells_what_is_missing_and_wrong(generated):
    generated("unset", "gen/text")
    generated.write("secrets/ssh.login.pub", "ssh-rsa nonsense\n")
    findings = {one["place"]: one for one in generated("check", "--json", status=3).json()["findings"]}
    assert findings["secrets/gen.yaml"]["hint"] == "bestow generate"
    assert findings["secrets/ssh.login.pub"]["kind"] == "malformed"
    assert not any(one["kind"] == "orphan" for one in findings.values())


def test_a_hash_waits_for_a_password_that_people_set(store):
    declare(store, "secrets:\n  login/password: {}\n  gen/text: {to: [server], generate: text}\n"
                   "  shadow/hash: {to: [web1], generate: {kind: bcrypt, of: login/password}}\n")
    told = store.accepting("generate", "--yes", status=4)
    assert "bestow set login/password" in told.stderr
    assert len(get(store, "gen/text")) == 32
    store.accepting("set", "login/password", input="geheim")
    store("generate", "--yes")
    assert get(store, "shadow/hash").startswith("$2b$")


def test_a_value_made_before_its_input_is_told_and_left_alone(generated):
    generated("unset", "login/password")
    before = generated.read("secrets/shadow.yaml")
    told = generated("generate")
    assert "bestow rotate shadow/yes" in told.stderr
    assert generated.read("secrets/shadow.yaml") == before


def test_a_foreign_certificate_is_no_ca(generated):
    need("openssl")
    tool("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
         "/CN=Example CA", "-keyout", "/dev/null", "-out", generated.path / "secrets/pki.ca.crt")
    before = generated.read("secrets/tls2.yaml")
    told = generated("rotate", "tls2/key", "--yes", status=None)
    assert told.status != 0 and "does not belong to its key" in told.stderr
    assert generated.read("secrets/tls2.yaml") == before


def test_add_declares_and_makes(store):
    store.accepting("add", "api/token", "--to", "web1", "--generate", "{kind: text, length: 40, alphabet: hex}",
                    "--rotate-after", "90d", "--keep-previous")
    assert re.fullmatch("[0-9a-f]{40}", get(store, "api/token"))
    text = store.read("bestow.yaml").decode()
    assert "generate: {kind: text, length: 40, alphabet: hex}, rotate_after: 90d, keep_previous: true}" in text
    store("add", "api/other", "--generate", "texd", "--to", "web1", status=2)
    assert store.read("bestow.yaml").decode() == text


def test_no_value_is_shown(store):
    declare(store)
    told = store.accepting("generate", "--yes", "--json")
    shown = told.stdout.decode() + told.stderr
    for name in ("gen/text", "gen/phrase", "gen/hex", "login/password", "ssh/login"):
        assert get(store, name) not in shown


@pytest.mark.parametrize("where", ["bestow.yaml", "../out.pub", "/tmp/out.pub", ".git/hooks/post-checkout.pub",
                                   "secrets/gen.yaml", ".sops.yaml", ".GIT/x.pub", "a/../b.pub", "x.pub/../../y.pub"])
def test_a_public_half_goes_over_nothing(store, where):
    declare(store, f"secrets:\n  ssh/login: {{to: [web1], generate: {{kind: ssh-ed25519, public: '{where}'}}}}\n")
    before = store.files()
    assert "public" in store.accepting("generate", status=2).stderr
    assert store.files() == before


def test_a_public_half_follows_no_link(store, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_text("untouched")
    declare(store, "secrets:\n  ssh/login: {to: [web1], generate: {kind: ssh-ed25519, public: away/x.pub}}\n"
                   "  ssh/two: {to: [web1], generate: {kind: ssh-ed25519, public: y.pub}}\n")
    (store.path / "away").symlink_to(outside)
    store.accepting("generate", "ssh/login", status=1)
    (store.path / "y.pub").symlink_to(outside / "victim")
    store.accepting("generate", "ssh/two", status=None)
    assert (outside / "victim").read_text() == "untouched"
    assert sorted(path.name for path in outside.iterdir()) == ["victim"]


def test_words_are_plain(generated):
    assert set(get(generated, "gen/phrase")) <= set(string.ascii_lowercase + " ")


def test_set_tells_of_a_public_half_that_is_another_values(generated, run, tmp_path):
    need("ssh-keygen")
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "mine", "-f", tmp_path / "mine")
    told = generated("set", "ssh/login", "--value-file", tmp_path / "mine")
    assert "'secrets/ssh.login.pub' is the public half of the old value" in told.stderr
    assert "bestow generate --public-halves ssh/login" in told.stderr
    generated("generate", "--public-halves", "ssh/login")
    assert generated.read("secrets/ssh.login.pub") == (tmp_path / "mine.pub").read_bytes()
    assert "public half" not in generated("set", "gen/text", input="x").stderr


def test_a_new_host_gets_its_own(generated, ssh_keygen):
    before = generated.files()
    generated("host", "add", "web3", "--key-file", ssh_keygen("web3").public, "--role", "server", "--yes", status=None)
    findings = generated("check", "--json", status=3).json()["findings"]
    assert {one["hint"] for one in findings if one["kind"] == "missing"} == {"bestow generate"}
    generated("generate", "--yes", "--accept-reader", "web3")
    now = generated.files()
    assert {name for name in set(now) - set(before)} == {
        f"secrets/host/web3/{name}" for name in ("wire.yaml", "wire.key.pub", "tls.yaml", "tls.key.crt")}
    assert all(now[name] == before[name] for name in before if "/host/" in name or name.endswith((".pub", ".crt")))
    generated("check")


def test_declarations_in_included_files_count(store):
    declare(store, "secrets: {}\n")
    store.write("bestow.yaml", store.read("bestow.yaml").decode() + "include: [more/*.yaml]\n")
    store.write("more/a.yaml", "secrets:\n  a/b: {to: [web1], generate: {kind: bcrypt, of: c/d}}\n")
    store.write("more/c.yaml", "secrets:\n  c/d: {generate: hex}\n")
    store.accepting("generate", "--yes")
    store("mv", "c/d", "c/moved")
    assert b"of: c/moved" in store.read("more/a.yaml")
    store("check")


def test_check_knows_a_public_half_whose_secret_is_gone(generated):
    declare(generated, "secrets:\n  gen/text: {to: [server], generate: text}\n")
    generated.write("secrets/none.pub", "no key\n")
    findings = {}
    for one in generated("check", "--json", status=3).json()["findings"]:
        findings.setdefault(one["place"], []).append(one)
    for name in ("ssh.login.pub", "ssh.old.pub", "host/web1/wire.key.pub", "pki.ca.crt"):
        found, = findings[f"secrets/{name}"]
        assert (found["kind"], found["message"], found["hint"]) == (
            "orphan", "a public half that no secret has any more", "remove it")
    assert {one["kind"] for one in findings["secrets/none.pub"]} == {"orphan", "plaintext"}
