"""An exchange: the goods go back, a replacement comes, and the buyer is content."""

from stories_bench import Bench
from stories_steps import approves, items, opens_exchange, sends, two_parties, usd

from conversations.phrase import Phrase


async def test_exchange_of_faulty_goods_ends_settled_and_rated(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)

    ref = await opens_exchange(bench, buyer)
    await buyer.sees("Your case is open. The store has been asked; you will hear from us as soon as it answers.")
    await seller.reads_on_card(ref, "Waiting for the seller's answer", "It is your turn.", items(1), usd("20.00"))
    await seller.reads_on_card("The policy supports this claim.", "The store exchanges this product.")

    await approves(seller)
    await buyer.is_told("The buyer sends the goods back", "The seller sends a replacement", "It is your turn.")
    await buyer.reads_on_card("Send the goods to", "Hafenstr. 12, 20457 Hamburg")
    await seller.reads_on_card("Agreed: the goods are to be sent back", "It is the buyer's turn.")

    await sends(buyer, "I have sent it back", "DHL", "JD014600003828")
    await seller.is_told("JD014600003828", "It is your turn.")
    await seller.tap("The goods are back")
    await seller.sees("Are the goods back, and in order?")
    await seller.tap("Yes, they are back")
    await buyer.is_told("The seller has received the goods.", "It is the seller's turn.")

    await sends(seller, "I have sent the goods", "SF Express", "SF1234567890123")
    await buyer.is_told("SF1234567890123", "It is your turn.")
    await seller.reads_on_card("The goods are on their way to the buyer", "It is the buyer's turn.")

    await buyer.tap("I have received it")
    await buyer.tap("Yes, all is well")
    settled = "Everything that was agreed has been done. The case is settled."
    await buyer.is_told("You confirmed that the goods have arrived.", settled)
    await seller.is_told("The buyer has received the goods.", settled)
    for chat in (buyer, seller):
        await chat.reads_on_card("Settled", "JD014600003828", "SF1234567890123")

    await buyer.tap("Rate the service")
    await buyer.tap(Phrase.counted("{n} star", "{n} stars", 5))
    await buyer.tap(Phrase.counted("{n} star", "{n} stars", 4))
    await buyer.say("Just as promised.")
    await buyer.is_told("Thank you. Your rating has been recorded.")
    await seller.is_told("Just as promised.")
    await buyer.cannot("Rate the service")

    case = await bench.case(ref)
    assert (case["state"], case["waits_for"], case["due_at"]) == ("settled", [], None)
    assert (case["remedy"], case["ground"]) == ("exchange", "quality")
    assert (case["terms"]["kind"], case["terms"]["send"], case["terms"]["amount_minor"]) == (
        "exchange",
        "replacement",
        0,
    )
    assert [fact["what"] for fact in case["facts"]] == [
        "CaseOpened",
        "EvidenceAdded",
        "EvidenceFiled",
        "ClaimApproved",
        "GoodsShipped",
        "GoodsReceived",
        "GoodsSent",
        "DeliveryConfirmed",
        "CaseSettled",
        "ServiceRated",
    ]


async def test_store_out_of_stock_offers_money_instead_of_the_replacement(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_exchange(bench, buyer)
    await approves(seller)
    await sends(buyer, "I have sent it back", "UPS", "1Z999AA10123456784")
    await seller.tap("The goods are back")
    await seller.tap("Yes, they are back")

    await seller.tap("Make an offer")
    await seller.tap("Money back")
    await seller.tap(usd("20.00"))
    await seller.say("Sold out, we are sorry.")
    await seller.tap("Make the offer")
    await buyer.is_told(usd("20.00"), "Sold out, we are sorry.")
    await buyer.reads_on_card("Agreed: the seller is to send the goods", "The seller offers")

    await buyer.tap("Accept")
    await buyer.tap("Yes, accept")
    await buyer.reads_on_card("Agreed: the seller is to refund", "What was agreed")
    await seller.reads_on_card("It is your turn.", Phrase("Still to be refunded: {amount}", amount=usd("20.00")))

    case = await bench.case(ref)
    assert (case["state"], case["terms"]["amount_minor"], case["terms"]["send"]) == ("awaiting_refund", 2000, "nothing")
