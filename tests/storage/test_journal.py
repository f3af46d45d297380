"""The journal and its chain."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from conversations.cases import facts as facts_module
from conversations.cases.case import Case
from conversations.cases.facts import KINDS, CaseOpened, ClaimRefused, Fact, NoteWritten, OfferMade
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.terms import Kind, Terms
from conversations.ports import Entry
from storage.chain import START, Contents, Ring, first_broken, forge
from storage.database import Database
from storage.tables import journal


@pytest.fixture
def facts(case: Case) -> list[Fact]:
    terms = Terms(
        kind=Kind.COMPENSATION,
        amount=Money(900, "USD"),
        items=case.claim.items,
        goods_back=False,
        shipping=None,
        shipping_amount=Money(0, "USD"),
    )
    opened = CaseOpened(case.claim, case.verdict.ground, case.verdict.outcome, case.policy, case.policy_hash)
    return [opened, ClaimRefused("It is \0 fine\ud83d 好"), OfferMade(1, terms)]


async def written(db: Database, ref: str, facts: list[Fact], noon: datetime) -> None:
    async with db.work() as work:
        await work.journal.add(ref, facts[:1], who=Role.BUYER, person=1, at=noon)
        await work.journal.add(ref, [], who=Role.CLOCK, person=0, at=noon)
        await work.journal.add(ref, facts[1:], who=Role.SELLER, person=2, at=noon + timedelta(hours=1))


async def test_facts_are_numbered_on_and_come_back(
    db: Database, opened: Case, facts: list[Fact], noon: datetime
) -> None:
    await written(db, opened.ref, facts, noon)

    async with db.reading() as work:
        entries = await work.journal.of(opened.ref)
    later = noon + timedelta(hours=1)
    assert entries == [
        Entry(n=1, at=noon, who=Role.BUYER, person=1, fact=facts[0]),
        Entry(n=2, at=later, who=Role.SELLER, person=2, fact=facts[1]),
        Entry(n=3, at=later, who=Role.SELLER, person=2, fact=facts[2]),
    ]


async def test_a_record_left_alone_is_sound(db: Database, opened: Case, facts: list[Fact], noon: datetime) -> None:
    await written(db, opened.ref, facts, noon)

    async with db.reading() as work:
        assert await work.journal.verify(opened.ref) is None
        assert await work.journal.verify("NOSUCH") is None


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"reason": "It is broken"}},
        {"what": "NoteWritten"},
        {"who": "buyer"},
        {"person": 7},
        {"at": datetime.fromisoformat("2026-03-01T13:00:00.000001+00:00")},
        {"salt": "0"},
        {"seal": "0"},
        {"prev": "0"},
        {"hash": "0"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_tampering_shows(
    db: Database, opened: Case, facts: list[Fact], noon: datetime, change: dict[str, object]
) -> None:
    await written(db, opened.ref, facts, noon)
    async with db._writer.begin() as connection:
        await connection.execute(update(journal).where(journal.c.n == 2).values(change))

    async with db.reading() as work:
        assert await work.journal.verify(opened.ref) == 2


async def test_a_missing_entry_shows(db: Database, opened: Case, facts: list[Fact], noon: datetime) -> None:
    await written(db, opened.ref, facts, noon)
    async with db._writer.begin() as connection:
        await connection.execute(delete(journal).where(journal.c.n == 2))

    async with db.reading() as work:
        assert await work.journal.verify(opened.ref) == 2


async def test_a_journal_needs_its_case(db: Database, noon: datetime) -> None:
    with pytest.raises(IntegrityError):
        async with db.work() as work:
            await work.journal.add("NOSUCH", [ClaimRefused("no")], who=Role.SELLER, person=2, at=noon)


def test_a_withheld_entry_does_not_break_a_copy(noon: datetime) -> None:
    note = Contents(who="arbitrator", person=3, what=NoteWritten.__name__, data={"text": "liar"})
    answer = Contents(who="seller", person=2, what=ClaimRefused.__name__, data={"reason": "no"})
    first = forge(note, ref="A7KQ2M", n=1, at=noon, prev=START)
    second = forge(answer, ref="A7KQ2M", n=2, at=noon, prev=first.hash)
    secret = replace(first, salt="")

    assert first_broken([(secret, None), (second, answer)]) is None
    assert first_broken([(_with_another_seal(secret), None), (second, answer)]) == 1
    assert first_broken([(second, answer)]) == 1


def test_the_same_contents_are_sealed_differently(noon: datetime) -> None:
    note = Contents(who="arbitrator", person=3, what=NoteWritten.__name__, data={"text": "liar"})

    seals = {forge(note, ref="A7KQ2M", n=1, at=noon, prev=START).seal for _ in range(5)}

    assert len(seals) == 5


def test_every_name_in_the_journal_means_the_fact_of_that_name() -> None:
    assert {name: getattr(facts_module, name) for name in KINDS} == KINDS


def _with_another_seal(ring: Ring) -> Ring:
    return replace(ring, seal="0" * 64)
