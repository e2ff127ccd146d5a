"""Every Catch2 case of every unit test binary, run as one item each, so that pytest's last line counts them all.

A case says that it could not run with WARN("SKIPPED: reason")."""
import re
import subprocess

import pytest

from support import places

SKIPPED = re.compile(r"SKIPPED: ([^\n]*)")


def unit_cases():
    for build in places.build_directories():
        for binary in sorted((build / "tests").glob("test_*")):
            if binary.is_file() and binary.suffix == "":
                layer = binary.name.removeprefix("test_")
                for name in case_names(binary):
                    yield pytest.param(binary, name, id=f"{build.name}/{layer}: {name}")


def case_names(binary):
    # The exit status is the number of names.
    listed = subprocess.run([binary, "--list-test-names-only"], capture_output=True, text=True, timeout=60, check=False)
    if listed.stderr:
        raise RuntimeError(f"{binary}: {listed.stderr}")
    return listed.stdout.splitlines()


@pytest.mark.parametrize("binary, name", unit_cases())
def test_unit(binary, name, tmp_path):
    escaped = re.sub(r'([\\,\[\]*"])', r"\\\1", name)
    done = subprocess.run([binary, escaped, "--warn", "NoTests"], capture_output=True, text=True, errors="replace",
                          timeout=600, check=False, cwd=tmp_path, stdin=subprocess.DEVNULL)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    skipped = SKIPPED.search(output)
    if skipped:
        pytest.skip(skipped.group(1))


def test_there_are_unit_tests():
    assert list(unit_cases()), f"no unit test binaries below {places.build_directories()}; run tests/run"
