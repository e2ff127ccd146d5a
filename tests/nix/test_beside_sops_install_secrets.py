"""The same manifests through the real sops-install-secrets and through the drop-in: trees, standard output, exit status,
lists and calls of systemctl are the same, but for the table of differences."""
import difflib
import json
import re

import pytest

from nix_cases import CASES
from nix_deviations import DEVIATIONS, DIFFERENCES
from nix_world import RECORDED
from support import places

pytestmark = [pytest.mark.root]


def differences(theirs, ours):
    return [line for line in difflib.ndiff(theirs, ours) if line[0] in "+-"]


def expected(name):
    return DIFFERENCES[name][1] if name in DIFFERENCES else []


@pytest.mark.parametrize("name", CASES)
def test_does_what_sops_install_secrets_does(name, real, drop_in_log):
    theirs = real.log_of(CASES[name])
    assert differences(theirs, drop_in_log(name)) == expected(name)


@pytest.mark.parametrize("name", CASES)
def test_does_what_sops_install_secrets_was_recorded_to_do(name, drop_in_log):
    recorded = json.loads(RECORDED.read_text())
    assert differences(recorded[name], drop_in_log(name)) == expected(name)


def test_there_are_enough_of_them(record_property):
    runs = sum(max(int(line.split()[0]) for line in log) for log in json.loads(RECORDED.read_text()).values())
    record_property("told", f"sops-install-secrets: {len(CASES)} cases with {runs} runs beside the drop-in, "
                            f"{len(CASES) - len(DIFFERENCES)} of them the same in every line")
    assert len(CASES) >= 30


def test_every_difference_is_a_deviation():
    assert {name for name, _ in DIFFERENCES.values()} <= set(DEVIATIONS)
    assert set(DIFFERENCES) <= set(CASES)


def test_the_manual_tells_every_deviation():
    page = (places.ROOT / "man" / "bestow-sops-install-secrets.1").read_text()
    told = page[page.index(".Sh DIFFERENCES"):]
    listed = {name.strip(): " ".join(text.split()) for name, text in re.findall(r"\.It Sy (.*)\n((?:[^.].*\n)+)", told)}
    assert listed == {name: text[0].upper() + text[1:] + "." for name, text in DEVIATIONS.items()}
