"""Encrypting and decrypting large documents beside the real sops: see sops_documents.py."""
import os
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(not os.environ.get("BESTOW_BENCH"), reason="a benchmark: tests/run --bench")]


def test_documents_beside_sops(program, peer, run, record_property):
    script = Path(__file__).with_name("sops_documents.py")
    record_property("told", "bench: " + run(sys.executable, script, program, peer("sops"), timeout=600).text)
