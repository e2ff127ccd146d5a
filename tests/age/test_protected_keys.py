"""Private keys under a passphrase: every form that ssh-keygen, openssl and age make, one question a key, and none when
none is needed."""
import os
import shutil
import subprocess

import pytest

# The address sanitizer's own dlopen takes $ORIGIN for its library's folder, and finds no module there.
pytestmark = pytest.mark.installed

PASSPHRASE = "correct horse"
CANARY = b"canary-51d0"
# One round: what is tested is not how long it takes.
QUICK = ["-a", "1"]
CIPHERS = ["aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-cbc", "aes192-cbc", "aes256-cbc", "aes128-gcm@openssh.com",
           "aes256-gcm@openssh.com"]


@pytest.fixture
def protected(ssh_keygen):
    """protected("name", kind="ed25519", options=[...]) -> SshKey under PASSPHRASE."""
    return lambda name="protected", options=(), **more: ssh_keygen(name, passphrase=PASSPHRASE,
                                                                  options=[*QUICK, *options], **more)


@pytest.fixture
def seal(bestow, tmp_path):
    """seal(recipient, ...) -> an age file with the canary."""
    def make(*recipients, name="file.age"):
        path = tmp_path / name
        bestow("age", "encrypt", *[word for text in recipients for word in ("-r", text)], "-o", path, input=CANARY)
        return path
    return make


@pytest.fixture
def decrypt(program, at_terminal):
    """decrypt(identity, file, answers) -> TerminalResult; counts what was asked."""
    def call(identity, file, answers=(PASSPHRASE,)):
        words = ["-i", identity] if identity else []
        result = at_terminal([program, "age", "decrypt", *words, file], [("Enter passphrase", text) for text in answers])
        assert result.shown.count("Enter passphrase") == len(answers), result.shown
        assert PASSPHRASE not in result.shown + result.stderr
        return result
    return call


@pytest.mark.parametrize("cipher", CIPHERS)
def test_every_cipher_of_ssh_keygen(protected, seal, decrypt, cipher):
    key = protected(options=["-Z", cipher])
    result = decrypt(key.private, seal(key.line))
    assert (result.status, result.stdout) == (0, CANARY)
    assert str(key.private) in result.shown


def test_rsa_keys_too_and_by_ages_name(protected, seal, at_terminal, names):
    key = protected(kind="rsa", bits=2048)
    result = at_terminal([names / "age", "-d", "-i", key.private, seal(key.line)], [("Enter passphrase", PASSPHRASE)])
    assert (result.status, result.stdout) == (0, CANARY)


@pytest.mark.parametrize("cipher", ["3des-cbc", "chacha20-poly1305@openssh.com"])
def test_other_ciphers_are_named_and_nobody_is_asked(protected, seal, decrypt, cipher):
    key = protected(options=["-Z", cipher])
    result = decrypt(key.private, seal(key.line), answers=())
    assert result.status == 1 and cipher in result.stderr and "ssh-keygen -p" in result.stderr


def openssl(*words):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


SECRET = ["-passout", f"pass:{PASSPHRASE}"]
PEM_FORMS = {
    "PKCS#1, AES": ("RSA", ["pkey", "-traditional", "-aes256", *SECRET]),
    "PKCS#1, triple DES": ("RSA", ["pkey", "-traditional", "-des3", *SECRET]),
    "PKCS#8, RSA": ("RSA", ["pkcs8", "-topk8", *SECRET]),
    "PKCS#8, ed25519": ("ed25519", ["pkcs8", "-topk8", *SECRET]),
    "PKCS#8, scrypt": ("ed25519", ["pkcs8", "-topk8", "-scrypt", *SECRET]),
    "PKCS#8, AES-128 and SHA-512": ("ed25519", ["pkcs8", "-topk8", "-v2", "aes128", "-v2prf", "hmacWithSHA512", *SECRET]),
}


@pytest.fixture
def pem(bestow, tmp_path):
    """pem("PKCS#8, RSA") -> (private key file, its public line), with a .pub file beside it."""
    def make(form):
        kind, words = PEM_FORMS[form]
        size = ["-pkeyopt", "rsa_keygen_bits:2048"] if kind == "RSA" else []
        openssl("genpkey", "-algorithm", kind, *size, "-out", tmp_path / "plain.pem")
        openssl(*words, "-in", tmp_path / "plain.pem", "-out", tmp_path / "key.pem")
        recipient = bestow("--json", "key", "inspect", tmp_path / "plain.pem").json()[0]["recipient"]
        (tmp_path / "key.pem.pub").write_text(f"{recipient} somebody\n")
        return tmp_path / "key.pem", recipient
    return make


@pytest.mark.parametrize("form", PEM_FORMS)
def test_pem_keys_of_openssl(pem, seal, decrypt, form):
    path, recipient = pem(form)
    result = decrypt(path, seal(recipient))
    assert (result.status, result.stdout) == (0, CANARY)
    wrong = decrypt(path, seal(recipient, name="again.age"), answers=["x", "y", "z"])
    assert wrong.status == 5 and not wrong.stdout and "3 wrong passphrases" in wrong.stderr
    assert decrypt(path.parent / "plain.pem", seal(recipient, name="plain.age"), answers=()).stdout == CANARY


def test_a_pem_key_of_ssh_keygen(protected, seal, decrypt):
    key = protected(kind="rsa", bits=2048, options=["-m", "PEM"])
    assert key.private.read_text().startswith("-----BEGIN RSA")
    assert decrypt(key.private, seal(key.line)).stdout == CANARY


def test_a_pem_key_needs_its_public_half_beside_it(pem, seal, decrypt, ssh_keygen):
    path, recipient = pem("PKCS#8, ed25519")
    file = seal(recipient)
    public = path.parent / "key.pem.pub"
    public.write_text(ssh_keygen("other").line)
    nothing = decrypt(path, file, answers=())
    assert nothing.status == 5
    public.unlink()
    missing = decrypt(path, file, answers=())
    assert missing.status == 1 and ".pub" in missing.stderr and "ssh-keygen -y" in missing.stderr


def test_a_public_half_of_another_key_is_found_out(pem, seal, decrypt, ssh_keygen):
    path, _ = pem("PKCS#8, ed25519")
    other = ssh_keygen("other")
    (path.parent / "key.pem.pub").write_text(other.line)
    result = decrypt(path, seal(other.line))
    assert result.status == 5 and not result.stdout and ".pub" in result.stderr


def test_old_protection_is_named_and_nobody_is_asked(pem, seal, decrypt):
    path, recipient = pem("PKCS#8, ed25519")
    openssl("pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", *SECRET, "-in", path.parent / "plain.pem", "-out", path)
    result = decrypt(path, seal(recipient), answers=())
    assert result.status == 1 and "PBES2" in result.stderr


def test_wrong_passphrases(protected, seal, decrypt):
    key = protected()
    right_at_last = decrypt(key.private, seal(key.line), answers=["no", "", PASSPHRASE])
    assert (right_at_last.status, right_at_last.stdout) == (0, CANARY)
    assert right_at_last.shown.count("Wrong passphrase") == 2
    never = decrypt(key.private, seal(key.line, name="2.age"), answers=["no", "never", "nothing"])
    assert never.status == 5 and never.stdout == b"" and str(key.private) in never.stderr


def test_without_a_terminal_the_key_is_named(protected, seal, bestow, age):
    key = protected()
    file = seal(key.line)
    told = bestow("age", "decrypt", "-i", key.private, file, status=5)
    assert told.stdout == b"" and "protected by a passphrase" in told.stderr and str(key.private) in told.stderr
    assert "no terminal" in age("-d", "-i", key.private, file, status=1).stderr


def test_nobody_is_asked_when_the_file_is_for_somebody_else(protected, seal, decrypt, ssh_keygen, identity, home):
    key = protected()
    (home / ".ssh").mkdir()
    shutil.copy(key.private, home / ".ssh/id_ed25519")
    other = ssh_keygen("other")
    assert decrypt(key.private, seal(other.line), answers=()).status == 5
    # X25519 stanzas name nobody, and age does not open them with SSH keys.
    assert decrypt(None, seal(identity[1], name="2.age"), answers=()).status == 5
    # The file is for both, and one of them needs no passphrase.
    (home / ".config/bestow").mkdir()
    shutil.copy(identity[0], home / ".config/bestow/identity.txt")
    both = decrypt(None, seal(key.line, identity[1], name="3.age"), answers=())
    assert (both.status, both.stdout) == (0, CANARY)


def test_asked_in_vain_when_another_key_opens_the_file_after_all(protected, seal, program, at_terminal):
    first, second = protected("first"), protected("second")
    result = at_terminal([program, "age", "decrypt", "-i", first.private, "-i", second.private,
                          seal(first.line, second.line)],
                         [("Enter passphrase", "a"), ("Wrong", "b"), ("Wrong", "c"), ("second", PASSPHRASE)])
    assert (result.status, result.stdout) == (0, CANARY)


@pytest.fixture
def protected_identity(identity, tmp_path, program, at_terminal):
    """protected_identity(maker, armored) -> an identity file under PASSPHRASE, made by that program."""
    def make(maker, armored=False):
        path = tmp_path / ("key.asc" if armored else "key.age")
        result = at_terminal([*maker, *(["-a"] if armored else []), "-p", "-o", path, identity[0]],
                             [("Enter passphrase", PASSPHRASE), ("Confirm passphrase", PASSPHRASE)])
        assert result.status == 0, result.stderr
        return path
    return make


@pytest.mark.parametrize("armored", [False, True])
def test_identity_files_under_a_passphrase_both_ways(peer, program, identity, protected_identity, seal, decrypt,
                                                     at_terminal, armored):
    file = seal(identity[1])
    theirs = protected_identity([peer("age")], armored)
    assert decrypt(theirs, file).stdout == CANARY
    theirs.unlink()
    ours = protected_identity([program, "age", "encrypt"], armored)
    opened = at_terminal([peer("age"), "-d", "-i", ours, file], [("Enter passphrase", PASSPHRASE)])
    assert (opened.status, opened.stdout) == (0, CANARY)


def test_what_a_protected_identity_file_is_asked_for(protected_identity, program, identity, seal, decrypt, ssh_keygen,
                                                     bestow, at_terminal, names, tmp_path):
    path = protected_identity([program, "age", "encrypt"])
    assert decrypt(path, seal(ssh_keygen("other").line), answers=()).status == 5
    wrong = decrypt(path, seal(identity[1], name="2.age"), answers=["x", "y", "z"])
    assert wrong.status == 5 and wrong.stdout == b"" and "3 wrong" in wrong.stderr
    shown = at_terminal([names / "age-keygen", "-y", path], [("Enter passphrase", PASSPHRASE)])
    assert shown.stdout.decode().strip() == identity[1]
    sealed = at_terminal([names / "age", "-e", "-i", path, "-o", tmp_path / "3.age", identity[0]],
                         [("Enter passphrase", PASSPHRASE)])
    assert sealed.status == 0
    bestow("age", "decrypt", "-i", identity[0], tmp_path / "3.age")
    told, = bestow("--json", "key", "inspect", path).json()
    assert told["protected"] and told["private"] and told["recipient"] is None


def test_an_age_file_without_a_passphrase_is_no_identity_file(identity, seal, bestow):
    told = bestow("age", "decrypt", "-i", seal(identity[1]), seal(identity[1], name="2.age"), status=1)
    assert "decrypt it first" in told.stderr


def test_a_converted_key_is_asked_for(protected, bestow, at_terminal, program, seal):
    key = protected()
    converted = at_terminal([program, "key", "convert", "--private-key", key.private], [("Enter passphrase", PASSPHRASE)])
    identity = key.private.parent / "converted.txt"
    identity.write_bytes(converted.stdout)
    assert bestow("age", "keygen", "-y", identity).text == bestow("key", "convert", key.public).text


def test_an_agent_cannot_decrypt_and_that_is_said(bestow, seal, identity, ssh_keygen):
    file = seal(identity[1])
    stranger = ssh_keygen("stranger")
    with_agent = {"SSH_AUTH_SOCK": "/nonexistent/agent"}
    assert "agent" in bestow("age", "decrypt", "-i", stranger.private, file, env=with_agent, status=5).stderr
    assert "agent" in bestow("age", "decrypt", file, env=with_agent, status=5).stderr
    assert "SSH agent" not in bestow("age", "decrypt", file, status=5).stderr
    protected = ssh_keygen("protected", passphrase=PASSPHRASE, options=QUICK)
    told = bestow("age", "decrypt", "-i", protected.private, seal(protected.line, name="2.age"), env=with_agent, status=5)
    assert "no terminal" in told.stderr and "agent" in told.stderr


def openings(log):
    return [line.split('"')[1] for line in log.read_text().splitlines() if '"' in line and "ENOENT" not in line]


def test_the_module_comes_from_beside_the_program_and_only_when_it_is_needed(protected, seal, identity, program, bestow,
                                                                             at_terminal, tmp_path, environment):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    key = protected()
    decoy = tmp_path / "decoy"
    decoy.mkdir()
    (decoy / "bestow-bcrypt-pbkdf.so").write_bytes(b"not a library")
    environment["LD_LIBRARY_PATH"] = str(decoy)
    log = tmp_path / "log"
    strace = ["strace", "-f", "-o", log, "-e", "trace=openat", program, "age", "decrypt", "-i"]
    result = at_terminal([*strace, key.private, seal(key.line)], [("Enter passphrase", PASSPHRASE)])
    assert (result.status, result.stdout) == (0, CANARY)
    modules = [name for name in openings(log) if "bestow-bcrypt" in name]
    assert len(modules) == 1 and os.path.realpath(modules[0]).startswith(os.path.realpath(program.parent.parent))
    assert any("libbotan" in name for name in openings(log))
    unneeded = at_terminal([*strace, identity[0], seal(identity[1], name="2.age")], [])
    assert unneeded.stdout == CANARY
    assert not [name for name in openings(log) if "botan" in name or "bestow-bcrypt" in name]
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    assert "botan" not in linked


def test_a_missing_module_is_named(protected, seal, program, at_terminal, tmp_path):
    key = protected()
    (tmp_path / "bin").mkdir()
    alone = shutil.copy(program, tmp_path / "bin/bestow")
    result = at_terminal([alone, "age", "decrypt", "-i", key.private, seal(key.line)], [])
    assert "Enter" not in result.shown
    assert result.status == 5 and "bestow-bcrypt-pbkdf.so" in result.stderr


def test_one_question_for_all_files_of_a_run(protected, bestow, program, at_terminal, tmp_path):
    key = protected()
    for name in ("one", "two"):
        plain = tmp_path / f"{name}.env"
        plain.write_text(f"{name.upper()}=value of {name}\n")
        bestow("encrypt", "--in-place", "-r", key.line, plain)
    result = at_terminal([program, "exec", "--identity", key.private, "-f", tmp_path / "one.env", "-f", tmp_path / "two.env",
                          "--", "sh", "-c", 'echo "$ONE, $TWO"'], [("Enter passphrase", PASSPHRASE)])
    assert (result.status, result.stdout) == (0, b"value of one, value of two\n")
    assert result.shown.count("Enter passphrase") == 1
