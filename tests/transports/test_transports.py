"""Every way in examples/transports, from the operator's store to a secret on the machine; then once more after a change."""
import os
import shutil
import subprocess

import pytest

from support.keys import ssh_keygen
from transports.conftest import EXAMPLES, STORE, value

pytestmark = pytest.mark.root


def need(program):
    if shutil.which(program) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"there is no {program}")
        pytest.skip(f"there is no {program}")


@pytest.fixture
def bin_folder(deployment, program):
    """Programs for both sides: bestow, and an `ssh ADDRESS COMMAND...` that leads into the machine."""
    folder = deployment.folder / "bin"
    folder.mkdir()
    (folder / "bestow").symlink_to(program)
    ssh = folder / "ssh"
    ssh.write_text(f"""#!/bin/sh
# Options that scp gives: the machine is at hand.
while :; do case $1 in -o|-l|-p) shift 2;; -*) shift;; *) break;; esac; done
shift
[ "$*" != sftp ] || set -- /usr/lib/openssh/sftp-server
exec nsenter --mount=/proc/{deployment.web.machine._holder.pid}/ns/mnt -- sh -c 'cd /; eval "$*"' sh "$@"
""")
    ssh.chmod(0o755)
    return folder


def call(deployment, bin_folder, *argv, **options):
    env = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "SSH": str(bin_folder / "ssh"), **options.pop("env", {})}
    options.setdefault("cwd", deployment.store)
    return deployment._run(*argv, env=env, **options)


@pytest.mark.parametrize("tool", ["rsync", "scp"])
def test_push_with_rsync_or_scp(deployment, bin_folder, tool):
    need(tool)
    if tool == "scp":
        need("/usr/lib/openssh/sftp-server")
    for turn in ("first", "second"):
        deployment.set("web/token", turn)
        told = call(deployment, bin_folder, EXAMPLES / "push", "web", env={"RSYNC": tool}).text
        assert f"{STORE}: installed" in told
        assert deployment.token() == value(turn)
    assert not deployment.web.path("/var/lib/bestow/incoming").exists()
    # The other machine's file does not get as far as that.
    call(deployment, bin_folder, EXAMPLES / "push", "db", "root@web", env={"RSYNC": tool}, status=5)
    assert deployment.token() == value("second")


def test_ansible(deployment, bin_folder):
    need("ansible-playbook")
    inventory = deployment.folder / "inventory"
    # One connection for both sides: the controller's tasks run outside, the machine's in its namespace.
    inventory.write_text("web ansible_connection=local ansible_python_interpreter=/usr/bin/python3 ansible_become=false\n"
                         "localhost ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n")
    machine = deployment.web.machine

    def play():
        env = {**machine.env, "PATH": f"{bin_folder}:{os.environ['PATH']}", "ANSIBLE_LOCALHOST_WARNING": "false",
               "ANSIBLE_NOCOLOR": "1"}
        return machine.run("ansible-playbook", "-i", inventory, "--limit", "web", "-e", f"store={deployment.store}",
                           EXAMPLES / "ansible" / "playbook.yml", cwd=deployment.folder, env=env).text

    told = play()
    assert "changed=3" in told and "failed=0" in told, told
    assert deployment.token() == value("web/token")
    assert "changed=0" in play()
    deployment.set("web/token", "second")
    assert "changed=2" in play()
    assert deployment.token() == value("second")


def test_debian_package(deployment, bin_folder):
    need("dpkg-deb")
    machine = deployment.web.machine
    database = "/var/lib/dpkg"
    machine.run("mkdir", "-p", f"{database}/updates", f"{database}/info")
    for name in ("status", "available"):
        machine.path(f"{database}/{name}").touch()
    out = deployment.folder / "out"
    out.mkdir()

    def build():
        call(deployment, bin_folder, EXAMPLES / "deb/build", "web", out)
        return max(out.iterdir(), key=lambda path: path.stat().st_mtime_ns)

    def unpack(package, status=0):
        # A root of its own: the package manager changes nothing but the machine's /var/lib.
        env = {**machine.env, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
        machine.run("mount", "--bind", share, "/usr/share/bestow")
        try:
            machine.run("dpkg", "--force-not-root", "--force-script-chrootless", "--install", package, env=env,
                        status=status)
        finally:
            machine.run("umount", "/usr/share/bestow")

    share = deployment.folder / "share"
    share.mkdir()
    made_here = not os.path.exists("/usr/share/bestow")
    os.makedirs("/usr/share/bestow", exist_ok=True)
    try:
        first = build()
        unpack(first)
        assert deployment.token() == value("web/token")
        again = first.read_bytes()
        assert build() == first and first.read_bytes() == again, "the same commit makes the same package"
        deployment.set("web/token", "second")
        subprocess.run(["sleep", "1.1"], check=True)  # versions are times of commits, in seconds
        deployment.commit()
        unpack(build())
        assert deployment.token() == value("second")
    finally:
        if made_here:
            os.rmdir("/usr/share/bestow")


class Fetching:
    """A machine that fetches a repository as `nobody`."""

    def __init__(self, deployment, bin_folder):
        self.deployment, self.bin_folder = deployment, bin_folder
        self.signer = ssh_keygen(deployment.folder / "signer", comment="me@example.org")
        self.stranger = ssh_keygen(deployment.folder / "stranger", comment="them@example.org")
        self.directory = deployment.folder / "fetch"
        self.directory.mkdir()
        os.chown(self.directory, 65534, 65534)
        self.signers = deployment.folder / "allowed_signers"
        self.signers.write_text(f"me@example.org {self.signer.line}\n")

    def commit(self, key=None):
        sign = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={key.private}", "commit", "-q", "-S"] if key else [
            "commit", "-q"]
        self.deployment.git("add", "-A")
        self.deployment.git(*sign, "--allow-empty", "-m", "change")

    def fetch(self, status=0):
        server = self.deployment.folder / "server.git"  # of the fetching user's, which git wants for a local one
        shutil.rmtree(server, ignore_errors=True)
        self.deployment.git("clone", "-q", "--bare", self.deployment.store, server)
        self.deployment._run("chown", "-R", "65534:65534", server)
        argv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", EXAMPLES / "git/bestow-fetch",
                f"file://{server}", "web", self.directory, self.signers]
        return call(self.deployment, self.bin_folder, *argv, cwd="/", env={"HOME": str(self.directory)}, status=status)

    def install(self):
        return self.deployment.install(self.directory / "bundle", "--owner", "nobody")


def test_a_git_checkout_that_is_verified(deployment, bin_folder):
    for place in (deployment.folder, *deployment.folder.parents):  # nobody has to get there
        if place.stat().st_mode & 0o005 != 0o005 and place != place.parent:
            place.chmod(place.stat().st_mode | 0o055)
    fetching = Fetching(deployment, bin_folder)
    assert fetching.fetch(status=1).stderr  # not signed
    assert not (fetching.directory / "bundle").exists()
    fetching.commit(fetching.signer)
    fetching.fetch()
    fetching.install()
    assert deployment.token() == value("web/token")
    first = deployment.git("rev-parse", "HEAD").strip()
    # Somebody else's signature, then none at all.
    deployment.set("web/token", "theirs")
    fetching.commit(fetching.stranger)
    fetching.fetch(status=1)
    fetching.commit()
    fetching.fetch(status=1)
    assert "nothing changed" in fetching.install().text
    # Signed again, on top of it all; then an attempt to go back to what was signed before.
    deployment.set("web/token", "second")
    fetching.commit(fetching.signer)
    fetching.fetch()
    fetching.install()
    assert deployment.token() == value("second")
    deployment.git("reset", "-q", "--hard", first)
    assert "was rewound" in fetching.fetch(status=1).stderr
    assert "nothing changed" in fetching.install().text


def test_the_units_are_ones(run, tmp_path):
    need("systemd-analyze")
    for unit in (EXAMPLES / "git").glob("bestow-*.*"):
        shutil.copy(unit, tmp_path / unit.name)
        text = (tmp_path / unit.name).read_text()
        (tmp_path / unit.name).write_text(text.replace("/usr/local/lib/bestow/bestow-fetch", "/bin/true").replace(
            "ExecStart=bestow", "ExecStart=/bin/true"))
    run("systemd-analyze", "verify", *sorted(tmp_path.glob("bestow-*")))
