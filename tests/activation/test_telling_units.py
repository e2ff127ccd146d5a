"""`activate --units systemctl`: what systemctl is called with, with a systemctl that writes it down. Real units are told in
tests/boot."""
import pytest

from activation.conftest import value

pytestmark = pytest.mark.root

# Its units: a file each below /etc/units with the properties; those without one are loaded and active.
SYSTEMCTL = r"""#!/bin/bash
echo "$* [$(env | grep -vcE '^(PWD|SHLVL|_)=')]" >>/etc/calls
words=" $* "
if [[ $2 != show ]]; then [ ! -e "/etc/fails" ] || { echo "No such bus" >&2; exit 1; }; exit 0; fi
first=yes
for unit in ${words##* -- }; do
    [ -n "$first" ] || echo
    first=
    if [ -e "/etc/units/$unit" ]; then cat "/etc/units/$unit"; else echo LoadState=loaded; echo ActiveState=active; fi
done
"""
ASKED = ("--no-ask-password show --property=LoadState,ActiveState,UnitFileState,AssertResult,AssertTimestampMonotonic,"
         "InactiveExitTimestampMonotonic -- ")
FAILED = "LoadState=loaded\nActiveState=failed\n"


@pytest.fixture
def systemd(simple):
    """The simple host, with systemd and that systemctl."""
    place = simple.path("/etc/systemctl")
    place.write_text(SYSTEMCTL)
    place.chmod(0o755)
    simple.path("/etc/units").mkdir()
    simple.path("/run/systemd/system").mkdir(parents=True)
    simple.machine.run("mount", "--bind", "/etc/systemctl", "/usr/bin/systemctl")
    return simple


def calls(host):
    place = host.path("/etc/calls")
    lines = place.read_text().splitlines() if place.exists() else []
    place.unlink(missing_ok=True)
    assert all(line.endswith(" [0]") for line in lines), "its environment is not empty"
    return [line.removesuffix(" [0]") for line in lines]


def set_unit(host, unit, text):
    host.path(f"/etc/units/{unit}").write_text(text)


def tell(host, **options):
    return host.activate("--units", "systemctl", **options)


def test_one_call_a_verb_and_none_when_nothing_changed(systemd):
    result = tell(systemd)
    assert "restart" not in result.text
    assert calls(systemd) == [ASKED + "one.service env.service two.service",
                              "--no-ask-password try-restart --no-block -- one.service env.service",
                              "--no-ask-password try-reload-or-restart --no-block -- two.service"]
    tell(systemd)
    assert calls(systemd) == []
    systemd.seal("secrets/two.age", value("new"))
    tell(systemd)
    assert calls(systemd) == [ASKED + "two.service", "--no-ask-password try-reload-or-restart --no-block -- two.service"]


def test_without_systemd_the_units_are_printed(simple):
    result = tell(simple)
    assert "restart one.service\nrestart env.service\nreload two.service\n" in result.text


def test_units_that_could_not_be_told_are_told_by_the_next_run(systemd):
    systemd.path("/etc/fails").touch()
    result = tell(systemd, status=4)
    assert "No such bus" in result.stderr and "units" in result.stderr
    assert systemd.read("two") == value("two")
    calls(systemd)
    systemd.path("/etc/fails").unlink()
    tell(systemd)
    assert calls(systemd)[1:] == ["--no-ask-password try-restart --no-block -- one.service env.service",
                                  "--no-ask-password try-reload-or-restart --no-block -- two.service"]
    tell(systemd)
    assert calls(systemd) == []


def test_a_unit_that_does_not_exist_keeps_nobody_from_being_told_and_is_not_tried_again(systemd):
    set_unit(systemd, "one.service", "LoadState=not-found\nActiveState=inactive\n")
    set_unit(systemd, "env.service", "LoadState=masked\nActiveState=inactive\n")
    result = tell(systemd, status=4)
    assert "one.service: there is no such unit" in result.stderr and "env.service" not in result.stderr
    assert calls(systemd)[1:] == ["--no-ask-password try-reload-or-restart --no-block -- two.service"]
    tell(systemd)
    assert calls(systemd) == []


@pytest.mark.parametrize("state", [
    FAILED,
    "LoadState=loaded\nActiveState=inactive\nAssertResult=no\nAssertTimestampMonotonic=7\n",
    "LoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\nInactiveExitTimestampMonotonic=0\n",
], ids=["failed", "asserted", "enabled but never started"])
def test_what_failed_for_want_of_a_secret_is_started_when_it_comes(systemd, state):
    systemd.write("secrets/one.age", "broken")
    tell(systemd, status=4)
    calls(systemd)
    set_unit(systemd, "one.service", state)
    systemd.seal("secrets/one.age", value("one"))
    tell(systemd)
    told = calls(systemd)[1:]
    reset = ["--no-ask-password reset-failed --no-block -- one.service"] if state == FAILED else []
    assert told == ["--no-ask-password try-restart --no-block -- env.service", *reset,
                    "--no-ask-password start --no-block -- one.service"]


@pytest.mark.parametrize("state", [
    "LoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\nInactiveExitTimestampMonotonic=5\n",
    "LoadState=loaded\nActiveState=inactive\nUnitFileState=static\nInactiveExitTimestampMonotonic=0\n",
    "LoadState=loaded\nActiveState=inactive\nAssertResult=no\nAssertTimestampMonotonic=0\n",
], ids=["stopped", "never wanted", "never asserted"])
def test_what_nobody_wants_to_run_is_not_started(systemd, state):
    set_unit(systemd, "two.service", state)
    tell(systemd)
    assert "--no-ask-password try-reload-or-restart --no-block -- two.service" in calls(systemd)


def test_what_failed_is_not_started_because_its_secret_changed(systemd):
    tell(systemd)
    calls(systemd)
    set_unit(systemd, "two.service", FAILED)
    systemd.seal("secrets/two.age", value("new"))
    tell(systemd)
    assert calls(systemd)[1:] == ["--no-ask-password try-reload-or-restart --no-block -- two.service"]


def test_a_rollback_tells_them_too(systemd):
    tell(systemd)
    systemd.seal("secrets/two.age", value("new"))
    tell(systemd)
    calls(systemd)
    result = systemd.machine.bestow("rollback", "--units", "systemctl")
    assert "reload two.service" not in result.text
    assert calls(systemd) == [ASKED + "two.service", "--no-ask-password try-reload-or-restart --no-block -- two.service"]
    tell(systemd)
    assert len(calls(systemd)) == 2, "what the store says is back, and its unit was told of that alone"
