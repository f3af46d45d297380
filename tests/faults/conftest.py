"""The nursery of the bots that are killed here, databases to copy, and how much is tried.

AFTERSALES_FAULTS=full tries everything (`make faults`: hours); AFTERSALES_FAULTS_SEEDS says with how many seeds.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


def _module(name: str) -> ModuleType:
    """A file next to this one as a module that the tests can import: tests are no package."""
    spec = importlib.util.spec_from_file_location(f"faults_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_module("points")
_module("plans")
nursery_module = _module("nursery")
measure_module = _module("measure")
_module("bench")
databases_module = _module("databases")
_module("story")
_module("record")
_module("junk")

#: Of this run; told at its end.
KILLINGS = measure_module.Record()


@pytest.fixture(scope="session")
def nursery() -> Iterator[nursery_module.Nursery]:
    nursery = nursery_module.Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def databases(migrated_file: Path, tmp_path: Path, request: pytest.FixtureRequest) -> databases_module.Databases:
    return databases_module.Databases(migrated_file, tmp_path, lambda: request.getfixturevalue("postgres_server"))


@pytest.fixture(scope="session")
def killings() -> measure_module.Record:
    return KILLINGS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if KILLINGS.kills:
        terminalreporter.write_line(f"faults: {KILLINGS}")
