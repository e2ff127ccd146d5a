"""What a killed rotate left between two files is told, and finished by whatever rotates next; nothing loses an old value."""
import re
import time

import pytest

from test_generate import declare, get, need
from test_killed_generators import copies, crypted, kill_at_rename

DECLARED = """\
secrets:
  db/pw: {to: [web1], generate: text, keep_previous: true, rotate_after: 90d}
  db/user: {to: [web1], generate: text}
  web/hash: {to: [web1], generate: {kind: sha512crypt, of: db/pw}}
  z/other: {to: [web1], generate: text}
"""
STATE = ".local/state/bestow"


@pytest.fixture
def torn(store, program, environment):
    """torn(*args): a `rotate` with these killed between db.yaml and web.yaml -> the value that hosts use."""
    need("strace")
    declare(store, DECLARED)
    store.accepting("generate", "--yes")
    old = get(store, "db/pw")
    time.sleep(1.1)  # lastmodified counts seconds

    def tear(*args):
        first, restore = store.files(), copies(store)
        number = 1
        while kill_at_rename(store, environment, program, ["rotate", *args, "--yes"], number):
            now = store.files()
            if now["secrets/db.yaml"] != first["secrets/db.yaml"] and now["secrets/web.yaml"] == first["secrets/web.yaml"]:
                return old
            restore()
            number += 1
        raise AssertionError("never between the two")
    return tear


def notes(store):
    return list((store.home / STATE).glob("unfinished-*"))


def assert_finished(store, old):
    assert get(store, "db/pw.previous") == old != get(store, "db/pw")
    assert crypted(get(store, "db/pw"), get(store, "web/hash"))
    assert not notes(store)
    store("check")


def test_check_tells_of_it(store, torn, tmp_path):
    old = torn("db/pw")
    report = store("check", "--json", status=3).json()
    assert [(one["kind"], one["place"], one["hint"]) for one in report["findings"]] == \
        [("unfinished", "secrets/web.yaml", "bestow rotate --unfinished")]
    # Somebody else's run cannot be seen.
    store("check", env={"XDG_STATE_HOME": str(tmp_path / "elsewhere")})
    store("rotate", "--unfinished", "--yes")
    assert_finished(store, old)
    before = store.files()
    assert store("rotate", "--unfinished", "--yes").stdout == b""
    assert store.files() == before


def test_another_rotation_finishes_it_first(store, torn):
    old = torn("db/pw")
    new, other = get(store, "db/pw"), get(store, "z/other")
    told = store("rotate", "z/other", "--yes").text
    assert "web/hash (made from db/pw; left by the run that was interrupted)" in told
    assert get(store, "db/pw") == new and get(store, "z/other") != other
    assert_finished(store, old)


@pytest.mark.parametrize("between", [["set", "db/user"], ["rekey", "--yes"], ["sync"], ["set", "z/other"]])
def test_other_commands_do_not_hide_it(store, torn, between):
    old = torn("db/pw")
    new = get(store, "db/pw")
    store(*between, input="x" if between[0] == "set" else "")
    assert [one["kind"] for one in store("check", "--json", status=3).json()["findings"]] == ["unfinished"]
    store("rotate", "db/pw", "--yes")
    assert get(store, "db/pw") == new
    assert_finished(store, old)


def test_generate_waits_for_it(store, torn):
    old = torn("db/pw")
    (store.path / "secrets/z.yaml").unlink()
    before = store.files()
    told = store("generate", status=1)
    assert "was interrupted" in told.stderr and "bestow rotate --unfinished" in told.stderr
    assert store.files() == before
    store("rotate", "--unfinished", "--yes")
    store("generate", "--yes")
    assert_finished(store, old)


def test_what_was_due_is_finished_though_it_is_due_no_more(store, torn):
    store.replace("rotate_after: 90d", "rotate_after: 1s")
    time.sleep(2.1)
    old = torn("--due")
    store.replace("rotate_after: 1s", "rotate_after: 90d")
    assert "web/hash" in store("rotate", "--due", "--yes").text
    assert_finished(store, old)


def test_finishing_it_may_be_interrupted_as_well(store, torn, program, environment):
    old = torn("db/pw")
    new = get(store, "db/pw")
    restore = copies_of_now(store)
    number = 1
    while kill_at_rename(store, environment, program, ["rotate", "db/user", "--yes"], number):
        if notes(store):
            store("rotate", "--unfinished", "--yes")
        assert get(store, "db/pw") == new
        assert_finished(store, old)
        restore()
        number += 1
    assert number > 3


def copies_of_now(store):
    place = store.path.parent
    for name in ("kept", "kept-state"):
        (place / name).rename(place / f"first-{name}")
    return copies(store)


def test_what_was_undone_is_forgotten(store, torn):
    torn("db/pw")
    place = store.path.parent / "kept"
    for name in ("db.yaml", "web.yaml"):
        (store.path / "secrets" / name).write_bytes((place / "secrets" / name).read_bytes())
    store("check")
    used = get(store, "db/pw")
    store("rotate", "db/pw", "--yes")
    assert_finished(store, used)
    assert re.fullmatch(r"[A-Za-z0-9]+", used)
