"""The cases and their lists."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conversations.cases.case import Actor, Case, Moved, act
from conversations.cases.claim import Claimed
from conversations.cases.lifecycle import Act, Position
from conversations.cases.money import Money
from conversations.cases.offers import Offer
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.rulings import Ruling
from conversations.cases.states import State
from conversations.cases.terms import Kind, Terms
from conversations.cases.vouchers import Voucher, VoucherKind
from conversations.messages import Person
from storage.database import Database
from storage.signs import ALPHABET

TERMS = Terms(
    kind=Kind.COMPENSATION,
    amount=Money(900, "USD"),
    items=(Claimed("1", 1),),
    goods_back=False,
    shipping=None,
    shipping_amount=Money(0, "USD"),
)


async def test_a_case_comes_back_whole(db: Database, opened: Case, noon: datetime) -> None:
    offered = act(opened, Act(move="offer", terms=TERMS, text="Take this"), Actor(Role.SELLER, 2), now=noon)
    assert isinstance(offered, Moved)
    full = replace(
        offered.case,
        arbitrator=3,
        offers=(Offer(n=1, by=Role.SELLER, terms=TERMS, at=noon, words="Take this"),),
        vouchers=(Voucher(n=1, kind=VoucherKind.REFUND, by=Role.SELLER, at=noon, number="R1", amount=Money(1, "USD")),),
        rulings=(Ruling(arbitrator=3, terms=TERMS, reasons="Because", at=noon),),
        rating=Rating(stars=5, at=noon),
    )

    async with db.work() as work:
        await work.cases.save(full)

    async with db.reading() as work:
        assert await work.cases.get(opened.ref) == full


async def test_get_of_an_unknown_case_is_none(db: Database) -> None:
    async with db.work() as work:
        assert await work.cases.get("NOSUCH") is None
        assert await work.cases.get("NOSUCH", lock=True) is None


async def test_save_of_a_case_never_added_is_a_key_error(db: Database, case: Case) -> None:
    with pytest.raises(KeyError):
        async with db.work() as work:
            await work.cases.save(case)


async def test_new_ref_is_six_plain_signs_and_differs(db: Database) -> None:
    async with db.reading() as work:
        refs = {await work.cases.new_ref() for _ in range(20)}

    assert len(refs) == 20
    assert all(len(ref) == 6 and set(ref) <= set(ALPHABET) for ref in refs)


async def test_lists_are_in_their_order(db: Database, opened: Case, noon: datetime) -> None:
    def variant(ref: str, state: State, *, due: int | None, opened_in: int = 0, arbitrator: int | None = None) -> Case:
        ended = None if due is not None else noon + timedelta(hours=opened_in)
        return replace(
            opened,
            ref=ref,
            position=Position(state=state),
            due_at=None if due is None else noon + timedelta(hours=due),
            opened_at=noon + timedelta(hours=opened_in),
            ended_at=ended,
            arbitrator=arbitrator,
        )

    variants = [
        variant("QUIET", State.ESCALATED, due=9),
        variant("URGENT", State.BREACHED, due=1, opened_in=2),
        variant("TAKEN", State.ARBITRATION, due=5, arbitrator=3),
        variant("RULED", State.RULED, due=4, arbitrator=3),
        variant("OVER", State.SETTLED, due=None, opened_in=3, arbitrator=3),
        variant("PAST", State.CLOSED, due=None, opened_in=1),
    ]
    async with db.work() as work:
        for each in variants:
            await work.cases.add(each)

    async with db.reading() as work:
        queue = await work.cases.queue()
        taken = await work.cases.of_arbitrator(3)
        of_store = await work.cases.of_stores(["Lumen", "Nest"])
        first_two = await work.cases.of_stores(["Lumen"], limit=2)
        of_buyer = await work.cases.of_buyer(1)
        of_order = await work.cases.of_order(opened.claim.order)
        listed = await work.cases.all(store="Lumen", state=State.RULED)
        since = await work.cases.opened_since(noon + timedelta(hours=1))
        ever = await work.cases.opened_since()
        nobodys = [
            *await work.cases.of_stores(["Nest"]),
            *await work.cases.of_stores([]),
            *await work.cases.of_buyer(2),
        ]

    assert _refs(queue) == ["URGENT", "QUIET"]
    assert _refs(taken) == ["RULED", "TAKEN"]
    assert _refs(of_store) == ["URGENT", "RULED", "TAKEN", "QUIET", "A7KQ2M", "OVER", "PAST"]
    assert _refs(first_two) == ["URGENT", "RULED"]
    assert _refs(of_buyer) == ["OVER", "URGENT", "PAST", "A7KQ2M", "QUIET", "RULED", "TAKEN"]
    assert _refs(of_order) == ["A7KQ2M", "QUIET", "RULED", "TAKEN", "PAST", "URGENT", "OVER"]
    assert _refs(listed) == ["RULED"]
    assert _refs(since) == ["PAST", "URGENT", "OVER"]
    assert _refs(ever) == _refs(of_order)
    assert nobodys == []


async def test_a_locked_case_is_changed_by_one_after_the_other(
    db: Database, opened: Case, people: tuple[Person, Person, Person]
) -> None:
    async def count_up() -> None:
        async with db.work() as work:
            case = await work.cases.get(opened.ref, lock=True)
            assert case is not None
            await asyncio.sleep(0)
            await work.cases.save(replace(case, position=replace(case.position, turn=case.position.turn + 1)))

    await asyncio.gather(*(count_up() for _ in range(12)))

    async with db.reading() as work:
        case = await work.cases.get(opened.ref)
    assert case is not None
    assert case.position.turn == 12


def _refs(cases: object) -> list[str]:
    assert isinstance(cases, list)
    return [case.ref for case in cases]
