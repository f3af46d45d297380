"""The figures of reports, counted in SQL, are those that plain Python counts over the same rows."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from conversations.cases.claim import Ground, Reason, Remedy
from conversations.cases.figures import (
    ArbitratorFigures,
    Costs,
    Figures,
    Peer,
    Period,
    ProductFigures,
    Spread,
)
from conversations.cases.outcomes import CaseOutcome, Hearing
from conversations.cases.standing import MOST_CASES, PERIOD, Standing
from storage.database import Database
from storage.openings import KEPT
from storage.tables import hearings, openings, orders, outcome_products, outcomes

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
STORES = ("Acme", "Lumen 灯", "Nord", "Süd", "Ost", "West", "Mitte")
DAYS = 120


class Rows:
    """Rows as they might have come about, over the last `DAYS` days."""

    def __init__(self, seed: int, size: int) -> None:
        self.random = random.Random(seed)
        self.outcomes = [self._outcome(n) for n in range(size)]
        self.products = [product for outcome in self.outcomes for product in self._products(outcome)]
        self.hearings = [hearing for outcome in self.outcomes for hearing in self._hearings(outcome)]
        self.orders = [(self.random.choice(STORES), f"N{n}", self._at()) for n in range(size)]

    def _at(self) -> datetime:
        """Full days among them, so that many share an instant and some lie on the ends of a period."""
        return NOW - timedelta(days=self.random.randint(0, DAYS), seconds=self.random.choice((0, 0, 1, 40_000)))

    def _maybe(self, value: int) -> int:
        return value if self.random.random() < 0.6 else 0

    def _outcome(self, n: int) -> CaseOutcome:
        dice, opened, is_rated = self.random, self._at(), self.random.random() < 0.4
        took = dice.choice((None, 0, 3600, 86_400, dice.randint(0, 10**6)))
        offers = dice.randint(0, 3)
        return CaseOutcome(
            ref=f"R{n}",
            store=dice.choices(STORES, weights=range(1, len(STORES) + 1))[0],
            remedy=dice.choice(list(Remedy)).value,
            ground=dice.choice(list(Ground)).value,
            reason=dice.choice(list(Reason)).value,
            currency=dice.choice(("USD", "CNY", "JPY")),
            opened_at=opened,
            state="settled",
            answer_seconds=dice.choice((None, 0, 60, dice.randint(0, 10**5))),
            ended_at=None if took is None else opened + timedelta(seconds=took),
            resolve_seconds=took,
            kept=dice.randint(0, 4),
            missed=self._maybe(dice.randint(0, 2)),
            offers=offers,
            accepted=dice.randint(0, offers),
            is_escalated=dice.random() < 0.2,
            refund=self._maybe(dice.randint(1, 10**12)),
            shipping=self._maybe(dice.randint(1, 2000)),
            rated_at=self._at() if is_rated else None,
            service=dice.randint(1, 5) if is_rated else 0,
            outcome=self._maybe(dice.randint(1, 5)) if is_rated else 0,
        )

    def _products(self, of: CaseOutcome) -> list[dict]:
        return [
            {
                "ref": of.ref,
                "product": f"P{number}",
                "title": f"Product {number}{self.random.choice(('', ' new'))}",
                "store": of.store,
                "reason": of.reason,
                "opened_at": of.opened_at,
            }
            for number in self.random.sample(range(30), self.random.randint(0, 3))
        ]

    def _hearings(self, of: CaseOutcome) -> list[Hearing]:
        made = []
        for n in range(1, self.random.choice((1, 1, 1, 2, 3))):
            taken, seconds = self._at(), self.random.choice((None, self.random.randint(0, 10**6)))
            how = "" if seconds is None else self.random.choice(("ruled", "ruled", "late", "released", "parties"))
            is_appealed = how == "ruled" and self.random.random() < 0.5
            made.append(
                Hearing(
                    ref=of.ref,
                    n=n,
                    arbitrator=self.random.randint(1, 4),
                    store=of.store,
                    taken_at=taken,
                    ended_at=None if seconds is None else taken + timedelta(seconds=seconds),
                    seconds=seconds,
                    how=how,
                    is_appealed=is_appealed,
                    is_reversed=is_appealed and self.random.random() < 0.5,
                )
            )
        return made

    async def put(self, db: Database) -> None:
        async with db._writer.begin() as connection:
            tables = (
                (outcomes, [asdict(row) for row in self.outcomes]),
                (outcome_products, self.products),
                (hearings, [asdict(row) for row in self.hearings]),
                (orders, [{"store": s, "number": n, "purchased_at": at, "doc": {}} for s, n, at in self.orders]),
            )
            for table, rows in tables:
                if rows:
                    await connection.execute(insert(table), rows)

    # The same in plain Python

    def figures(self, store: str, period: Period) -> Figures:
        opened = [o for o in self.outcomes if _is_in(o.opened_at, period) and store in ("", o.store)]
        ended = [o for o in self.outcomes if _is_in(o.ended_at, period) and store in ("", o.store)]
        rated = [o for o in self.outcomes if _is_in(o.rated_at, period) and store in ("", o.store)]
        ruled = [h for h in self.hearings if _is_in(h.ended_at, period) and store in ("", h.store) and h.how == "ruled"]
        cuts = period.cuts
        costs = []
        for currency in sorted({o.currency for o in ended}):
            mine = [o for o in ended if o.currency == currency]
            cost = Costs(currency, sum(o.refund for o in mine), sum(o.shipping for o in mine))
            costs += [cost] if cost.refunds or cost.shipping else []
        return Figures(
            cases=len(opened),
            slices=tuple(sum(begin <= o.opened_at < end for o in opened) for begin, end in pairwise(cuts)),
            by_remedy=dict(Counter(o.remedy for o in opened)),
            by_reason=dict(Counter(o.reason for o in opened)),
            products=self._most_claimed(store, period),
            orders=sum(_is_in(at, period) and store in ("", s) for s, _, at in self.orders),
            answer=_spread(o.answer_seconds for o in opened),
            kept=sum(o.kept for o in opened),
            missed=sum(o.missed for o in opened),
            offers=sum(o.offers for o in opened),
            accepted=sum(o.accepted for o in opened),
            escalated=sum(o.is_escalated for o in opened),
            resolution=_spread(o.resolve_seconds for o in ended),
            costs=tuple(costs),
            rulings=len(ruled),
            appealed=sum(h.is_appealed for h in ruled),
            reversed=sum(h.is_reversed for h in ruled),
            ratings=len(rated),
            service=sum(o.service for o in rated),
            outcomes=sum(o.outcome > 0 for o in rated),
            outcome=sum(o.outcome for o in rated),
        )

    def _most_claimed(self, store: str, period: Period) -> tuple[ProductFigures, ...]:
        found: dict[tuple[str, str], list[dict]] = {}
        for row in self.products:
            if _is_in(row["opened_at"], period) and store in ("", row["store"]):
                found.setdefault((row["store"], row["product"]), []).append(row)
        most = sorted(found, key=lambda key: (-len(found[key]), _bytes(key[0]), key[1]))[:20]
        return tuple(
            ProductFigures(
                product,
                max(row["title"] for row in found[name, product]),
                dict(Counter(row["reason"] for row in found[name, product])),
            )
            for name, product in most
        )

    def peers(self, store: str, period: Period) -> list[Peer]:
        told = []
        own = sum(_is_in(o.opened_at, period) and o.store == store for o in self.outcomes)
        for name in sorted(set(STORES) - {store}):
            opened = [o for o in self.outcomes if _is_in(o.opened_at, period) and o.store == name]
            rated = [o for o in self.outcomes if _is_in(o.rated_at, period) and o.store == name]
            answer = _spread(o.answer_seconds for o in opened)
            alike = len(opened) >= 5 and own <= 4 * len(opened) and len(opened) <= 4 * own
            if alike if store else opened or rated:
                told.append(
                    Peer(
                        store=name,
                        cases=len(opened),
                        answered=answer.count,
                        answer=answer.median,
                        kept=sum(o.kept for o in opened),
                        missed=sum(o.missed for o in opened),
                        escalated=sum(o.is_escalated for o in opened),
                        offers=sum(o.offers for o in opened),
                        accepted=sum(o.accepted for o in opened),
                        ratings=len(rated),
                        service=sum(o.service for o in rated),
                    )
                )
        return told

    def arbitrators(self, period: Period) -> list[ArbitratorFigures]:
        taken = [h for h in self.hearings if _is_in(h.taken_at, period)]
        told = [_of_hearings(0, taken)]
        for number in sorted({h.arbitrator for h in taken}):
            told.append(_of_hearings(number, [h for h in taken if h.arbitrator == number]))
        return told

    def standing(self, store: str) -> Standing:
        ended = [o for o in self.outcomes if o.store == store and o.ended_at and NOW - PERIOD < o.ended_at <= NOW]
        assert len(ended) <= MOST_CASES
        answer = _spread(o.answer_seconds for o in ended).median
        return Standing(
            store=store,
            cases=len(ended),
            ratings=sum(o.service > 0 for o in ended),
            stars=sum(o.service for o in ended),
            first_answer=None if answer is None else timedelta(seconds=answer),
            alone=sum(not o.is_escalated for o in ended),
        )


def _bytes(name: str) -> bytes:
    return name.encode()


def _is_in(at: datetime | None, period: Period) -> bool:
    return at is not None and period.begins <= at < period.ends


def _spread(values: Iterable[int | None]) -> Spread:
    """By counting up: the smallest value that at least so large a part of them does not exceed."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return Spread()

    def least(percent: int) -> int:
        return next(v for v in known if sum(other <= v for other in known) * 100 >= percent * len(known))

    return Spread(len(known), least(50), least(90))


def _of_hearings(number: int, taken: list[Hearing]) -> ArbitratorFigures:
    return ArbitratorFigures(
        arbitrator=number,
        hearings=len(taken),
        open=sum(h.ended_at is None for h in taken),
        rulings=sum(h.how == "ruled" for h in taken),
        late=sum(h.how == "late" for h in taken),
        appealed=sum(h.is_appealed for h in taken),
        reversed=sum(h.is_reversed for h in taken),
        time=_spread(h.seconds for h in taken),
    )


@pytest.mark.parametrize(("seed", "size"), [(1, 0), (2, 1), (3, 7), (4, 60), (5, 400), (6, 1200)])
async def test_counted_in_sql_or_by_hand_it_is_the_same(db: Database, seed: int, size: int) -> None:
    rows = Rows(seed, size)
    await rows.put(db)

    async with db.reading() as work:
        for days in (7, 30, 90):
            period = Period.last(days, NOW)
            for store in ("Acme", "Mitte", "Nobody"):
                assert await work.reports.figures(store, period) == rows.figures(store, period)
                assert await work.reports.figures(store, period.before) == rows.figures(store, period.before)
            assert await work.reports.peers("Mitte", period) == rows.peers("Mitte", period)
            assert await work.reports.peers("", period) == rows.peers("", period)
            assert await work.reports.arbitrators(period) == rows.arbitrators(period)
        for store in STORES:
            assert await work.outcomes.standing(store, NOW) == rows.standing(store)


async def test_all_stores_together_are_counted_too(db: Database) -> None:
    rows, period = Rows(8, 300), Period.last(90, NOW)
    await rows.put(db)

    async with db.reading() as work:
        assert await work.reports.figures("", period) == rows.figures("", period)


async def test_a_standing_looks_at_the_last_cases_of_a_year(db: Database) -> None:
    rows = Rows(9, 0)
    rows.outcomes = [
        CaseOutcome(
            ref=f"R{n}",
            store="Acme",
            remedy="refund",
            ground="quality",
            reason="faulty",
            currency="USD",
            opened_at=NOW - timedelta(days=500),
            state="settled",
            ended_at=NOW - timedelta(hours=n),
            resolve_seconds=n,
            service=5 if n < MOST_CASES else 1,
        )
        for n in range(MOST_CASES + 20)
    ]
    await rows.put(db)

    async with db.reading() as work:
        standing = await work.outcomes.standing("Acme", NOW)

    assert standing == Standing(
        store="Acme", cases=MOST_CASES, ratings=MOST_CASES, stars=5 * MOST_CASES, alone=MOST_CASES
    )


async def test_a_store_is_compared_with_the_forty_that_are_nearest_in_size(db: Database) -> None:
    rows, period = Rows(10, 0), Period.last(30, NOW)
    sizes = {"Acme": 100, **{f"Store {n}": 70 + n for n in range(60)}, "Tiny": 24, "Giant": 401}
    for store, size in sizes.items():
        for _ in range(size):
            made = rows._outcome(len(rows.outcomes))
            rows.outcomes.append(replace(made, store=store, opened_at=NOW - timedelta(days=1)))
    await rows.put(db)

    async with db.reading() as work:
        peers = await work.reports.peers("Acme", period)

    assert [(peer.store, peer.cases) for peer in peers] == [(f"Store {n}", 70 + n) for n in range(10, 50)]


class Business:
    """What happens over days: cases come, and change for a long time; what is counted of days is brought up or lost."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = NOW
        self.rows = Rows(0, 0)

    async def do(self, step: tuple[Any, ...]) -> None:
        match step:
            case ("pass", hours):
                self.now += timedelta(hours=hours)
            case ("open", store, number):
                fresh = [
                    CaseOutcome(
                        ref=f"R{len(self.rows.outcomes) + n}",
                        store=STORES[store],
                        remedy="refund",
                        ground="quality",
                        reason="faulty",
                        currency="USD",
                        opened_at=self.now,
                        state="awaiting_seller",
                    )
                    for n in range(number)
                ]
                self.rows.outcomes += fresh
                async with self.db._writer.begin() as connection:
                    await connection.execute(insert(outcomes), [asdict(row) for row in fresh])
            case ("change", which, values) if self.rows.outcomes:
                at = which % len(self.rows.outcomes)
                ended = {"ended_at": self.now if values["resolve_seconds"] else None}
                rated = {"rated_at": self.now if values["service"] else None}
                changed = self.rows.outcomes[at] = replace(self.rows.outcomes[at], **values, **ended, **rated)
                it = outcomes.c.ref == changed.ref
                async with self.db._writer.begin() as connection:
                    await connection.execute(update(outcomes).where(it).values(asdict(changed)))
            case ("bring up", times):
                for _ in range(times):
                    async with self.db.work() as work:
                        await work.openings.bring_up(self.now)
            case ("lose", days):
                async with self.db._writer.begin() as connection:
                    await connection.execute(delete(openings).where(openings.c.midnight > NOW + timedelta(days=days)))

    async def check(self) -> None:
        """A report now, or one about a time long past, says what is counted by hand."""
        async with self.db.reading() as work:
            for days in (7, 30, 90):
                period = Period.last(days, self.now)
                for each in (period, period.before):
                    assert dict(await work.openings.within(each)) == dict(
                        Counter(o.store for o in self.rows.outcomes if _is_in(o.opened_at, each))
                    )
                    for store in STORES[:3]:
                        assert await work.reports.peers(store, each) == self.rows.peers(store, each)
                        assert await work.reports.figures(store, each) == self.rows.figures(store, each)


CHANGES = st.fixed_dictionaries(
    {
        "answer_seconds": st.none() | st.integers(0, 5),
        "kept": st.integers(0, 3),
        "missed": st.integers(0, 3),
        "offers": st.integers(0, 3),
        "is_escalated": st.booleans(),
        "state": st.sampled_from(["escalated", "settled"]),
        "resolve_seconds": st.none() | st.integers(1, 9),
        "service": st.integers(0, 5),
    }
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.sampled_from([1, 12, 13, 24, 24 * 9, 24 * 60])),
        st.tuples(st.just("open"), st.integers(0, len(STORES) - 1), st.integers(1, 9)),
        st.tuples(st.just("open"), st.integers(0, len(STORES) - 1), st.integers(1, 9)),
        st.tuples(st.just("change"), st.integers(0, 99), CHANGES),
        st.tuples(st.just("bring up"), st.integers(1, 40)),
        st.tuples(st.just("lose"), st.integers(0, 90)),
    ),
    max_size=14,
)


@settings(max_examples=settings().max_examples // 5)  # each has a database of its own, which takes half a second
@given(steps=STEPS)
def test_whatever_happens_and_is_counted_ahead_a_report_says_what_is_so(
    steps: list[Any], migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("openings") / "test.db"
    file.write_bytes(migrated_file.read_bytes())

    async def live() -> None:
        async with Database(f"sqlite:///{file}") as db:
            business = Business(db)
            for step in steps:
                await business.do(step)
            await business.check()

    asyncio.run(live())


async def test_openings_are_brought_up_day_by_day(db: Database) -> None:
    """The whole of it on both databases: months of business, a part of what was counted lost, and the rest forgotten."""
    business, dice = Business(db), random.Random(7)
    for day in range(130):
        await business.do(("open", dice.randrange(len(STORES)), dice.randint(1, 4)))
        values = {
            "answer_seconds": dice.randint(0, 9),
            "kept": 1,
            "resolve_seconds": None,
            "service": dice.randint(0, 5),
        }
        await business.do(("change", dice.randrange(1000), values))
        await business.do(("pass", dice.choice((23, 24, 25))))
        if day in (40, 100):
            await business.do(("bring up", 30 if day == 40 else 200))
    await business.check()
    await business.do(("lose", 95))
    await business.check()

    await business.do(("bring up", 200))

    await business.check()
    async with db.reading() as work:
        kept = sorted({row.midnight for row in await work._tx.all(select(openings.c.midnight))})
    newest = business.now.replace(hour=0)
    assert kept == [newest - timedelta(days=n) for n in reversed(range(KEPT))]


async def test_a_midnight_is_counted_when_nothing_from_before_it_can_come_any_more(db: Database) -> None:
    business = Business(db)  # at noon
    await business.do(("open", 0, 3))
    await business.do(("pass", 12))

    async with db.work() as work:
        assert not await work.openings.bring_up(business.now)
        assert not await work.openings.bring_up(business.now + timedelta(minutes=59))
        assert await work.openings.bring_up(business.now + timedelta(hours=1))
        assert not await work.openings.bring_up(business.now + timedelta(hours=1))
        rows = [tuple(row) for row in await work._tx.all(select(openings))]

    assert rows == [(business.now, "Acme", 3)]


async def test_a_clock_that_was_set_back_counts_what_lies_ahead_anew(db: Database) -> None:
    business = Business(db)
    await business.do(("open", 0, 1))
    await business.do(("pass", 24 * 5))
    await business.do(("bring up", 9))
    business.now -= timedelta(days=3)

    await business.do(("bring up", 9))
    await business.do(("open", 0, 1))
    await business.do(("pass", 24 * 9))
    await business.do(("bring up", 20))

    await business.check()
