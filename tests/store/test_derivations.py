"""What a pushed declaration could have signed, hashed, run or weakened: shown and asked before generate and rotate do it."""
import pytest

from test_generate import declare, get, need, tool

BASE = """\
secrets:
  pki/ca: {generate: {kind: x509-ca, subject: Example CA}}
  login/password: {generate: passphrase}
  api/token: {to: [web1], generate: text}
"""
PUSHED = {
    "evil/key: {to: [web2], generate: {kind: x509, ca: pki/ca, names: [bank.example, 10.0.0.9], usages: [client]}}":
        ["evil/key: a certificate that pki/ca signs: subject CN=bank.example; names bank.example, 10.0.0.9; client, "
         "for 365 days; goes to host web2"],
    "evil/key: {to: [server], per: host, generate: {kind: x509, ca: pki/ca, subject: 'CN=x, O=y', names: ['{host}.b']}}":
        ["evil/key for web1: a certificate that pki/ca signs: subject CN=x, O=y; names web1.b; server, for 365 days; "
         "goes to host web1", "evil/key for web2:"],
    "evil/hash: {to: [web2], generate: {kind: bcrypt, of: login/password}}":
        ["evil/hash: the bcrypt hash of login/password; goes to host web2"],
    "evil/users: {to: [web2], generate: {kind: htpasswd, user: a, of: login/password}}":
        ["evil/users: the bcrypt hash of login/password; goes to host web2"],
    "evil/out: {to: [web2], generate: {kind: command, command: [echo, a b], inputs: [login/password]}}":
        ["evil/out: what echo 'a b' prints when it gets login/password; goes to host web2"],
    "evil/weak: {to: [web2], generate: {kind: text, characters: ab, length: 8, weak: true}}":
        ["evil/weak: drawn from so few that it can be guessed; goes to operator alice, host web2"],
}


@pytest.fixture
def based(store):
    """Values of one's own; every reader known."""
    declare(store, BASE)
    store.accepting("generate")
    return store


@pytest.mark.parametrize("pushed", list(PUSHED))
def test_it_is_shown_and_refused_where_nobody_can_be_asked(based, pushed):
    declare(based, f"{BASE}  {pushed}\n")
    before = based.files()
    told = based.accepting("generate", "--approve", "evil/out", status=2)
    for line in PUSHED[pushed]:
        assert f"  {line}" in told.stderr
    assert "--yes" in told.stderr and based.files() == before
    shown = based("generate", "--dry-run").text
    assert all(line in shown for line in PUSHED[pushed])
    listed = based("generate", "--dry-run", "--json").json()["made"]
    assert all(one["makes"] and "host web2" in one["goes_to"] or one["variant"] == "web1" for one in listed)
    based.accepting("generate", "--yes", "--approve", "evil/out")
    name = pushed.split(":")[0]
    shown = based("rotate", name, "--dry-run").text
    assert all(line in shown for line in PUSHED[pushed])


def test_it_is_asked_at_the_terminal(based, at_terminal):
    pushed = next(iter(PUSHED))
    declare(based, f"{BASE}  {pushed}\n")
    before = based.files()
    status, shown = at_terminal(["generate"], [("Make them?", "n\n")])
    assert status == 1 and PUSHED[pushed][0] in shown.replace("\r\n", "\n") and based.files() == before
    status, _ = at_terminal(["generate", "--accept-reader", "web2"], [("Make them?", "y\n")])
    assert status == 0 and (based.path / "secrets/evil.key.crt").exists()


def test_what_chance_alone_makes_is_not_asked_about(based):
    declare(based, BASE + "  other/text: {to: [web1], generate: text}\n  other/key: {to: [web1], generate: ssh-ed25519}\n"
                          "  more/ca: {generate: {kind: x509-ca, subject: x}}\n")
    assert [line.split(":")[0] for line in based("generate").text.splitlines()] == ["other/text", "other/key", "more/ca"]


def test_a_certificate_that_is_missing_is_not_signed_anew_with_other_names_unasked(based):
    need("openssl")
    own = "tls/key: {to: [web1], generate: {kind: x509, ca: pki/ca, names: [own.example]}}"
    declare(based, f"{BASE}  {own}\n").accepting("generate", "--yes")
    (based.path / "secrets/tls.key.crt").unlink()
    declare(based, f"{BASE}  {own}\n".replace("own.example", "bank.example"))
    before = based.files()
    told = based("generate", status=2)
    assert "tls/key: a certificate that pki/ca signs: subject CN=bank.example" in told.stderr
    assert based.files() == before
    assert "bank.example" in based("generate", "--public-halves", "--dry-run").text


def test_nothing_that_a_ca_signs_brings_its_missing_certificate_with_it_unasked(based):
    need("openssl")
    declared = BASE + "  tls/key: {to: [web1], generate: {kind: x509, ca: pki/ca, names: [own.example]}}\n"
    declare(based, declared).accepting("generate", "--yes")
    certificate = based.path / "secrets/pki.ca.crt"
    certificate.unlink()  # as a push can
    declare(based, declared.replace("subject: Example CA", "subject: Attacker Root, days: 36500"))
    before = based.files()
    for options in (["--yes"], ["--dry-run"], ["--dry-run", "--json"]):
        told = based("rotate", "tls/key", *options, status=2).stderr
        assert "secret 'tls/key'" in told and "'secrets/pki.ca.crt'" in told and "bestow generate pki/ca" in told
    shown = "pki/ca: a certificate that its own key signs: subject CN=Attacker Root, for 36500 days"
    for names in (["pki/ca"], ["tls/key"], []):
        assert shown in based("generate", *names, status=2).stderr
        assert shown in based("generate", *names, "--dry-run").text
    assert based.files() == before
    declare(based, declared)
    based("generate", "pki/ca", "--yes")
    based("rotate", "tls/key", "--yes")
    based("check", "--public-halves")
    certificate.unlink()
    assert "pki/ca: secrets/pki.yaml" in based("rotate", "pki/ca", "--yes").text  # with a key of its own, it is listed
    based("check", "--public-halves")


def test_an_operator_who_cannot_read_what_it_is_made_from_is_named(based, make_identity, tmp_path):
    _, carol = make_identity(tmp_path / "carol.txt")
    based.replace("operators:\n", f"operators:\n  carol: {{keys: [{carol}], access: listed}}\n")
    declare(based, BASE + "  evil/hash: {generate: {kind: bcrypt, of: login/password}}\n"
                          'access: {"secrets/evil.yaml": [alice, carol]}\n')
    assert "login/password; goes to operator carol\n" in based("generate", status=2).stderr


def test_who_gets_what_a_command_prints_is_asked_although_the_command_was_approved(based):
    line = "  made/out: {{to: [{}], generate: {{kind: command, command: [head, -c, '9', /dev/urandom]}}}}\n"
    command = line.replace("/dev/urandom", "/proc/sys/kernel/random/uuid")
    declare(based, BASE + command.format("web1")).accepting("generate", "--yes", "--approve", "made/out")
    (based.path / "secrets/made.yaml").unlink()  # as a push can
    declare(based, BASE + command.format("web1, web2"))
    before = based.files()
    assert "goes to operator alice, host web1, host web2" in based("generate", status=2).stderr
    assert based.files() == before


def test_add_asks_for_nothing_that_the_caller_declares_himself(based):
    based("add", "shadow/root", "--to", "web1", "--generate", "{kind: bcrypt, of: login/password}", "--accept-reader", "web1")
    assert get(based, "shadow/root").startswith("$2b$")
    declare(based, BASE + "  evil/hash: {generate: {kind: bcrypt, of: login/password}}\n")
    told = based("add", "more/hash", "--to", "web1", "--generate", "{kind: bcrypt, of: evil/hash}", status=2)
    assert "evil/hash: the bcrypt hash" in told.stderr


def test_names_are_shown_without_obeying_them(based):
    declare(based, BASE + '  evil/hash: {generate: {kind: htpasswd, user: "x", of: "login/\\u202epass\\u001b"}}\n'
                          '  "login/\\u202epass\\u001b": {generate: text}\n')
    told = based("generate", status=2).stderr
    assert "\x1b" not in told and "\u202e" not in told
