"""The ground under the other tests."""
import pytest

from support import peers


@pytest.mark.root
def test_a_private_machine_keeps_the_real_one_as_it_is(machine):
    uid, gid = machine.add_user("pdns")
    assert machine.run("id", "-u", "pdns").text.strip() == str(uid)
    machine.run("mkdir", "/run/only-inside")
    machine.path("/etc/bestow/host.yaml").write_text("{}\n")
    assert machine.path("/run/only-inside").is_dir()
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        assert " /var/lib/bestow " not in mounts.read()
    with pytest.raises(FileNotFoundError):
        open("/run/only-inside", encoding="utf-8")
    assert machine.run("stat", "-f", "-c", "%T", "/var/lib").text.strip() == "tmpfs"
    assert (uid, gid) != (0, 0)


def test_the_lock_names_each_peer_once_and_pins_it():
    locked = peers.locked_peers()
    assert len({peer.name for peer in locked}) == len(locked)
    for peer in locked:
        assert peer.kind in ("go", "npm", "debian", "crate")
        assert peer.kind == "debian" or peer.version.lstrip("v")[0].isdigit()
    assert not any(peer.version == "v3.13.2" for peer in locked if peer.name == "sops")
