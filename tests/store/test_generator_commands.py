"""generate: command. Run only when its exact declaration was approved here; bounded; never by anything else."""
import hashlib
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import time

import pytest

from test_generate import declare, get


@pytest.fixture
def script(tmp_path):
    """script("body") -> a program outside of the store."""
    def make(body, name="generator"):
        path = tmp_path / "bin" / name
        path.parent.mkdir(mode=0o755, exist_ok=True)
        path.write_text("#!/bin/sh\n" + body)
        path.chmod(0o755)
        return path
    return make


def with_command(store, command, more=""):
    return declare(store, f"secrets:\n  db/user: {{to: [server]}}\n  db/password: {{to: [server]}}\n"
                          f"  made/value: {{to: [web1], generate: {{kind: command, command: {json.dumps(command)}{more}}}}}\n")


def approvals(store):
    return store.home / ".local/state/bestow/approved_commands"


def test_it_runs_once_it_was_approved(store, script):
    with_command(store, [str(script("echo made by $#; echo error >&2")), "a b", "$HOME"])
    told = store.accepting("generate", "--yes", status=2)
    assert "not approved to run: 'made/value'" in told.stderr and "--approve made/value" in told.stderr
    assert not (store.path / "secrets").exists() and not approvals(store).exists()
    store.accepting("generate", "--yes", "--approve", "made/value")
    assert get(store, "made/value") == "made by 2"
    told = store("rotate", "made/value", "--yes", status=1)
    assert "is the old one" in told.stderr
    assert stat.S_IMODE(approvals(store).stat().st_mode) == 0o600


@pytest.mark.parametrize("old, new", [("one", "two"), ("timeout: 30s", "timeout: 31s"), ("[db/user]", "[db/password]"),
                                      ("made/value", "made/other")])
def test_any_change_of_its_declaration_asks_anew(store, script, old, new):
    with_command(store, [str(script("head -c 9 /dev/urandom | base64")), "one"], ", timeout: 30s, inputs: [db/user]")
    store.accepting("set", "db/user", input="u")
    store("set", "db/password", input="p")
    store.accepting("generate", "--yes", "--approve", "made/value")
    before = store.files()
    store("rotate", "made/value", "--yes")
    assert store.files() != before
    store.replace(old, new)
    before = store.files()
    assert "not approved to run" in store("rotate", "made/*", "--yes", status=2).stderr
    assert store.files() == before


def test_an_approval_counts_for_one_store(store, script, tmp_path):
    with_command(store, [str(script("echo x"))])
    store.accepting("generate", "--yes", "--approve", "made/value")
    other = tmp_path / "other"
    other.mkdir()
    (other / "bestow.yaml").write_bytes(store.read("bestow.yaml"))
    assert "not approved" in store("generate", "--yes", cwd=other, status=2).stderr


def test_it_is_shown_and_asked_for_at_the_terminal(store, script, at_terminal):
    with_command(store, [str(script("echo x")), "\x1b[2Jhidden\u202e"])
    store.accepting("set", "db/user", input="u")
    store("set", "db/password", input="p", status=0)
    status, shown = at_terminal(["generate"], [("Make them?", "y\n"), ("Run them?", "n\n")])
    assert status == 2 and "\x1b[2J" not in shown and "\u202e" not in shown and "hidden" in shown
    status, shown = at_terminal(["generate", "--accept-reader", "web1"],
                                [("Make them?", "y\n"), ("Run them?", "y\n")])
    assert status == 0 and get(store, "made/value") == "x"


def test_it_gets_its_inputs_and_nothing_else(store, script):
    program = script("cat; echo; env | sort; pwd; ls -A; ls /proc/self/fd | wc -l")
    with_command(store, [str(program)], ", inputs: [db/user, db/password]")
    store.accepting("set", "db/user", input='a"\\\n\t\x01ü')
    store("set", "db/password", input="p")
    store.accepting("generate", "--yes", "--approve", "made/value",
                    env={"CANARY": "canary", "BESTOW_IDENTITY": str(store.identity)})
    lines = get(store, "made/value").split("\n")
    assert json.loads(lines[0]) == {"db/user": 'a"\\\n\t\x01ü', "db/password": "p"}
    names = {line.split("=")[0] for line in lines[1:] if "=" in line}
    assert names - {"PWD", "_", "SHLVL", "OLDPWD"} == {"PATH", "HOME", "TMPDIR", "LC_ALL", "BESTOW_SECRET",
                                                      "BESTOW_VARIANT"}
    assert "canary" not in get(store, "made/value")
    folder = next(line for line in lines if line.startswith("/"))
    assert not os.path.exists(folder) and not folder.startswith(str(store.path))
    assert lines[-1].strip() == "4"  # its three streams and that of ls


@pytest.mark.parametrize("body, why", [
    ("echo secret-canary; exit 3", "failed with exit status 3"), ("exit 0", "printed nothing"), ("echo", "printed nothing"),
    ("head -c 1048577 /dev/zero", "printed more than 1048576 bytes"), ("yes", "printed more than"),
    ("echo secret-canary; kill -9 $$", "failed with exit status 137"), ("echo secret-canary; sleep 600", "took longer than"),
    ("echo x; sleep 600 & echo secret-canary", "took longer than"), ("exec >&-; sleep 600", "took longer than")])
def test_one_that_fails_changes_nothing(store, script, body, why):
    with_command(store, [str(script(body))], ", timeout: 2s")
    before = store.files()
    told = store.accepting("generate", "--yes", "--approve", "made/value", status=1, timeout=30)
    assert why in told.stderr and "made/value" in told.stderr
    assert "secret-canary" not in told.stderr and "secret-canary" not in told.text
    assert store.files() == before


def test_one_that_is_not_there_changes_nothing(store):
    with_command(store, ["no-such-program"])
    told = store.accepting("generate", "--yes", "--approve", "made/value", status=None)
    assert told.status not in (0, None) and "no-such-program" in told.stderr
    assert not (store.path / "secrets").exists()


def test_what_hangs_is_killed_with_what_it_started(store, script, tmp_path):
    mark = tmp_path / "mark"
    body = f"(sleep 4; touch {mark}) & sleep 600"
    with_command(store, [str(script(body))], ", timeout: 1s")
    store.accepting("generate", "--yes", "--approve", "made/value", status=1)
    time.sleep(4.5)
    assert not mark.exists()


def test_a_megabyte_is_taken(store, script):
    with_command(store, [str(script("head -c 1048575 /dev/zero | tr '\\0' x; echo"))])
    store.accepting("generate", "--yes", "--approve", "made/value")
    assert len(get(store, "made/value")) == 1048575


@pytest.mark.parametrize("command", [["./generator"], ["tools/generator"], ["sh", "{store}/generator"],
                                     ["{store}/generator"], ["sh", "-c", ". {store}/generator"]])
def test_what_can_be_pushed_is_not_run(store, tmp_path, command):
    mark = tmp_path / "mark"
    for name in ("generator", "tools/generator"):
        store.write(name, f"#!/bin/sh\ntouch {mark}\necho x\n")
        (store.path / name).chmod(0o755)
    with_command(store, [word.replace("{store}", str(store.path)) for word in command])
    store.accepting("generate", "--yes", "--approve", "made/value", status=2)
    assert not mark.exists()


def test_nothing_else_runs_it(store, script, tmp_path):
    mark = tmp_path / "mark"
    with_command(store, [str(script(f"touch {mark}; echo x"))])
    store.accepting("generate", "--yes", "--approve", "made/value")
    mark.unlink()
    store.accepting("set", "db/user", input="u")
    store("set", "db/password", input="p")
    commands = (["check"], ["list"], ["who", "web1"], ["sync"], ["bundle", "web1", "-o", tmp_path / "bundle"],
                ["get", "made/value"], ["generate"], ["generate", "--dry-run"], ["rotate", "made/value", "--dry-run"],
                ["edit", "secrets/made.yaml"], ["unset", "made/value"], ["check"], ["list"],
                ["generate", "--dry-run"], ["sync", "--dry-run"])
    for args in commands:
        store(*args, status=None, env={"EDITOR": "true"})
        assert not mark.exists(), args
    store("generate", "--yes")
    assert mark.exists()


@pytest.mark.root
@pytest.mark.parametrize("whole", [False, True])
def test_a_host_runs_nothing(store, script, tmp_path, machine, whole):
    mark = tmp_path / "mark"
    with_command(store, [str(script(f"touch {mark}; echo x"))])
    store.replace("  db/user: {to: [server]}\n  db/password: {to: [server]}\n", "")
    store.write("bestow.yaml", store.read("bestow.yaml").decode().partition("templates:")[0])
    store.accepting("generate", "--yes", "--approve", "made/value")
    mark.unlink()
    store("bundle", "web1", "-o", tmp_path / "bundle")
    assert "generator" not in (tmp_path / "bundle" / "manifest.json").read_text()
    machine.path("/var/lib/bestow").mkdir(parents=True, exist_ok=True)
    shutil.copytree(store.path if whole else tmp_path / "bundle", machine.path("/var/lib/bestow/store"))
    machine.path("/etc/ssh").mkdir(parents=True, exist_ok=True)
    shutil.copy(store.hosts["web1"].private, machine.path("/etc/ssh/ssh_host_ed25519_key"))
    machine.bestow("activate")
    assert machine.path("/run/secrets/made/value").read_text() == "x"
    machine.bestow("status", status=None)
    assert not mark.exists()


@pytest.mark.parametrize("command", [("generate",), ("rotate", "made/value")])
def test_what_would_run_is_shown_as_a_shell_takes_it(store, script, command):
    program = script("head -c 9 /dev/urandom | base64")
    with_command(store, [str(program), "a b", "it's"])
    line = f"runs {program} 'a b' 'it'\\''s', which is "
    assert line + "not approved here yet" in store(*command, "--dry-run").text
    assert line + "approved" in store(*command, "--dry-run", "--approve", "made/value").text
    assert not approvals(store).exists()
    assert "(" + line[5:-11] + ")" in store.accepting("generate", "--yes", status=2).stderr
    store.accepting("generate", "--yes", "--approve", "made/value")
    store.path.joinpath("secrets/made.yaml").unlink()
    assert line + "approved" in store(*command, "--dry-run").text


def approved(store, program, *words):
    with_command(store, [str(program), *words])
    store.accepting("generate", "--yes", "--approve", "made/value")
    store("rotate", "made/value", "--yes")


RANDOM = "head -c 9 /dev/urandom | base64"


def test_another_program_under_the_same_name_asks_anew(store, script, tmp_path):
    program = script(RANDOM)
    approved(store, program)
    before = store.files()
    program.write_text(f"#!/bin/sh\n{RANDOM} # and more\n")
    assert "not approved to run" in store("rotate", "made/value", "--yes", status=2).stderr
    assert store.files() == before
    assert "which is not approved here yet" in store("rotate", "made/value", "--dry-run").text
    program.write_text(f"#!/bin/sh\n{RANDOM}")
    store("rotate", "made/value", "--yes")


def test_a_link_that_leads_elsewhere_asks_anew(store, script, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(script(RANDOM))
    approved(store, link)
    link.unlink()
    link.symlink_to(script(RANDOM, "twin"))  # the same content
    assert "not approved to run" in store("rotate", "made/value", "--yes", status=2).stderr


def folder_with(tmp_path, folder, name, body):
    (tmp_path / folder).mkdir(parents=True)
    for place in (tmp_path / folder, (tmp_path / folder).parent):
        place.chmod(0o755)  # whatever the umask
    program = tmp_path / folder / name
    program.write_text("#!/bin/sh\n" + body)
    program.chmod(0o755)
    return tmp_path / folder


def test_what_comes_first_in_path_asks_anew(store, environment, tmp_path):
    usual = environment["PATH"]
    one = folder_with(tmp_path, "one", "gen-value", RANDOM)
    two = folder_with(tmp_path, "two", "gen-value", RANDOM + "\n")
    with_command(store, ["gen-value"])
    store.accepting("generate", "--yes", "--approve", "made/value", env={"PATH": f"{one}:{usual}"})
    store("rotate", "made/value", "--yes", env={"PATH": f"{one}:{two}:{usual}"})
    told = store("rotate", "made/value", "--yes", env={"PATH": f"{two}:{one}:{usual}"}, status=2)
    assert "not approved to run" in told.stderr


def test_no_folder_of_path_can_be_pushed(store, environment, tmp_path):
    """Relative ones, which the working directory decides, and those of the work tree are left out, for it as for what
    it starts."""
    usual = environment["PATH"]
    mark = tmp_path / "mark"
    store.write("bin/gen-value", f"#!/bin/sh\ntouch {mark}\necho x\n")
    (store.path / "bin/gen-value").chmod(0o755)
    way = tmp_path / "way"
    way.symlink_to(store.path / "bin")
    with_command(store, ["gen-value"])
    for place in (".", "", "bin", store.path / "bin", way):
        told = store.accepting("generate", "--yes", "--approve", "made/value", env={"PATH": f"{place}:{usual}"},
                               cwd=store.path / "bin" if place in (".", "") else store.path, status=1)
        assert "there is no program 'gen-value' in PATH" in told.stderr and not mark.exists()
    good = folder_with(tmp_path, "good", "outer", "gen-value || echo none; echo $PATH")
    with_command(store, ["outer"])
    store.accepting("generate", "--yes", "--approve", "made/value",
                    env={"PATH": f"{store.path / 'bin'}:.:{good}:{usual}"})
    assert get(store, "made/value") == f"none\n{good}:{usual}"
    assert not mark.exists()


def test_nothing_of_the_git_work_tree_is_run(store, script, tmp_path, run):
    outer = tmp_path / "repository"
    (outer / "tools").mkdir(parents=True)
    shutil.move(store.path, outer / "store")
    store.path = outer / "store"
    run("git", "init", "-q", cwd=outer)
    mark = tmp_path / "mark"
    program = outer / "tools/gen"
    program.write_text(f"#!/bin/sh\ntouch {mark}\necho x\n")
    program.chmod(0o755)
    link = tmp_path / "link"
    link.symlink_to(program)
    folders = tmp_path / "folders"
    folders.symlink_to(outer)
    for words in ([program], [link], ["sh", program], ["sh", link], ["env", f"A={link}", "true"],
                  [store.path / ".." / "tools" / "gen"], ["sh", f"/{program}"],
                  ["env", f"PYTHONPATH=/usr/lib/python3:{outer}", "true"], ["env", f"A=/usr:{folders}", "true"],
                  ["env", f"A=/usr,{folders}/tools;/bin", "true"], ["sh", "-c", f"cd {outer}; . tools/gen"],
                  ["sh", "-c", f"cd /usr/..{outer}/store/.. && . tools/gen"], ["sh", "-c", f"cd '{folders}'"],
                  ["sh", f"../../../../../../..{program}"], ["sh", folders / "tools" / "later"], ["true", outer],
                  ["true", f"-I{folders}"], ["sh", "-c", f"cd '{outer}'&&. tools/gen"]):
        with_command(store, [str(word) for word in words])
        told = store.accepting("generate", "--yes", "--approve", "made/value", status=2)
        assert "work tree" in told.stderr and not mark.exists(), words
        assert "work tree" in store("generate", "--dry-run", status=2).stderr


def test_a_path_that_only_looks_like_the_work_tree_is_let_through(store, script):
    words = [f"{store.path}-other/x", f"A=/usr/bin:{store.path.parent}", "https://example.com/a:b", "s/a/b/", "/", "//"]
    with_command(store, [str(script("echo $#")), *words])
    store.accepting("generate", "--yes", "--approve", "made/value")
    assert get(store, "made/value") == str(len(words))


def test_a_command_of_very_many_paths_is_refused_at_once(store, script):
    with_command(store, [str(script("echo x")), "/usr/.." * 30000])
    assert "more than 1000 paths" in store("generate", "--dry-run", status=2, timeout=10).stderr


def refused_at_once(store, why):
    """Whether it is shown or done, and whatever was said beforehand."""
    store.accepting("set", "db/user", input="u", status=None)
    store("set", "db/password", input="p", status=None)
    before = store.files()
    for args in (["generate", "--dry-run"], ["generate", "--dry-run", "--approve", "made/value"],
                 ["generate", "--yes", "--approve", "made/value"], ["rotate", "made/value", "--dry-run"],
                 ["rotate", "made/value", "--yes", "--approve", "made/value"]):
        told = store.accepting(*args, status=2, timeout=10)
        assert why in told.stderr and "secret 'made/value'" in told.stderr and "runs " not in told.text, args
    assert store.files() == before and not approvals(store).exists()


@pytest.mark.parametrize("what", ["/dev/zero", "/dev/null", "fifo", "folder", "socket"])
def test_what_is_no_file_is_refused_at_once(store, tmp_path, what):
    path = what if what.startswith("/") else str(tmp_path / what)
    if what == "fifo":
        os.mkfifo(path, 0o755)
    elif what == "folder":
        os.mkdir(path, 0o755)
    elif what == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path)
    with_command(store, [path])
    refused_at_once(store, f"the program '{path}' is not a regular file")


def test_what_comes_on_standard_input_is_not_read(store, program, environment):
    """Neither without end nor waited for."""
    with_command(store, ["/dev/stdin"])
    reading, writing = os.pipe()
    endless = os.open("/dev/zero", os.O_RDONLY)
    for stdin, status, why in ((endless, 2, "'/dev/zero' is not a regular file"), (reading, 0, "")):
        told = subprocess.run([program, "generate", "--dry-run"], stdin=stdin, cwd=store.path, env=environment,
                              capture_output=True, text=True, timeout=10, check=False)
        assert told.returncode == status and why in told.stderr
        assert "which is approved" not in told.stdout
    for fd in (reading, writing, endless):
        os.close(fd)


@pytest.mark.parametrize("size, why", [(100, "is not executable"), (2 ** 30 + 1, "is larger than 1073741824 bytes")])
def test_what_could_not_be_run_is_not_read(store, tmp_path, size, why):
    path = tmp_path / "file"
    path.touch()
    os.truncate(path, size)
    path.chmod(0o644 if size == 100 else 0o755)
    with_command(store, [str(path)])
    refused_at_once(store, why)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("mode", [0o775, 0o757])
def test_what_others_could_exchange_is_not_run(store, tmp_path, level, mode):
    folder = folder_with(tmp_path, "upper/lower", "gen", "echo x")
    for path in (tmp_path / "upper", folder):
        path.chmod(0o755)
    place = [folder / "gen", folder, tmp_path / "upper"][level]
    place.chmod(mode)
    with_command(store, [str(folder / "gen")])
    refused_at_once(store, f"'{place}' can be written by others")
    if level:
        place.chmod(0o1000 | mode)  # sticky: they may add, and exchange nothing
    else:
        place.chmod(0o755)
    store.accepting("generate", "--yes", "--approve", "made/value")


@pytest.mark.root
@pytest.mark.parametrize("place", ["upper/lower/gen", "upper/lower", "upper"])
def test_what_belongs_to_another_user_is_not_run(store, tmp_path, place):
    folder = folder_with(tmp_path, "upper/lower", "gen", "echo x")
    os.chown(tmp_path / place, 12345, 0)
    with_command(store, [str(folder / "gen")])
    refused_at_once(store, f"'{tmp_path / place}' belongs to another user")


@pytest.mark.parametrize("change", ["echo '# more' >> {0}", "cp {0} {0}.new; echo : >> {0}.new; mv {0}.new {0}",
                                    "chmod 777 {0}", "rm {0}; ln -s /bin/true {0}", "rm {0}"])
def test_a_program_exchanged_after_it_was_approved_does_not_run(store, script, tmp_path, change):
    """By another command of the same run, which comes after all that was asked."""
    mark = tmp_path / "mark"
    second = script(f"touch {mark}; echo x", "second")
    first = script(change.format(second) + "; echo first", "first")
    declare(store, "secrets:\n"
                   f"  made/first: {{to: [web1], generate: {{kind: command, command: [{first}]}}}}\n"
                   f"  made/second: {{to: [web1], generate: {{kind: command, command: [{second}], inputs: [made/first]}}}}\n")
    before = store.files()
    told = store.accepting("generate", "--yes", "--approve", "made/first", "--approve", "made/second", status=None)
    assert str(second) in told.stderr and not mark.exists() and store.files() == before
    if "more" in change or "mv" in change:
        assert told.status == 2 and "is not the program that was approved any more" in told.stderr
        assert "run this again" in told.stderr
    assert told.status != 0


def test_what_was_approved_is_what_runs_under_its_own_name(store, tmp_path):
    """A program that goes by several names is told the one that was declared."""
    folder = folder_with(tmp_path, "many", "real", "")
    shutil.copy("/bin/sh", folder / "real")
    (folder / "name-of-it").symlink_to("real")
    with_command(store, [str(folder / "name-of-it"), "-c", "echo $0; readlink /proc/$$/exe"])
    store.accepting("generate", "--yes", "--approve", "made/value")
    assert get(store, "made/value") == f"{folder}/name-of-it\n{folder}/real"


def test_an_approval_of_before_that_knew_less_does_not_count(store, script):
    program = script(RANDOM)
    with_command(store, [str(program)])
    declaration = json.dumps({"secret": "made/value", "per": "", "command": [str(program)], "inputs": [], "timeout": 60},
                             separators=(",", ":"))
    approvals(store).parent.mkdir(parents=True, exist_ok=True)
    line = f"{store.path}\tmade/value\t{hashlib.sha256(declaration.encode()).hexdigest()}\n"
    approvals(store).write_text(line)
    assert "not approved to run" in store.accepting("generate", "--yes", status=2).stderr
    store.accepting("generate", "--yes", "--approve", "made/value")
    kept = approvals(store).read_text()
    assert line in kept and len(kept.splitlines()) == 2


def test_what_leaves_its_session_is_killed_too(store, script, tmp_path):
    number = tmp_path / "number"
    stray = f"setsid sh -c 'setsid sleep 600 <&- >&- 2>&- & echo $! > {number}' & while ! [ -s {number} ]; do :; done\n"
    with_command(store, [str(script(stray + "sleep 600"))], ", timeout: 2s")
    store.accepting("generate", "--yes", "--approve", "made/value", status=1)
    assert not is_running(number)
    number.unlink()
    with_command(store, [str(script(stray + "echo x"))])
    store.accepting("generate", "--yes", "--approve", "made/value")
    assert get(store, "made/value") == "x" and not is_running(number)


def is_running(number):
    return os.path.exists(f"/proc/{int(number.read_text())}")


@pytest.mark.parametrize("closing", ["", "exec >&-; "])
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_ends_and_leaves_nothing(store, script, program, environment, tmp_path, closing, ending):
    number = tmp_path / "number"
    folder = tmp_path / "folder"
    body = (f"{closing}setsid sleep 600 <&- >/dev/null 2>&- & echo $! > {number}.new; pwd > {folder}; "
            f"mv {number}.new {number}; sleep 600")
    with_command(store, [str(script(body))], ", timeout: 1h")
    before = store.files()
    words = ["generate", "--yes", "--approve", "made/value", "--accept-reader", "alice", "--accept-reader", "web1"]
    with subprocess.Popen([program, *words], cwd=store.path, env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:
        for _ in range(3000):
            if number.exists() or process.poll() is not None:
                break
            time.sleep(0.01)
        assert number.exists()
        process.send_signal(ending)
        assert process.wait(timeout=60) == -ending  # an hour, if nobody looked
    assert not is_running(number)
    assert store.files() == before and not os.path.exists(folder.read_text().strip())
    store("check", status=3)
