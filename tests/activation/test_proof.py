"""One activation of 1,000 secrets from 50 files, as the kernel sees it: each file opened once, no process spawned,
nothing written outside memory file systems."""
import os
import re

import pytest

from activation.conftest import STORE, value

pytestmark = [pytest.mark.root, pytest.mark.installed]

FILES, PER_FILE = 50, 20
PROCESSES = ("clone", "clone3", "fork", "vfork", "execve", "execveat")
WRITES = re.compile(r"^\d*\s*(write|pwrite64|writev|pwritev2?|sendfile|copy_file_range|ftruncate)\((\d+)<([^>]*)>")
OPEN = re.compile(r'^\d*\s*(openat2?)\([^,]*, "([^"]*)", (.*)\) = (\d+)<([^>]*)>')

CIPHERTEXT = "/var/lib/bestow/last-good/"  # the next test proves that no value is written there


@pytest.fixture
def thousand(host):
    lines = []
    for file in range(FILES):
        document = "".join(f"key{index}: {value(f'{file}-{index}')}\n" for index in range(PER_FILE))
        host.seal_document(f"secrets/file{file}.yaml", document)
        lines += [f"  file{file}/key{index}: {{to: [web]}}" for index in range(PER_FILE)]
    host.policy("secrets:\n" + "\n".join(lines) + "\n")
    return host


def trace(host, tmp_path, *arguments):
    log = tmp_path / "trace"
    host.machine.run("strace", "-f", "-y", "-s", "256", "-o", log, host.machine.program, "activate", *arguments)
    return log.read_text(errors="replace").splitlines()


def test_each_file_once_no_process_nothing_outside_memory(thousand, tmp_path, record_property):
    lines = trace(thousand, tmp_path)
    assert thousand.read("file49/key19") == value("49-19")
    delivered = sum(len(names) for folder, _, names in os.walk(thousand.path("/run/secrets/"))) - 1
    assert delivered == FILES * PER_FILE

    opened = [match for match in map(OPEN.match, lines) if match]
    for file in range(FILES):
        path = f"{STORE}/secrets/file{file}.yaml"
        assert sum(match.group(5) == path for match in opened) == 1, path
    assert sum(match.group(5) == f"{STORE}/bestow.yaml" for match in opened) == 1

    calls = [re.match(r"^\d*\s*(\w+)\(", line) for line in lines]
    counts = {}
    for call in filter(None, calls):
        counts[call.group(1)] = counts.get(call.group(1), 0) + 1
    assert sum(counts.get(name, 0) for name in PROCESSES) == 1, "the program itself and nothing else"
    assert not any(counts.get(name) for name in ("memfd_create", "truncate", "shmget"))

    for match in opened:
        if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE", match.group(3)):
            assert match.group(5).startswith(("/run/secrets.d/", CIPHERTEXT)), match.group(0)
    written = [match for match in map(WRITES.match, lines) if match]
    for match in written:
        inside = match.group(3).startswith(("/run/secrets.d/", CIPHERTEXT))
        assert inside or match.group(2) in ("1", "2"), match.group(0)
    assert sum(match.group(3).startswith("/run/secrets.d/") for match in written) >= FILES * PER_FILE
    record_property("told", f"activation: {FILES * PER_FILE} secrets from {FILES} files in {len(lines)} system calls: "
                            f"each file opened once, no process spawned, no write outside memory file systems but of "
                            "ciphertext")


def test_no_value_is_in_any_argument_of_a_call_but_the_writes_of_its_file(thousand, tmp_path):
    for line in trace(thousand, tmp_path):
        if value("") in line:
            match = WRITES.match(line)
            assert match and match.group(3).startswith("/run/secrets.d/"), line
