"""Where mounting is not allowed, and what host.yaml has to say about it."""
import pytest

from activation.conftest import KEY, STORE, value

pytestmark = pytest.mark.root

NO_MOUNTS = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"]


def confined(host, *arguments, **options):
    """As root without CAP_SYS_ADMIN, like a container that was given few rights."""
    return host.machine.run(*NO_MOUNTS, host.machine.program, "activate", *arguments, **options)


def store_allows_swap(host):
    text = host.path(f"{STORE}/bestow.yaml").read_text()
    host.write("bestow.yaml", text + "activation: {allow_swap: true}\n")


def machine_allows_swap(host, word="true"):
    host.write("host.yaml", f"allow_swap: {word}\n", store="/etc/bestow")


def test_without_the_right_to_mount_it_is_refused_and_says_what_can_be_done(simple):
    result = confined(simple, status=1)
    assert "container" in result.stderr and "from outside" in result.stderr and "allow_swap: true" in result.stderr
    assert not simple.path("/run/secrets").exists() and simple.generations() == []


@pytest.mark.parametrize("kind, options", [("tmpfs", "mode=0751,noswap"), ("ramfs", "mode=0751")])
def test_what_the_manager_mounted_from_outside_is_proved_and_used(simple, kind, options):
    simple.path("/run/secrets.d").mkdir(mode=0o751)
    simple.machine.run("mount", "-t", kind, "-o", options, kind, "/run/secrets.d")
    result = confined(simple)
    assert simple.read("two") == value("two") and "swap" not in result.stderr
    assert "nothing changed" in confined(simple).text


def test_swap_needs_the_word_of_the_store_and_of_the_machine(simple):
    store_allows_swap(simple)
    confined(simple, status=1)
    machine_allows_swap(simple, "false")
    confined(simple, status=1)
    machine_allows_swap(simple)
    result = confined(simple)
    assert simple.read("two") == value("two") and "secrets may reach the disk" in result.stderr
    assert "nothing changed" in confined(simple).text
    simple.seal("secrets/two.age", value("new"))
    confined(simple)
    assert simple.read("two") == value("new")
    machine_allows_swap(simple, "false")
    assert "can swap" in confined(simple, status=1).stderr
    assert simple.read("two") == value("new")


def test_the_machines_word_alone_is_not_enough(simple):
    machine_allows_swap(simple)
    confined(simple, status=1)


def test_what_somebody_else_keeps_there_is_not_used(simple):
    store_allows_swap(simple)
    machine_allows_swap(simple)
    simple.path("/run/secrets.d").mkdir(mode=0o777)
    simple.path("/run/secrets.d").chmod(0o777)
    assert "can be written by others" in confined(simple, status=2).stderr


def test_root_of_a_user_namespace_gets_a_ramfs(simple):
    """There noswap is refused (linux.md), ramfs is not."""
    result = simple.machine.run("unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
                                f"mount -t tmpfs -o mode=0755 tmpfs /run && {simple.machine.program} activate --phase"
                                " main && grep secrets.d /proc/self/mountinfo && cat /run/secrets/two", status=None)
    # Files of nobody cannot be given away where nobody is not mapped.
    if "ramfs" not in result.text:
        assert result.status == 1 and "65534" in result.stderr, result.stderr


# --- host.yaml in full


def test_host_yaml_names_keys_and_run_directory(simple):
    simple.path("/var/lib/persist").mkdir()
    simple.path(KEY).unlink()
    simple.install_key(simple.key, "/var/lib/persist/key")
    simple.write("host.yaml", "identities: [/var/lib/persist/key]\nrun_dir: /var/lib/run\n", store="/etc/bestow")
    simple.path("/var/lib/run").mkdir(mode=0o755)
    simple.activate()
    assert simple.path("/var/lib/run/secrets/two").read_text() == value("two")
    assert not simple.path("/run/secrets").exists()
    assert "/var/lib/run/secrets:" in simple.machine.bestow("generations").text


def test_key_that_host_yaml_names_and_is_missing_is_named(simple):
    simple.write("host.yaml", "identities: [/var/lib/nope]\n", store="/etc/bestow")
    assert "/var/lib/nope" in simple.activate().stderr
    simple.path(KEY).unlink()
    assert "/var/lib/nope" in simple.activate(status=5).stderr
