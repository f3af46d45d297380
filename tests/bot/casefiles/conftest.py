"""A case on a real file, its exhibits in a folder, and what makes its case files."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from bot.casefiles.failures import CaseFileFailed
from bot.casefiles.fonts import system_fonts
from bot.casefiles.making import CaseFiles
from storage.database import Database
from storage.evidence_files import FolderStore

_spec = importlib.util.spec_from_file_location("casefile_specimen", Path(__file__).with_name("specimen.py"))
assert _spec is not None
assert _spec.loader is not None
specimen = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = specimen
_spec.loader.exec_module(specimen)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "evidence")


@pytest.fixture
def copies(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "evidence" / "shown")


@pytest.fixture
def papers(sqlite_db: Database, store: FolderStore, copies: FolderStore) -> CaseFiles:
    return CaseFiles(sqlite_db, lambda: specimen.NOON, store=store, copies=copies)


@pytest.fixture(autouse=True)
def fonts_are_here() -> None:
    """Case files need the system's fonts: without any, their tests are skipped; CI has to have them."""
    try:
        fonts = system_fonts()
    except CaseFileFailed as err:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(err))
    if "Noto Sans CJK" not in fonts.families and not os.environ.get("CI"):
        pytest.skip("fonts-noto-cjk is not installed")
