"""bestow's time beside that of real sops-install-secrets, on the same 1,000 secrets in one file; without that peer,
beside as many `sops decrypt --extract`. Prints a ratio and asserts no time. `tests/run --bench` runs it."""
import json
import os
import resource
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


class Cost:
    """Of a call and all that it runs: time by the clock, and time on a processor, which other work does not distort."""

    def __init__(self, call):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        call()
        self.clock = time.monotonic() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def __str__(self):
        return f"{self.clock:.3f} s ({self.processor:.3f} s of processor)"


def ratio(theirs, ours):
    return f"ratio {theirs.clock / ours.clock:.0f} ({theirs.processor / ours.processor:.0f})"


def our_cost(host):
    """Cold each time: nothing is mounted, nothing delivered. The median run by the clock."""
    costs = []
    for _ in range(OUR_RUNS):
        host.clear()
        costs.append(Cost(lambda: host.machine.bestow("activate")))
        assert host.read(f"all/key{SECRETS - 1}") == value(str(SECRETS - 1))
    host.clear()
    return sorted(costs, key=lambda cost: cost.clock)[OUR_RUNS // 2]


def install_secrets_cost(host, program, tmp_path):
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
    taken = Cost(lambda: host.machine.run(program, manifest, timeout=1200))
    assert host.path("/run/secrets.d/1/key7").read_text() == value("7")
    return taken


def extract_cost(host, program):
    env = {**host.machine.env, "SOPS_AGE_SSH_PRIVATE_KEY_FILE": str(host.operator.private)}

    def extract():
        for index in range(EXTRACTED):
            host.machine.run(program, "decrypt", "--extract", f'["key{index}"]', f"{STORE}/secrets/all.yaml", env=env)

    cost = Cost(extract)
    cost.clock *= SECRETS / EXTRACTED
    cost.processor *= SECRETS / EXTRACTED
    return cost


def test_activation_beside_its_peer(thousand, tmp_path, record_property):
    ours = our_cost(thousand)
    program, reason = peers.find_peer("sops-install-secrets")
    if program:
        theirs = install_secrets_cost(thousand, program, tmp_path)
        drop_in = tmp_path / "sops-install-secrets"
        drop_in.symlink_to(thousand.machine.program)
        stand_in = install_secrets_cost(thousand, drop_in, tmp_path)
        record_property("told", f"bench: {SECRETS} secrets in one file: bestow activate {ours}, "
                                f"sops-install-secrets {theirs}, {ratio(theirs, ours)}")
        record_property("told", f"bench: the same as sops-install-secrets' drop-in {stand_in}, {ratio(theirs, stand_in)}")
        return
    sops, other_reason = peers.find_peer("sops")
    if not sops:
        pytest.skip(f"{reason}; {other_reason}")
    theirs = extract_cost(thousand, sops)
    record_property("told", f"bench: sops-install-secrets could not be had ({reason}); instead a loop of `sops decrypt "
                            f"--extract`, from {EXTRACTED} of {SECRETS}: {theirs}, bestow activate {ours}, "
                            f"{ratio(theirs, ours)}")
