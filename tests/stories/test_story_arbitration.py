"""No agreement: an arbitrator asks, proposes and rules; the ruling is appealed and another one decides."""

import pytest
from stories_bench import Bench
from stories_steps import calls_arbitrator, opens_refund, refunds, refuses, rules, takes, two_parties, usd

from conversations.phrase import Phrase

NOTE = "The seller's photo looks older than the order."


@pytest.mark.also_in_groups
async def test_refused_claim_is_ruled_on_appealed_and_finally_decided(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    first = await bench.arbitrator("Ana", languages[1])
    second = await bench.arbitrator("Bo", languages[0])
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await first.say("/queue")
    await first.is_told("No case waits for an arbitrator.")

    await calls_arbitrator(buyer, "It broke on the first day.")
    await buyer.is_told(
        "An arbitrator has been called. You can still settle this with the other side at any time.",
        "It is the arbitrators' turn.",
    )
    await seller.is_told("It broke on the first day.", "It is the arbitrators' turn.")
    for arbitrator in (first, second):
        await arbitrator.sees("Waiting for an arbitrator")
        await arbitrator.reads_on_card(ref, "The seller refused", "The mug was fine when it left us.", usd("20.00"))
    await takes(first, ref)
    await first.is_told(
        "The case is yours. Read the record and the evidence, then ask, propose or rule.", "It is your turn."
    )
    if not second.is_in_group:  # where both of them see the one who has it
        await second.sees(Phrase("Case {ref} has been taken by another arbitrator.", ref=ref))
    await second.cannot("Take this case")
    for party in (buyer, seller):
        await party.is_told("An arbitrator has taken the case and reads the whole record.")
        await party.reads_on_card("An arbitrator is looking at the case", "It is the arbitrators' turn.")

    await first.say("/casefile")
    await first.sees(Phrase("History of case {ref}", ref=ref), "The handle came off.", "It broke on the first day.")
    assert any("photo" in message for message in await first.messages())
    await first.say(f"/note {NOTE}")
    await first.is_told("Noted, for arbitrators only.")

    await first.tap("Ask a party")
    await first.tap("The buyer")
    await first.say("Was it dropped?")
    await buyer.is_told("Was it dropped?", "It is your turn.")
    await buyer.reads_on_card("The arbitrator has asked a question", "Was it dropped?")
    await buyer.say("No, never.")
    await buyer.is_told("Your answer has been given to the arbitrator.")
    await first.is_told("No, never.", "It is your turn.")

    await first.tap("Ask a party")
    await first.tap("The seller")
    await first.say("How was it packed?")
    await buyer.reads_on_card("It is the seller's turn.")
    await seller.photo("In two boxes", colour=(10, 120, 60))
    await seller.is_told("Your answer has been given to the arbitrator.")
    await first.sees("In two boxes")
    await first.can(Phrase.counted("Evidence ({n})", "Evidence ({n})", 2))

    await first.tap("Propose a settlement")
    await first.tap("Compensation, the buyer keeps the goods")
    await first.say("10")
    await first.say("Neither side can prove it all.")
    await first.tap("Propose it")
    for party in (buyer, seller):
        await party.is_told(usd("10.00"), "Neither side can prove it all.")
        await party.reads_on_card("The arbitrator proposes", usd("10.00"))
    await seller.tap("Accept")
    await seller.tap("Yes, accept")
    await seller.is_told("You accepted the proposal. It counts once the other side accepts it too.")
    await buyer.is_told(
        Phrase("{party} accepts the proposal; the other side has not answered yet.", party=Phrase("The seller"))
    )
    await buyer.tap("Decline")
    await buyer.tap("Leave out")
    assert (await bench.case(ref))["state"] == "arbitration"

    reasons = "E1 shows a break that no fall explains."
    await rules(first, "Money back", "15", goods_back=False, reasons=reasons)
    for party in (buyer, seller):
        await party.is_told(usd("15.00"), reasons, "It is your turn.")
        await party.reads_on_card("The ruling", reasons, "E1", "The claim is granted in part.", "the ruling stands")
        await party.can("Accept", "Appeal")
    await buyer.tap("Accept")
    await buyer.tap("Yes, accept")
    await buyer.is_told("You accepted the ruling.", "It is the seller's turn.")
    await buyer.cannot("Appeal")

    await seller.tap("Appeal")
    await seller.say("We found the packing video.")
    await seller.cannot("That is all", "Go on without evidence")
    await seller.video("Packing line, camera 2")
    await seller.tap("That is all")
    await seller.is_told("Your appeal has been made. Another arbitrator will decide, and that ruling is final.")
    await buyer.sees("We found the packing video.", "Packing line, camera 2")
    await buyer.reads_on_card("It is the arbitrators' turn.")

    await first.say("/queue")
    await first.is_told("No case waits for an arbitrator.")
    await first.say(f"/take {ref}")
    await first.is_told("There is no such case among yours. /cases shows them all.")
    assert (await bench.case(ref))["state"] == "escalated"
    await takes(second, ref)
    await second.say(f"/casefile {ref}")
    await second.sees(NOTE, reasons, "We found the packing video.")
    await rules(second, "Money back", "20", goods_back=False, reasons="The video E3 shows another mug.")
    for party in (buyer, seller):
        await party.is_told(usd("20.00"), "The video E3 shows another mug.")
        await party.reads_on_card("Agreed: the seller is to refund", "The claim is granted in full.")
        await party.cannot("Appeal")

    await refunds(seller, "20.00", "TX-FINAL")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    for party in (buyer, seller):
        await party.reads_on_card("Settled", "TX-FINAL")
        await party.say(f"/record {ref}")
        await party.sees_not(NOTE)
    case = await bench.case(ref)
    assert (case["state"], case["terms"]["kind"], case["terms"]["amount_minor"]) == ("settled", "refund", 2000)


async def test_proposal_that_both_accept_ends_the_dispute(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await calls_arbitrator(seller)
    await buyer.is_told("It is the arbitrators' turn.")
    await takes(arbitrator, ref)

    await arbitrator.tap("Propose a settlement")
    await arbitrator.tap("Money back")
    await arbitrator.tap(usd("20.00"))
    await arbitrator.tap("Yes, they go back")
    await arbitrator.tap("The buyer")
    await arbitrator.tap("Leave out")
    await arbitrator.tap("Propose it")
    for party in (seller, buyer):
        await party.tap("Accept")
        await party.tap("Yes, accept")

    await buyer.reads_on_card("Agreed: the goods are to be sent back", "Hafenstr. 12, 20457 Hamburg")
    await seller.reads_on_card("What was agreed", "Return and refund", "The buyer pays for sending them back")
    await arbitrator.is_told("Return and refund")


async def test_dismissal_closes_the_case_and_can_be_rated(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await calls_arbitrator(buyer)
    await takes(arbitrator, ref)
    await arbitrator.tap("Give a ruling")
    await arbitrator.tap("Dismiss the claim")
    await arbitrator.say("1")
    await arbitrator.tap("Go on")
    await arbitrator.tap(Phrase("Reason {n}", n=2))
    await arbitrator.tap("Leave out")
    await arbitrator.tap("Give the ruling")
    for party in (buyer, seller):
        await party.is_told("The evidence does not show the fault that the claim rests on.")
        await party.reads_on_card("The claim is dismissed.")

    await seller.tap("Accept")
    await seller.tap("Yes, accept")
    await bench.pass_time(days=3)
    await buyer.sees("Nobody appealed in time, so the ruling stands.")
    await buyer.reads_on_card("Closed")
    await seller.reads_on_card("Closed")
    await buyer.tap("Rate the service")
    await buyer.say("5")
    await buyer.say("5")
    await buyer.tap("Leave out")
    await seller.sees(
        Phrase.counted("The buyer rates the service: {n} star of 5", "The buyer rates the service: {n} stars of 5", 1)
    )
    assert (await bench.case(ref))["state"] == "closed"
