"""A return without a reason, from the first word to the rating."""

import pytest
from stories_bench import Bench, an_order

from conversations.cases.money import Money
from conversations.phrase import Phrase


@pytest.mark.also_in_groups
async def test_no_reason_return_ends_settled_and_rated(bench: Bench, languages: tuple[str, str]) -> None:
    buyer_language, seller_language = languages
    link = await bench.order(an_order())
    seller = await bench.seller(language=seller_language)
    buyer = await bench.buyer(language=buyer_language)

    await buyer.start(link)
    await buyer.say("mug7")
    await buyer.tap("Return")
    await buyer.tap("I changed my mind")
    await buyer.tap("Yes, unused")
    await buyer.tap("Yes, intact")
    await buyer.tap("Leave out")
    await buyer.sees("Please look it over", "The policy supports this claim.")
    await buyer.tap("Send the claim")

    await buyer.sees("Waiting for the seller's answer")
    await seller.sees("Waiting for the seller's answer", "It is your turn.")
    await seller.tap("Approve")
    await seller.tap("Yes, approve")

    await buyer.sees("Agreed: the goods are to be sent back", "Send the goods to")
    assert "Hafenstr. 12" in await buyer.card()
    await buyer.tap("I have sent it back")
    await buyer.tap("DHL")
    await buyer.say("JD014600003828")

    await seller.sees("The goods are on their way back")
    assert "JD014600003828" in await seller.card()
    await seller.tap("The goods are back")
    await seller.tap("Yes, they are back")
    await seller.tap("I have refunded")
    await seller.tap(Phrase("All of it: {amount}", amount=Money(3500, "USD")))
    await seller.say("TX-2026-11-24")
    await seller.tap("bank transfer")

    await buyer.sees("The refund was sent")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")

    await buyer.sees("Settled")
    await seller.sees("Settled", "The buyer confirmed that the money has arrived.")
    await buyer.tap("Rate the service")
    await buyer.say("1")
    await buyer.say("1")
    await buyer.say("Quick and kind.")
    await buyer.sees("Thank you. Your rating has been recorded.")
    assert any("Quick and kind." in text for text in await seller.texts())
