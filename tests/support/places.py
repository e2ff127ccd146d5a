"""Where things are: the checkout, the program under test, the build, the peers. Each may be overridden by a variable."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build_directories():
    """The builds whose unit tests are run: BESTOW_BUILD (several: a:b), else the newest one that has tests."""
    if os.environ.get("BESTOW_BUILD"):
        return [ROOT / name for name in os.environ["BESTOW_BUILD"].split(":")]
    builds = [ROOT / "build" / name for name in ("debug", "release", "sanitizers", "clang")]
    builds = [build for build in builds if (build / "tests").is_dir() and (build / "bestow").exists()]
    return [max(builds, key=lambda build: (build / "tests").stat().st_mtime, default=ROOT / "build" / "debug")]


def program():
    """The bestow under test: BESTOW_PROGRAM (tests/run: the installed one), else the build's own."""
    return Path(os.environ.get("BESTOW_PROGRAM") or build_directories()[0] / "bestow")


def sanitized_program():
    """The bestow of the preset `sanitizers` where that is tested besides (tests/run --sanitizers); else None."""
    return Path(os.environ["BESTOW_SANITIZED"]) if os.environ.get("BESTOW_SANITIZED") else None


def under_ci():
    return os.environ.get("CI", "") not in ("", "0", "false")
