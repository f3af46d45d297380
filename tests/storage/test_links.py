"""One-time links."""

import asyncio
import re
from datetime import datetime, timedelta

from sqlalchemy import select

from conversations.ports import Link, LinkPurpose
from storage.database import Database
from storage.tables import links

HOUR = timedelta(hours=1)
ORDER = Link(purpose=LinkPurpose.ORDER, store="Lumen", number="A-100")
SELLER = Link(purpose=LinkPurpose.SELLER, store="Lumen")


async def issue(db: Database, link: Link, expires_at: datetime | None = None) -> str:
    async with db.work() as work:
        return await work.links.issue(link, expires_at=expires_at)


async def test_a_link_is_used_up_once(db: Database, noon: datetime) -> None:
    token = await issue(db, ORDER)

    async with db.work() as work:
        peeked = await work.links.peek(token, noon)
        redeemed = await work.links.redeem(token, noon, person=1)
        again = await work.links.redeem(token, noon, person=2)
        after = await work.links.peek(token, noon)

    assert (peeked, redeemed, again, after) == (ORDER, ORDER, None, None)


async def test_a_link_is_good_until_its_very_end(db: Database, noon: datetime) -> None:
    token = await issue(db, SELLER, noon + HOUR)
    moment = timedelta(microseconds=1)

    async with db.work() as work:
        assert await work.links.peek(token, noon + HOUR - moment) == SELLER
        assert await work.links.peek(token, noon + HOUR) is None
        assert await work.links.redeem(token, noon + HOUR, person=1) is None
        assert await work.links.redeem(token, noon + HOUR - moment, person=1) == SELLER


async def test_an_unknown_token_is_good_for_nothing(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        for token in ("", "x" * 32, "nul \0", "half a pair \ud83d"):
            assert await work.links.peek(token, noon) is None
            assert await work.links.redeem(token, noon, person=1) is None


async def test_a_token_fits_a_deep_link_and_is_kept_only_as_a_hash(db: Database) -> None:
    tokens = {await issue(db, SELLER) for _ in range(10)}

    async with db._writer.connect() as connection:
        kept = str((await connection.execute(select(links))).all())
    assert len(tokens) == 10
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", token) for token in tokens)
    assert not any(token in kept for token in tokens)


async def test_of_many_who_redeem_at_once_one_does(db: Database, noon: datetime) -> None:
    token = await issue(db, SELLER)

    async def redeem(person: int) -> Link | None:
        async with db.work() as work:
            return await work.links.redeem(token, noon, person=person)

    got = await asyncio.gather(*(redeem(person) for person in range(1, 9)))

    assert sorted(got, key=lambda link: link is None) == [SELLER, *[None] * 7]
