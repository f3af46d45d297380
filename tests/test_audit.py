"""The audit of what we depend on: findings fail, a missing network does not, and it never hangs."""

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parents[1] / ".ci" / "audit"), run_name="audit")
main = AUDIT["main"]

WEAK = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"], "description": "bad"}
FINE = {"name": "fine", "version": "2.0", "vulns": []}
BAD = {"name": "bad", "version": "1.0", "vulns": [WEAK]}
SKIPPED = {"name": "away", "skip_reason": "no answer"}


def saying(packages: list[dict[str, Any]], code: int = 0) -> list[str]:
    """A pip-audit that has found this."""
    text = json.dumps({"dependencies": packages, "fixes": []})
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.exit({code})"]


@pytest.mark.parametrize(
    ("packages", "code", "relaxed", "strict", "says"),
    [
        ([FINE], 0, 0, 0, "1 packages looked up, 0 findings"),
        ([FINE, BAD], 1, 1, 1, "bad 1.0: PYSEC-1, mended in 1.1"),
        ([FINE, SKIPPED], 0, 0, 1, "not looked up: away"),
        ([BAD, SKIPPED], 1, 1, 1, "bad 1.0: PYSEC-1"),
        ([SKIPPED], 0, 0, 1, "nothing was looked up"),
    ],
)
def test_findings_fail(
    capsys: pytest.CaptureFixture[str], packages: list[Any], code: int, relaxed: int, strict: int, says: str
) -> None:
    assert main(saying(packages, code)) == relaxed
    assert says in capsys.readouterr().err
    assert main(saying(packages, code), strict=True) == strict


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ([sys.executable, "-c", "import sys; sys.exit('ConnectionError: no route')"], "ConnectionError: no route"),
        ([sys.executable, "-c", "print('{}')"], "ended with 0"),
        (["/nowhere/pip-audit"], "did not start"),
    ],
)
def test_without_an_answer_it_says_so_and_passes(
    capsys: pytest.CaptureFixture[str], command: list[str], says: str
) -> None:
    assert main(command) == 0
    assert says in capsys.readouterr().err
    assert main(command, strict=True) == 1


def test_it_never_hangs(capsys: pytest.CaptureFixture[str]) -> None:
    sleeps = [sys.executable, "-c", "import time; time.sleep(600)"]
    assert main(sleeps, limit=0.5) == 0
    assert "no answer within 0.5 seconds" in capsys.readouterr().err


def test_what_is_accepted_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AUDIT["ACCEPTED"], "CVE-1", "we never call it")
    assert AUDIT["findings"]([BAD]) == []


def test_check_in_ci_runs_it() -> None:
    root = Path(__file__).parents[1]
    assert ".ci/audit" in (root / "Makefile").read_text().split("\ncheck:")[1].split("\n\n")[0]
    assert "make check" in (root / ".ci" / "run").read_text()
