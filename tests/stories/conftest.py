"""A bench for each story, and the words the stories share."""

import importlib.util
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from zlib import crc32

import pytest

from bot.screens import layout
from locales import languages, translations
from locales.negotiation import FALLBACK


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
_module("hostile")
_module("chat")
_module("leaks")
_module("rooms")
_module("members")
stories_bench = _module("bench")
_module("steps")


@pytest.fixture(autouse=True)
def pseudo_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever reads English reads every text of ours in brackets, so that one which never was a Phrase shows: see
    `stories_pseudo`. The stories look their phrases up the same way."""
    monkeypatch.setattr(translations, "translations", stories_pseudo.bracketing(translations.translations))
    layout.always_the_same.cache_clear()  # what was read from the other catalogue
    yield
    layout.always_the_same.cache_clear()


@pytest.fixture
def has_topics() -> bool:
    """Whether each case is in a topic of its own in everybody's chat."""
    return _ALL_TOPICS


@pytest.fixture
def has_groups() -> bool:
    """Whether cases are told in groups: in one of each store's sellers, and in one of the arbitrators."""
    return _ALL_GROUPS


@pytest.fixture(autouse=True)
def fits_groups(has_groups: bool, request: pytest.FixtureRequest) -> None:
    """Skips what is marked with why it makes no sense in groups."""
    mark = request.node.get_closest_marker("not_in_groups")
    if has_groups and mark is not None:
        pytest.skip(str(mark.args[0]))


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database. Stories are told on SQLite, and on PostgreSQL too where it matters: by asking for
    `@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)`."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def story_url(kind: str, request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("postgres_url")) if kind == "postgresql" else ""


@pytest.fixture
async def bench(
    tmp_path: Path, has_topics: bool, has_groups: bool, story_url: str
) -> AsyncIterator["stories_bench.Bench"]:
    ways = {"has_topics": has_topics, "has_groups": has_groups}
    async with stories_bench.Bench(tmp_path, database_url=story_url, **ways) as bench:
        yield bench


#: The shipped languages besides English, as a messenger names them.
_OTHERS = [language.tag.replace("_", "-").lower() for language in languages() if language.tag != FALLBACK]

#: Set to "all" to tell every story in every language, to everybody in it; it takes a while (`make nightly`).
_EVERY = os.environ.get("AFTERSALES_TEST_LANGUAGES") == "all"

#: Set to 1 to tell every story with topics switched on.
_ALL_TOPICS = os.environ.get("AFTERSALES_TEST_TOPICS") == "1"

#: Set to 1 to tell every story with the sellers of each store in a group, and the arbitrators in one.
_ALL_GROUPS = os.environ.get("AFTERSALES_TEST_GROUPS") == "1"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`languages` are the buyer's and the seller's: English and another, which takes turns over all that are shipped.

    The first story of a file is told both ways round, the second time in topics; the others one way, which keeps the
    whole quick. A few are told once more in groups.
    """
    if "languages" not in metafunc.fixturenames:
        return
    if _EVERY:
        pairs = [(each, each) for each in (FALLBACK, *_OTHERS)]
    else:
        stories = [name for name in vars(metafunc.module) if name.startswith("test_")]
        place = stories.index(metafunc.function.__name__)
        turn = place + crc32(metafunc.module.__name__.encode())
        other = _OTHERS[turn % len(_OTHERS)]
        pairs = [(FALLBACK, other), (other, FALLBACK)][slice(None) if place == 0 else slice(place % 2, place % 2 + 1)]
    ways = [(pair, _ALL_TOPICS or (number == 1 and not _EVERY), _ALL_GROUPS) for number, pair in enumerate(pairs)]
    if metafunc.definition.get_closest_marker("also_in_groups") and not (_EVERY or _ALL_GROUPS):
        ways.append((pairs[0], _ALL_TOPICS, True))
    ids = [
        f"{buyer}-{seller}" + "-topics" * has_topics + "-groups" * has_groups
        for (buyer, seller), has_topics, has_groups in ways
    ]
    metafunc.parametrize(("languages", "has_topics", "has_groups"), ways, ids=ids)
