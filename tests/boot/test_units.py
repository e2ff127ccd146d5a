"""The units as they are installed, without booting: correct, sandboxed, and each knows where the program is."""
import os
import re
import shutil

import pytest

from support import places
from support.process import run

# What gives a service a mount namespace of its own (systemd.exec(5)): its mounts would be seen by nobody else.
NAMESPACED = re.compile(r"^(Protect(System|Home|KernelTunables|KernelModules|KernelLogs|ControlGroups|Proc)|ProcSubset|"
                        r"Private(Tmp|Devices|Mounts|IPC)|(ReadWrite|ReadOnly|Inaccessible|Exec|NoExec)Paths|"
                        r"TemporaryFileSystem|Bind(ReadOnly)?Paths|Root(Directory|Image)|MountAPIVFS|DynamicUser|"
                        r"(Runtime|State|Cache|Logs|Configuration)Directory|LoadCredential|SetCredential)=", re.M)
SYSTEM_UNITS = ["bestow-early.service", "bestow-owners.path", "bestow-owners.service", "bestow-refresh.path", "bestow-refresh.service", "bestow-refresh.timer",
                "bestow-store.service", "bestow.service", "bestow.target"]
# How much each may be exposed, in tenths, by `systemd-analyze security`.
SERVICES = {"bestow.service": 15, "bestow-early.service": 15, "bestow-refresh.service": 15, "bestow-store.service": 40}
USER_UNITS = ["bestow-refresh.path", "bestow-refresh.service", "bestow.service"]


@pytest.fixture(scope="module")
def units(tmp_path_factory):
    """The folder of the system's units, installed below a prefix of their own."""
    prefix = tmp_path_factory.mktemp("prefix")
    run(["cmake", "--install", places.build_directories()[0], "--prefix", prefix])
    return prefix / "lib" / "systemd" / "system"


@pytest.fixture
def analyze():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze (Debian: systemd) is not installed")

    def call(*arguments, **variables):
        return run(["systemd-analyze", *arguments], env={**os.environ, "LC_ALL": "C.UTF-8", **variables})
    return call


def test_all_units_are_installed(units):
    assert sorted(os.listdir(units)) == SYSTEM_UNITS
    assert sorted(os.listdir(units.parent / "user")) == USER_UNITS


@pytest.mark.parametrize("unit", SYSTEM_UNITS)
def test_a_unit_is_correct(unit, units, analyze):
    told = analyze("verify", "--man=no", units / unit)
    assert told.stderr == ""


@pytest.mark.parametrize("unit", USER_UNITS)
def test_a_users_unit_is_correct(unit, units, analyze, tmp_path):
    told = analyze("verify", "--man=no", "--user", units.parent / "user" / unit, XDG_RUNTIME_DIR=str(tmp_path))
    assert told.stderr == ""


@pytest.mark.parametrize("unit", sorted(SERVICES))
def test_a_service_runs_the_installed_program(unit, units):
    [command] = re.findall(r"^ExecStart=(\S+)", (units / unit).read_text(), re.M)
    assert command == f"{units.parents[2]}/bin/bestow" and os.access(command, os.X_OK)


@pytest.mark.parametrize("unit, tenths", SERVICES.items())
def test_a_service_is_exposed_no_more_than(unit, tenths, units, analyze, record_property):
    told = analyze("security", "--offline=yes", f"--threshold={tenths}", units / unit)
    record_property("told", told.text.strip().splitlines()[-1].lstrip("→ "))


def test_whoever_mounts_has_no_mount_namespace_and_whoever_writes_cannot_mount(units):
    assert NAMESPACED.findall((units / "bestow-store.service").read_text()) == []
    for writer in ("bestow.service", "bestow-early.service", "bestow-refresh.service"):
        text = (units / writer).read_text()
        assert len(NAMESPACED.findall(text)) > 5
        assert "activate" in text and "--mount never" in text
        assert "CAP_SYS_ADMIN" not in text
