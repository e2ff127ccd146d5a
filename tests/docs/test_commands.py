"""Every command that README.md and bestow(1) show is run, in order, as a reader would type it."""
import subprocess

import pytest

from support import documents
from support.keys import ssh_keygen
from support.places import ROOT


def script_of(blocks, prompts):
    lines = ["set -eu -o pipefail"]
    for block in blocks:
        for prompt, command in block:
            if prompt in prompts:
                lines += [f"echo {quote('> ' + command)} >&2", command]
    return "\n".join(lines) + "\n"


def quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


@pytest.fixture
def reader(home, environment, program, tmp_path):
    """Somebody with an SSH key, bestow in PATH, and nothing else."""
    ssh_keygen(home / ".ssh" / "id_ed25519", comment="alice@laptop")
    # git.example.org is where the commands are run.
    return {**environment, "PATH": f"{program.parent}:{environment['PATH']}", "USER": "alice", "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{tmp_path}/.insteadOf", "GIT_CONFIG_VALUE_0": "https://git.example.org/"}


def host_key(folder):
    ssh_keygen(folder / "ssh_host_ed25519_key", comment="root@harbor")


SESSIONS = {"README.md": lambda: documents.console_blocks((ROOT / "README.md").read_text()),
            "bestow.1": documents.man_sessions}


@pytest.mark.root
@pytest.mark.parametrize("page", SESSIONS)
def test_every_command_shown_works(page, machine, reader, tmp_path):
    blocks = SESSIONS[page]()
    assert sum(map(len, blocks)) > 5
    host_key(machine.path("/etc/ssh"))
    machine.run("bash", "-c", script_of(blocks, "$#"), cwd=tmp_path, env=reader)


@pytest.mark.parametrize("page", SESSIONS)
def test_the_operators_commands_shown_work(page, reader, run, tmp_path):
    host_key(tmp_path / "etc-ssh")
    script = script_of(SESSIONS[page](), "$").replace("/etc/ssh/", f"{tmp_path}/etc-ssh/")
    run("bash", "-c", script, cwd=tmp_path, env=reader)


def policy_examples():
    if not (ROOT / "man" / "bestow.yaml.5").exists():
        return
    [whole] = documents.marked_blocks("bestow.yaml.5", "whole policy")
    yield pytest.param(whole, id="whole")
    for fragment in documents.marked_blocks("bestow.yaml.5", "policy"):
        sections = documents.sections_of_policy(whole)
        replaced = documents.sections_of_policy(fragment)
        assert replaced, fragment
        # The fragment's templates and secrets belong together; the example's others would miss their secrets.
        if "secrets" in replaced:
            sections.pop("templates", None)
        yield pytest.param("".join({**sections, **replaced}.values()), id="+".join(replaced))


@pytest.mark.parametrize("policy", policy_examples())
def test_every_policy_shown_is_one(policy, bestow, tmp_path):
    for name, text in {"bestow.yaml": policy, "hosts/example.yaml": "hosts: {}\n",
                       "teams/example.yaml": "secrets: {}\n"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(policy if name == "bestow.yaml" else text)
    bestow("list", cwd=tmp_path)


def test_a_policy_with_a_mistake_would_be_noticed(bestow, tmp_path):
    [whole] = documents.marked_blocks("bestow.yaml.5", "whole policy")
    (tmp_path / "bestow.yaml").write_text(whole.replace("restart:", "restrat:"))
    assert "restart" in bestow("list", cwd=tmp_path, status=2).stderr


def test_the_set_up_commands_of_the_readme_are_there():
    text = (ROOT / "README.md").read_text()
    for command in ("./examples/quickstart", "./tests/run"):
        assert f"\n{command} " in text
        assert (ROOT / command).stat().st_mode & 0o111
        subprocess.run(["bash", "-n", ROOT / command], check=True)
