"""Offers: the seller makes one, the buyer counters, they meet; the money comes in parts until it is all there."""

import pytest
from stories_bench import Bench
from stories_steps import offers_money, opens_refund, refuses, two_parties, usd

from conversations.phrase import Phrase


@pytest.mark.also_in_groups
async def test_counter_offer_is_accepted_and_compensation_paid_in_parts(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)

    await offers_money(seller, "5", "A small scratch, surely.")
    await seller.is_told(usd("5.00"), "It is the buyer's turn.")
    await buyer.is_told(usd("5.00"), "A small scratch, surely.", "It is your turn.")
    await buyer.reads_on_card("An offer is on the table", "The seller offers", usd("5.00"), "the offer lapses")

    await buyer.tap("Decline")
    await buyer.say("Half of it is gone.")
    await buyer.is_told("You declined the offer.")
    await seller.is_told("Half of it is gone.", "It is the buyer's turn.")
    await buyer.reads_on_card("No agreement yet")

    await offers_money(buyer, "15,00", "That would be fair.")
    await seller.is_told(usd("15.00"), "That would be fair.", "It is your turn.")
    await offers_money(seller, "10")
    await buyer.is_told(usd("10.00"))
    await offers_money(buyer, "12.50")
    await seller.reads_on_card("The buyer offers", usd("12.50"), "the offer lapses, and an arbitrator is called")

    await seller.tap("Accept")
    await seller.is_told("Accept this?", usd("12.50"), "It then counts as agreed and cannot be taken back:")
    await seller.tap("Yes, accept")
    await seller.is_told(usd("12.50"), "It is your turn.")
    await buyer.is_told(usd("12.50"), "It is the seller's turn.")

    await seller.tap("I have refunded")
    await seller.say("20")
    await seller.is_told(Phrase("It can be up to {most}.", most=usd("12.50")), "How much have you refunded?")
    await seller.say("a bit")
    await seller.is_told(Phrase("Please send an amount in {currency}, such as 12.", currency="USD"))
    await seller.say("$8.00")
    await seller.say("TX-1")
    await seller.tap("bank transfer")
    await seller.is_told(usd("8.00"), usd("4.50"))
    await buyer.is_told("TX-1", usd("8.00"), usd("4.50"), "It is the seller's turn.")
    await buyer.cannot("The money has arrived")
    for chat in (buyer, seller):
        await chat.reads_on_card(
            Phrase(
                "Refunded so far: {paid} of the {promised} promised. Still due: {left}",
                paid=usd("8.00"),
                promised=usd("12.50"),
                left=usd("4.50"),
            )
        )

    await seller.tap("I have refunded")
    await seller.tap(Phrase("All of it: {amount}", amount=usd("4.50")))
    await seller.say("TX-2")
    await seller.tap("bank transfer")
    await buyer.is_told("TX-2", usd("4.50"), "It is your turn.")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    for chat in (buyer, seller):
        await chat.reads_on_card("Settled", "TX-1", "TX-2", usd("12.50"))

    case = await bench.case(ref)
    assert (case["terms"]["kind"], case["terms"]["amount_minor"]) == ("compensation", 1250)
    whats = [fact["what"] for fact in case["facts"]]
    assert [what for what in whats if what.startswith(("Offer", "Refund"))] == [
        *("OfferMade", "OfferDeclined", "OfferMade", "OfferMade", "OfferMade", "OfferAccepted"),
        *("RefundPaid", "RefundPaid", "RefundConfirmed"),
    ]


async def test_three_rounds_are_the_most_and_more_than_was_paid_is_refused(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    await opens_refund(bench, buyer)

    await seller.tap("Make an offer")
    await seller.tap("Compensation, the buyer keeps the goods")
    await seller.say("50")
    await seller.is_told(Phrase("It can be up to {most}.", most=usd("20.00")))
    await seller.say("1")
    await seller.tap("Leave out")
    await seller.is_told("Make this offer?", "Compensation, goods stay with the buyer", usd("1.00"))
    await seller.tap("Make the offer")
    for amount in ("2", "3"):
        await offers_money(buyer, "19")
        await offers_money(seller, amount)
    await offers_money(buyer, "18")

    await seller.cannot("Make an offer")
    await seller.can("Accept", "Decline")
    await seller.say("/offer compensation 4")
    await seller.is_told(
        "You have made as many offers as one side may. You can take theirs, write to them, or leave it to an arbitrator."
    )
    await seller.tap("Decline")
    await seller.tap("Leave out")
    await buyer.cannot("Make an offer")
    await buyer.can("Call an arbitrator")


async def test_return_is_offered_with_the_shipping_paid(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    await refuses(seller, "We would like to see it first.")
    await buyer.is_told("We would like to see it first.", "It is your turn.")
    await buyer.reads_on_card("The seller refused", "We would like to see it first.")

    await seller.tap("Make an offer")
    await seller.tap("Money back")
    await seller.tap(usd("20.00"))
    await seller.tap("Yes, they go back")
    await seller.tap(Phrase("The seller ({most})", most=usd("15.00")))
    await seller.tap("Leave out")
    await seller.is_told("Return and refund", "The buyer sends the goods back")
    await seller.tap("Make the offer")
    await buyer.is_told(Phrase("The seller pays {amount} for sending them back", amount=usd("15.00")))

    await buyer.tap("Accept")
    await buyer.tap("Yes, accept")
    await buyer.reads_on_card("Agreed: the goods are to be sent back", "Hafenstr. 12, 20457 Hamburg")
    assert (await bench.case(ref))["terms"]["shipping_amount_minor"] == 1500
