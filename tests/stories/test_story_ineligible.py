"""A claim the policy does not allow: the buyer learns why and since when, and what is open instead."""

from datetime import timedelta

from stories_bench import NOW, Bench
from stories_steps import names_order, two_parties

from conversations.phrase import Phrase


async def test_late_return_turns_into_a_refund(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    delivered = NOW - timedelta(days=20)
    await names_order(bench, buyer, purchased_at=NOW - timedelta(days=30), delivered_at=delivered)

    await buyer.tap("Return")
    await buyer.tap("I changed my mind")
    passed = Phrase("Too late: the time for this ended on {until}.", until=delivered + timedelta(days=7))
    await buyer.is_told("This claim is not possible", passed)
    await buyer.cannot("Send the claim")
    await buyer.say("But I want to!")
    await buyer.is_told("Please tap one of the buttons, or send its number.", passed)

    await buyer.tap("Choose another reason")
    await buyer.is_told("What went wrong?")
    await buyer.tap("It does not work")
    await buyer.is_told("Please show what happened")
    await buyer.photo("It leaks")
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.is_told("The policy supports this claim.", "You would pay for sending the goods back.")
    await buyer.is_told(
        Phrase(
            "You could also choose: {remedy}",
            remedy=Phrase("Refund: money back, for goods that are faulty or not as described"),
        )
    )
    await buyer.tap("Send the claim")
    await seller.reads_on_card("does not work", "The policy supports this claim.")


async def test_late_exchange_turns_into_a_refund_in_one_tap(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    delivered = NOW - timedelta(days=8)
    await names_order(bench, buyer, purchased_at=NOW - timedelta(days=20), delivered_at=delivered)

    await buyer.tap("Exchange")
    await buyer.tap("It arrived damaged")
    await buyer.is_told(
        "This claim is not possible",
        Phrase("Too late: the time for this ended on {until}.", until=delivered + timedelta(days=7)),
        "You can ask for something else instead:",
    )
    await buyer.can("Ask for a return", "Ask for a refund")
    await buyer.tap("Ask for a refund")
    await buyer.is_told("Please show what happened", "The damage from close by")
    await buyer.photo()
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")

    ref = await buyer.ref()
    await seller.reads_on_card(ref, "arrived damaged")
    case = await bench.case(ref)
    assert (case["remedy"], case["ground"], case["state"]) == ("refund", "quality", "awaiting_seller")


async def test_product_that_is_not_exchanged_is_returned(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await names_order(bench, buyer, exchangeable=False)

    await buyer.tap("Exchange")
    await buyer.tap("I changed my mind")
    await buyer.is_told(Phrase("Cannot be exchanged: {items}.", items=("Blue mug",)))
    await buyer.cannot("Ask for a refund")
    await buyer.tap("Ask for a return")
    await buyer.tap("No, used")
    await buyer.tap("Yes, intact")
    await buyer.tap("Leave out")
    await buyer.is_told("This can be asked for; the seller decides.", "The goods were used, so the seller decides.")
    await buyer.tap("Send the claim")
    await seller.reads_on_card("This can be asked for; the seller decides.", "an arbitrator is called")

    await bench.pass_time(days=2)
    for chat in (buyer, seller):
        await chat.reads_on_card("Waiting for an arbitrator")
        await chat.sees("The seller did not answer in time, so an arbitrator has been called.")
