"""Goods that come back wrong, or never come at all: who has them decides what a ruling can ask for."""

from stories_bench import Bench, Chat
from stories_steps import approves, opens_exchange, opens_return, refunds, rules, sends, takes, two_parties, usd

from conversations.phrase import Phrase


async def disputes_goods(chat: Chat, what: str, words: str) -> None:
    await chat.tap("Something is wrong with the goods")
    await chat.tap(what)
    if what == "They arrived, but something is wrong":
        await chat.cannot("That is all")
        await chat.photo("As unpacked", colour=(10, 10, 200))
        await chat.tap("That is all")
    await chat.say(words)


async def dismisses(arbitrator: Chat) -> None:
    await arbitrator.tap("Give a ruling")
    await arbitrator.tap("Dismiss the claim")
    await arbitrator.say("1")
    await arbitrator.tap("Go on")
    await arbitrator.say("The mug came back broken.")
    await arbitrator.tap("Give the ruling")


async def both_accept(*parties: Chat) -> None:
    for party in parties:
        await party.tap("Accept")
        await party.tap("Yes, accept")


async def test_broken_return_is_dismissed_and_goes_back_to_the_buyer(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_return(bench, buyer)
    await approves(seller)
    await sends(buyer, "I have sent it back", "DHL", "JD014600003828")

    await disputes_goods(seller, "They arrived, but something is wrong", "The handle is broken off.")
    await seller.is_told("Noted. An arbitrator will look into it; please keep everything as it is.")
    await buyer.sees("The handle is broken off.", "As unpacked")
    await buyer.reads_on_card("Waiting for an arbitrator")
    await buyer.cannot("Withdraw the claim")
    await takes(arbitrator, ref)
    await dismisses(arbitrator)
    for party in (buyer, seller):
        await party.is_told("The seller sends the goods to the buyer again", "The mug came back broken.")
    await both_accept(buyer, seller)

    await seller.reads_on_card("Agreed: the seller is to send the goods", "It is your turn.")
    await sends(seller, "I have sent the goods", "UPS", "1Z999AA10123456784")
    await buyer.is_told("1Z999AA10123456784", "It is your turn.")
    await buyer.tap("I have received it")
    await buyer.tap("Yes, all is well")
    for party in (buyer, seller):
        await party.is_told("The claim was dismissed, and the case is closed.")
        await party.reads_on_card("Closed", "1Z999AA10123456784")
    assert (await bench.case(ref))["terms"]["send"] == "original"


async def test_return_that_never_came_is_ruled_on(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_return(bench, buyer)
    await approves(seller)
    await sends(buyer, "I have sent it back", "DHL", "JD014600003828")
    await disputes_goods(seller, "They never arrived", "DHL knows nothing of it.")
    await buyer.is_told("DHL knows nothing of it.")
    await buyer.photo("The receipt of the parcel shop")
    await seller.sees("The receipt of the parcel shop")

    await takes(arbitrator, ref)
    await arbitrator.tap("Give a ruling")
    await arbitrator.tap("Money back")
    await arbitrator.tap(usd("20.00"))
    await arbitrator.cannot("Yes, they go back")
    await arbitrator.say("1")
    await arbitrator.tap("Go on")
    await arbitrator.say("E1 proves that the parcel was handed over.")
    await arbitrator.tap("Give the ruling")
    await both_accept(buyer, seller)
    await refunds(seller, "20.00", "TX-9")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    for party in (buyer, seller):
        await party.reads_on_card("Settled", "JD014600003828", "TX-9")


async def test_replacement_that_never_came_is_refunded(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_exchange(bench, buyer)
    await approves(seller)
    await sends(buyer, "I have sent it back", "DHL", "JD014600003828")
    await seller.tap("The goods are back")
    await seller.tap("Yes, they are back")
    await sends(seller, "I have sent the goods", "SF Express", "SF1234567890123")

    await disputes_goods(buyer, "They never arrived", "Nobody rang.")
    await seller.is_told("Nobody rang.", "It is the arbitrators' turn.")
    await seller.sees(Phrase("{party} says that the goods have not arrived", party=Phrase("The buyer")))
    await takes(arbitrator, ref)
    await rules(arbitrator, "Money back", "20", goods_back=None, reasons="SF1234567890123 was never delivered.")
    await both_accept(seller, buyer)
    await buyer.reads_on_card("Agreed: the seller is to refund")
    assert (await bench.case(ref))["state"] == "awaiting_refund"


async def test_faulty_replacement_is_shown_and_goes_back_by_ruling(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_exchange(bench, buyer)
    await approves(seller)
    await sends(buyer, "I have sent it back", "DHL", "JD014600003828")
    await seller.say("/receive")
    await seller.tap("Yes, they are back")
    await sends(seller, "I have sent the goods", "SF Express", "SF1234567890123")

    await disputes_goods(buyer, "They arrived, but something is wrong", "Cracked again.")
    await seller.sees("Cracked again.", "As unpacked")
    await takes(arbitrator, ref)
    await arbitrator.tap("Give a ruling")
    await arbitrator.tap("Money back")
    await arbitrator.tap(usd("20.00"))
    await arbitrator.tap("Yes, they go back")
    await arbitrator.tap(Phrase("The seller ({most})", most=usd("15.00")))
    await arbitrator.say("2")
    await arbitrator.tap("Go on")
    await arbitrator.tap(Phrase("Reason {n}", n=1))
    await arbitrator.tap("Leave out")
    await arbitrator.tap("Give the ruling")
    await both_accept(buyer, seller)

    await buyer.reads_on_card("Agreed: the goods are to be sent back", "Hafenstr. 12, 20457 Hamburg")
    await sends(buyer, "I have sent it back", "DHL", "JD014600003829")
    await seller.tap("The goods are back")
    await seller.tap("Yes, they are back")
    await refunds(seller, "35.00", "TX-35")
    await bench.pass_time(days=3)
    for party in (buyer, seller):
        await party.reads_on_card("Settled", "JD014600003829", "TX-35")
