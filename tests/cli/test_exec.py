"""Programs that get secrets in their environment or in a file, without a shell between."""
import os
import signal
import subprocess
import sys

import pytest

SECRET = "correct horse battery"


@pytest.fixture
def box(bestow, tmp_path):
    """A folder with a key and a file that is encrypted to it: box("exec", ...)."""
    bestow("age", "keygen", "-o", tmp_path / "key.txt")
    recipient = next(line.split()[-1] for line in (tmp_path / "key.txt").read_text().splitlines() if "public" in line)

    def encrypted(name, text):
        (tmp_path / "plain").write_text(text)
        done = bestow("encrypt", "-r", recipient, "--filename", name, tmp_path / "plain", cwd=tmp_path)
        (tmp_path / name).write_bytes(done.stdout)

    encrypted("env.yaml", f"PASSWORD: {SECRET}\nPORT: 5432\nTLS: true\n# nothing\n")
    encrypted("loads.yaml", f"PASSWORD: {SECRET}\nLD_PRELOAD: /tmp/x.so\n")
    encrypted("path.json", '{"PATH": "/tmp"}')
    encrypted("deep.yaml", f"a: {{b: {SECRET}}}\n")

    def call(*words, **more):
        more["env"] = {"BESTOW_IDENTITY": str(tmp_path / "key.txt"), **more.get("env", {})}
        return bestow(*words, cwd=tmp_path, **more)
    return call


def python(script):
    return [sys.executable, "-c", script]


def test_values_become_variables(box):
    told = box("exec", "-f", "env.yaml", "--", *python("import os; print(*(os.environ[n] for n in ('PASSWORD','PORT','TLS')))"))
    assert told.text == f"{SECRET} 5432 true\n"


def test_the_program_takes_our_place_and_no_argument_holds_a_value(box):
    told = box("exec", "-f", "env.yaml", "--", *python(
        "print(open('/proc/self/cmdline').read().count('esroh'[::-1]), open(f'/proc/{__import__(\"os\").getppid()}/cmdline').read())"))
    assert told.text.startswith("0 ")
    assert "exec" not in told.text.split("\0")


def test_exit_statuses_and_signals_are_the_programs_own(box):
    box("exec", "-f", "env.yaml", "--", *python("raise SystemExit(7)"), status=7)
    box("exec", "-f", "env.yaml", "--", *python("import os; os.kill(os.getpid(), 15)"), status=-signal.SIGTERM)
    box("exec", "-f", "env.yaml", "--", "/does/not/exist", status=1)


def test_pristine_hands_nothing_else_on(box):
    words = ["--", *python("import os; print(os.environ.get('OUTER'), os.environ['PORT'])")]
    assert box("exec", "-f", "env.yaml", *words, env={"OUTER": "x"}).text == "x 5432\n"
    assert box("exec", "-f", "env.yaml", "--pristine", *words, env={"OUTER": "x"}).text == "None 5432\n"


def test_what_no_variable_can_hold_is_refused(box):
    told = box("exec", "-f", "deep.yaml", "--", "true", status=2)
    assert "a.b" in told.stderr and SECRET not in told.stderr
    assert "nothing is to be put" in box("exec", "--", "true", status=2).stderr


@pytest.mark.parametrize("name", ["loads.yaml", "path.json"])
def test_no_key_of_a_file_decides_which_code_runs(box, name):
    told = box("exec", "-f", name, "--", *python("print('ran')"), status=2)
    assert "decide which code" in told.stderr and SECRET not in told.stderr and told.stdout == b""


@pytest.mark.parametrize("way", [[], ["--nameless"]], ids=["file", "nameless"])
def test_a_file_holds_the_plaintext_while_the_program_runs(box, way):
    script = "import sys, os; p = sys.argv[1]; print(p); print(oct(os.stat(p).st_mode)); print(open(p).read())"
    path, mode, *content = box("exec-file", *way, "-f", "env.yaml", "--", *python(script), "{}").text.splitlines()
    assert mode.endswith("400") and f"PASSWORD: {SECRET}" in content
    assert not os.path.exists(path) or path.startswith("/proc/self/fd/")
    assert not os.path.exists(os.path.dirname(path)) or path.startswith("/proc/self/fd/")


def test_the_placeholder_may_be_a_part_of_an_argument_and_must_be_there(box):
    assert "secret" in box("exec-file", "-f", "env.yaml", "--", "echo", "--file={}").text
    assert "{}" in box("exec-file", "-f", "env.yaml", "--", "true", status=2).stderr


def test_a_signal_is_passed_on_and_nothing_stays(box, program, environment, tmp_path):
    words = [program, "exec-file", "-f", "env.yaml", "--", *python(
        "import sys, time; print(sys.argv[1], flush=True); time.sleep(60)"), "{}"]
    with subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, cwd=tmp_path,
                          env={**environment, "BESTOW_IDENTITY": str(tmp_path / "key.txt")}) as running:
        path = running.stdout.readline().decode().strip()
        assert os.path.exists(path)
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=30) == 128 + signal.SIGTERM
    assert not os.path.exists(os.path.dirname(path))


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize("way", [[], ["--nameless"]], ids=["file", "nameless"])
def test_another_user_gets_no_more_than_that(box, way):
    script = ("import os, sys; print(os.getresuid(), os.getresgid(), os.environ['HOME'], os.environ['USER']);"
              "print(len(sys.argv) > 1 and 'PASSWORD' in open(sys.argv[1]).read())")
    told = box("exec-file", *way, "--user", "nobody", "-f", "env.yaml", "--", *python(script), "{}").text
    assert "(65534, 65534, 65534) (65534, 65534, 65534) /nonexistent nobody\nTrue" in told
    told = box("exec", "--user", "nobody", "-f", "env.yaml", "--", *python(script)).text
    assert "(65534, 65534, 65534)" in told
    assert "no user" in box("exec", "--user", "no-such", "-f", "env.yaml", "--", "true", status=1).stderr


def test_a_secret_by_its_name(box, bestow, tmp_path):
    recipient = next(line.split()[-1] for line in (tmp_path / "key.txt").read_text().splitlines() if "public" in line)
    store = tmp_path / "store"
    store.mkdir()
    key = {"BESTOW_IDENTITY": str(tmp_path / "key.txt")}
    bestow("init", "--operator", "tester", "--key", recipient, cwd=store)
    bestow("host", "add", "web", "--key", recipient_of_a_host(bestow, tmp_path), cwd=store, env=key)
    bestow("add", "db/password", "--to", "web", cwd=store, env=key, input=SECRET.encode())
    words = ["--", *python("import os; print(os.environ['PGPASSWORD'])")]
    assert bestow("exec", "--secret", "PGPASSWORD=db/password", *words, cwd=store, env=key).text == SECRET + "\n"
    assert bestow("exec-file", "--secret", "db/password", "--", "cat", "{}", cwd=store, env=key).text == SECRET
    assert "VARIABLE=NAME" in bestow("exec", "--secret", "db/password", *words, cwd=store, env=key, status=2).stderr


def recipient_of_a_host(bestow, folder):
    bestow("age", "keygen", "-o", folder / "host.txt")
    return next(line.split()[-1] for line in (folder / "host.txt").read_text().splitlines() if "public" in line)
