"""edit with real editors whose users have switched on every copy that they can keep: nothing of the plaintext is left
anywhere, while the same editor with the same settings leaves it when it is run by itself."""
import os
import pty
import select
import shutil
import signal
import time
from pathlib import Path

import pytest

CANARY, TYPED = "canary-93ad17", "typed-4e08b2"

VIMRC = """\
set backup writebackup undofile swapfile updatecount=1 viminfo='100,<1000,s100,h
set backupdir={home}/vim-copies directory={home}/vim-copies undodir={home}/vim-copies
"""
NVIMRC = VIMRC.replace("viminfo='100,<1000,s100,h", "shada='100,<1000,s100,h")
EMACS = """\
(setq make-backup-files t backup-by-copying t vc-make-backup-files t auto-save-default t auto-save-interval 20
      backup-directory-alist '(("." . "{home}/emacs-copies"))
      auto-save-file-name-transforms '((".*" "{home}/emacs-copies/" t))
      savehist-file "{home}/emacs-copies/history" savehist-additional-variables '(kill-ring))
(savehist-mode 1)
(defun yes-or-no-p (&rest _) t)
"""
NANORC = 'set backup\nset backupdir "{home}/nano-copies"\nset historylog\n'

#: name: (command line, its settings, what the screen shows when it is ready, what is typed; each after a moment)
EDITORS = {
    "vim": ("vim", {".vimrc": VIMRC}, [f"yyGonew: {TYPED}\x1b", ":w\r", "Goagain: x\x1b", ":wq\r"]),
    "nvim": ("nvim", {".config/nvim/init.vim": NVIMRC}, [f"yyGonew: {TYPED}\x1b", ":w\r", "Goagain: x\x1b", ":wq\r"]),
    "emacs": ("emacs -nw", {".emacs": EMACS},
              ["\x1b>", f"new: {TYPED}\r", "\x18\x13", f"x: {TYPED}", "\x01\x0b", "\x18\x13", "\x18\x03"]),
    "nano": ("nano", {".config/nano/nanorc": NANORC}, [f"new: {TYPED}\r", "\x0f\r", "again: x\r", "\x0f\r", "\x18"]),
}


def type_at(argv, environment, folder, ready, keys, then=None):
    """Runs a program at a terminal; types when `ready` has been shown; its exit status."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe(str(argv[0]), [str(word) for word in argv], {**environment, "TERM": "xterm"})
    shown, waiting, deadline = b"", list(keys), time.monotonic() + 60
    last = time.monotonic()
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                piece = b""
            if not piece:
                break
            shown, last = shown + piece, time.monotonic()
        elif ready.encode() in shown and time.monotonic() - last > 0.5:
            if waiting:
                os.write(terminal, waiting.pop(0).encode())
                last = time.monotonic()
            elif then:
                then()
                then = None
    else:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    os.close(terminal)
    assert not waiting, f"the editor ended too early: {shown[-2000:]!r}"
    return os.waitstatus_to_exitcode(status), shown.decode(errors="replace")


def left_behind(places, *words):
    found = []
    for place in places:
        for path in (path for path in Path(place).rglob("*") if path.is_file() and not path.is_symlink()):
            try:
                content = path.read_bytes()
            except OSError:
                continue
            found += [str(path) for word in words if word.encode() in content]
    return found


@pytest.fixture(params=EDITORS)
def editor(request, home):
    command, settings, keys = EDITORS[request.param]
    if not shutil.which(command.split()[0]):
        pytest.skip(f"{request.param} is not installed")
    for name, text in settings.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text.replace("{home}", str(home)))
    (home / f"{request.param.replace('nvim', 'vim')}-copies").mkdir()
    return command, keys


def test_by_itself_the_editor_leaves_copies(editor, environment, home, tmp_path):
    """Else the next test would show nothing."""
    command, keys = editor
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "db.yaml").write_text(f"password: {CANARY}\n")
    type_at([*command.split(), folder / "db.yaml"], environment, folder, CANARY, keys)
    assert TYPED in (folder / "db.yaml").read_text()
    assert left_behind([home], CANARY, TYPED)


def test_edit_leaves_nothing(editor, store, program, environment, home, tmp_path):
    command, keys = editor
    store.accepting("set", "db/password", input=CANARY)
    own = {**environment, "EDITOR": command}
    own.pop("VISUAL", None)
    status, shown = type_at([program, "edit", "secrets/db.yaml"], own, store.path, CANARY, keys)
    assert status == 0, shown
    assert TYPED in store("decrypt", "secrets/db.yaml").text
    assert "does not know" not in shown
    assert not left_behind([home, tmp_path, "/var/tmp", "/dev/shm"], CANARY, TYPED)


def test_an_unknown_editor_is_told_of(store, program, environment, tmp_path):
    store.accepting("set", "db/password", input=CANARY)
    script = tmp_path / "my-editor"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    result = store("edit", "secrets/db.yaml", env={"EDITOR": str(script), "VISUAL": None})
    assert "my-editor" in result.stderr and "copies" in result.stderr
