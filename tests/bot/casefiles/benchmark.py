"""How long a case file of 200 messages and 20 pictures takes, and how much memory: under 3 s and 300 MB are asked for.

PYTHONPATH=. python tests/bot/casefiles/benchmark.py [LANGUAGE]
"""

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from specimen import NOON, keep_case

from bot.casefiles.making import CaseFiles
from conversations.cases.roles import Role
from storage.database import Database
from storage.evidence_files import FolderStore

WORDS = "The handle came off when I lifted it, and the glaze has a crack from top to bottom. 把手掉了，釉面有裂纹。"


def _busy() -> float:
    """Seconds of a processor that we and our children used: what the time is without neighbours."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


async def measure(language: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, copies = FolderStore(folder / "evidence"), FolderStore(folder / "evidence" / "shown")
        async with Database(f"sqlite:///{folder / 'bench.db'}") as db:
            await db.migrate()
            messages = [f"{n}. {WORDS}" for n in range(200)]
            case = await keep_case(db, store, copies, messages=messages, pictures=20)
            papers = CaseFiles(db, lambda: NOON, store=store, copies=copies)
            for round_ in ("first", "again"):
                began, busy = time.perf_counter(), _busy()
                made = await papers.make(case.ref, Role.ARBITRATOR, language)
                took, busy = time.perf_counter() - began, _busy() - busy
                child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
                here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                print(  # noqa: T201
                    f"{round_}: {took:.2f} s ({busy:.2f} s of a processor), press {child} MB, this process {here} MB at most, "
                    f"PDF {len(made.pdf) // 1024} KB, archive {len(made.archive) // 1024} KB"
                )


if __name__ == "__main__":
    asyncio.run(measure(sys.argv[1] if len(sys.argv) > 1 else "en"))
