"""Links outside /run/secrets: whose the folders on the way are, what may lie in the way, and what a switch does to
those who hold on to a file."""
import os

import pytest

from activation.conftest import NOBODY, value

pytestmark = pytest.mark.root


def allow(host, *prefixes):
    host.write("host.yaml", "links: [{}]\n".format(", ".join(prefixes)), store="/etc/bestow")


def one_link(host, path, more=""):
    host.policy(f'secrets:\n  one: {{to: [web], file: one.age, key: ".", path: "{path}"{more}}}\n')
    host.seal("one.age", value("one"))


def ownership(path):
    status = os.lstat(path)
    return status.st_uid, status.st_gid, f"{status.st_mode & 0o7777:04o}"


@pytest.fixture
def alice(host):
    """A user with a home directory at /run/home/alice."""
    host.path("/run/home").mkdir(mode=0o755)
    uid, gid = host.machine.add_user("alice", home="/run/home/alice")
    home = host.path("/run/home/alice")
    home.mkdir(mode=0o755)
    os.chown(home, uid, gid)
    allow(host, "/run/home")
    return uid, gid


def test_folders_in_a_home_are_its_owners(host, alice):
    one_link(host, "/run/home/alice/.ssh/keys/one", ", owner: alice")
    host.activate()
    assert ownership(host.path("/run/home/alice/.ssh")) == (*alice, "0700")
    assert ownership(host.path("/run/home/alice/.ssh/keys")) == (*alice, "0700")
    assert host.machine.run("setpriv", "--reuid", str(alice[0]), "--regid", str(alice[1]), "--clear-groups", "cat",
                            "/run/home/alice/.ssh/keys/one").text == value("one")
    assert "nothing changed" in host.activate().text


def test_links_are_told_and_missed(host):
    allow(host, "/etc/keys")
    one_link(host, "/etc/keys/one")
    assert "link made at /etc/keys/one" in host.activate().text
    host.machine.bestow("status")
    host.path("/etc/keys/one").unlink()
    assert "link to be made /etc/keys/one" in host.machine.bestow("status", status=3).text
    again = host.activate().text
    assert "link made at /etc/keys/one" in again and "nothing changed" not in again
    host.policy('secrets:\n  one: {to: [web], file: one.age, key: "."}\n')
    assert host.activate("--json").json()["sets"][0]["links_removed"] == ["/etc/keys/one"]


def test_folders_elsewhere_are_roots(host, alice):
    allow(host, "/etc/keys")
    one_link(host, "/etc/keys/deep/one", ", owner: alice")
    host.activate()
    assert ownership(host.path("/etc/keys")) == ownership(host.path("/etc/keys/deep")) == (0, 0, "0755")


def test_a_home_that_is_not_there_is_not_made(host, alice):
    host.path("/run/home/alice").rmdir()
    one_link(host, "/run/home/alice/.ssh/one", ", owner: alice")
    assert "home directory of 'alice' is not there yet" in host.activate(status=4).stderr
    assert not host.path("/run/home/alice").exists()
    host.path("/run/home/alice").mkdir()
    os.chown(host.path("/run/home/alice"), *alice)
    host.activate()
    assert os.readlink(host.path("/run/home/alice/.ssh/one")) == "/run/secrets/one"


def test_folder_for_an_owner_who_is_not_there_yet_waits(host):
    allow(host, "/run/home")
    one_link(host, "/run/home/bob/one", ", owner: bob")
    host.activate(status=4)
    assert not host.path("/run/home").exists()


@pytest.mark.parametrize("exchange", [
    "rmdir .ssh && ln -s /etc/precious .ssh",
    "rmdir .ssh && mv roots .ssh",
    "rmdir .ssh && mkdir .ssh",
    "mv .ssh away",
], ids=["a link", "another of root's", "one of his own", "nothing"])
@pytest.mark.parametrize("umask", ["0022", "0277"])
def test_a_folder_that_its_future_owner_exchanges_while_it_is_made(host, alice, tmp_path, exchange, umask):
    """Slowed down, so that he has half a second after each step: nothing else of root's becomes his, or more open."""
    home = host.path("/run/home/alice")
    host.path("/etc/precious").mkdir(mode=0o700)
    (home / "roots").mkdir(mode=0o700)
    (home / "roots" / "file").write_text("root's")
    one_link(host, "/run/home/alice/.ssh/keys/one", ", owner: alice")
    as_alice = f"setpriv --reuid {alice[0]} --regid {alice[1]} --clear-groups sh -c"
    host.machine.run("sh", "-c", f"""
        umask {umask}
        strace -f -o {tmp_path}/log -e trace=mkdirat -e inject=mkdirat:delay_exit=150000 "$0" activate &
        {as_alice} 'cd /run/home/alice
            for _ in $(seq 2000); do [ -d .ssh ] && {exchange} && exit; sleep 0.005; done; exit 1'
        wait""", host.machine.program)
    assert ownership(host.path("/etc/precious")) == (0, 0, "0700") and not os.listdir(host.path("/etc/precious"))
    for place in (home / "roots", home / ".ssh"):
        if (place / "file").exists():
            assert ownership(place) == (0, 0, "0700") and ownership(place / "file")[:2] == (0, 0)
    host.machine.run("rm", "-rf", "/run/home/alice/.ssh")
    host.activate()
    assert ownership(home / ".ssh") == (*alice, "0700")


@pytest.mark.parametrize("owner", ["root", "nobody"])
def test_a_home_is_safe_for_its_own_user_alone(host, alice, owner):
    one_link(host, "/run/home/alice/.ssh/one", f", owner: {owner}")
    assert "can be written by others" in host.activate(status=4).stderr
    assert not host.path("/run/home/alice/.ssh").exists()


def test_links_of_the_user_are_not_followed(host, alice):
    host.path("/etc/precious").mkdir()
    host.path("/run/home/alice/.ssh").symlink_to("/etc/precious")
    os.chown(host.path("/run/home/alice/.ssh"), *alice, follow_symlinks=False)
    one_link(host, "/run/home/alice/.ssh/one", ", owner: alice")
    assert "reached over a link" in host.activate(status=4).stderr
    assert os.listdir(host.path("/etc/precious")) == []


def test_folder_that_more_people_can_write_is_refused(host, alice):
    folder = host.path("/run/home/alice/shared")
    folder.mkdir()
    os.chown(folder, *alice)
    folder.chmod(0o775)
    one_link(host, "/run/home/alice/shared/one", ", owner: alice")
    assert "can be written by others" in host.activate(status=4).stderr
    assert not (folder / "one").is_symlink()


def test_a_killed_run_leaves_no_folder_that_its_owner_cannot_use(host, alice, tmp_path):
    one_link(host, "/run/home/alice/.ssh/one", ", owner: alice")
    for call in ("fchown", "renameat"):
        last = host.machine.run("strace", "-o", tmp_path / "log", "-e", f"trace={call}", host.machine.program,
                                "activate").status
        assert last == 0
        count = (tmp_path / "log").read_text().count(f"{call}(")
        for index in range(1, count + 1):
            host.clear()
            host.machine.run("rm", "-rf", "/run/home/alice/.ssh")
            host.machine.run("strace", "-o", tmp_path / "log", "-e", f"trace={call}", "-e",
                             f"inject={call}:signal=KILL:when={index}", host.machine.program, "activate", status=None)
            if host.path("/run/home/alice/.ssh").exists():
                assert ownership(host.path("/run/home/alice/.ssh"))[:2] == alice
            host.activate()
            assert os.listdir(host.path("/run/home/alice")) == [".ssh"]


def test_force_replaces_files_and_says_so_but_never_directories(host):
    allow(host, "/etc/keys")
    one_link(host, "/etc/keys/one")
    host.write("one", "precious", store="/etc/keys")
    assert "--force replaces it" in host.activate(status=4).stderr
    assert "replace what is not bestow's by link /etc/keys/one" in host.activate("--force", "--dry-run").text
    assert host.path("/etc/keys/one").read_text() == "precious"
    assert "replaced what was not bestow's at /etc/keys/one" in host.activate("--force").text
    assert os.readlink(host.path("/etc/keys/one")) == "/run/secrets/one"
    assert host.activate("--force", "--json").json()["sets"][0]["replaced"] == []
    host.path("/etc/keys/one").unlink()
    host.path("/etc/keys/one").mkdir()
    assert "that is no file; left alone" in host.activate("--force", status=4).stderr
    host.path("/etc/keys/one").rmdir()
    host.path("/etc/keys/one").symlink_to("/etc/passwd")
    host.activate(status=4)
    assert os.readlink(host.path("/etc/keys/one")) == "/etc/passwd"
    host.activate("--force")
    assert os.readlink(host.path("/etc/keys/one")) == "/run/secrets/one"


def test_link_goes_with_its_secret_even_after_a_reboot(host):
    allow(host, "/etc/keys")
    one_link(host, "/etc/keys/one")
    host.activate()
    host.reboot()
    host.policy('secrets:\n  two: {to: [web], file: one.age, key: "."}\n')
    host.activate()
    assert not host.path("/etc/keys/one").is_symlink()
    assert "nothing changed" in host.activate().text


def test_link_that_somebody_made_his_own_is_left_when_its_secret_goes(host):
    allow(host, "/etc/keys")
    one_link(host, "/etc/keys/one")
    host.activate()
    host.path("/etc/keys/one").unlink()
    host.path("/etc/keys/one").write_text("mine")
    host.policy("secrets: {}\n")
    host.activate()
    assert host.path("/etc/keys/one").read_text() == "mine"


def test_the_folder_of_what_is_on_record_is_nobody_elses_to_list_and_so_to_lock(host):
    allow(host, "/etc/keys")
    one_link(host, "/etc/keys/one")
    host.path("/var/lib/bestow").chmod(0o755)
    host.activate()
    assert ownership(host.path("/var/lib/bestow")) == (0, 0, "0711")


def test_record_of_links_that_others_could_have_written_counts_for_nothing(host):
    allow(host, "/etc/keys")
    one_link(host, "/etc/keys/one")
    host.activate()
    record = host.path("/var/lib/bestow/links-secrets")
    assert ownership(record) == (0, 0, "0600") and record.read_text() == "/etc/keys/one\n"
    host.reboot()
    record.chmod(0o666)
    host.policy("secrets: {}\n")
    host.activate()
    assert host.path("/etc/keys/one").is_symlink()


def test_files_that_are_mounted_elsewhere_or_open_keep_no_generation_alive(simple):
    text = simple.path("/var/lib/bestow/store/bestow.yaml").read_text()
    simple.write("bestow.yaml", text + "activation: {keep_generations: 1}\n")
    simple.activate()
    simple.write("mounted", "", store="/etc")
    simple.machine.run("mount", "--bind", "/run/secrets/two", "/etc/mounted")
    with simple.path("/run/secrets/two").open() as held:
        simple.seal("secrets/two.age", value("new"))
        simple.activate()
        assert simple.generations() == ["2", "current"]
        assert held.read() == value("two")
    assert simple.machine.run("cat", "/etc/mounted").text == value("two"), "what it was when it was mounted"
    assert simple.read("two") == value("new")
    simple.path("/etc/whole").mkdir()
    simple.machine.run("mount", "--bind", "/run/secrets.d", "/etc/whole")
    simple.seal("secrets/two.age", value("newer"))
    simple.activate()
    assert simple.machine.run("cat", "/etc/whole/current/two").text == value("newer"), "as the manual advises"


def test_something_mounted_on_an_old_generation_is_a_problem_of_its_own(simple):
    simple.activate()
    simple.machine.run("mount", "--bind", "/etc/passwd", "/run/secrets.d/1/two")
    for number in range(3):
        simple.seal("secrets/two.age", value(f"new-{number}"))
        simple.activate(status=4 if number else 0)
        assert simple.read("two") == value(f"new-{number}"), "what cannot be removed keeps nothing from being delivered"
    simple.machine.run("umount", "-l", "/run/secrets.d/1.new/two")
    assert "nothing changed" in simple.activate().text
    assert not any(name.endswith(".new") for name in simple.generations())
