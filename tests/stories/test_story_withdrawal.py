"""A withdrawal: the buyer takes the claim back, and what it claimed is free to be claimed again."""

from stories_bench import Bench
from stories_steps import names_order, opens_refund, opens_return, two_parties

from conversations.phrase import Phrase


async def test_withdrawn_claim_closes_and_releases_what_it_claimed(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    first = await opens_refund(bench, buyer)

    await buyer.say("/new 1001")
    await buyer.is_told("Everything in this order is part of a case already.")
    await buyer.tap("Cancel")

    await buyer.say("/case")
    await buyer.tap("Withdraw the claim")
    await buyer.is_told("Withdraw your claim?")
    await buyer.tap("Cancel")
    await buyer.is_told("Stopped. Nothing has been changed.")
    assert (await bench.case(first))["state"] == "awaiting_seller"

    await buyer.say("/withdraw")
    await buyer.tap("Yes, withdraw it")
    await buyer.is_told("You withdrew your claim, and the case is closed.")
    await seller.is_told(Phrase("{what}.", what=Phrase("The buyer withdrew the claim")))
    for chat in (buyer, seller):
        await chat.reads_on_card(first, "Closed")
        await chat.cannot("Approve", "Refuse", "Make an offer", "Withdraw the claim")
    await seller.say(f"/approve {first}")
    await seller.is_told("There is nothing for you to do now.")
    await buyer.say("Hello?", reply_to=(await buyer.messages())[-1]["message_id"])
    await buyer.is_told("This case has ended, so nothing more is passed on in it.")
    await seller.sees_not("Hello?")

    second = await opens_return(bench, buyer)
    assert second != first
    await seller.reads_on_card(second, "Waiting for the seller's answer")
    assert (await bench.case(first))["state"] == "closed"
    assert (await bench.case(second))["state"] == "awaiting_seller"


async def test_goods_on_their_way_back_can_no_longer_be_withdrawn(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await opens_return(bench, buyer)
    await seller.say("/approve")
    await seller.tap("Yes, approve")
    await buyer.can("Withdraw the claim")
    await buyer.say("/ship DHL JD014600003828")

    await buyer.cannot("Withdraw the claim")
    await buyer.say("/withdraw")
    await buyer.is_told("There is nothing for you to do now.")


async def test_part_of_a_quantity_leaves_the_rest_to_be_claimed(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await names_order(bench, buyer, quantity=3)
    await buyer.say("2")
    await buyer.tap("Refund")
    await buyer.tap("It does not work")
    await buyer.photo()
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    first = await buyer.ref()

    await buyer.say("/new 1001")
    await buyer.is_told("What would you like?")
    await buyer.tap("Cancel")
    await buyer.say(f"/withdraw {first}")
    await buyer.tap("Yes, withdraw it")
    await seller.sees(Phrase("{what}.", what=Phrase("The buyer withdrew the claim")))
    await buyer.say("/new 1001")
    await buyer.is_told(Phrase.counted("{n} can be claimed.", "Up to {n} can be claimed.", 3))
