"""The fixture's own arithmetic, beside ssh-to-age."""
import subprocess

from x25519_of import public_of, secret_of


def test_it_agrees_with_ssh_to_age(peer, ssh_keygen):
    program = peer("ssh-to-age")
    for index in range(5):
        key = ssh_keygen(f"host{index}", comment="root@host")
        public, secret = (subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout.strip()
                          for words in (["-i", key.public], ["-private-key", "-i", key.private]))
        assert public_of(key.line) == public
        assert secret_of(key.private.read_text()) == secret
