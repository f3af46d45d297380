"""Silence: what the clock does in each state, who is reminded, and what happens when somebody acted after all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.cases.claim import Reason, Remedy
from conversations.cases.lifecycle import waits_for
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State
from conversations.messages import Notice
from conversations.ports import LinkPurpose

REF = "A7KQ2M"
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

#: state -> what the case is in once its time has passed, and the fact of it.
SILENCE = {
    State.AWAITING_SELLER: (State.AWAITING_RETURN, "ClaimApproved"),
    State.NEGOTIATING: (State.AT_ODDS, "OfferLapsed"),
    State.AT_ODDS: (State.CLOSED, "CaseClosed"),
    State.AWAITING_RETURN: (State.CLOSED, "CaseClosed"),
    State.RETURNING: (State.AWAITING_REFUND, "GoodsReceived"),
    State.AWAITING_REPLACEMENT: (State.BREACHED, "TermsBreached"),
    State.REPLACING: (State.AWAITING_REFUND, "DeliveryConfirmed"),  # the shipping is reimbursed
    State.AWAITING_REFUND: (State.BREACHED, "TermsBreached"),
    State.REFUNDING: (State.SETTLED, "RefundConfirmed"),
    State.BREACHED: (State.BREACHED, "ArbitratorsReminded"),
    State.ESCALATED: (State.ESCALATED, "ArbitratorsReminded"),
    State.ARBITRATION: (State.ESCALATED, "CaseReleased"),
    State.EVIDENCE_REQUESTED: (State.ARBITRATION, "QuestionUnanswered"),
    State.RULED: (State.AWAITING_REFUND, "RulingStood"),
}


def test_silence_is_written_down_for_every_state_that_waits():
    assert set(SILENCE) == set(State) - ENDS


@pytest.mark.parametrize("state", list(SILENCE))
async def test_silence_does_what_the_card_said(house, at, buyer, seller, arbitrator, state):
    case = await at(state)

    house.time = case.due_at
    await house.ring(REF)

    after = await house.case(REF)
    assert after.state is SILENCE[state][0]
    assert SILENCE[state][1] in await house.journal(REF)
    assert {entry.who for entry in await house.entries(REF)} == {Role.CLOCK}
    if after.state in ENDS:
        assert await house.alarm() is None
    else:
        assert case.due_at < await house.alarm() <= after.due_at


@pytest.mark.parametrize("state", list(SILENCE))
async def test_nothing_happens_a_second_before(house, at, buyer, seller, arbitrator, state):
    case = await at(state)

    house.time = case.due_at - SECOND
    await house.ring(REF)

    after = await house.case(REF)
    assert (after.state, after.position, after.due_at) == (case.state, case.position, case.due_at)
    assert await house.alarm() == case.due_at


@pytest.mark.parametrize("state", list(SILENCE))
async def test_both_parties_hear_what_silence_did(house, at, buyer, seller, arbitrator, state):
    case = await at(state)

    house.time = case.due_at
    await house.ring(REF)

    if SILENCE[state][1] == "ArbitratorsReminded":
        assert "This case still waits for an arbitrator." in arbitrator.read
    else:
        assert buyer.bodies(Notice)
        assert seller.bodies(Notice)


@pytest.mark.parametrize("state", list(SILENCE))
async def test_an_alarm_that_rings_after_somebody_acted_does_nothing(house, at, buyer, seller, arbitrator, state):
    """The deadline worker had taken the alarm when the move came: it looks again under lock."""
    case = await at(state)
    later = replace(case, since=case.due_at - HOUR, due_at=case.due_at + 3 * DAY)
    await house.put(later)

    house.time = case.due_at
    await house.ring(REF)

    assert await house.case(REF) == later
    assert await house.journal(REF) == []


@pytest.mark.parametrize("ref", [REF, "ZZZZZZ"])
async def test_an_alarm_of_a_case_that_ended_or_never_was_is_put_away(house, at, buyer, seller, ref):
    await at(State.CLOSED)
    async with house.db.work() as work:
        await work.alarms.set(ref, house.time)

    await house.ring(ref)

    assert await house.alarm() is None
    assert buyer.now == []


# --- reminders -------------------------------------------------------------------------------------------------

REMINDED = [state for state in SILENCE if SILENCE[state][1] != "ArbitratorsReminded"]


@pytest.mark.parametrize("state", REMINDED)
async def test_the_owner_is_reminded_at_half_time_and_before_the_end(house, at, buyer, seller, arbitrator, state):
    case = await at(state)
    people = {Role.BUYER: buyer, Role.SELLER: seller, Role.ARBITRATOR: arbitrator}
    wait = case.due_at - case.since

    for moment in (case.since + wait / 2, case.due_at - min(DAY, wait / 10)):
        house.time = moment
        await house.ring(REF)
        reminded = {role for role, chat in people.items() if "A reminder: this case waits for you." in chat.read}
        assert reminded == set(waits_for(case.position))

    assert await house.journal(REF) == ["OwnerReminded", "OwnerReminded"]


async def test_time_passing_rings_each_alarm_once(house, buyer, seller, claim_return):
    ref = await claim_return()

    rang = await house.pass_time(48 * HOUR)

    assert rang == 3
    assert (await house.case(ref)).state is State.AWAITING_RETURN
    assert await house.journal(ref) == ["CaseOpened", "OwnerReminded", "OwnerReminded", "ClaimApproved"]


async def test_a_waiting_case_reminds_all_arbitrators_every_day(house, at, buyer, seller, arbitrator, another):
    await at(State.ESCALATED)

    await house.pass_time(3 * DAY)

    assert await house.journal(REF) == ["ArbitratorsReminded"] * 3
    for chat in (arbitrator, another):
        assert chat.everything.count("This case still waits for an arbitrator.") == 3
    assert "still waits" not in buyer.everything + seller.everything


async def test_left_alone_every_claim_comes_to_an_end_or_to_an_arbitrator(house, buyer, seller, claim_return):
    ref = await claim_return()

    await house.pass_time(60 * DAY)

    assert (await house.case(ref)).state is State.CLOSED  # approved, and the goods were never sent back


# --- approval by silence ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, State.AWAITING_RETURN),
        ({"paid": Money(7000, "USD")}, State.AWAITING_RETURN),
        ({"paid": Money(7001, "USD")}, State.ESCALATED),
    ],
)
async def test_a_silent_seller_approves_up_to_the_cap(house, at, buyer, seller, change, state):
    case = await at(State.AWAITING_SELLER)
    await house.put(replace(case, **change))

    house.time = case.due_at
    await house.ring(REF)

    assert (await house.case(REF)).state is state


async def test_a_claim_that_is_for_the_seller_to_judge_is_escalated(house, buyer, seller, claim_return, arbitrator):
    ref = await claim_return(used=True)

    await house.pass_time(48 * HOUR)

    assert (await house.case(ref)).state is State.ESCALATED
    assert "The seller did not answer in time, so an arbitrator has been called." in buyer.everything
    assert "Take this case" in [house.plain(c.label) for row in arbitrator.card(ref).choices for c in row]


@pytest.mark.parametrize(
    ("claim", "state"),
    [
        ({}, State.ESCALATED),
        ({"remedy": Remedy.REFUND, "reason": Reason.FAULTY, "evidence": 1}, State.AWAITING_REFUND),
    ],
)
async def test_only_what_needs_no_address_is_approved_by_silence_without_one(house, at, buyer, seller, claim, state):
    await house.set_address(address=None)
    case = await at(State.AWAITING_SELLER, case=house.build.case(**claim))

    house.time = case.due_at
    await house.ring(REF)

    assert (await house.case(REF)).state is state


async def test_a_return_without_an_address_is_not_closed_on_the_buyer(house, at, buyer, seller, arbitrator):
    await house.set_address(address=None)
    case = await at(State.AWAITING_RETURN)
    await buyer.say("/case A7K-Q2M")
    assert house.plain(buyer.card(REF).default) == "an arbitrator is called"

    house.time = case.due_at
    await house.ring(REF)

    assert (await house.case(REF)).state is State.ESCALATED
    assert "Take this case" in [house.plain(c.label) for row in arbitrator.card(REF).choices for c in row]


# --- people out of reach ---------------------------------------------------------------------------------------


async def test_the_other_side_is_told_when_a_party_blocks_the_bot_and_comes_back(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.leave()
    assert "The buyer cannot be reached in the chat at the moment." in seller.read
    await buyer.come_back()
    assert "The buyer can be reached again." in seller.read

    assert await house.journal(REF) == ["PartyUnreachable", "PartyReachable"]


async def test_blocking_twice_is_told_once(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.leave()
    await buyer.leave()
    async with house.db.work() as work:
        await house.desk.unreachable(await house.id_of(buyer), work, house.time)

    assert await house.journal(REF) == ["PartyUnreachable"]


async def test_a_store_is_out_of_reach_only_with_its_last_seller(house, at, buyer, seller):
    colleague = await house.person(201, "Bo", stores=frozenset({"Acme"}))
    await at(State.AT_ODDS)

    await seller.leave()
    assert await house.journal(REF) == []
    await colleague.leave()
    assert "The seller cannot be reached in the chat at the moment." in buyer.read


async def test_writing_again_is_coming_back(house, at, buyer, seller):
    await at(State.AT_ODDS)
    await buyer.leave()

    await buyer.say("here I am")

    assert await house.journal(REF) == ["PartyUnreachable", "PartyReachable", "MessagePassedOn"]


async def test_an_ended_case_tells_nobody(house, at, buyer, seller):
    await at(State.CLOSED)

    await buyer.leave()

    assert seller.now == []


async def test_a_seller_whose_case_has_moved_on_meanwhile_hears_where_it_stands(house, at, buyer, seller):
    await at(State.AWAITING_SELLER)
    await seller.say("/refuse")
    await house.pass_time(48 * HOUR)

    await seller.say("It was worn when it came")

    assert (await house.case(REF)).state is State.AWAITING_RETURN
    assert "The case has moved on meanwhile, so this was not done." in seller.read


# --- evidence that cannot be used ------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["type", "too_big", "gone", "broken"])
async def test_evidence_that_cannot_be_used_is_said_to_its_giver(house, at, buyer, seller, photo, why):
    await at(State.AT_ODDS)
    await buyer.say("", photo(1))

    for _ in range(2):
        async with house.db.work() as work:
            await house.desk.file(REF, 1, work, house.time, refused=why)
        await house.deliver()
        told = (buyer.read, seller.read)

    assert told == ("", "")  # the second time changes nothing
    assert "Your evidence E1 cannot be used" in buyer.everything
    assert "cannot be used" not in seller.everything
    assert (await house.journal(REF)).count("EvidenceRefused") == 1


async def test_filed_evidence_is_on_record_with_its_hash(house, at, buyer, seller, photo):
    await at(State.AT_ODDS)
    await buyer.say("", photo(1))

    async with house.db.work() as work:
        await house.desk.file(REF, 1, work, house.time, sha256="ab" * 32, mime="image/jpeg")
        await house.desk.file(REF, 7, work, house.time, sha256="cd" * 32, mime="image/jpeg")
        await house.desk.file("ZZZZZZ", 1, work, house.time, sha256="cd" * 32, mime="image/jpeg")

    [item] = await house.evidence(REF)
    assert (item.sha256, item.mime, item.refused) == ("ab" * 32, "image/jpeg", "")
    assert (await house.journal(REF))[-1] == "EvidenceFiled"


# --- roles, language, help -------------------------------------------------------------------------------------


async def test_an_invited_seller_confirms_and_sees_the_open_cases(house, at, buyer, seller, operator):
    await at(State.AT_ODDS)
    new = await house.person(800, "Nora")
    token = await house.link(LinkPurpose.SELLER, "Acme")

    await new.say(f"/start {token}")
    assert new.card(REF) is None
    await new.tap("Accept the invitation")

    assert new.card(REF) is not None
    assert "Nora now answers for store Acme." in operator.read
    again = await house.person(801, "Eve")
    await again.say(f"/start {token}")
    assert "used or has expired" in again.read


async def test_an_invited_arbitrator_confirms(house, at, buyer, seller, operator):
    await at(State.ESCALATED)
    new = await house.person(800, "Nora")
    token = await house.link(LinkPurpose.ARBITRATOR)

    await new.say(f"/start {token}")
    await new.tap("Accept the invitation")
    await new.say("/queue")

    assert "A7K-Q2M" in new.read
    assert "Nora is now an arbitrator." in operator.everything


async def test_an_invitation_runs_out(house):
    new = await house.person(800, "Nora")
    token = await house.link(LinkPurpose.ARBITRATOR)
    await new.say(f"/start {token}")

    house.time += DAY
    await new.tap("Accept the invitation")

    assert "used or has expired" in new.read
    await new.say("/queue")
    assert "is not something you can do here" in new.read


async def test_a_chosen_language_stays(house, buyer):
    await buyer.say("/language")
    await buyer.tap("简体中文")

    async with house.db.work() as work:
        person = await work.people.get(await house.id_of(buyer))
    assert (person.language, person.has_chosen_language) == ("zh_Hans", True)


async def test_help_shows_what_each_role_can_do(house, buyer, seller, arbitrator):
    shown = {}
    for name, chat in (("buyer", buyer), ("seller", seller), ("arbitrator", arbitrator)):
        await chat.say("/help")
        shown[name] = {line.split(":")[0] for line in chat.read.splitlines() if line.startswith("/")}

    assert "/queue" in shown["arbitrator"]
    assert "/queue" not in shown["buyer"] | shown["seller"]
    assert "/address" in shown["seller"]
    assert "/address" not in shown["buyer"]
    assert "/new" in shown["buyer"]


async def test_cases_lists_the_open_ones_first(house, at, buyer, seller):
    await buyer.say("/cases")
    assert "You have no cases." in buyer.read
    await at(State.CLOSED, ref="AAAAAA")
    await at(State.AT_ODDS, ref="BBBBBB")

    await buyer.say("/cases")

    assert buyer.read.index("BBB-BBB") < buyer.read.index("AAA-AAA")
    await buyer.tap("AAA-AAA")
    assert house.plain(buyer.card("AAAAAA").state) == "Closed"
