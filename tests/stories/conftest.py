"""A bench for each story, and the words the stories share."""

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest


def _module(name: str) -> ModuleType:
    """A file next to this one as a module that the stories can import: tests are no package."""
    spec = importlib.util.spec_from_file_location(f"stories_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


stories_bench = _module("bench")
_module("steps")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator["stories_bench.Bench"]:
    async with stories_bench.Bench(tmp_path) as bench:
        yield bench


@pytest.fixture(params=[("en", "zh-hans"), ("zh-hans", "en")], ids=["buyer-en", "buyer-zh"])
def languages(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The buyer's language and the seller's."""
    pair: tuple[str, str] = request.param
    return pair
