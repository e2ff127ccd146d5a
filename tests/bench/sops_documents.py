#!/usr/bin/env python3
"""bestow beside the real sops: one YAML and one JSON document of many keys, encrypted and decrypted by both in the same
run; each decrypts what the other encrypted too, which verifies the MACs. Prints times, their ratio, and the most memory
that each held; asserts that the values are the same, and no time. Usage: tests/bench/sops_documents.py BESTOW SOPS [KEYS]"""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = {"yaml": 5, "json": 2}  # sops takes some 10 s for 10,000 keys in JSON
OWN_RUNS = 5


def once(argv, environment, output):
    """Seconds of the clock and of processors, and the mebibytes that were resident at most."""
    with open(output, "wb") as written:
        begin = time.monotonic()
        child = subprocess.Popen(argv, env=environment, stdout=written)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{argv[0]} {argv[1]} exits with {child.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best(runs, argv, environment, output):
    measured = [once(argv, environment, output) for _ in range(runs)]
    seconds, busy, sizes = zip(*measured)
    return min(seconds), min(busy), max(sizes)


def plaintext(kind, keys):
    values = {f"key{index:06}": f"value number {index}" for index in range(keys)}
    return json.dumps(values, indent=4) + "\n" if kind == "json" else "".join(f"{key}: {value}\n" for key, value in values.items())


def measure(kind, keys, folder, programs, recipient, environment):
    plain = folder / f"plain.{kind}"
    plain.write_text(plaintext(kind, keys))
    files = {name: folder / f"by_{name}.{kind}" for name in programs}
    encrypt = {"bestow": ["encrypt", "-r", recipient, plain], "sops": ["encrypt", "--age", recipient, plain]}
    runs = {"bestow": OWN_RUNS, "sops": RUNS[kind]}
    for verb in ("encrypt", "decrypt"):
        took = {}
        for name, program in programs.items():
            words = encrypt[name] if verb == "encrypt" else ["decrypt", files[name]]
            output = files[name] if verb == "encrypt" else folder / f"read_{name}.{kind}"
            took[name] = best(runs[name], [program, *words], environment, output)
        (own, own_busy, memory), (other, other_busy, other_memory) = took["bestow"], took["sops"]
        print(f"{kind} {verb}".ljust(24) + f"{own:8.3f} s{other:8.3f} s{other / own:9.1f}x" +
              f"{other_busy / own_busy:13.1f}x{memory:9.0f} MiB{other_memory:6.0f} MiB")
    for reader, writer in (("bestow", "sops"), ("sops", "bestow")):
        crossed = folder / f"crossed.{kind}"
        once([programs[reader], "decrypt", files[writer]], environment, crossed)
        same = json.loads(crossed.read_text()) == json.loads(plain.read_text()) if kind == "json" else \
            crossed.read_text() == plain.read_text()
        if not same:
            sys.exit(f"{reader} reads other values in the {kind} of {writer}")
    print(f"{kind} MAC".ljust(24) + "verified by each program in the other's file")


def main():
    programs, keys = {"bestow": sys.argv[1], "sops": sys.argv[2]}, int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = folder / "key.txt"
        subprocess.run([programs["bestow"], "age", "keygen", "-o", key], check=True, stderr=subprocess.DEVNULL)
        recipient = next(line.split()[-1] for line in key.read_text().splitlines() if "public key" in line)
        environment = {"HOME": name, "PATH": "/usr/bin:/bin", "SOPS_AGE_KEY_FILE": str(key)}
        print(f"{keys} keys, best time:".ljust(24) + "bestow".rjust(10) + "sops".rjust(10) + "ratio".rjust(10) + "(processors)".rjust(14) +
              "memory:".rjust(9) + "bestow,".rjust(8) + "sops".rjust(6))
        for kind in RUNS:
            measure(kind, keys, folder, programs, recipient, environment)


if __name__ == "__main__":
    main()
