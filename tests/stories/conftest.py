"""A bench for each story."""

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("stories_bench", Path(__file__).with_name("bench.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
stories_bench = importlib.util.module_from_spec(_SPEC)
sys.modules["stories_bench"] = stories_bench
_SPEC.loader.exec_module(stories_bench)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator["stories_bench.Bench"]:
    async with stories_bench.Bench(tmp_path) as bench:
        yield bench


@pytest.fixture(params=[("en", "zh-hans"), ("zh-hans", "en")], ids=["buyer-en", "buyer-zh"])
def languages(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The buyer's language and the seller's."""
    pair: tuple[str, str] = request.param
    return pair
