"""From a finished intake to a case: judged once more, under lock, then opened."""

from __future__ import annotations

from conversations import vocabulary
from conversations.cases.case import Actor, open_case
from conversations.cases.claim import Claim
from conversations.cases.money import Money, zero
from conversations.cases.orders import Order
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.verdict import Outcome
from conversations.desk import floods
from conversations.desk.moving import add_evidence, files_of
from conversations.desk.publishing import publish, show_card, tell_operator
from conversations.desk.rooms import recipients
from conversations.desk.talking import about_order, taken_of
from conversations.desk.visit import QUESTION, Visit, command
from conversations.dialogs.dialog import Context
from conversations.dialogs.draft import claimable, draft_claim, evidence_needed, verdict_of
from conversations.messages import Placing
from conversations.phrase import Phrase
from conversations.ports import Work


async def submit(visit: Visit, context: Context) -> None:
    """Opens the case, unless the order has been claimed meanwhile or the policy no longer allows it."""
    work, settings = visit.work, visit.settings
    order = await work.orders.get(context.the_order.key, lock=True)
    assert order is not None
    context = await about_order(visit, context.dialog, order.key)  # anew, now that nobody else can claim on it
    claim = draft_claim(context)
    left = {item.no: units for item, units in claimable(context)}
    is_free = all(claimed.quantity <= left.get(claimed.item_no, 0) for claimed in claim.items)
    is_bound = await work.orders.is_bound(order.key, visit.person.id)
    verdict = verdict_of(context) if is_free and is_bound else None
    if verdict is None or verdict.outcome >= Outcome.NEEDS_EVIDENCE:
        line = Phrase("This can no longer be claimed as it stands. Please begin again; it takes only a moment.")
        await visit.say(line, slot=QUESTION, choices=((command(Phrase("Report a problem"), "new"),),))
        return
    if await floods.must_wait(visit, context):
        return
    moved = open_case(
        claim,
        verdict,
        ref=await work.cases.new_ref(),
        buyer=visit.person.id,
        paid=await _paid(claim, order, work),
        policy=context.pack.id,
        policy_hash=context.pack.hash,
        limits=context.pack.limits,
        now=visit.now,
        evidence_needed=evidence_needed(context),
    )
    await work.packs.keep(context.pack.id, context.pack.hash, context.pack.text)
    case = moved.case
    await visit.open_ref(case.ref)
    await publish(moved, Actor(Role.BUYER, visit.person.id), work, now=visit.now, before=None, visit=visit)
    caption = str(context.answers.get("caption", ""))
    exhibits = await add_evidence(visit, case, Role.BUYER, files_of(context), caption)
    await show_card(case, visit.chat, Role.BUYER, work, placing=Placing.BELOW)
    sellers = await recipients(case, Role.SELLER, work)
    for seller in sellers if exhibits else ():  # their card says how much evidence there is
        await show_card(case, seller, Role.SELLER, work)
    await _tell_of_misfit(visit, context)
    if not sellers:
        ref = vocabulary.reference(case.ref)
        line = Phrase("Case {ref}: nobody of store {store} is in the chat to answer it.", ref=ref, store=case.store)
        await tell_operator(settings, work, line)


async def _tell_of_misfit(visit: Visit, context: Context) -> None:
    store = await visit.work.orders.store(context.the_order.key.store)
    if store.policy and context.pack is visit.settings.pack:
        line = Phrase(
            "The policy of store {store} does not fit the house policy any more, so its new cases are judged by the "
            "house's. “aftersales stores list” says why.",
            store=store.name,
        )
        await tell_operator(visit.settings, visit.work, line)


async def _paid(claim: Claim, order: Order, work: Work) -> Money:
    """What was paid for the claimed units, and never more than other cases leave of the order's total."""
    if former := await work.cases.get(claim.linked) if claim.linked else None:
        worth = sum((order.paid_for(c.item_no, c.quantity) for c in claim.items), zero(order.currency))
        return min(worth, former.left)
    taken = await taken_of(order.key, work)
    paid = zero(order.currency)
    for claimed in claim.items:
        paid += order.paid_for(claimed.item_no, claimed.quantity, after=taken.get(claimed.item_no, 0))
    others = [
        case.paid
        for case in await work.cases.of_order(order.key)
        if case.state is not State.CLOSED and not case.claim.linked
    ]
    return min(paid, order.paid - sum(others, zero(order.currency)))
