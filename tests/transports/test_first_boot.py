"""A machine that does not exist yet: its key is made here, and the first activation in the tree that was written works."""
import os

import pytest

from activation.conftest import KEY
from transports.conftest import STORE, files_of, value

pytestmark = pytest.mark.root

READERS = [word for name in ("me", "web", "db", "new") for word in ("--accept-reader", name)]


@pytest.fixture
def added(deployment):
    told = deployment.operator("host", "add", "new", "--generate", "--var", "env=prod", *READERS).text
    assert "host 'new' added" in told
    text = (deployment.store / "bestow.yaml").read_text()
    (deployment.store / "bestow.yaml").write_text(text.replace("pair: {to: [web, db]}", "pair: {to: [web, db, new]}"))
    deployment.operator("sync", "--yes", *READERS)
    deployment.commit()
    return deployment


def test_the_key_is_kept_for_operators_alone(added):
    deployment = added
    assert deployment.operator("check").stderr == ""
    kept = (deployment.store / "secrets/host-keys/new.key").read_text()
    assert kept.count('"recipient"') == 1 and "PRIVATE KEY" not in kept
    who = deployment.operator("who", "new").text
    assert "host-keys" not in who and "pair" in who
    # A real ssh-keygen reads it, and the policy has its public half.
    key = deployment.folder / "key"
    key.write_bytes(deployment.operator("get", "host-keys/new").stdout)
    key.chmod(0o600)
    public = deployment._run("ssh-keygen", "-y", "-f", key).text.split()
    assert public[0] == "ssh-ed25519" and public[1] in (deployment.store / "bestow.yaml").read_text()
    assert "root@new" in deployment._run("ssh-keygen", "-l", "-f", key).text
    # It opens what its owner may read, and signs.
    deployment._run("ssh-keygen", "-Y", "sign", "-n", "x", "-f", key, input=b"data")


def test_names_are_refused_before_anything_is_written(deployment):
    before = files_of(deployment.store)
    deployment.operator("host", "add", "web", "--generate", *READERS, status=2)
    deployment.operator("host", "add", "new", "--generate", "--role", "nothing", *READERS, status=2)
    deployment.operator("host", "add", "new", "--generate", "--key",
                        deployment.operator("key", "convert", input=deployment.web.other.line).text.strip(), status=2)
    assert files_of(deployment.store) == before


def bootstrap(deployment, place, *arguments, **options):
    return deployment.operator("host", "bootstrap", "new", "--to", place, *arguments, **options)


def test_the_first_activation_has_its_secrets(added):
    deployment, machine = added, added.web.machine
    settings = deployment.folder / "host.yaml"
    settings.write_text("links: [/etc/keys]\n")
    tree = deployment.folder / "tree"
    told = bootstrap(deployment, tree, "--host-yaml", settings)
    assert "private key in plaintext" in told.stderr
    assert set(files_of(tree)) == {"etc/ssh/ssh_host_ed25519_key", "etc/ssh/ssh_host_ed25519_key.pub",
                                   "etc/bestow/host.yaml", "var/lib/bestow/store/manifest.json",
                                   "var/lib/bestow/store/secrets/pair.yaml"}
    assert oct((tree / KEY[1:]).stat().st_mode & 0o7777) == "0o600"
    # What an installer does: the tree becomes the machine's.
    machine.run("rm", "-f", KEY)
    machine.run("cp", "-r", "--preserve=mode", f"{tree}/etc/.", "/etc/")
    machine.run("cp", "-r", "--preserve=mode", f"{tree}/var/lib/bestow/.", "/var/lib/bestow/")
    report = deployment.web.activate("--json").json()
    assert report["host"] == "new" and report["problems"] == []
    assert deployment.web.read("pair") == value("pair")
    # The next bundle comes as any other's.
    deployment.set("pair", "next")
    deployment.install(deployment.bundle("new"))
    deployment.web.activate()
    assert deployment.web.read("pair") == value("next")
    assert machine.path(f"{STORE}.stamp").exists()


def test_does_not_write_a_key_where_it_does_not_belong(added):
    deployment = added
    inside = deployment.store / "extra"
    assert "lies in a git work tree" in bootstrap(deployment, inside, status=1).stderr
    assert not (inside / "etc").exists()
    tree = deployment.folder / "tree"
    bootstrap(deployment, tree)
    key = tree / KEY[1:]
    key.write_text("somebody's")
    key.chmod(0o644)
    assert "is there already" in bootstrap(deployment, tree, status=1).stderr
    assert key.read_text() == "somebody's"
    bootstrap(deployment, tree, "--force")
    assert "PRIVATE KEY" in key.read_text() and oct(key.stat().st_mode & 0o7777) == "0o600"


def test_only_for_hosts_whose_key_was_made_here(added):
    deployment = added
    stderr = deployment.operator("host", "bootstrap", "web", "--to", deployment.folder / "tree", status=1).stderr
    assert "keeps no private key of host 'web'" in stderr
    # A key that goes to a host is no secret of the operators' any more.
    text = (deployment.store / "bestow.yaml").read_text()
    (deployment.store / "bestow.yaml").write_text(text.replace("host-keys/new: {", "host-keys/new: {to: [new], "))
    deployment.operator("sync", "--yes", *READERS)
    assert "is delivered to host 'new'" in bootstrap(deployment, deployment.folder / "tree", status=2).stderr
    assert not os.path.exists(deployment.folder / "tree" / KEY[1:])
