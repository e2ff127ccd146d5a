"""edit: plaintext on a memory file system only, nothing lost, nothing left."""
import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

CANARY = "canary-7c1f2e"
SHM = Path("/dev/shm")

pytestmark = pytest.mark.skipif(not SHM.is_dir(), reason="needs /dev/shm")


@pytest.fixture
def editor(store, tmp_path):
    """editor("sh commands; $1 is the file") -> the environment that makes it the editor."""
    def make(script):
        path = tmp_path / "editor"
        path.write_text("#!/bin/sh\nset -e\n" + script)
        path.chmod(0o755)
        return {"EDITOR": str(path), "VISUAL": None, "XDG_RUNTIME_DIR": None}
    return make


@pytest.fixture(autouse=True)
def nothing_is_left():
    before = set(SHM.glob("bestow-edit-*"))
    yield
    assert set(SHM.glob("bestow-edit-*")) <= before


def test_an_edit_changes_what_was_edited(store, editor, sops):
    store.accepting("set", "db/password", input="old")
    store("set", "db/user", input="bob")
    before = store.read("secrets/db.yaml").decode().splitlines()
    store("edit", "secrets/db.yaml", env=editor("sed -i 's/old/new/' $1\necho '# note' >> $1\n"))
    assert store("get", "db/password").stdout == b"new"
    after = store.read("secrets/db.yaml").decode().splitlines()
    user = [line for line in before if line.startswith("user:")]
    assert user and user[0] in after
    assert "note" in sops("decrypt", "secrets/db.yaml").text


def test_the_plaintext_lies_in_memory_and_is_private(store, editor, tmp_path):
    store.accepting("set", "db/password", input=CANARY)
    env = editor(f"""stat -f -c %T "$1" > {tmp_path}/facts; stat -c %a "$1" >> {tmp_path}/facts
stat -c %a "$(dirname "$1")" >> {tmp_path}/facts; echo "$TMPDIR" >> {tmp_path}/facts; echo "$1" >> {tmp_path}/facts
grep -c {CANARY} "$1" >> {tmp_path}/facts
echo {CANARY} > "$TMPDIR/.db.yaml.swp"; mkdir "$TMPDIR/undo"; echo {CANARY} > "$TMPDIR/undo/x"\n""")
    store("edit", "db/password", env=env)
    kind, mode, folder_mode, folder, path, found = (tmp_path / "facts").read_text().split()
    assert kind in ("tmpfs", "ramfs") and mode == "600" and folder_mode == "700" and found == "1"
    assert path == f"{folder}/db.yaml" and not Path(folder).exists()


def test_nothing_changed_writes_nothing(store, editor):
    store.accepting("set", "db/password", input="x")
    before, inode = store.files(), os.stat(store.path / "secrets/db.yaml").st_ino
    assert "unchanged" in store("edit", "secrets/db.yaml", env=editor("touch $1\n")).stderr
    assert store.files() == before and os.stat(store.path / "secrets/db.yaml").st_ino == inode


def test_an_editor_that_fails_changes_nothing(store, editor):
    store.accepting("set", "db/password", input="x")
    before = store.files()
    assert "exit status 7" in store("edit", "secrets/db.yaml", env=editor("echo y >> $1; exit 7\n"), status=1).stderr
    assert "removed" in store("edit", "secrets/db.yaml", env=editor("rm $1\n"), status=1).stderr
    result = store("edit", "secrets/db.yaml", env={"EDITOR": "/nonexistent", "VISUAL": None}, status=1)
    assert "/nonexistent" in result.stderr
    assert store.files() == before


def test_a_new_file_starts_with_its_declared_keys(store, editor, tmp_path):
    env = editor(f"cp $1 {tmp_path}/start; sed -i 's/password: \"\"/password: pw/; s/user: \"\"/user: bob/' $1\n")
    store.accepting("edit", "db/password", env=env)
    assert (tmp_path / "start").read_text() == 'password: ""\nuser: ""\n'
    assert store("get", "db/password").stdout == b"pw"
    store.accepting("edit", "secrets/dns.yaml", env=editor("true\n"))
    assert "secrets/dns.yaml" not in store.files()


def test_a_new_file_is_confirmed_before_it_is_edited(store, editor):
    assert "web1" in store("edit", "db/password", env=editor("exit 9\n"), status=2).stderr


def test_without_a_terminal_a_mistake_is_an_error(store, editor):
    store.accepting("set", "db/password", input="x")
    before = store.files()
    result = store("edit", "secrets/db.yaml", env=editor(f"echo 'a: [{CANARY}' >> $1\n"), status=1)
    assert "line" in result.stderr and CANARY not in result.stderr
    assert store.files() == before


def test_a_mistake_goes_back_to_the_editor(store, editor, at_terminal, tmp_path):
    store.accepting("set", "db/password", input="x")
    env = editor(f"""if [ -e {tmp_path}/second ]; then cp $1 {tmp_path}/kept; sed -i 's/: \\[/: y/' $1
else touch {tmp_path}/second; echo 'added: [' >> $1; fi\n""")
    env = {name: value for name, value in env.items() if value}
    status, shown = at_terminal(["edit", "secrets/db.yaml"], [("[Y/n]", "\n")], env)
    assert status == 0, shown
    assert "added: [" in (tmp_path / "kept").read_text()
    assert store("get", "-f", "secrets/db.yaml", "added").stdout == b"y"


def test_giving_up_keeps_nothing(store, editor, at_terminal):
    store.accepting("set", "db/password", input="x")
    before = store.files()
    env = {name: value for name, value in editor("echo 'a: [' >> $1\n").items() if value}
    status, shown = at_terminal(["edit", "secrets/db.yaml"], [("editor? [Y/n] ", "n\n")], env)
    assert shown.count("/n]") == 1 and status == 1 and store.files() == before


def test_somebody_elses_change_is_not_lost(store, editor, program):
    store.accepting("set", "db/password", input="x")
    env = editor(f"cd {store.path}; printf other | {program} set db/user; echo 'mine: 1' >> $1\n")
    result = store("edit", "secrets/db.yaml", env=env, status=1)
    assert "somebody else" in result.stderr
    assert store("get", "db/user").stdout == b"other"


def test_a_signal_leaves_nothing_behind(store, editor, program, environment, tmp_path):
    store.accepting("set", "db/password", input=CANARY)
    before = store.files()
    for number in (signal.SIGTERM, signal.SIGHUP):
        (tmp_path / "started").unlink(missing_ok=True)
        env = editor(f"touch {tmp_path}/started; exec sleep 60\n")
        merged = {**environment, **env}
        process = subprocess.Popen([program, "edit", "secrets/db.yaml"], cwd=store.path, start_new_session=True,
                                   env={name: value for name, value in merged.items() if value is not None},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (tmp_path / "started").exists():
            time.sleep(0.01)
        assert list(SHM.glob("bestow-edit-*"))
        process.send_signal(number)
        assert process.wait(timeout=30) == -number
        assert not list(SHM.glob("bestow-edit-*"))
    assert store.files() == before


def test_what_a_killed_run_left_goes_with_the_next(store, editor):
    stale = SHM / "bestow-edit-0123456789abcdef"
    stale.mkdir(mode=0o700)
    (stale / "db.yaml").write_text(CANARY)
    store.accepting("set", "db/password", input="x")
    store("edit", "secrets/db.yaml", env=editor("true\n"))
    assert not stale.exists()


def test_without_a_memory_file_system_nothing_is_edited(store, editor, run, program, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    store.accepting("set", "db/password", input=CANARY)
    env = editor("exit 9\n")
    if run("stat", "-f", "-c", "%T", tmp_path).text.strip() in ("tmpfs", "ramfs"):
        pytest.skip("needs a temporary folder on a disk")
    result = run("unshare", "-m", "sh", "-c",
                 f"mount --bind {tmp_path} /dev/shm && exec {program} edit secrets/db.yaml", cwd=store.path, env=env,
                 status=1)
    assert "memory file system" in result.stderr


def test_a_binary_document_is_edited_too(store, editor):
    store.accepting("set", "disk", "--raw", input=b"one\n")
    store("edit", "disk", env=editor("echo two >> $1\n"))
    assert store("get", "disk").stdout == b"one\ntwo\n"
    store("edit", "disk", env=editor(": > $1\n"), status=1)


def test_editors_with_arguments_go_through_a_shell(store, tmp_path):
    store.accepting("set", "db/password", input="x")
    (tmp_path / "my editor").write_text("#!/bin/sh\n[ \"$1\" = --wait ] && sed -i s/x/y/ \"$2\"\n")
    (tmp_path / "my editor").chmod(0o755)
    store("edit", "secrets/db.yaml", env={"VISUAL": f"'{tmp_path}/my editor' --wait", "XDG_RUNTIME_DIR": None})
    assert store("get", "db/password").stdout == b"y"
