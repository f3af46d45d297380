"""Nobody answers: reminders come, and then what was announced happens."""

from datetime import timedelta

from stories_bench import NOW, STORE, Bench
from stories_steps import calls_arbitrator, offers_money, opens_refund, opens_return, refuses, takes, two_parties, usd

from conversations.phrase import Phrase

REMINDER = "A reminder: this case waits for you. Time left: {left}."


def left(**time: int) -> Phrase:
    return Phrase(REMINDER, left=timedelta(**time))


async def test_silent_seller_is_reminded_twice_and_taken_to_approve(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_return(bench, buyer)
    await seller.reads_on_card("the claim counts as approved", Phrase("{due}", due=NOW + timedelta(hours=48)))

    await bench.pass_time(hours=24)
    await seller.is_told(left(hours=24), "It is your turn.")
    await bench.pass_time(hours=20)
    await seller.is_told(left(hours=4))
    await buyer.sees_not(left(hours=24), left(hours=4))

    await bench.pass_time(hours=4)
    agreed = "The seller did not answer in time, so the claim counts as approved. Agreed: {terms}"
    for chat in (buyer, seller):
        await chat.is_told(Phrase(agreed, terms=Phrase("Return and refund")))
        await chat.reads_on_card("Agreed: the goods are to be sent back")
    case = await bench.case(ref)
    assert (case["state"], case["facts"][-1]["who"]) == ("awaiting_return", "clock")


async def test_silent_seller_above_the_cap_leads_to_an_arbitrator(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer, price="250.00")
    await seller.reads_on_card("an arbitrator is called")

    await bench.pass_time(hours=48)
    for chat in (buyer, seller):
        await chat.is_told("The seller did not answer in time, so an arbitrator has been called.")
        await chat.reads_on_card("Waiting for an arbitrator")
    await arbitrator.reads_on_card(ref, "Waiting for an arbitrator", usd("250.00"))
    await bench.pass_time(hours=24)
    await arbitrator.is_told("This case still waits for an arbitrator.")
    await bench.pass_time(hours=24)
    await takes(arbitrator, ref)

    await bench.pass_time(hours=48)
    for chat in (buyer, seller):
        await chat.is_told("The arbitrator ran out of time; another one will take the case.")
        await chat.reads_on_card("Waiting for another arbitrator: the last one ran out of time")
    await arbitrator.reads_on_card("Waiting for another arbitrator: the last one ran out of time")
    await arbitrator.can("Take this case")
    assert (await bench.case(ref))["state"] == "escalated"


async def test_silence_never_accepts_an_offer(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)

    await offers_money(seller, "5")
    await bench.pass_time(hours=24)
    for chat in (buyer, seller):
        await chat.is_told(
            "The buyer did not answer, so the seller's offer has lapsed. Silence never accepts an offer."
        )
        await chat.reads_on_card("No agreement yet")
    await buyer.can("Call an arbitrator")
    await buyer.cannot("Accept")

    await offers_money(buyer, "15")
    await bench.pass_time(hours=24)
    for chat in (buyer, seller):
        await chat.is_told("The seller did not answer the buyer's offer, so an arbitrator has been called.")
        await chat.reads_on_card("Waiting for an arbitrator")
    assert (await bench.case(ref))["terms"] is None


async def test_refusal_that_nobody_pursues_is_closed(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await buyer.reads_on_card("the case is closed")

    await bench.pass_time(days=6, hours=1)
    await buyer.is_told("It is your turn.", "the case is closed")
    await bench.pass_time(hours=23)
    for chat in (buyer, seller):
        await chat.is_told("The time to act has passed, so the case is closed.")
        await chat.reads_on_card("Closed")
    assert (await bench.case(ref))["state"] == "closed"


async def test_party_that_leaves_the_arbitrator_without_answer_is_named(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await calls_arbitrator(buyer)
    await takes(arbitrator, ref)
    await arbitrator.say("/ask seller Where is the packing list?")

    await bench.pass_time(hours=36)
    await seller.is_told(left(hours=36))
    await bench.pass_time(hours=36)
    silent = Phrase("{party} did not answer the arbitrator in time.", party=Phrase("The seller"))
    for chat in (buyer, seller, arbitrator):
        await chat.is_told(silent)
    await arbitrator.reads_on_card("It is your turn.")
    assert (await bench.case(ref))["state"] == "arbitration"


async def test_return_is_not_taken_as_approved_without_an_address(bench: Bench, languages: tuple[str, str]) -> None:
    await bench.store(STORE, return_address=None)
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_return(bench, buyer)
    await bench.pass_time(hours=48)
    for chat in (buyer, seller):
        await chat.is_told("The seller did not answer in time, so an arbitrator has been called.")
    assert (await bench.case(ref))["state"] == "escalated"
