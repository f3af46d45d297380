"""A bench for each story, and the words the stories share."""

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest

from locales import translations


def _module(name: str) -> ModuleType:
    """A file next to this one as a module that the stories can import: tests are no package."""
    spec = importlib.util.spec_from_file_location(f"stories_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


stories_pseudo = _module("pseudo")
_module("files")
_module("chat")
stories_bench = _module("bench")
_module("steps")


@pytest.fixture(autouse=True)
def pseudo_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads English reads every text of ours in brackets, so that one which never was a Phrase shows: see
    `stories_pseudo`. The stories look their phrases up the same way."""
    monkeypatch.setattr(translations, "translations", stories_pseudo.bracketing(translations.translations))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator["stories_bench.Bench"]:
    async with stories_bench.Bench(tmp_path) as bench:
        yield bench


#: The buyer's language and the seller's.
_PAIRS = {"buyer-en": ("en", "zh-hans"), "buyer-zh": ("zh-hans", "en")}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`languages` are the buyer's and the seller's. The first story of a file is told both ways round; those that
    follow take turns, which keeps the whole quick."""
    if "languages" not in metafunc.fixturenames:
        return
    stories = [name for name in vars(metafunc.module) if name.startswith("test_")]
    at = stories.index(metafunc.function.__name__)
    ids = list(_PAIRS) if at == 0 else [list(_PAIRS)[at % 2]]
    metafunc.parametrize("languages", [_PAIRS[each] for each in ids], ids=ids)
