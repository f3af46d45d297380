"""Commands: of other roles, with words after them and without, and reasons that are too short."""

import pytest

from conversations import vocabulary
from conversations.messages import Question
from conversations.phrase import Phrase

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5


def asked(room, who: int) -> list[str]:
    """The questions that somebody was asked by the last thing done."""
    return [room.plain(who, question.prompt) for question in room.bodies(who, Question)]


def complaints(room, who: int) -> list[str]:
    return [room.plain(who, question.complaint) for question in room.bodies(who, Question) if question.complaint]


# --- roles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "command"),
    [
        *[
            (MIA, name)
            for name in ("approve", "refuse", "refund", "take", "rule", "note", "address", "queue", "nonsense")
        ],
        *[(SAM, name) for name in ("take", "rule", "propose", "enforce", "note", "queue")],
        *[(ANA, name) for name in ("approve", "receive", "send_goods", "address")],
    ],
)
async def test_command_of_another_role_is_as_unknown_as_nonsense(room, who: int, command: str) -> None:
    ref = await room.claim()
    before = await room.case(ref)

    await room.say(who, f"/{command} {ref}")

    assert room.text(who) == f"“/{command}” is not something you can do here. /help shows what is."
    assert await room.case(ref) == before


async def test_command_of_a_role_one_has_elsewhere_tells_of_the_case_only_what_its_party_may_do(room) -> None:
    await room.employ(MIA, stores=["Other"])
    ref = await room.claim()

    await room.say(MIA, f"/approve {ref}")

    assert "“Approve” is not possible now: Waiting for the seller's answer." in room.text(MIA)
    assert (await room.case(ref)).state.value == "awaiting_seller"


# --- words after a command -------------------------------------------------------------------------------------


async def test_offer_with_everything_only_needs_a_last_look(room) -> None:
    ref = await room.claim()

    await room.say(SAM, f"/offer {ref} compensation 5.50 Sorry for that.")
    assert asked(room, SAM) == ["Make this offer?"]
    await room.tap(SAM, "Make the offer")

    offer = (await room.case(ref)).offers[0]
    assert (offer.terms.kind.value, offer.terms.amount.minor, offer.words) == ("compensation", 550, "Sorry for that.")


async def test_offer_without_words_asks_for_each(room) -> None:
    await room.claim()
    questions = []
    await room.say(SAM, "/offer")
    questions += asked(room, SAM)
    for label in ("Money back", Phrase("{amount}", amount=(await room.case((await room.person(MIA)).open_ref)).paid)):
        await room.tap(SAM, label)
        questions += asked(room, SAM)
    await room.tap(SAM, "No, the buyer keeps them")
    questions += asked(room, SAM)
    await room.tap(SAM, "Leave out")
    questions += asked(room, SAM)

    assert questions == [
        "What should it be?",
        "How much money?",
        "Do the goods go back to the seller?",
        "Would you like to say something with it?",
        "Make this offer?",
    ]


@pytest.mark.parametrize(
    ("words", "question"),
    [("money", "What should it be?"), ("refund much", "How much money?"), ("exchange", "Make this offer?")],
)
async def test_offer_whose_words_are_unclear_asks_for_what_is_missing(room, words: str, question: str) -> None:
    ref = await room.claim()
    await room.say(SAM, f"/offer {ref} {words}")
    assert asked(room, SAM) == [question]


async def test_offer_of_more_than_was_paid_asks_for_another_amount(room) -> None:
    ref = await room.claim()
    await room.say(SAM, f"/offer {ref} compensation 20.01")
    assert asked(room, SAM) == ["How much money?"]
    await room.say(SAM, "20.01")
    assert complaints(room, SAM) == [
        room.plain(SAM, Phrase("It can be up to {most}.", most=(await room.case(ref)).paid))
    ]


async def test_shipping_with_and_without_words(room) -> None:
    ref = await room.claim(remedy="Return")
    await room.say(SAM, f"/approve {ref}")
    await room.tap(SAM, "Yes, approve")

    await room.say(MIA, "/ship")
    assert asked(room, MIA) == ["Which carrier takes the goods back?"]
    await room.say(MIA, "/cancel")
    await room.say(MIA, "/ship JD0146")
    assert asked(room, MIA) == ["Which carrier takes the goods back?"]
    await room.say(MIA, "Hermes")

    [voucher] = (await room.case(ref)).vouchers
    assert (voucher.carrier, voucher.number) == ("Hermes", "JD0146")


async def test_shipping_with_a_carrier_of_two_words_is_done_at_once(room) -> None:
    ref = await room.claim(remedy="Return")
    await room.say(SAM, f"/approve {ref}")
    await room.tap(SAM, "Yes, approve")

    await room.say(MIA, f"/ship {ref} SF Express SF1234567890123")

    [voucher] = (await room.case(ref)).vouchers
    assert (voucher.carrier, voucher.number) == ("SF Express", "SF1234567890123")
    assert "SF1234567890123" in room.text(SAM)


async def test_refund_with_and_without_words(room) -> None:
    ref = await room.claim()
    await room.say(SAM, f"/approve {ref}")
    await room.tap(SAM, "Yes, approve")

    await room.say(SAM, "/refund 5 TX-1")
    assert "Still due: $15.00." in room.text(SAM).replace("US$", "$")
    await room.say(SAM, "/refund some")
    assert asked(room, SAM) == ["How much have you refunded?"]
    await room.say(SAM, "15")
    await room.say(SAM, "TX")
    assert len(complaints(room, SAM)) == 1
    await room.say(SAM, "TX-2")
    assert asked(room, SAM) == ["How was it paid?"]
    await room.tap(SAM, "bank transfer")

    assert [(v.amount.minor, v.number) for v in (await room.case(ref)).vouchers] == [(500, "TX-1"), (1500, "TX-2")]


# --- rulings ---------------------------------------------------------------------------------------------------


async def test_ruling_by_command_asks_what_it_relies_on_and_is_read_in_each_language(room) -> None:
    room.languages[MIA] = "zh-hans"
    await room.say(MIA, "/start")
    ref = await room.claim()
    await room.arbitrated(ref)
    rule = (await room.case(ref)).verdict.findings[0].rule

    await room.say(ANA, f"/rule {ref} refund 12")
    assert asked(room, ANA) == ["Which rules and evidence do you rely on?"]
    await room.say(ANA, "1")
    await room.say(ANA, "2")
    await room.tap(ANA, "Go on")
    assert asked(room, ANA) == ["What are your reasons?"]
    await room.tap(ANA, Phrase("Reason {n}", n=1))
    await room.say(ANA, "The handle is off.")
    await room.tap(ANA, "Give the ruling")

    [ruling] = (await room.case(ref)).rulings
    assert (ruling.template, ruling.reasons, ruling.cites) == ("shown", "The handle is off.", ("E1", rule))
    assert ruling.terms.amount.minor == 1200
    for who, language in ((MIA, "zh-hans"), (SAM, "en")):
        room.languages[who] = language
        assert room.plain(who, vocabulary.REASONINGS["shown"]) in room.text(who)
        assert "The handle is off." in room.text(who)
    assert room.plain(MIA, vocabulary.REASONINGS["shown"]) != room.plain(SAM, vocabulary.REASONINGS["shown"])


async def test_ruling_by_command_with_own_reasons(room) -> None:
    ref = await room.claim()
    await room.arbitrated(ref)

    await room.say(ANA, f"/rule {ref} dismissal The photo shows a whole mug.")
    await room.say(ANA, "1")
    await room.tap(ANA, "Go on")
    assert asked(room, ANA) == ["Give this ruling?"]
    await room.tap(ANA, "Give the ruling")

    [ruling] = (await room.case(ref)).rulings
    assert (ruling.template, ruling.reasons, ruling.terms.kind.value) == (
        "",
        "The photo shows a whole mug.",
        "dismissal",
    )


async def test_reasons_that_are_too_short_are_refused(room) -> None:
    ref = await room.claim()
    await room.arbitrated(ref)
    await room.say(ANA, f"/rule {ref} dismissal No.")
    await room.say(ANA, "1")
    await room.tap(ANA, "Go on")
    assert asked(room, ANA) == ["What are your reasons?"]

    await room.say(ANA, "No proof")

    assert asked(room, ANA) == ["What are your reasons?"]
    assert len(complaints(room, ANA)) == 1
    assert (await room.case(ref)).rulings == ()


@pytest.mark.parametrize(
    ("who", "command", "question"),
    [(SAM, "refuse {ref} no", "Why do you refuse?"), (ANA, "ask {ref} seller ?", "What do you want to know?")],
)
async def test_words_too_short_after_a_command_are_refused_like_any_others(room, who, command, question) -> None:
    ref = await room.claim()
    if who is ANA:
        await room.arbitrated(ref)
    before = await room.case(ref)

    await room.say(who, "/" + command.format(ref=ref))

    assert asked(room, who) == [question]
    assert await room.case(ref) == before


# --- arbitrators -----------------------------------------------------------------------------------------------


async def test_arbitrators_words_are_not_relayed_and_notes_are_for_arbitrators(room) -> None:
    ref = await room.claim()
    await room.arbitrated(ref)

    await room.say(ANA, "Hello both")
    assert "Arbitrators speak to the parties through" in room.text(ANA)
    await room.say(ANA, f"/reply {ref} Hello both")
    await room.say(ANA, f"/note {ref} The seller is rude.")
    assert "Noted, for arbitrators only." in room.text(ANA)
    await room.say(ANA, f"/record {ref}")
    assert "The seller is rude." in room.text(ANA)
    for who in (MIA, SAM):
        assert room.got[who] == []
        await room.say(who, f"/record {ref}")
        assert "The seller is rude." not in room.all_text(who)
        assert "Hello both" not in room.all_text(who)


@pytest.mark.parametrize("tie", ["store", "buyer"])
async def test_arbitrator_tied_to_the_store_or_the_buyer_never_sees_the_case_as_one(room, tie: str) -> None:
    tied = BEN if tie == "store" else MIA
    await room.employ(tied, stores=["Acme"] if tie == "store" else [], is_arbitrator=True)
    ref = await room.claim()
    await room.escalated(ref)

    await room.say(tied, "/queue")
    assert room.text(tied) == "No case waits for an arbitrator."
    await room.say(tied, f"/take {ref}")
    assert "“Take this case” is not possible now" in room.text(tied)
    assert (await room.case(ref)).arbitrator is None
    await room.say(ANA, "/queue")
    assert "Waiting for an arbitrator" in room.text(ANA)
    assert f"{ref[:3]}-{ref[3:]}" in room.text(ANA)
