"""Whatever is done to any of a thousand entries is found, and the first bad one is named, on both databases."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from conversations.cases.case import Case
from conversations.cases.facts import EntryErased, MessagePassedOn
from conversations.cases.roles import Role
from storage.chain import Contents, forge
from storage.database import Database
from storage.heads import Publication, SqlHeads
from storage.journal import SqlJournal
from storage.tables import heads, journal
from storage.transaction import Transaction

from .conftest import publish

CHAINS, LENGTH = 200, 5
REFS = [f"C{n:04d}" for n in range(CHAINS)]
Tamper = Callable[[Transaction, int], Awaitable[None]]


@pytest.fixture
async def thousand(db: Database, opened: Case, noon: datetime) -> Publication:
    """A thousand entries in two hundred chains, published."""
    async with db.work() as work:
        await work.journal.add(
            opened.ref, [MessagePassedOn("the case of the fixture")], who=Role.BUYER, person=1, at=noon
        )
        for ref in REFS:
            await work.cases.add(replace(opened, ref=ref))
            said = [MessagePassedOn(f"{ref} {n}") for n in range(LENGTH)]
            await work.journal.add(ref, said, who=Role.SELLER, person=2, at=noon)
    return await publish(db, noon, most=30)


async def found(db: Database, tamper: Tamper, n: int) -> set[int | None]:
    """What is named of all the chains when the same was done to the entry `n` of each; nothing of it is kept."""
    async with db._writer.connect() as connection:
        await connection.begin()
        tx = Transaction(connection)
        await tamper(tx, n)
        named = await SqlJournal(tx).verify_many(REFS)
        await connection.rollback()
    assert list(named) == REFS
    return set(named.values())


def flip(column: str, value: Any) -> Tamper:
    async def tamper(tx: Transaction, n: int) -> None:
        await tx.run(update(journal).where(journal.c.n == n).values({column: value}))

    return tamper


async def remove(tx: Transaction, n: int) -> None:
    await tx.run(delete(journal).where(journal.c.n == n))


async def cut(tx: Transaction, n: int) -> None:
    await tx.run(delete(journal).where(journal.c.n >= n))


async def squeeze_in(tx: Transaction, n: int) -> None:
    """A copy of another entry, the later ones numbered on."""
    await tx.run(update(journal).where(journal.c.n >= n).values(n=journal.c.n + 1000))
    await tx.run(update(journal).where(journal.c.n >= n).values(n=journal.c.n - 999))
    other = 1 if n > 1 else 3
    rows = [{**row._mapping, "n": n} for row in await tx.all(select(journal).where(journal.c.n == other))]
    await tx.run(insert(journal), rows)


async def swap(tx: Transaction, n: int) -> None:
    """With the next one."""
    for before, after in ((n, 0), (n + 1, n), (0, n + 1)):
        await tx.run(update(journal).where(journal.c.n == before).values(n=after))


async def write_anew(tx: Transaction, n: int) -> None:
    """By somebody who knows how: every hash from there on is right."""
    for ref in REFS:
        rows = await tx.all(select(journal).where(journal.c.ref == ref).order_by(journal.c.n))
        prev = rows[n - 1].prev
        for row in rows[n - 1 :]:
            contents = Contents(who=row.who, person=row.person, what=row.what, data={**row.data, "text": "I agree."})
            ring = forge(contents, ref=ref, n=row.n, at=row.at, prev=prev)
            values = {"data": contents.data, "salt": ring.salt, "seal": ring.seal, "prev": prev, "hash": ring.hash}
            await tx.run(update(journal).where(journal.c.ref == ref, journal.c.n == row.n).values(values))
            prev = ring.hash


FLIPS = {
    "at": datetime.fromisoformat("2026-03-01T12:00:00.000001+00:00"),
    "who": "buyer",
    "person": 7,
    "what": "NoteWritten",
    "data": {"text": "I agree.", "files": 0, "is_edit": False},
    "salt": "",
    "seal": "0" * 64,
    "prev": "f" * 64,
    "hash": "0" * 64,
}


async def test_every_entry_is_sound_when_nobody_touched_it(db: Database, thousand: Publication) -> None:
    async def nothing(tx: Transaction, n: int) -> None:
        return

    assert await found(db, nothing, 1) == {None}


async def test_flipping_any_part_of_any_entry_is_found(db: Database, thousand: Publication) -> None:
    for column, value in FLIPS.items():
        named = [await found(db, flip(column, value), n) for n in range(1, LENGTH + 1)]

        assert named == [{n} for n in range(1, LENGTH + 1)], column


async def test_removing_inserting_swapping_and_cutting_any_entry_is_found(db: Database, thousand: Publication) -> None:
    for tamper, last in ((remove, LENGTH), (squeeze_in, LENGTH + 1), (swap, LENGTH - 1), (cut, LENGTH)):
        named = [await found(db, tamper, n) for n in range(1, last + 1)]

        assert named == [{n} for n in range(1, last + 1)], tamper.__name__


async def test_an_end_written_anew_differs_from_its_published_head(db: Database, thousand: Publication) -> None:
    assert [await found(db, write_anew, n) for n in (3,)] == [{LENGTH}]


async def test_a_record_that_is_gone_with_its_case_is_missed(db: Database, thousand: Publication) -> None:
    async def wipe(tx: Transaction, n: int) -> None:
        await tx.run(delete(journal))

    assert await found(db, wipe, 1) == {1}


async def test_erasing_entries_breaks_no_chain_but_changing_an_erased_one_does(
    db: Database, thousand: Publication
) -> None:
    async with db.work() as work:
        for ref in REFS:
            await work.journal.erase(ref, range(1, LENGTH, 2))

    async def nothing(tx: Transaction, n: int) -> None:
        return

    assert await found(db, nothing, 1) == {None}
    for column, value in FLIPS.items():
        if column != "salt":  # there is none any more
            assert await found(db, flip(column, value), 3) == {3}, column
    assert await found(db, flip("salt", "0"), 3) == {3}
    async with db.reading() as work:
        entries = await work.journal.of(REFS[0])
    assert [isinstance(entry.fact, EntryErased) for entry in entries[:4]] == [True, False, True, False]
    async with db._writer.connect() as connection:
        kept = await connection.execute(select(journal.c.data).where(journal.c.ref == REFS[0], journal.c.n == 1))
        assert kept.scalar_one() == {}


async def test_the_digest_is_that_of_the_lines(db: Database, thousand: Publication, noon: datetime) -> None:
    async with db.reading() as work:
        lines = [head.line async for head in work.heads.all()]
        assert await work.heads.last() == thousand
        assert await work.heads.digest() == (thousand.count, thousand.digest)

    assert len(lines) == CHAINS + 1
    assert sorted(lines) == lines
    assert thousand == Publication(1, noon, CHAINS + 1, sha256("".join(lines).encode()).hexdigest())


async def test_what_was_published_goes_on_with_the_chains_that_go_on(
    db: Database, thousand: Publication, noon: datetime
) -> None:
    async with db.work() as work:
        await work.journal.add(REFS[0], [MessagePassedOn("more")], who=Role.BUYER, person=1, at=noon)
    async with db._writer.begin() as connection:
        await connection.execute(delete(journal).where(journal.c.ref == REFS[1], journal.c.n > 2))

    async with db.work() as work:
        assert await work.heads.broken_off() == [REFS[1]]
    again = await publish(db, noon + timedelta(days=1))
    assert (again.n, again.count, again.digest != thousand.digest) == (2, CHAINS + 1, True)
    async with db._writer.connect() as connection:
        kept = await connection.execute(select(heads.c.ref, heads.c.n).where(heads.c.ref.in_(REFS[:3])))
        assert sorted(map(tuple, kept)) == [(REFS[0], LENGTH + 1), (REFS[1], LENGTH), (REFS[2], LENGTH)]
        assert (await SqlJournal(Transaction(connection)).verify_many(REFS[:3])) == {
            REFS[0]: None,
            REFS[1]: 3,
            REFS[2]: None,
        }
        assert await SqlHeads(Transaction(connection)).broken_off() == [REFS[1]]
