"""Readers of many files change, beside the real sops: see key_changes.py."""
import os
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("key_changes.py")


def test_a_few_files_are_touched_as_they_should_be(program, peer, run):
    told = run(sys.executable, SCRIPT, program, peer("sops"), 6, 3, 2).text
    assert told.count("6 files") >= 4


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("BESTOW_BENCH"), reason="a benchmark: tests/run --bench")
def test_key_changes_beside_sops(program, peer, run, record_property):
    record_property("told", "bench: " + run(sys.executable, SCRIPT, program, peer("sops"), timeout=900).text)
