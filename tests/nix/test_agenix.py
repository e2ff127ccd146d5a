"""agenix with age.ageBin = bestow called as age: the command lines of its activation script, as recorded from
modules/age.nix, in a script of the same steps."""
import os
import subprocess

import pytest

from support import keys, process

# What its script does for one secret: identities that are there and not empty, decryption into a temporary file under
# `umask u=r,g=,o=`, chmod, rename. The steps and command lines are agenix's, the text is not.
INSTALL = r"""
IDENTITIES=()
for identity in $IDENTITY_PATHS; do
  test -r "$identity" || continue
  test -s "$identity" || continue
  IDENTITIES+=(-i "$identity")
done
test "${#IDENTITIES[@]}" -eq 0 && echo "no readable identities found" >&2
mkdir -p "$(dirname "$TARGET")"
(
  umask u=r,g=,o=
  test -f "$FILE" || echo "encrypted file $FILE does not exist" >&2
  test -d "$(dirname "$TMP")" || echo "no directory" >&2
  LANG=C.UTF-8 "$AGE_BIN" --decrypt "${IDENTITIES[@]}" -o "$TMP" "$FILE"
)
chmod 0400 "$TMP" && mv -f "$TMP" "$TARGET"
"""


@pytest.fixture
def age_bin(program, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "age").symlink_to(program)
    return tmp_path / "bin" / "age"


@pytest.fixture(params=["bestow", "age"])
def age_file(request, program, peer, tmp_path):
    """age_file(*recipient lines, armor=..., content=...) -> an age file, by bestow or by age itself."""
    sealer = [program, "age", "encrypt"] if request.param == "bestow" else [peer("age")]

    def seal(*recipients, content=b"hello\n", armor=False, name="secret1.age"):
        words = [word for recipient in recipients for word in ("-r", recipient)]
        done = subprocess.run([*sealer, *(["-a"] if armor else []), *words], input=content, capture_output=True, check=True)
        (tmp_path / name).write_bytes(done.stdout)
        return tmp_path / name
    return seal


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agenix-host")
    return {kind: keys.ssh_keygen(folder / f"ssh_host_{kind}_key", kind=kind, comment="root@machine",
                                  bits=2048 if kind == "rsa" else None) for kind in ("ed25519", "rsa")}


def install(age_bin, tmp_path, file, identities, status=0):
    target = tmp_path / "agenix.d" / "1" / "secret1"
    env = {"PATH": os.environ["PATH"], "AGE_BIN": str(age_bin), "FILE": str(file), "TARGET": str(target),
           "TMP": f"{target}.tmp", "IDENTITY_PATHS": " ".join(str(one) for one in identities)}
    return target, process.run(["bash", "-ec", INSTALL], env=env, cwd=tmp_path, status=status)


@pytest.mark.parametrize("armor", [False, True])
@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_host_key_opens_it(age_bin, age_file, host, tmp_path, kind, armor):
    file = age_file(host[kind].recipient, armor=armor)
    target, _ = install(age_bin, tmp_path, file, [host["rsa"].private, host["ed25519"].private])
    assert target.read_bytes() == b"hello\n"
    assert target.stat().st_mode & 0o777 == 0o400
    assert os.listdir(target.parent) == ["secret1"]


def test_missing_and_empty_identities_are_skipped(age_bin, age_file, host, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    file = age_file(host["ed25519"].recipient)
    target, _ = install(age_bin, tmp_path, file, [tmp_path / "missing", tmp_path / "empty", host["ed25519"].private])
    assert target.read_bytes() == b"hello\n"


def test_a_failure_leaves_nothing_to_be_moved_into_place(age_bin, age_file, host, tmp_path):
    stranger = keys.ssh_keygen(tmp_path / "ssh" / "stranger")
    file = age_file(stranger.recipient)
    target, result = install(age_bin, tmp_path, file, [host["ed25519"].private], status=1)
    assert os.listdir(target.parent) == [] and "age:" in result.stderr


def test_a_name_with_a_hyphen_in_front(age_bin, age_file, host, tmp_path):
    file = age_file(host["ed25519"].recipient, name="-leading-hyphen.age")
    target, _ = install(age_bin, tmp_path, file, [host["ed25519"].private])
    assert target.read_bytes() == b"hello\n"


def test_the_temporary_file_is_never_open_to_others(age_bin, age_file, host, tmp_path):
    """Under agenix's umask, and under any other."""
    file = age_file(host["ed25519"].recipient)
    for umask, mode in (("u=r,g=,o=", 0o400), ("077", 0o600)):
        out = tmp_path / f"out-{umask}"
        process.run(["sh", "-c", f'umask {umask} && exec "$@"', "sh", age_bin, "--decrypt", "-i", host["ed25519"].private,
                     "-o", out, file])
        assert out.stat().st_mode & 0o777 == mode


def test_an_existing_temporary_file_is_written_anew(age_bin, age_file, host, tmp_path):
    """As a run that was killed leaves it."""
    file = age_file(host["ed25519"].recipient)
    target = tmp_path / "agenix.d" / "1" / "secret1"
    target.parent.mkdir(parents=True)
    (target.parent / "secret1.tmp").write_bytes(b"a longer text of an earlier run\n")
    install(age_bin, tmp_path, file, [host["ed25519"].private])
    assert target.read_bytes() == b"hello\n"
