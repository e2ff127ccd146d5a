"""Lines per file and per function of src/: printed, and kept below the limits of sizes.toml."""
import shutil
import statistics
import subprocess
import tomllib
from pathlib import Path

import pytest

from support.places import ROOT

LIMITS = tomllib.loads((Path(__file__).parent / "sizes.toml").read_text())


def file_sizes():
    return {str(path.relative_to(ROOT)): len(path.read_text().splitlines())
            for path in sorted((ROOT / "src").rglob("*.[ch]pp"))}


def function_sizes():
    """{"file:function": lines}; a name that is overloaded counts with its longest."""
    if not shutil.which("ctags"):
        pytest.skip("ctags (Debian: universal-ctags) is not installed")
    listed = subprocess.run(
        ["ctags", "-x", "--languages=C++", "--kinds-C++=f", "--langmap=C++:.cpp.hpp", "--_xformat=%n %{end} %F %N",
         "-R", "src"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [(f"{file}:{name}", int(end) - int(start) + 1)
            for start, end, file, name in (line.split(maxsplit=3) for line in listed.splitlines()) if end.isdigit()]


def ninth_decile(sizes):
    return sorted(sizes)[int(0.9 * (len(sizes) - 1))]


def complaints(kind, sizes):
    limits, allowed = LIMITS[kind], LIMITS["allowed"][kind]
    longest = {}
    for name, lines in sizes:
        longest[name] = max(lines, longest.get(name, 0))
    for name, lines in longest.items():
        entry = allowed.get(name)
        if lines > limits["never"]:
            yield f"{name}: {lines} lines; never more than {limits['never']}"
        elif lines > limits["look_twice"] and entry is None:
            yield f"{name}: {lines} lines; past {limits['look_twice']} it needs a reason in sizes.toml"
        elif entry is not None and lines > entry["lines"]:
            yield f"{name}: {lines} lines, was allowed {entry['lines']}; it may only shrink"
    for name, entry in allowed.items():
        if longest.get(name, 0) <= limits["look_twice"]:
            yield f"{name}: is short enough now; take it out of sizes.toml"
        assert entry["reason"]


@pytest.mark.parametrize("kind, measure", [("files", lambda: list(file_sizes().items())), ("functions", function_sizes)])
def test_sizes(kind, measure, record_property):
    sizes = measure()
    lines = [size for _, size in sizes]
    record_property("told", f"{len(lines)} {kind} in src/: lines median {statistics.median(lines):g}, 90th percentile "
                                      f"{ninth_decile(lines)}, longest {max(lines)}")
    assert list(complaints(kind, sizes)) == []


def test_what_is_too_long_would_be_found():
    assert len(list(complaints("files", [("a", 401), ("b", 601), ("c", 400)]))) == 2 + len(LIMITS["allowed"]["files"])
