"""Private limits, claims on a replacement, and what is finished after its case has gone out of reach."""

from datetime import timedelta

from conversations.cases.states import State
from conversations.messages import Outgoing
from conversations.phrase import Phrase

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5
NOTED = "Noted, for nobody else to see. If what you both would accept meets, we will tell you both."
ONCE = "A private limit can be set while both sides are still talking, until both limits have met."


async def limits(room, who: int, ref: str, amount: str) -> str:
    """Sets a private limit; gives the answer."""
    await room.say(who, f"/limit {ref}")
    await room.say(who, amount)
    return room.text(who)


async def exchanged(room) -> str:
    """A case of one mug of two, exchanged down to its receipt."""
    ref = await exchange_claim(room)
    await room.say(SAM, f"/approve {ref}")
    await room.tap(SAM, "Yes, approve")
    await room.say(MIA, f"/ship {ref} DHL JD014600003828")
    await room.say(SAM, f"/receive {ref}")
    await room.tap(SAM, "Yes, they are back")
    await room.say(SAM, f"/send_goods {ref} UPS 1Z999AA10123456784")
    await room.say(MIA, f"/receive_goods {ref}")
    await room.tap(MIA, "Yes, all is well")
    await room.say(SAM, f"/refund {ref} 15 TX-1")  # what sending it back may cost
    await room.say(MIA, f"/confirm_refund {ref}")
    await room.tap(MIA, "Yes, it has arrived")
    return ref


async def exchange_claim(room) -> str:
    await room.say(MIA, "/new anew")
    await room.say(MIA, "1001")
    await room.say(MIA, "1")
    await room.tap(MIA, "Exchange")
    await room.tap(MIA, "I changed my mind")
    await room.tap(MIA, "Yes, unused")
    await room.tap(MIA, "Yes, intact")
    await room.tap(MIA, "Leave out")
    await room.tap(MIA, "Send the claim")
    return (await room.person(MIA)).open_ref


async def test_limit_that_does_not_meet_is_heard_of_by_nobody_else(room) -> None:
    ref = await room.claim()
    before: list[tuple[int, Outgoing]] = list(room.ever[MIA])

    assert await limits(room, SAM, ref, "3.21") == NOTED

    assert room.ever[MIA] == before
    assert (await room.case(ref)).most == 321
    assert await limits(room, MIA, ref, "17") == NOTED
    assert (await room.case(ref)).state is State.AWAITING_SELLER
    for who in (MIA, SAM):
        await room.say(who, f"/record {ref}")
        assert "limit" not in room.text(who)


async def test_limits_that_meet_are_forgotten_and_the_middle_is_offered_to_both(room) -> None:
    ref = await room.claim()
    await limits(room, MIA, ref, "7.65")
    await limits(room, SAM, ref, "12.34")

    case = await room.case(ref)
    assert (case.state, case.least, case.most, case.has_met) == (State.NEGOTIATING, None, None, True)
    assert case.position.offer.terms.amount.minor == 999
    for who, secret in ((MIA, "12.34"), (SAM, "7.65")):
        assert "You would both agree to this" in room.text(who)
        assert secret not in room.all_text(who)
    await room.say(SAM, f"/limit {ref}")
    assert room.text(SAM) == ONCE


async def test_third_setting_is_refused_and_the_second_stays(room) -> None:
    ref = await room.claim()
    for amount in ("1", "2"):
        assert await limits(room, SAM, ref, amount) == NOTED
    assert "You have set it twice, so it stays" in await limits(room, SAM, ref, "3")
    assert (await room.case(ref)).most == 200


async def test_limit_begun_before_the_talking_was_over_is_not_kept(room) -> None:
    ref = await room.claim()
    await room.say(MIA, f"/limit {ref}")
    await room.say(SAM, f"/approve {ref}")
    await room.tap(SAM, "Yes, approve")

    await room.say(MIA, "5")

    assert ONCE in room.text(MIA)
    assert (await room.case(ref)).least is None


async def test_problem_with_a_replacement_is_a_claim_on_its_units_with_windows_from_its_receipt(room) -> None:
    former = await exchanged(room)
    room.now += timedelta(days=6)
    await room.say(MIA, f"/problem {former}")
    await room.tap(MIA, "Return")
    await room.tap(MIA, "I changed my mind")
    await room.tap(MIA, "Yes, unused")
    await room.tap(MIA, "Yes, intact")
    await room.tap(MIA, "Leave out")
    await room.tap(MIA, "Send the claim")

    case = await room.case((await room.person(MIA)).open_ref)
    assert (case.claim.linked, case.claim.items[0].quantity, case.paid.minor) == (former, 1, 2000)
    assert f"About the replacement sent in case {former[:3]}-{former[3:]}" in room.text(SAM)
    await room.say(MIA, f"/problem {former}")
    assert "Everything in this order is part of a case already." in room.text(MIA)


async def test_offer_after_the_last_round_says_what_is_left_to_do(room) -> None:
    ref = await room.claim()
    for n in range(3):
        await room.say(SAM, f"/offer {ref} compensation {n + 1}")
        await room.tap(SAM, "Make the offer")
        await room.say(MIA, f"/decline {ref} no")

    await room.say(SAM, f"/offer {ref} compensation 4")

    assert room.text(SAM).startswith("You have made as many offers as one side may.")
    assert "Show the case" in room.labels(SAM)
    assert len((await room.case(ref)).offers) == 3


async def test_casefile_shows_card_history_and_evidence(room) -> None:
    ref = await room.claim()
    await room.look_into(ref, 1)
    await room.arbitrated(ref)
    await room.say(ANA, f"/casefile {ref}")
    kinds = [type(out.body).__name__ for out in room.got[ANA]]
    assert kinds == ["Card", "Notice", "Exhibits", "Notice", "Dossier"]


async def test_return_address_can_be_given_with_the_command(room) -> None:
    ref = await room.claim()
    await room.say(SAM, f"/address {ref} Kaistr. 1, 24114 Kiel")
    async with room.db.reading() as work:
        assert (await work.orders.store("Acme")).return_address == "Kaistr. 1, 24114 Kiel"
    await room.say(SAM, f"/address {ref} Kiel")
    assert "Where should returns to your store be sent?" in room.text(SAM)


async def test_ruling_begun_before_the_case_went_to_another_is_not_given(room) -> None:
    ref = await room.claim()
    await room.arbitrated(ref)
    await room.say(ANA, f"/rule {ref} dismissal The photo shows a whole mug.")
    await room.say(ANA, "1")
    await room.tap(ANA, "Go on")
    give = room.button(ANA, "Give the ruling")
    room.now = (await room.case(ref)).due_at
    await room.ring(ref)  # back to the queue
    await room.say(BEN, f"/take {ref}")

    await room.press(ANA, give)

    assert room.text(ANA).strip() == "This case is not open to you any more."
    assert (await room.case(ref)).rulings == ()


async def test_rating_begun_in_time_and_finished_too_late_is_not_recorded(room) -> None:
    ref = await room.claim()
    await room.say(MIA, f"/withdraw {ref}")
    await room.tap(MIA, "Yes, withdraw it")
    await room.say(MIA, f"/rate {ref}")
    await room.tap(MIA, Phrase.counted("{n} star", "{n} stars", 5))
    await room.tap(MIA, Phrase.counted("{n} star", "{n} stars", 4))
    room.now += timedelta(days=31)

    await room.tap(MIA, "Leave out")

    assert room.text(MIA).strip().startswith("The time for a rating has passed.")
    assert (await room.case(ref)).rating is None


async def test_commands_without_a_case_find_the_one_they_suit(room) -> None:
    former = await exchanged(room)
    other = await room.claim()  # opened last, and suits neither
    for command, asks in (("/rate", "How was the after-sales service?"), ("/problem", "What would you like?")):
        await room.say(MIA, command)
        assert asks in room.text(MIA)
        await room.say(MIA, "/cancel")
        await room.say(MIA, f"/case {other}")
    await room.say(MIA, f"/case {former}")  # opened last, and suits it not
    await room.say(MIA, "/limit")
    assert "What is the least you would take and keep the goods?" in room.text(MIA)
