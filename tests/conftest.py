"""What every black-box test gets. The program under test is the installed one; see support/places.py."""
import os
import shutil

import pytest

from support import keys, machine as machines, peers, places, process, tables


def pytest_generate_tests(metafunc):
    """After `tests/run --sanitizers`, what runs the program runs the sanitized one, too, unless it is slow or looks at
    calls, memory and limits."""
    if "program" in metafunc.fixturenames and places.sanitized_program():
        alone = any(metafunc.definition.get_closest_marker(name) for name in ("slow", "installed"))
        metafunc.parametrize("program", ["installed"] if alone else ["installed", "sanitized"], indirect=True)


@pytest.fixture(scope="session")
def program(request):
    sanitized = getattr(request, "param", "installed") == "sanitized"
    path = places.sanitized_program() if sanitized else places.program()
    if not path.exists():
        pytest.fail(f"there is no program {path}; run tests/run, or build and set BESTOW_PROGRAM")
    return path


@pytest.fixture
def home(tmp_path_factory):
    """A fresh home directory, with the XDG directories below it."""
    place = tmp_path_factory.mktemp("home")
    for name in (".config", ".local/state", ".local/share", ".cache", "runtime"):
        (place / name).mkdir(parents=True, mode=0o700)
    return place


@pytest.fixture
def environment(home):
    return process.clean_environment(home)


@pytest.fixture
def bestow(program, environment, tmp_path):
    """bestow(*args, input=b"", cwd=None, env=None, status=0) -> Result(status, stdout: bytes, stderr: str).

    `env` adds variables, or takes them away with None. `status` is asserted; None accepts any."""
    def call(*args, input=b"", cwd=None, env=None, status=0, **options):
        merged = {name: value for name, value in {**environment, **(env or {})}.items() if value is not None}
        return process.run([program, *args], input=input, cwd=cwd or tmp_path, env=merged, status=status, **options)
    return call


@pytest.fixture
def run(environment, tmp_path):
    """The same for any program: run("git", "init", cwd=...)."""
    def call(*argv, input=b"", cwd=None, env=None, status=0, **options):
        merged = {name: value for name, value in {**environment, **(env or {})}.items() if value is not None}
        return process.run(argv, input=input, cwd=cwd or tmp_path, env=merged, status=status, **options)
    return call


@pytest.fixture(scope="session")
def peer():
    """peer("sops") -> its path; skips when it is not there, and fails under CI unless the registry refused it."""
    def find(name):
        path, reason = peers.find_peer(name)
        if path is None:
            if places.under_ci() and not reason.startswith(peers.UNREACHABLE):
                pytest.fail(f"a peer is missing under CI: {reason}")
            pytest.skip(reason)
        return path
    return find


@pytest.fixture
def ssh_keygen(tmp_path):
    """ssh_keygen("name", kind="ed25519", ...) -> SshKey(private, public, .line, .recipient), below tmp_path/keys."""
    def make(name, kind="ed25519", **options):
        if not shutil.which("ssh-keygen"):
            pytest.skip("ssh-keygen (Debian: openssh-client) is not installed")
        return keys.ssh_keygen(tmp_path / "keys" / name, kind, **options)
    return make


@pytest.fixture
def machine(program, environment):
    """A private mount namespace with its own /etc, /run and /var/lib (root only): see support/machine.py."""
    if not machines.can_make_machines():
        pytest.skip("needs root")
    made = machines.Machine(program, environment)
    yield made
    made.close()


def pytest_collection_modifyitems(items):
    if os.geteuid() == 0:
        return
    for item in items:
        if item.get_closest_marker("root"):
            item.add_marker(pytest.mark.skip(reason="needs root"))


def pytest_terminal_summary(terminalreporter):
    """Before pytest's own last line: what tests measured (record_property("told", text)), the tables that they filled
    together, and in capitals which peers the registries refused."""
    done = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    told = [pair for report in done if report.when == "call" for pair in getattr(report, "user_properties", [])]
    for line in [value for name, value in told if name == "told"] + tables.lines_of(
            [value for name, value in told if name == tables.PROPERTY]):
        terminalreporter.write_line(str(line))
    refused = set()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if peers.UNREACHABLE in reason:
            refused.add(reason[reason.index(peers.UNREACHABLE):])
    for reason in sorted(refused):
        terminalreporter.write_line(f"{reason.upper()}: ITS TESTS WERE SKIPPED", red=True, bold=True)
