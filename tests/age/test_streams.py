"""Constant memory: 256 MiB pass through in both directions, binary and armored, under one fixed cap."""
import hashlib
import subprocess
import threading

import pytest

MEBIBYTE = 1 << 20
SIZE = 256 * MEBIBYTE
# The program with its libraries takes about 15 MiB; a quarter of a gibibyte in memory would take 17 times as much.
CAP = 40 * MEBIBYTE


def feed(stream, size):
    block = bytes(range(256)) * (MEBIBYTE // 256)
    with stream:
        for _ in range(size // MEBIBYTE):
            stream.write(block)


def expected_digest():
    digest = hashlib.sha256()
    block = bytes(range(256)) * (MEBIBYTE // 256)
    for _ in range(SIZE // MEBIBYTE):
        digest.update(block)
    return digest.hexdigest()


def peak_bytes(process):
    """So far. wait4's figure would count what Python held when it forked."""
    with open(f"/proc/{process.pid}/status") as status:
        return max((int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:")), default=0)


@pytest.mark.installed
@pytest.mark.parametrize("armor", [[], ["-a"]], ids=["binary", "armored"])
def test_a_large_stream_takes_no_more_memory_than_a_small_one(armor, program, environment, identity, record_property):
    key, recipient = identity
    sealer = subprocess.Popen([program, "age", "encrypt", *armor, "-r", recipient], env=environment,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    opener = subprocess.Popen([program, "age", "decrypt", "-i", key], env=environment, stdin=sealer.stdout,
                              stdout=subprocess.PIPE)
    sealer.stdout.close()
    feeder = threading.Thread(target=feed, args=(sealer.stdin, SIZE))
    feeder.start()
    digest = hashlib.sha256()
    peaks = 0, 0
    while block := opener.stdout.read(MEBIBYTE):
        digest.update(block)
        peaks = max(peaks[0], peak_bytes(sealer)), max(peaks[1], peak_bytes(opener))
    feeder.join()
    assert (sealer.wait(), opener.wait()) == (0, 0)
    assert digest.hexdigest() == expected_digest()
    assert 0 < min(peaks) and max(peaks) < CAP
    record_property("told", f"age, 256 MiB {'armored' if armor else 'binary'}: peak memory "
                            f"{peaks[0] / MEBIBYTE:.1f} MiB to encrypt, {peaks[1] / MEBIBYTE:.1f} MiB to decrypt")
