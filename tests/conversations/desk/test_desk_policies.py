"""Which policy a claim is judged by, and what counts as claimed before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policies import load
from conversations.cases.facts import ClaimWithdrawn
from conversations.cases.orders import Store
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk import Settings, opening
from conversations.desk.policies import history_on, policy_of
from conversations.desk.talking import about_order
from conversations.desk.visit import Visit
from conversations.dialogs import dialog as dialogs
from conversations.messages import Notice, Sender
from conversations.policy import NO_HISTORY, for_store
from conversations.policy.history import Ending

HOUSE = load("tmall_global")
KIND = '[deadlines]\nawaiting_seller = "12h"\n'
MISFIT = '[caps]\nUSD = "1"\n'
DAY = timedelta(days=1)


def test_a_store_s_own_policy_is_used_where_it_fits():
    assert policy_of(Store(name="Acme"), HOUSE) is HOUSE
    assert policy_of(Store(name="Acme", policy=KIND), HOUSE) == for_store(HOUSE, KIND, "Acme")
    assert policy_of(Store(name="Acme", policy=MISFIT), HOUSE) is HOUSE


@pytest.fixture
async def db(sqlite_db, build):
    """Buyer 1, the operator's chat, and the order of `build`, which is the buyer's."""
    async with sqlite_db.work() as work:
        assert (await work.people.greet(Sender(address=101, name="Mia"))).id == 1
        await work.orders.put(build.order())
        await work.orders.bind(build.order().key, 1)
    return sqlite_db


async def keep(work, case, *facts):
    await work.cases.add(case)
    if facts:
        await work.journal.add(case.ref, facts, who=Role.BUYER, person=1, at=case.ended_at)


async def test_history_tells_from_the_journal_what_was_withdrawn(db, build):
    closed = build.at(State.CLOSED)
    async with db.work() as work:
        await keep(work, replace(closed, ref="WITHDR"), ClaimWithdrawn(""))
        await keep(work, replace(closed, ref="LAPSED"))
        await keep(work, replace(build.case(), ref="STOPEN"))

        found = await history_on(build.order(), work, build.opened + DAY)
        but = await history_on(build.order(), work, build.opened + DAY, but="STOPEN")
        linked = await history_on(build.order(), work, build.opened + DAY, linked="STOPEN")

    assert sorted(earlier.ending for earlier in found.earlier) == [Ending.LAPSED, Ending.OPEN, Ending.WITHDRAWN]
    assert sorted(earlier.ending for earlier in but.earlier) == [Ending.LAPSED, Ending.WITHDRAWN]
    assert linked == NO_HISTORY


# --- opening a case --------------------------------------------------------------------------------------------

CLAIM = {
    "order": ["Acme", "1001"],
    "items": ["1"],
    "quantities": {"1": 1},
    "remedy": "return",
    "reason": "changed_mind",
    "unused": "yes",
    "intact": "yes",
}


async def submitted(db, build, *, policy="", before=None):
    """A claim on one of two mugs is sent off: the cases there are then, and what the operator is told.

    `before` happens after the last question was asked, while the buyer thinks it over.
    """

    async def finish(visit, context):
        raise AssertionError("nothing is asked any more")

    settings = Settings(pack=HOUSE, operator=900)
    async with db.work() as work:
        await work.orders.set_policy("Acme", policy)
        visit = Visit(work=work, now=build.opened, settings=settings, person=await work.people.get(1), finish=finish)
        draft = dialogs.start("intake", **CLAIM)
        context = await about_order(visit, draft, build.order().key)
        if before is not None:
            await before(work)
        await opening.submit(visit, context)
    return await _cases(db, build), await _told(db, 900)


async def _cases(db, build):
    async with db.reading() as work:
        return await work.cases.of_order(build.order().key)


async def _told(db, address):
    async with db.work() as work:
        operator = await work.people.greet(Sender(address=address, name=""))
    leases = await db.outbox.lease(9, 99, 60.0)
    said = [item.payload for leased in leases for item in leased.items]
    return [
        line.msgid for out in said if out.to == operator.id and isinstance(out.body, Notice) for line in out.body.lines
    ]


NOBODY = "Case {ref}: nobody of store {store} is in the chat to answer it."
UNFIT = (
    "The policy of store {store} does not fit the house policy any more, so its new cases are judged by the house's. "
    "“aftersales stores list” says why."
)


async def test_a_case_pins_the_policy_of_its_store_and_its_text_is_kept(db, build):
    own = for_store(HOUSE, KIND, "Acme")

    [case], told = await submitted(db, build, policy=KIND)

    assert (case.policy, case.policy_hash, case.due_at) == (own.id, own.hash, build.opened + timedelta(hours=12))
    assert told == [NOBODY]
    async with db.reading() as work:
        assert await work.packs.text(own.hash) == own.model_dump_json()


async def test_a_policy_that_no_longer_fits_is_not_used_and_the_operator_is_told(db, build):
    [case], told = await submitted(db, build, policy=MISFIT)

    assert (case.policy, case.policy_hash) == ("tmall_global", HOUSE.hash)
    assert told == [UNFIT, NOBODY]


async def test_a_claim_is_judged_again_with_what_was_claimed_meanwhile(db, build):
    async def claimed_by_another(work):
        await keep(work, replace(build.case(), ref="B7KQ2M"))

    [case], told = await submitted(db, build, before=claimed_by_another)

    assert (case.ref, told) == ("B7KQ2M", [])


async def test_a_claim_on_what_is_no_longer_part_of_the_order_opens_no_case(db, build):
    async def changed(work):
        await work.orders.put(replace(build.order(), items=build.order().items[1:]))

    assert await submitted(db, build, before=changed) == ([], [])


async def test_a_claim_is_judged_again_by_the_policy_as_it_is_then(db, build):
    async def changed(work):
        await work.orders.set_policy("Acme", KIND)

    [case], _ = await submitted(db, build, before=changed)

    assert case.policy == "tmall_global+store"
