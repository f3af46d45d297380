"""Case files: one PDF by typst, the record as JSON, and the exhibits, for each reader as they may see them."""

from bot.casefiles.failures import CaseFileFailed
from bot.casefiles.making import CaseFiles, Made

__all__ = ["CaseFileFailed", "CaseFiles", "Made"]
