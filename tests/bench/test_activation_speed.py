"""bestow's time beside that of real sops-install-secrets, on the same 1,000 secrets in one file; without that peer,
beside as many `sops decrypt --extract`. Prints a ratio and asserts no time. `tests/run --bench` runs it."""
import json
import os
import statistics
import subprocess
import time

import pytest

from activation.conftest import Host, STORE, value
from support import keys, peers

pytestmark = [pytest.mark.root, pytest.mark.slow,
              pytest.mark.skipif(not os.environ.get("BESTOW_BENCH"), reason="a benchmark: tests/run --bench")]

SECRETS = 1000
EXTRACTED = 20
OUR_RUNS = 5


@pytest.fixture
def thousand(machine, tmp_path):
    names = ("web", "operator", "other")
    host = Host(machine, [keys.ssh_keygen(tmp_path / "keys" / name) for name in names])
    document = "".join(f"key{index}: {value(str(index))}\n" for index in range(SECRETS))
    host.seal_document("secrets/all.yaml", document)
    lines = "".join(f"  all/key{index}: {{to: [web]}}\n" for index in range(SECRETS))
    host.policy("secrets:\n" + lines)
    return host


def seconds(call):
    begin = time.monotonic()
    call()
    return time.monotonic() - begin


def our_seconds(host):
    """Cold each time: nothing is mounted, nothing delivered."""
    times = []
    for _ in range(OUR_RUNS):
        host.clear()
        times.append(seconds(host.machine_activate))
        assert host.read(f"all/key{SECRETS - 1}") == value(str(SECRETS - 1))
    host.clear()
    return statistics.median(times)


def install_secrets_seconds(host, program, tmp_path):
    secrets = [{"name": f"key{index}", "key": f"key{index}", "path": f"/run/secrets/key{index}", "owner": "root",
                "group": "root", "sopsFile": f"{STORE}/secrets/all.yaml", "format": "yaml", "mode": "0400",
                "restartUnits": [], "reloadUnits": []} for index in range(SECRETS)]
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({
        "secrets": secrets, "templates": [], "placeholderBySecretName": {}, "secretsMountPoint": "/run/secrets.d",
        "symlinkPath": "/run/secrets", "keepGenerations": 1, "sshKeyPaths": [], "gnupgHome": None, "ageKeyFile": None,
        "ageSshKeyPaths": ["/etc/ssh/ssh_host_ed25519_key"], "useTmpfs": False, "userMode": False,
        "logging": {"keyImport": False, "secretChanges": False}}))
    host.clear()
    taken = seconds(lambda: host.machine.run(program, manifest, timeout=1200))
    assert host.path("/run/secrets.d/1/key7").read_text() == value("7")
    return taken


def extract_seconds(host, program):
    env = {**host.machine.env, "SOPS_AGE_SSH_PRIVATE_KEY_FILE": str(host.operator.private)}

    def extract():
        for index in range(EXTRACTED):
            subprocess.run([program, "decrypt", "--extract", f'["key{index}"]', host.path(f"{STORE}/secrets/all.yaml")],
                           env=env, check=True, capture_output=True)
    return seconds(extract) * SECRETS / EXTRACTED


def test_activation_beside_its_peer(thousand, tmp_path, record_property):
    thousand.machine_activate = lambda: thousand.machine.bestow("activate")
    ours = our_seconds(thousand)
    program, reason = peers.find_peer("sops-install-secrets")
    if program:
        theirs = install_secrets_seconds(thousand, program, tmp_path)
        record_property("told", f"bench: {SECRETS} secrets in one file: bestow activate {ours * 1000:.0f} ms, "
                                f"sops-install-secrets {theirs:.1f} s, ratio {theirs / ours:.0f}")
        return
    sops, other_reason = peers.find_peer("sops")
    if not sops:
        pytest.skip(f"{reason}; {other_reason}")
    theirs = extract_seconds(thousand, sops)
    record_property("told", f"bench: sops-install-secrets could not be had ({reason}); instead a loop of `sops decrypt "
                            f"--extract`, from {EXTRACTED} of {SECRETS}: {theirs:.1f} s, bestow activate "
                            f"{ours * 1000:.0f} ms, ratio {theirs / ours:.0f}")
