"""A case with files in it."""

from dataclasses import replace

import pytest

from conversations.cases.evidence import File, FileKind
from conversations.cases.roles import Role


@pytest.fixture
def a_case_with_files(sqlite_db, a_case):
    """Keeps files (None: one that is gone from the store) in a case of a buyer, who is returned."""

    async def make(store, files):
        case = await a_case("AAAAAA")
        async with sqlite_db.work() as work:
            sent = [File(kind=FileKind.DOCUMENT, file_id="f", unique_id="u", size=9) for _ in files]
            for data, shown in zip(
                files, await work.evidence.add(case.ref, sent, by=Role.BUYER, at=case.opened_at), strict=True
            ):
                name = await store.put(data) if data else "0" * 64
                await work.evidence.save(case.ref, replace(shown, sha256=name, mime="image/jpeg"))
            return await work.people.get(case.buyer)

    return make
