"""What a container cannot show: Debian 12's own kernel, which has no tmpfs with noswap, and a disk of crypttab(5)."""
import json
import re

import pytest

from support.booted import shown_commands, shown_file

pytestmark = [pytest.mark.root, pytest.mark.installed, pytest.mark.slow]

POLICY = """\
secrets:
  app/token: {to: [web], file: secrets/token.age, key: ".", owner: app, restart: [app.service]}
  other/token: {to: [web], file: secrets/other.age, key: ".", owner: app, restart: [other.service]}
  luks/games: {to: [web], file: secrets/luks.age, key: ".", phase: early}
templates:
  app.env: {to: [web], content: "TOKEN={{ app/token }}\\n", owner: app, restart: [app.service]}
"""
LARGE = "".join(f'  large/{n}: {{to: [web], file: secrets/large.age, key: "."}}\n' for n in range(34)) + "templates:\n"

CRYPTTAB = shown_file("crypttab")
[UUID] = re.findall(r"UUID=(\S+)", CRYPTTAB)


@pytest.fixture
def site(virtual_machine):
    site = virtual_machine
    site.policy(POLICY)
    for name, value in {"token": "c4n4ry-token-1", "other": "c4n4ry-other", "luks": "c4n4ry-luks"}.items():
        site.seal(f"secrets/{name}.age", value)
    site.write("/usr/lib/sysusers.d/site.conf", "u app - \"A service\"\n")
    site.encrypted_disk(UUID, "c4n4ry-luks", {"score": "c4n4ry-score"})
    # Besides, a disk whose key is in no store: it has to cost nothing but itself.
    site.write("/etc/crypttab", CRYPTTAB + CRYPTTAB.replace("games", "lost"))
    site.mount(shown_file("fstab"))
    site.folder_of("/games")
    site.service("app", "/run/secrets/app/token /run/secrets/rendered/app.env", "app")
    site.service("other", "/run/secrets/other/token", "app")
    site.service("score", "/games/score", more="[Unit]\nRequiresMountsFor=/games\n[Service]")
    return site


def test_debians_own_kernel_delivers_and_opens_an_encrypted_disk(site):
    site.seal("new/token.age", "c4n4ry-token-2", store="/srv")
    site.seal("new/large.age", b"0" * 2_000_000, store="/srv")  # 34 times that is more than may be delivered
    site.policy(POLICY.replace("templates:\n", LARGE), store="/srv/new")
    site.scenario(r"""
store=/var/lib/bestow/store
systemctl show --property=Before bestow-early.service >/out/order
systemctl show --property=After systemd-cryptsetup@games.service >>/out/order
uname -r >/out/kernel
systemctl list-units --failed --plain --no-legend >/out/failed
bestow status >/out/status-text
bestow status --json >/out/status-json
stat --dereference --format=%i%Z /run/secrets/app/token >/out/files-before
bestow activate --json >/out/again
stat --dereference --format=%i%Z /run/secrets/app/token >/out/files-after
stat --file-system --format=%T /run/secrets.d /run/secrets-early.d >/out/types
stat --dereference --format='%U %a' /run/secrets/app/token /run/secrets/rendered/app.env >/out/owners
grep -rl --exclude-dir=secrets.d --exclude-dir=secrets-early.d c4n[4]ry /run /tmp /dev/shm >/out/elsewhere || true

cp /srv/new/token.age "$store/secrets/token.age.new"
mv "$store/secrets/token.age.new" "$store/secrets/token.age"
""" + shown_commands("stamp") + r"""
wait_until grep -q token-2TOKEN /out/app
wait_until refreshed_since 0

cp "$store/bestow.yaml" /srv/bestow.yaml
cp /srv/new/large.age "$store/secrets/"
cp /srv/new/bestow.yaml "$store/"
readlink /run/secrets.d/current >/out/generation-before
bestow activate >/out/large 2>&1 && exit 1
echo "$?" >>/out/large
readlink /run/secrets.d/current >/out/generation-after
ls /run/secrets.d >/out/generations
cat /run/secrets/app/token >/out/token
cp /srv/bestow.yaml "$store/"
bestow status >/out/status-at-last
""")
    booted = site.boot("virtual-machine")
    assert booted.read("kernel").startswith("6.1."), "the newest kernel without noswap is what this is about"
    assert [line.split()[0] for line in booted.read("failed").splitlines()] == ["systemd-cryptsetup@lost.service"]
    for unit in ("bestow-store", "bestow-early", "bestow"):
        assert booted.units()[f"{unit}.service"] == ("active", "exited")
    assert booted.left_out() == []

    # ramfs, as the system sees it, and nothing of what is secret anywhere else.
    assert booted.read("types") == "ramfs\nramfs\n"
    assert booted.memory("/run/secrets.d") and booted.memory("/run/secrets-early.d")
    assert booted.read("elsewhere") == "" and booted.messages("c4n4ry") == []
    assert site.is_on_disk("root", "file: secrets/token.age") and not site.is_on_disk("root", "c4n4ry")

    # The key was there before systemd-cryptsetup looked for it.
    assert booted.read("score") == "c4n4ry-score" and not site.is_on_disk("encrypted", "c4n4ry")
    assert [line.split("=")[0] for line in booted.read("order").splitlines() if "cryptsetup-pre.target" in line] == \
        ["Before", "After"], "not only by the time that the disk takes to be found"
    assert booted.finished("bestow-early.service") < booted.began("systemd-cryptsetup@games.service")
    assert booted.finished("systemd-cryptsetup@games.service") < booted.began("games.mount")

    # A service that is not root's, and a store that changes.
    assert booted.read("app") == "".join(f"c4n4ry-token-{n}TOKEN=c4n4ry-token-{n}\n" for n in (1, 2))
    assert booted.read("owners") == "app 400\napp 400\n"
    assert booted.restarted("app.service") and not booted.restarted("other.service")
    assert booted.read("other") == "c4n4ry-other"

    assert "the next boot would have everything" in booted.read("status-text")
    assert not json.loads(booted.read("status-json"))["found_something"]
    assert not any(one["new_generation"] for one in json.loads(booted.read("again"))["sets"])
    assert booted.read("files-before") == booted.read("files-after")

    # The kernel limits nothing in a ramfs; bestow does.
    assert re.search(r"68\d{6} bytes are to be delivered.*\n1\n$", booted.read("large"))
    assert booted.read("generation-before") == booted.read("generation-after") == "2\n"
    assert not [name for name in booted.read("generations").split() if name not in ("1", "2", "current")]
    assert booted.read("token") == "c4n4ry-token-2"
    assert "the next boot would have everything" in booted.read("status-at-last")
