#!/usr/bin/env python3
"""bestow beside the real sops: one document of many keys, encrypted and decrypted by both in the same run. Prints
ratios; asserts nothing. Usage: tests/bench/sops_documents.py BESTOW SOPS [KEYS]"""
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5


def best(argv, environment):
    """The quickest of some runs, in seconds, and what the program wrote."""
    times = []
    for _ in range(RUNS):
        begin = time.monotonic()
        done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, check=True)
        times.append(time.monotonic() - begin)
    return min(times), done.stdout


def main():
    bestow, sops, keys = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = folder / "key.txt"
        subprocess.run([bestow, "age", "keygen", "-o", key], check=True, stderr=subprocess.DEVNULL)
        recipient = next(line.split()[-1] for line in key.read_text().splitlines() if "public key" in line)
        environment = {"HOME": name, "PATH": "/usr/bin:/bin", "SOPS_AGE_KEY_FILE": str(key)}
        plain, encrypted = folder / "plain.yaml", folder / "encrypted.yaml"
        plain.write_text("".join(f"key{index:06}: value number {index}\n" for index in range(keys)))
        print(f"{keys} keys, best of {RUNS}:".ljust(24) + "bestow".rjust(10) + "sops".rjust(10) + "ratio".rjust(10))
        for verb, ours, theirs in (
                ("encrypt", [bestow, "encrypt", "-r", recipient, plain], [sops, "encrypt", "--age", recipient, plain]),
                ("decrypt", [bestow, "decrypt", encrypted], [sops, "decrypt", encrypted])):
            own, written = best(ours, environment)
            other, _ = best(theirs, environment)
            if verb == "encrypt":
                encrypted.write_bytes(written)
            print(verb.ljust(24) + f"{own:8.3f} s{other:8.3f} s{other / own:9.1f}x")


if __name__ == "__main__":
    main()
