"""What was agreed is not done: goods that are not sent back, money and replacements that do not come, and the clock."""

from datetime import timedelta

from stories_bench import Bench
from stories_steps import approves, opens_exchange, opens_refund, opens_return, refunds, sends, two_parties, usd

from conversations.phrase import Phrase

BREACHED = (
    "The seller has not done in time what was agreed. Arbitrators have been called; the seller can still put it right."
)


async def test_goods_that_are_not_sent_back_close_the_case(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_return(bench, buyer)
    await approves(seller)

    await bench.pass_time(days=6, hours=2)
    await buyer.is_told(
        Phrase("A reminder: this case waits for you. Time left: {left}.", left=timedelta(hours=22)),
        "the case is closed",
    )
    await bench.pass_time(hours=22)
    for chat in (buyer, seller):
        await chat.is_told("The time to act has passed, so the case is closed.")
        await chat.reads_on_card("Closed")
    await buyer.say("/ship DHL JD014600003828")
    assert (await bench.case(ref))["state"] == "closed"


async def test_seller_who_does_not_refund_is_replaced_by_the_platform(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await approves(seller)
    await seller.reads_on_card("arbitrators are called to enforce what was agreed")

    await bench.pass_time(days=7)
    for chat in (buyer, seller):
        await chat.is_told(BREACHED)
        await chat.reads_on_card("What was agreed has not been done")
    await seller.can("I have refunded")
    await arbitrator.reads_on_card(ref, "What was agreed has not been done", usd("20.00"))
    await bench.pass_time(days=1)
    await arbitrator.is_told("This case still waits for an arbitrator.")

    await seller.say(f"/refund {ref} 5 TX-5")
    await buyer.is_told("TX-5", usd("15.00"))
    await arbitrator.say(f"/case {ref}")
    await arbitrator.tap("The platform pays")
    await arbitrator.say("PLATFORM-77")
    await arbitrator.is_told(
        "Enforce the agreement?",
        Phrase("The platform pays {amount} to the buyer, and the case ends.", amount=usd("15.00")),
    )
    await arbitrator.tap("Enforce it")
    for chat in (buyer, seller):
        await chat.is_told(
            "PLATFORM-77", usd("15.00"), "Everything that was agreed has been done. The case is settled."
        )
        await chat.reads_on_card("Settled", "TX-5", "PLATFORM-77")
    assert (await bench.case(ref))["state"] == "settled"


async def test_seller_may_still_cure_a_breach(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await approves(seller)
    await bench.pass_time(days=7)

    await refunds(seller, "20.00", "TX-LATE")
    await buyer.is_told("TX-LATE", "It is your turn.")
    await arbitrator.sees(Phrase("Case {ref} no longer waits for you.", ref=ref))
    await arbitrator.cannot("The platform pays")
    await bench.pass_time(days=3)
    for chat in (buyer, seller):
        await chat.is_told("The buyer did not object in time, so the refund counts as received.")
        await chat.reads_on_card("Settled")


async def test_money_that_did_not_arrive_is_disputed(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await opens_refund(bench, buyer)
    await approves(seller)
    await refunds(seller, "20.00", "TX-LOST")

    await buyer.tap("The money has not arrived")
    await buyer.say("20")
    await buyer.is_told("If everything has arrived, please confirm the refund instead of disputing it.")
    await buyer.tap("The money has not arrived")
    await buyer.say("7.50")
    await buyer.is_told("Noted. The store must show or repeat the payment; arbitrators have been called.")
    await seller.is_told(Phrase("The buyer says that only {amount} has arrived.", amount=usd("7.50")))
    for chat in (buyer, seller):
        await chat.reads_on_card(
            Phrase(
                "Refunded so far: {paid} of the {promised} promised. Still due: {left}",
                paid=usd("7.50"),
                promised=usd("20.00"),
                left=usd("12.50"),
            )
        )
    await refunds(seller, "12.50", "TX-AGAIN")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    for chat in (buyer, seller):
        await chat.reads_on_card("Settled", "TX-LOST", "TX-AGAIN")


async def test_silent_seller_has_received_and_silent_buyer_too(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_exchange(bench, buyer)
    await approves(seller)
    await sends(buyer, "I have sent it back", "DHL", "JD014600003828")

    await bench.pass_time(days=10)
    for chat in (buyer, seller):
        await chat.is_told("The seller did not object in time, so the goods count as received.")
    await bench.pass_time(days=7)
    for chat in (buyer, seller):
        await chat.is_told(BREACHED)
    await sends(seller, "I have sent the goods", "SF Express", "SF1234567890123")
    await bench.pass_time(days=10)
    for chat in (buyer, seller):
        await chat.is_told("The buyer did not object in time, so the goods count as received.")
        await chat.reads_on_card("Settled")
    assert (await bench.case(ref))["state"] == "settled"
