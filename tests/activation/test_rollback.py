"""Older generations: how many stay, listing them, making one live again, and holding it there."""
import os

import pytest

from activation.conftest import NOBODY, STORE, value

pytestmark = pytest.mark.root


@pytest.fixture
def three(simple):
    """Generations 1 to 3, which differ in `two`; a/one and the template stay."""
    keep(simple, 3)
    for number in range(1, 4):
        simple.seal("secrets/two.age", value(f"two-{number}"))
        simple.activate()
    return simple


def keep(host, count):
    text = host.path(f"{STORE}/bestow.yaml").read_text()
    host.write("bestow.yaml", text + f"activation: {{keep_generations: {count}}}\n")


def rollback(host, *arguments, **options):
    return host.machine.bestow("rollback", *arguments, **options)


def modes(host):
    return {name: f"{host.path('/run/secrets.d/' + name).stat().st_mode & 0o7777:04o}"
            for name in host.generations() if name.isdigit()}


def two_is_for_nobody_here(host):
    host.policy('secrets:\n  a/one: {to: [web], file: secrets/one.age, key: ".", owner: nobody}\n')


def test_a_rollback_gives_nothing_to_who_lost_the_right_to_it(simple):
    """`a/one` was nobody's when the older generation was made; by now it is root's alone, with another mode."""
    simple.activate()
    policy = simple.path(f"{STORE}/bestow.yaml").read_text()
    assert "owner: nobody" in policy
    simple.write("bestow.yaml", policy.replace("owner: nobody", 'owner: root, mode: "0440"'))
    simple.activate()
    assert simple.owner("a/one") == (0, 0, "0440")
    inode = simple.path("/run/secrets.d/1/a/one").stat().st_ino
    assert f"give a/one to 0:0 0440" in rollback(simple, "--dry-run").text
    assert simple.path("/run/secrets.d/1/a/one").stat().st_ino == inode, "a dry run"
    result = rollback(simple, "--hold", "--json").json()
    assert result["reassigned"] == ["a/one"] and "a/one" not in result["changed"]
    assert simple.current() == "1" and simple.owner("a/one") == (0, 0, "0440")
    assert simple.path("/run/secrets/a/one").stat().st_ino != inode, "he may hold the old one open"
    assert simple.machine.bestow("status", "--json", status=3).json()["sets"][-1]["tampered"] == []
    simple.write("bestow.yaml", policy)  # and a held one follows the store's word, too
    simple.activate()
    assert simple.owner("a/one") == (NOBODY, NOBODY, "0400") and simple.read("two") == value("two")


def test_one_generation_is_enough(simple):
    keep(simple, 1)
    for number in range(3):
        simple.seal("secrets/two.age", value(f"{number}"))
        simple.activate()
        assert simple.generations() == [str(number + 1), "current"]
    assert "no generation before 3" in rollback(simple, status=1).stderr
    assert simple.read("two") == value("2")


def test_generations_are_listed(three):
    listed = three.machine.bestow("generations", "--json").json()
    assert [entry["directory"] for entry in listed] == ["/run/secrets"]
    generations = listed[0]["generations"]
    assert [(one["number"], one["live"], one["held"]) for one in generations] == [
        (1, False, False), (2, False, False), (3, True, False)]
    assert generations[0]["files"] == ["a/one", "rendered/env", "two"]
    assert all(one["made"].startswith("20") for one in generations) and generations[2]["live_since"].startswith("20")
    text = three.machine.bestow("generations").text
    assert "/run/secrets:" in text and ", live since 20" in text.splitlines()[3]


def test_no_generations_are_no_error(simple):
    assert simple.machine.bestow("generations").text == ""
    assert simple.machine.bestow("generations", "--json").json() == []


def test_rollback_makes_the_one_before_live_and_tells_what_differs(three):
    inode = three.path("/run/secrets.d/2/two").stat().st_ino
    result = rollback(three)
    assert three.current() == "2" and three.read("two") == value("two-2")
    assert "changed two" in result.text and "reload two.service" in result.text
    assert "one.service" not in result.text, "a/one is the same in both"
    assert three.path("/run/secrets/two").stat().st_ino == inode
    assert three.owner("two") == (0, 0, "0440") and three.owner("a/one") == (NOBODY, NOBODY, "0400")
    assert modes(three) == {"1": "0700", "2": "0751", "3": "0700"}
    three.machine.run("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", "cat",
                      "/run/secrets/a/one")
    rollback(three, "3")
    assert three.current() == "3" and three.read("two") == value("two-3")


def test_next_activation_delivers_what_the_store_says(three):
    rollback(three, "1")
    assert "changed two" in three.activate().text
    assert three.current() == "4" and three.read("two") == value("two-3")


def test_hold_keeps_it_until_it_is_released(three):
    rollback(three, "1", "--hold")
    three.seal("secrets/two.age", value("two-4"))
    for _ in range(2):
        result = three.activate()
        assert "held there since a rollback" in result.text and "nothing changed" in result.text
        assert three.current() == "1" and three.read("two") == value("two-1")
    assert three.activate("--json").json()["sets"][0]["held"] is True
    assert three.machine.bestow("generations", "--json").json()[0]["generations"][0]["held"] is True
    assert "1" in modes(three) and "3" in modes(three), "one can still roll forward"
    assert "released" in rollback(three, "--release").text
    assert "nothing was held" in rollback(three, "--release").text
    assert "changed two" in three.activate().text
    assert three.read("two") == value("two-4")


def test_a_release_goes_with_nothing_else(three):
    rollback(three, "--hold")
    for more in (["--dry-run"], ["--hold"], ["1"]):
        assert "--release goes with" in rollback(three, "--release", *more, status=2).stderr
    assert three.machine.bestow("generations", "--json").json()[0]["generations"][1]["held"] is True
    assert rollback(three, "--release", "--json").json() == {"released": True}


def test_activation_can_end_a_hold(three):
    rollback(three, "--hold")
    assert "changed two" in three.activate("--release-hold").text
    assert three.read("two") == value("two-3")
    assert "nothing changed" in three.activate().text and "held" not in three.activate().text


def test_rollback_without_hold_ends_an_earlier_hold(three):
    rollback(three, "2", "--hold")
    rollback(three, "1")
    assert "changed two" in three.activate().text


def test_what_is_delivered_no_more_does_not_come_back(three):
    two_is_for_nobody_here(three)
    result = rollback(three)
    assert "cannot come back, for it is delivered no more: two" in result.text
    assert not three.path("/run/secrets/two").exists() and three.read("a/one") == value("one")
    assert "nothing changed" not in three.activate("--dry-run").text


def test_what_an_activation_has_taken_away_does_not_come_back(three):
    two_is_for_nobody_here(three)
    three.activate()
    assert not three.path("/run/secrets.d/3/two").exists()
    result = rollback(three)
    assert "cannot come back, for it was removed: two" in result.text
    assert not three.path("/run/secrets/two").exists()


def test_hold_does_not_keep_what_is_delivered_no_more(three):
    rollback(three, "--hold")
    two_is_for_nobody_here(three)
    result = three.activate()
    assert "removed two" in result.text and "held" in result.text
    assert not three.path("/run/secrets/two").exists() and three.read("a/one") == value("one")
    assert not any(three.path(f"/run/secrets.d/{name}/two").exists() for name in three.generations())
    assert "held" in three.activate().text, "and it stays held"


def test_host_that_is_in_the_store_no_more_gets_nothing_back(three):
    three.policy("secrets: {}\n", key=three.other)
    assert "no host of the store has a key" in rollback(three, status=5).stderr
    assert three.current() == "3"


def test_store_that_cannot_be_read_is_no_obstacle_but_said(three):
    three.write("bestow.yaml", "nonsense: [\n")
    assert "cannot be read" in rollback(three).stderr
    assert three.read("two") == value("two-2")


def test_a_store_that_somebody_breaks_gives_nobody_his_rights_back(three):
    two_is_for_nobody_here(three)  # and a/one stays his
    three.activate()
    three.write("bestow.yaml", "nonsense: [\n")
    result = rollback(three)
    assert "cannot be read" in result.stderr and "cannot come back, for it was removed: two" in result.text
    assert not three.path("/run/secrets/two").exists() and three.owner("a/one")[0] == NOBODY


def test_what_its_owner_has_changed_does_not_come_back(three):
    three.path("/run/secrets.d/2/a/one").write_text(value("forged"))
    assert "not what was delivered: a/one" in rollback(three).text
    assert not three.path("/run/secrets/a/one").exists() and three.read("two") == value("two-2")


def test_dry_run_changes_nothing(three):
    def state():
        return three.machine.run("find", "/run/secrets.d", "-printf", "%p %m %i %T@ %l\\n").text
    before = state()
    assert "switch to generation 2" in rollback(three, "--dry-run").text
    assert state() == before


def test_generation_that_is_not_there(three):
    assert "no generation 7" in rollback(three, "7", status=1).stderr
    assert "generation 3 of /run/secrets is live" in rollback(three, "3", status=2).stderr
    three.clear()
    assert "nothing was delivered" in rollback(three, status=1).stderr


def test_units_are_told_by_the_next_run_when_the_rollback_could_not(three):
    three.machine.run("sh", "-c", f"exec {three.machine.program} rollback --hold >/dev/full", status=4)
    assert three.read("two") == value("two-2")
    assert "reload two.service" in three.activate().text
    assert "reload" not in three.activate().text


def test_links_stay_known_across_a_rollback(three):
    three.write("host.yaml", "links: [/etc/keys]\n", store="/etc/bestow")
    three.policy('secrets:\n  two: {to: [web], file: secrets/two.age, key: ".", path: /etc/keys/two}\n')
    three.activate()
    rollback(three)
    assert os.readlink(three.path("/etc/keys/two")) == "/run/secrets/two"
    three.policy("secrets: {}\n")
    three.activate()
    assert not three.path("/etc/keys/two").is_symlink()
