"""The truth's own two shortcuts, proved on samples: that one process tries as many keys as it is given, and that an SSH key
in its own form opens nothing that names no SSH key."""
import shutil
import subprocess
from types import SimpleNamespace

import pytest

from support import process
from team_keys import Keyring, program
from truth import sops_environment


@pytest.fixture(scope="module")
def ssh_keys(peer, tmp_path_factory):
    for name in ("sops", "age-keygen"):
        peer(name)
    keys = Keyring(tmp_path_factory.mktemp("ssh"))
    return [keys.make(f"key{index}", "rsa" if index == 3 else "ed25519") for index in range(4)]


def opens(file, home, keys):
    shutil.rmtree(home / ".ssh", ignore_errors=True)
    for key, name in zip(keys[2:], ("id_ed25519", "id_rsa")):
        (home / ".ssh").mkdir(exist_ok=True)
        shutil.copy(key.ssh_private, home / ".ssh" / name)
    without_x25519 = [SimpleNamespace(ssh_private=key.ssh_private, x25519_secret="") for key in keys]
    env = {**process.clean_environment(home), **sops_environment(without_x25519, keys[:2])}
    done = subprocess.run([program("sops"), "decrypt", str(file)], cwd=home, env=env, capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("index", range(4))
def test_sops_tries_all_four_places_of_ssh_keys(ssh_keys, home, index):
    file = home / "one.yaml"
    file.write_text("a: b\n")
    process.run([program("sops"), "encrypt", "-i", "--age", ssh_keys[index].declared, file], cwd=home,
                env=process.clean_environment(home))
    assert opens(file, home, ssh_keys)
    assert not opens(file, home, [key for key in ssh_keys if key is not ssh_keys[index]])


def test_an_ssh_key_as_such_opens_nothing_that_names_no_ssh_key(ssh_keys, home):
    file = home / "one.yaml"
    file.write_text("a: b\n")
    process.run([program("sops"), "encrypt", "-i", "--age", ",".join(key.x25519_public for key in ssh_keys[:3]), file],
                cwd=home, env=process.clean_environment(home))
    assert b"ssh-" not in file.read_bytes()
    assert not opens(file, home, ssh_keys)
