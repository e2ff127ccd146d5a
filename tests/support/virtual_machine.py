"""The system of support/booted.py in a virtual machine: Debian's own kernel and initramfs, a root disk, and a second one
that is encrypted. By emulation, which needs no rights of the processor and is the same everywhere."""
import contextlib
import shutil

from support.booted import Debian, missing_program
from support.process import run

BOOT_SECONDS = 300

# What it costs to guess the disk's key is not tested, and time here. LUKS2 takes the first 8 MB for itself.
DISKS = r"""
mke2fs -q -t ext4 -d "$WORK/system" "$DISKS/root" 1G
truncate -s 24M "$DISKS/encrypted"
mke2fs -q -t ext4 -d "$ENCRYPTED" "$DISKS/encrypted" 8M
cryptsetup reencrypt --encrypt --type luks2 --reduce-device-size 16M --resilience none --batch-mode \
    --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file "$DISKS/key" "$DISKS/encrypted"
cryptsetup luksUUID --batch-mode --uuid "$UUID" "$DISKS/encrypted"
rm "$DISKS/key"
truncate -s 64M "$DISKS/out"
"""

# One processor: emulated ones that wait for each other cost more than they do.
MACHINE = r"""
disk() { echo "-drive id=$1,file=$DISKS/$1,format=raw,if=none,cache=unsafe -device virtio-blk-pci,drive=$1,serial=$1"; }
timeout --kill-after=5 "$SECONDS_AT_MOST" qemu-system-x86_64 -accel tcg -smp 1 -m 1G -no-reboot -nodefaults \
    -display none -serial stdio -device virtio-rng-pci $(disk root) $(disk encrypted) $(disk out) \
    -kernel "$WORK"/system/boot/vmlinuz-* -initrd "$WORK"/system/boot/initrd.img-* \
    -append "root=/dev/disk/by-id/virtio-root console=ttyS0 loglevel=5 mitigations=off panic=-1"
tar -xf "$DISKS/out" -C "$OUT"
exit "$(cat "$OUT/status")"
"""

# There is no folder that both sides see: what is in /out goes to a disk at the end, as it is.
HAND_OUT = """\
[Service]
TimeoutStartSec=200
ExecStopPost=/bin/sh -c 'echo "$$EXIT_STATUS" >/out/status && tar -cf /dev/disk/by-id/virtio-out -C /out .'
"""

# In memory, since what tests write there may be secret.
MOUNTS = """\
/dev/disk/by-id/virtio-root / ext4 errors=remount-ro 0 1
tmpfs /out tmpfs mode=0777 0 0
"""


class VirtualMachine(Debian):
    start = DISKS + MACHINE
    seconds_at_most = BOOT_SECONDS

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.disks = self.folder / "disks"
        self.encrypted = self.folder / "encrypted"
        for folder in (self.disks, self.encrypted):
            folder.mkdir()
        self.write("/etc/systemd/system/scenario.service.d/results.conf", HAND_OUT)
        self.folder_of("/out")
        self.mount("")

    def mount(self, line):
        self.write("/etc/fstab", MOUNTS + line)

    def encrypted_disk(self, uuid, key, files):
        """Without its lines in crypttab(5) and fstab(5). There has to be one."""
        self.uuid = uuid
        (self.disks / "key").write_text(key)
        for name, content in files.items():
            (self.encrypted / name).write_text(content)

    def variables(self):
        return {"DISKS": str(self.disks), "ENCRYPTED": str(self.encrypted), "UUID": self.uuid}

    def turn(self):
        return contextlib.nullcontext()  # it shares nothing with other boots

    def is_on_disk(self, name, text):
        """Anywhere on it, deleted files included, after the machine was switched off."""
        return run(["grep", "--quiet", "--text", text, self.disks / name], status=(0, 1)).status == 0

    def remove_disks(self):
        shutil.rmtree(self.disks)


def reason_not_to_boot():
    return missing_program({"qemu-system-x86_64": "qemu-system-x86", "cryptsetup": "cryptsetup-bin"})
