"""What an activation delivers, keeps, refuses and says (design, section 6)."""
import os

import pytest

from activation.conftest import CANARY, KEY, NOBODY, STORE, value

pytestmark = pytest.mark.root


def test_delivers_contents_owners_and_modes(simple):
    result = simple.activate()
    assert simple.read("a/one") == value("one")
    assert simple.read("two") == value("two")
    assert simple.read("rendered/env") == f"ONE={value('one')} web prod\n"
    assert simple.owner("a/one") == (NOBODY, NOBODY, "0400")
    assert simple.owner("two") == (0, 0, "0440")
    assert simple.owner("rendered/env") == (0, 0, "0400")
    for folder in ("", "a", "rendered"):
        assert simple.owner(folder) == (0, 0, "0751")
    assert "restart one.service\nrestart env.service\nreload two.service\n" in result.text


def test_lies_on_a_memory_file_system_that_cannot_swap(simple):
    simple.activate()
    table = simple.machine.run("cat", "/proc/self/mountinfo").text
    line = next(line for line in table.splitlines() if " /run/secrets.d " in line)
    assert " - ramfs " in line or "noswap" in line
    assert {"nosuid", "nodev", "noexec"} <= set(line.split()[5].split(","))
    assert os.readlink(simple.path("/run/secrets")) == "secrets.d/current"


def test_second_activation_changes_nothing(simple):
    simple.activate()
    before = {name: simple.path(f"/run/secrets/{name}").stat() for name in ("a/one", "two", "rendered/env", "")}
    result = simple.activate()
    assert "restart" not in result.text
    for name, status in before.items():
        now = simple.path(f"/run/secrets/{name}").stat()
        assert (now.st_ino, now.st_mtime_ns, now.st_ctime_ns) == (status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    assert simple.generations() == ["1", "current"]


def test_json_report(simple):
    report = simple.activate("--json").json()
    assert report["host"] == "web"
    assert report["sets"] == [{"directory": "/run/secrets", "generation": 1, "new_generation": True,
                               "added": ["a/one", "rendered/env", "two"], "changed": [], "removed": [], "stale": [],
                               "held": False, "links_made": [], "links_removed": [], "replaced": []}]
    assert report["restart"] == ["one.service", "env.service"]
    assert report["reload"] == ["two.service"]
    assert report["problems"] == []
    simple.write("secrets/two.age", "broken")
    report = simple.activate("--json", status=4).json()
    assert [problem["item"] for problem in report["problems"]] == ["two"]
    assert report["sets"][0]["stale"] == ["two"]


def test_dry_run_writes_nothing(simple):
    result = simple.activate("--dry-run")
    assert "add a/one 65534:65534 0400" in result.text
    assert simple.entries() == []
    simple.activate()
    simple.seal("secrets/two.age", value("new"))
    before = simple.generations()
    assert "change two" in simple.activate("--dry-run").text
    assert simple.generations() == before and simple.read("two") == value("two")


def test_changed_value_makes_a_generation_and_tells_its_units_only(simple):
    simple.activate()
    simple.seal("secrets/two.age", value("new"))
    result = simple.activate()
    assert simple.read("two") == value("new")
    assert "reload two.service" in result.text and "one.service" not in result.text
    assert simple.generations() == ["1", "2", "current"]


def test_older_generations_are_pruned_and_closed(simple):
    for number in range(4):
        simple.seal("secrets/two.age", value(f"{number}"))
        simple.activate()
    assert simple.generations() == ["3", "4", "current"]
    assert simple.path("/run/secrets.d/3").stat().st_mode & 0o7777 == 0o700
    assert simple.path("/run/secrets.d/4").stat().st_mode & 0o7777 == 0o751


def test_removed_secret_goes_at_once(simple):
    simple.activate()
    simple.policy("secrets:\n  two: {to: [web], file: secrets/two.age, key: \".\"}\n")
    assert "removed a/one" in simple.activate().text
    assert not simple.path("/run/secrets/a").exists()
    assert simple.read("two") == value("two")


def test_faulty_file_is_isolated_and_keeps_its_last_good_content(simple):
    simple.activate()
    simple.seal("secrets/two.age", value("new"))
    simple.write("secrets/one.age", "broken")
    simple.policy("""\
secrets:
  a/one: {to: [web], file: secrets/one.age, key: ".", owner: root, mode: "0444"}
  two: {to: [web], file: secrets/two.age, key: "."}
templates:
  env: {to: [web], content: "ONE={{ a/one }} TWO={{ two }}"}
""")
    result = simple.activate(status=4)
    assert simple.read("two") == value("new")
    assert simple.read("a/one") == value("one")
    assert simple.owner("a/one") == (0, 0, "0444"), "last good content, but under the new owner and mode"
    assert simple.read("rendered/env") == f"ONE={value('one')} web prod\n", "a template with a stale input stays old"
    assert "a/one" in result.stderr and "template env" in result.stderr
    simple.seal("secrets/one.age", value("healed"))
    simple.activate()
    assert simple.read("rendered/env") == f"ONE={value('healed')} TWO={value('new')}"


def test_stale_content_is_kept_no_longer_than_max_stale(simple):
    simple.activate()
    simple.write("secrets/one.age", "broken")
    simple.activate(status=4)
    assert simple.read("a/one") == value("one")
    state = simple.path("/run/secrets.d/current/.bestow-state")
    lines = state.read_text().splitlines()
    aged = [line.replace(line.split()[4], "1000", 1) if line.startswith("file ") and line.endswith(" a/one") else line
            for line in lines]
    state.write_text("\n".join(aged) + "\n")
    result = simple.activate(status=4)
    assert "older than max_stale" in result.stderr
    assert not simple.path("/run/secrets/a/one").exists()


def test_faulty_secret_without_earlier_content_is_left_out(simple):
    simple.write("secrets/one.age", "broken")
    simple.activate(status=4)
    assert not simple.path("/run/secrets/a/one").exists()
    assert not simple.path("/run/secrets/rendered").exists()
    assert simple.read("two") == value("two")


def test_all_problems_are_reported_in_one_run(simple):
    simple.write("secrets/one.age", "broken")
    simple.path(f"{STORE}/secrets/two.age").unlink()
    result = simple.activate(status=4)
    for item in ("a/one", "two", "template env"):
        assert f"bestow: {item}: " in result.stderr


def test_owner_appears_later(host):
    host.policy('secrets:\n  one: {to: [web], file: one.age, key: ".", owner: later, mode: "0440",'
                ' restart: [one.service]}\n')
    host.seal("one.age", value("one"))
    assert "owner 'later' does not exist here" in host.activate(status=4).stderr
    assert host.owner("one") == (0, 0, "0400")
    assert host.activate(status=4).text.count("restart") == 0, "still pending is no change"
    uid, gid = host.machine.add_user("later")
    assert "restart one.service" in host.activate().text
    assert host.owner("one") == (uid, gid, "0440")


def test_owners_by_number(host):
    uid, gid = host.machine.add_user("service")
    host.policy(f"""\
secrets:
  known: {{to: [web], file: one.age, key: ".", owner: {uid}}}
  container: {{to: [web], file: one.age, key: ".", owner: 165536}}
  both: {{to: [web], file: one.age, key: ".", owner: 165536, group: "165537"}}
  named: {{to: [web], file: one.age, key: ".", owner: root, group: service, mode: "0440"}}
""")
    host.seal("one.age", value("one"))
    host.activate()
    assert host.owner("known") == (uid, gid, "0400")
    assert host.owner("container") == (165536, 165536, "0400"), "never root's group without being asked"
    assert host.owner("both") == (165536, 165537, "0400")
    assert host.owner("named") == (0, gid, "0440")


def test_tampering_is_undone(simple):
    simple.activate()
    simple.path("/run/secrets/two").chmod(0o666)
    assert "changed two" in simple.activate().text
    assert simple.owner("two") == (0, 0, "0440")


def test_early_phase_has_a_set_of_its_own(simple):
    simple.policy("""\
secrets:
  luks: {to: [web], file: secrets/one.age, key: ".", phase: early}
  two: {to: [web], file: secrets/two.age, key: "."}
""")
    simple.activate("--phase", "early")
    assert simple.path("/run/secrets-early/luks").read_text() == value("one")
    assert not simple.path("/run/secrets").exists()
    simple.activate("--phase", "main")
    assert simple.read("two") == value("two")
    assert not simple.path("/run/secrets/luks").exists()
    result = simple.activate()
    assert result.text.count("nothing changed") == 2


def test_no_early_secrets_no_early_directory(simple):
    simple.activate()
    assert simple.entries() == ["secrets", "secrets.d"]


def test_foreign_entry_is_left_alone_and_said(simple):
    simple.path("/run/secrets").mkdir()
    simple.path("/run/secrets/theirs").write_text("x")
    result = simple.activate(status=4)
    assert "/run/secrets: is not bestow's" in result.stderr
    assert simple.path("/run/secrets/theirs").read_text() == "x"
    assert simple.path("/run/secrets.d/current/two").read_text() == value("two")


def test_links_only_where_host_yaml_allows_them(host):
    host.policy("""\
secrets:
  good: {to: [web], file: one.age, key: ".", path: /etc/keys/deep/good}
  evil: {to: [web], file: one.age, key: ".", path: /etc/cron.d/evil}
""")
    host.seal("one.age", value("one"))
    assert "allows no link at '/etc/keys/deep/good'" in host.activate(status=4).stderr
    assert not host.path("/etc/keys").exists()
    host.write("host.yaml", "links: [/etc/keys]\n", store="/etc/bestow")
    result = host.activate(status=4)
    assert "allows no link at '/etc/cron.d/evil'" in result.stderr
    assert os.readlink(host.path("/etc/keys/deep/good")) == "/run/secrets/good"
    host.policy("secrets:\n  two: {to: [web], file: one.age, key: \".\"}\n")
    host.activate()
    assert not host.path("/etc/keys/deep/good").is_symlink(), "the link goes with its secret"


def test_link_never_replaces_what_is_not_ours(host):
    host.policy('secrets:\n  good: {to: [web], file: one.age, key: ".", path: /etc/keys/good}\n')
    host.seal("one.age", value("one"))
    host.write("host.yaml", "links: [/etc/keys]\n", store="/etc/bestow")
    host.write("good", "precious", store="/etc/keys")
    assert "something else at '/etc/keys/good'" in host.activate(status=4).stderr
    assert host.path("/etc/keys/good").read_text() == "precious"
    host.path("/etc/keys/good").unlink()
    host.path("/etc/keys").chmod(0o777)
    assert "can be written by others" in host.activate(status=4).stderr
    assert not host.path("/etc/keys/good").is_symlink()


def test_password_hashes_are_stable_and_no_two_hosts_share_them(host, ssh_keygen):
    host.policy("secrets:\n  pw: {file: pw.age, key: \".\"}\n"
                "templates:\n  hash: {to: [web], content: '{{ pw | yescrypt }}'}\n")
    host.seal("pw.age", value("password"))
    host.activate()
    first = host.read("rendered/hash")
    assert first.startswith("$y$")
    assert not host.path("/run/secrets/pw").exists(), "used by a template, not delivered itself"
    host.clear()
    host.activate()
    assert host.read("rendered/hash") == first
    other = ssh_keygen("web2")
    host.install_key(other)
    host.policy("secrets:\n  pw: {file: pw.age, key: \".\"}\n"
                "templates:\n  hash: {to: [web], content: '{{ pw | yescrypt }}'}\n", key=other)
    host.seal("pw.age", value("password"), readers=[other])
    host.activate()
    assert host.read("rendered/hash") != first


# --- which host, which key


def test_wrong_key_changes_nothing(simple):
    simple.activate()
    simple.install_key(simple.other)
    assert "no host of the store has a key" in simple.activate(status=5).stderr
    assert simple.read("two") == value("two")
    assert "no private key of host 'web'" in simple.activate("--host", "web", status=5).stderr
    simple.path(KEY).unlink()
    assert "no private key here" in simple.activate(status=5).stderr
    assert simple.generations() == ["1", "current"]


def test_broken_identity_does_not_matter_while_another_works(simple):
    simple.install_key(simple.key, "/var/lib/bestow/identity.txt")
    simple.path(KEY).write_bytes(b"")
    result = simple.activate()
    assert KEY in result.stderr and "warning" in result.stderr
    simple.path(KEY).write_text("garbage")
    simple.activate()


def test_identity_from_credentials_directory(simple):
    simple.path(KEY).unlink()
    simple.path("/var/lib/creds").mkdir()
    simple.install_key(simple.key, "/var/lib/creds/bestow.identity")
    simple.activate(env={**simple.machine.env, "CREDENTIALS_DIRECTORY": "/var/lib/creds"})
    assert simple.read("two") == value("two")


def test_two_hosts_with_keys_here_need_a_name(simple):
    text = simple.path(f"{STORE}/bestow.yaml").read_text()
    simple.write("bestow.yaml", text.replace("hosts:\n", f"hosts:\n  db: {{keys: [{simple.other.line}]}}\n"))
    simple.install_key(simple.other, "/var/lib/bestow/identity.txt")
    assert "two hosts are here" in simple.activate(status=2).stderr
    simple.activate("--host", "web")
    assert "did you mean 'web'" in simple.activate("--host", "wed", status=2).stderr


def test_environment_of_operators_is_not_looked_at(simple, tmp_path):
    env = {**simple.machine.env, "BESTOW_STORE": "/nonexistent", "BESTOW_IDENTITY": "/nonexistent",
           "SOPS_AGE_KEY_FILE": "/nonexistent"}
    simple.activate(env=env)


def test_host_yaml_says_store_and_host(simple):
    simple.path(STORE).rename(simple.path("/var/lib/elsewhere"))
    simple.write("host.yaml", "store: /var/lib/elsewhere\nhost: web\n", store="/etc/bestow")
    simple.activate()
    simple.write("host.yaml", "store: /var/lib/elsewhere\nhsot: web\n", store="/etc/bestow")
    assert "line 2: unknown key 'hsot'; did you mean 'host'?" in simple.activate(status=2).stderr
    simple.path("/etc/bestow/host.yaml").chmod(0o666)
    assert "can be written by others" in simple.activate(status=2).stderr


# --- a store that is not to be trusted, bad input


def test_store_that_others_can_write_is_refused(simple):
    for place, mode in ((STORE, 0o777), (f"{STORE}/secrets", 0o777), (f"{STORE}/bestow.yaml", 0o666)):
        path = simple.path(place)
        old = path.stat().st_mode
        path.chmod(mode)
        status = 4 if place.endswith("secrets") else 2
        assert "can be written by others" in simple.activate(status=status).stderr
        path.chmod(old)
        simple.clear()
    os.chown(simple.path(STORE), 1000, 1000)
    assert "is owned by uid 1000" in simple.activate(status=2).stderr


def test_links_in_the_store_are_refused(simple):
    simple.write("secret", value("outside"), store="/etc")
    one = simple.path(f"{STORE}/secrets/one.age")
    one.unlink()
    one.symlink_to("/etc/secret")
    result = simple.activate(status=4)
    assert "a/one" in result.stderr and "links" in result.stderr
    simple.path(f"{STORE}/secrets").rename(simple.path(f"{STORE}/real"))
    simple.path(f"{STORE}/secrets").symlink_to("real")
    simple.activate(status=4)
    assert not simple.path("/run/secrets/a/one").exists()


def test_store_may_itself_be_a_trusted_link(simple):
    simple.path(STORE).rename(simple.path(f"{STORE}-1"))
    simple.path(STORE).symlink_to("store-1")
    simple.activate()
    os.chown(simple.path(STORE), 1000, 1000, follow_symlinks=False)
    assert "owned by uid 1000" in simple.activate(status=2).stderr


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "rendered/x", "a//b", ".bestow-state"])
def test_names_that_climb_or_are_taken_are_refused(host, name):
    host.policy(f'secrets:\n  "{name}": {{to: [web], file: one.age, key: "."}}\n')
    host.seal("one.age", value("one"))
    stderr = host.activate(status=2).stderr
    assert "bestow.yaml:" in stderr or "bestow's own" in stderr
    assert host.entries() == []


def test_file_that_climbs_is_refused(host):
    host.policy('secrets:\n  a: {to: [web], file: ../../etc/ssh/ssh_host_ed25519_key, key: "."}\n')
    host.activate(status=2)


def test_placeholder_without_a_secret(simple):
    simple.policy("secrets:\n  two: {to: [web], file: secrets/two.age, key: \".\"}\n"
                  "templates:\n  env: {to: [web], content: '{{ three }}'}\n")
    assert "three" in simple.activate(status=2).stderr
    assert simple.entries() == []


def test_fifo_in_the_store_does_not_block(simple):
    simple.path(f"{STORE}/secrets/one.age").unlink()
    os.mkfifo(simple.path(f"{STORE}/secrets/one.age"))
    assert "not a regular file" in simple.activate(status=4).stderr


def test_plaintext_in_the_store_is_not_delivered(simple):
    simple.write("secrets/one.age", value("oops"))
    simple.activate(status=4)
    assert not simple.path("/run/secrets/a/one").exists()


def test_policy_error_changes_nothing(simple):
    simple.activate()
    simple.policy("secrets:\n  two: {to: [nowhere]}\n")
    simple.activate(status=2)
    assert simple.read("a/one") == value("one")


# --- file systems


def test_plain_tmpfs_is_refused_unless_allowed(simple):
    simple.path("/run/secrets.d").mkdir(mode=0o751)
    simple.machine.run("mount", "-t", "tmpfs", "-o", "mode=0751", "tmpfs", "/run/secrets.d")
    assert "can swap" in simple.activate(status=1).stderr
    assert simple.generations() == []
    text = simple.path(f"{STORE}/bestow.yaml").read_text()
    simple.write("bestow.yaml", text + "activation: {allow_swap: true}\n")
    simple.write("host.yaml", "allow_swap: true\n", store="/etc/bestow")
    assert "secrets may reach the disk" in simple.activate().stderr


def ramfs(host):
    host.path("/run/secrets.d").mkdir(mode=0o751)
    host.machine.run("mount", "-t", "ramfs", "-o", "mode=0751", "ramfs", "/run/secrets.d")


def test_ramfs_serves_as_well(simple):
    ramfs(simple)
    simple.activate()
    assert simple.owner("two") == (0, 0, "0440")
    simple.seal("secrets/two.age", value("new"))
    simple.activate()
    assert simple.read("two") == value("new")


def mount_type(host):
    """What a kernel mounts that refuses some parameters of file systems: ("tmpfs", "rw,...")."""
    table = host.machine.run("cat", "/proc/self/mountinfo").text
    line = next((line for line in table.splitlines() if " /run/secrets.d " in line), None)
    return (line.split(" - ")[1].split()[0], line.split()[-1]) if line else None


def activate_without(host, log, calls, status=0):
    """An activation in which the kernel refuses these calls of fsconfig ("3", "1..3") as older ones do."""
    return host.machine.run("strace", "-o", log, "-e", "trace=fsconfig", "-e",
                            f"inject=fsconfig:error=EINVAL:when={calls}", host.machine.program, "activate",
                            status=status)


def test_kernel_without_noswap_gets_a_ramfs(simple, tmp_path):
    activate_without(simple, tmp_path / "log", "3")
    assert "noswap" in (tmp_path / "log").read_text().splitlines()[2], "the third parameter is the one refused"
    assert mount_type(simple)[0] == "ramfs"
    assert simple.read("two") == value("two")


def test_nothing_that_cannot_swap_is_refused_unless_allowed(simple, tmp_path):
    result = activate_without(simple, tmp_path / "log", "3..4", status=1)
    assert "no memory file system that cannot swap" in result.stderr and "allow_swap" in result.stderr
    assert mount_type(simple) is None and not simple.path("/run/secrets").exists()
    text = simple.path(f"{STORE}/bestow.yaml").read_text()
    simple.write("bestow.yaml", text + "activation: {allow_swap: true}\n")
    simple.write("host.yaml", "allow_swap: true\n", store="/etc/bestow")
    result = activate_without(simple, tmp_path / "log", "3..4")
    assert "secrets may reach the disk" in result.stderr
    assert mount_type(simple)[0] == "tmpfs" and "noswap" not in mount_type(simple)[1]


def test_full_file_system_changes_nothing(simple):
    simple.path("/run/secrets.d").mkdir(mode=0o751)
    simple.machine.run("mount", "-t", "tmpfs", "-o", "mode=0751,size=400k,noswap", "tmpfs", "/run/secrets.d", status=0)
    simple.activate()
    simple.seal("secrets/two.age", CANARY * 200_000)
    result = simple.activate(status=1)
    assert "bytes are needed" in result.stderr
    assert simple.read("two") == value("two")
    assert simple.generations() == ["1", "current"]


def small_memory(host, size="400k"):
    host.path("/run/secrets.d").mkdir(mode=0o751)
    host.machine.run("mount", "-t", "tmpfs", "-o", f"mode=0751,size={size},noswap", "tmpfs", "/run/secrets.d", status=0)


def fill_as_owner(host, name):
    """The owner may write to his own file, whatever its mode: until the memory file system is full."""
    script = 'chmod 0600 "$1"; cat /dev/zero >> "$1" 2>/dev/null; true'
    host.machine.run("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                     "sh", "-c", script, "sh", f"/run/secrets/{name}", status=0)


def test_an_owner_who_fills_the_memory_does_not_keep_what_was_revoked(simple):
    small_memory(simple)
    simple.activate()
    assert simple.owner("a/one")[0] == NOBODY
    fill_as_owner(simple, "a/one")
    simple.policy('secrets:\n  two: {to: [web], file: secrets/two.age, key: "."}\n')
    result = simple.activate()
    assert f"written to by others: 'a/one' of user {NOBODY}" in result.stderr
    assert simple.current() == "2"
    assert not any(simple.path(f"/run/secrets.d/{number}/a/one").exists() for number in (1, 2))
    assert simple.read("two") == value("two")


def test_an_owner_who_holds_the_room_of_a_removed_file_gets_nothing_for_it(simple):
    """A file that is held open takes its room although it is gone: no room is made, but nothing revoked stays."""
    small_memory(simple)
    simple.activate()
    fill_as_owner(simple, "a/one")
    with open(simple.path("/run/secrets/a/one"), "rb"):
        simple.policy('secrets:\n  two: {to: [web], file: secrets/two.age, key: "."}\n')
        result = simple.activate(status=1)
        assert f"no room for a new generation (written to by others: 'a/one' of user {NOBODY})" in result.stderr
        assert not simple.path("/run/secrets/a/one").exists() and simple.read("two") == value("two")
    simple.activate()
    assert simple.current() == "2" and simple.read("two") == value("two")


@pytest.mark.parametrize("size", ["300M", str(2**63 - 1)])
def test_a_ramfs_has_no_size_and_is_counted(simple, size):
    """What an owner writes into his file is gone with the next generation, as on a file system that is full."""
    ramfs(simple)
    simple.activate()
    simple.machine.run("truncate", "-s", size, "/run/secrets/a/one")
    simple.seal("secrets/two.age", value("new"))
    result = simple.activate()
    assert f"written to by others: 'a/one' of user {NOBODY}" in result.stderr
    assert simple.current() == "2" and not simple.path("/run/secrets.d/1/a/one").exists()
    assert simple.read("a/one") == value("one") and simple.read("two") == value("new")


def test_own_file_system_grows(simple):
    simple.activate()
    simple.seal("secrets/two.age", CANARY * 4_000_000)
    simple.activate()
    assert len(simple.read("two")) == len(CANARY) * 4_000_000


def test_read_only_run_changes_nothing(simple):
    simple.machine.run("mount", "-o", "remount,ro", "/run")
    assert "Read-only" in simple.activate(status=1).stderr
    simple.machine.run("mount", "-o", "remount,rw", "/run")
    simple.activate()


def test_directory_with_something_in_it_is_not_covered(simple):
    simple.path("/run/secrets.d").mkdir()
    simple.path("/run/secrets.d/theirs").write_text("x")
    assert "holds something already" in simple.activate(status=1).stderr


def test_damaged_record_is_overcome(simple):
    simple.activate()
    simple.path("/run/secrets.d/current/.bestow-state").write_text("nonsense")
    simple.activate()
    assert simple.current() == "2" and simple.read("two") == value("two")
    assert "nothing changed" in simple.activate().text


def test_units_are_told_again_when_standard_output_was_full(simple):
    result = simple.machine.run("sh", "-c", f"exec {simple.machine.program} activate >/dev/full", status=4)
    assert "cannot write to standard output" in result.stderr
    assert simple.read("two") == value("two")
    assert "restart one.service" in simple.activate().text
    assert "restart" not in simple.activate().text


def test_early_secrets_go_when_nothing_is_early_any_more(host):
    host.policy('secrets:\n  one: {to: [web], file: one.age, key: ".", phase: early}\n')
    host.seal("one.age", value("one"))
    host.activate("--phase", "early")
    assert host.entries() == ["secrets-early", "secrets-early.d"]
    host.policy('secrets:\n  one: {to: [web], file: one.age, key: "."}\n')
    assert "remove one" in host.activate("--dry-run").text
    host.activate()
    assert host.read("one") == value("one")
    assert not host.path("/run/secrets-early/one").exists()


def test_owner_who_changed_his_file_does_not_pass_for_the_store(simple):
    simple.activate()
    simple.path("/run/secrets/a/one").write_text(value("forged"))
    simple.write("secrets/one.age", "broken")
    assert "not what was delivered, and what worked last takes its place" in simple.activate(status=4).stderr
    assert simple.read("a/one") == value("one")
    assert simple.read("rendered/env") == f"ONE={value('one')} web prod\n"
    simple.path("/run/secrets/a/one").write_text(value("forged"))
    simple.machine.run("rm", "-rf", "/var/lib/bestow/last-good")
    assert "not what was delivered, and is removed" in simple.activate(status=4).stderr
    assert not simple.path("/run/secrets/a/one").exists()


def test_link_whose_removal_failed_goes_with_the_next_run(host):
    host.write("host.yaml", "links: [/etc/keys]\n", store="/etc/bestow")
    host.policy('secrets:\n  one: {to: [web], file: one.age, key: ".", path: /etc/keys/one}\n')
    host.seal("one.age", value("one"))
    host.activate()
    host.policy("secrets: {}\n")
    host.path("/etc/keys").chmod(0o777)
    assert "the link stays" in host.activate(status=4).stderr
    assert host.path("/etc/keys/one").is_symlink()
    host.path("/etc/keys").chmod(0o755)
    host.activate()
    assert not host.path("/etc/keys/one").is_symlink()


def test_what_somebody_named_and_is_missing_is_named(simple):
    assert "'/nope'" in simple.activate("--settings", "/nope", status=1).stderr
    simple.path(KEY).unlink()
    assert "'/nope'" in simple.activate("--identity", "/nope", status=5).stderr


def test_dry_run_tells_a_problem_once(simple):
    simple.write("secrets/two.age", "broken")
    result = simple.activate("--dry-run", status=4)
    assert (result.text + result.stderr).count("secrets/two.age") == 1


def test_signers_are_refused_until_signatures_are_verified(simple):
    simple.path("/etc/bestow/host.yaml").write_text("signers: [ssh-ed25519 AAAA]\n")
    assert "verifies no signatures" in simple.activate(status=2).stderr


def test_access_control_list_of_a_folder_is_seen(simple):
    simple.path(f"{STORE}/secrets").chmod(0o775)
    assert "can be written by others" in simple.activate(status=4).stderr


def test_ordinary_user_is_told_that_it_needs_root(simple):
    simple.activate()
    simple.path(KEY).chmod(0o644)
    result = simple.machine.run("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                                simple.machine.program, "activate", status=1)
    assert "this needs root" in result.stderr


def test_problem_of_both_phases_is_told_once(host):
    host.policy("""\
secrets:
  one: {file: one.age, key: "."}
  early: {to: [web], file: one.age, key: ".", phase: early}
templates:
  early: {to: [web], content: "{{ one }}", phase: early}
  main: {to: [web], content: "{{ one }}"}
""")
    host.seal("one.age", value("one"))
    host.write("one.age", "broken")
    stderr = host.activate("--dry-run", status=4).stderr
    lines = [line for line in stderr.splitlines() if line.startswith("bestow: ")]
    assert len(lines) == len(set(lines)) == 2
    assert sum("template early" in line and "template main" in line for line in lines) == 1, lines


def test_one_broken_file_of_many_secrets_is_one_problem_with_their_names(host):
    names = [f"s{number}" for number in range(20)]
    host.policy("secrets:\n" + "".join(f"  {name}: {{to: [web], file: all.age, key: \".\"}}\n" for name in names))
    host.write("all.age", "broken")
    result = host.activate(status=4)
    assert result.stderr.count("all.age") == 1 and all(name in result.stderr for name in names)


def test_protected_host_key_is_refused_by_name_and_nobody_is_asked(simple, ssh_keygen, tmp_path):
    protected = ssh_keygen("protected", passphrase="words", options=["-a", "1"])
    simple.machine.path(KEY).unlink()
    simple.install_key(protected)
    log = tmp_path / "log"
    result = simple.machine.run("strace", "-f", "-o", log, "-e", "trace=openat", simple.machine.program, "activate",
                                status=5)
    assert "protected by a passphrase" in result.stderr and KEY in result.stderr
    opened = log.read_text()
    assert "openat" in opened and "/dev/tty" not in opened
    assert "botan" not in opened and "bestow-bcrypt" not in opened


def mount_of(host, name):
    table = host.machine.run("cat", "/proc/self/mountinfo").text
    return next((line for line in table.splitlines() if f" /run/{name} " in line), None)


def test_mount_only_makes_all_that_a_writer_who_cannot_mount_needs(simple):
    assert "is mounted" in simple.activate("--mount", "never", status=1).stderr
    assert simple.entries() == []
    simple.activate("--mount", "only")
    assert simple.entries() == ["secrets", "secrets-early", "secrets-early.d", "secrets.d"]
    assert simple.generations() == []
    for name in ("secrets.d", "secrets-early.d"):
        assert "noswap" in mount_of(simple, name) or " ramfs " in mount_of(simple, name)
    simple.machine.run("setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin", simple.machine.program,
                       "activate", "--mount", "never")
    assert simple.read("a/one") == value("one")
    simple.activate("--mount", "only")
    assert simple.read("a/one") == value("one") and simple.generations() == ["1", "current"]


def test_never_writes_where_the_mount_is_not_to_be_seen(simple):
    """The trap of a sandbox: the directory is there and writable, but lies on /run itself."""
    simple.path("/run/secrets.d").mkdir(mode=0o751)
    assert "is mounted" in simple.activate("--mount", "never", status=1).stderr
    assert list(simple.path("/run/secrets.d").iterdir()) == []
