"""A guard, not a measurement: our bot against python-telegram-bot's stock echo, on the same machine in the same minute.

`make bench` measures; this fails when something has become several times slower than it was.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: A third of what was measured when this was last set (see .github/BENCHMARKS.md); never an absolute time.
LEAST = 0.2


def test_the_intake_keeps_up_with_an_echo() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench", "guard"], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert json.loads(told.stdout)["ratio"] > LEAST, told.stderr
