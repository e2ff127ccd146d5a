"""`bestow audit` over 10,000 commits: see audit_history.py."""
import os
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(not os.environ.get("BESTOW_BENCH"), reason="a benchmark: tests/run --bench")]


def test_audit_of_a_long_history(program, peer, run, record_property):
    script = Path(__file__).with_name("audit_history.py")
    record_property("told", "bench: " + run(sys.executable, script, program, peer("sops"), timeout=1200).text)
