"""A refund for faulty goods, shown by photos and a video."""

import pytest
from stories_bench import Bench
from stories_files import PDF, jpeg
from stories_steps import approves, items, names_order, two_parties, usd

from conversations.phrase import Phrase


async def test_quality_refund_with_album_and_video_ends_settled(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await names_order(bench, buyer, quantity=2)
    await buyer.sees(Phrase("How many of “{item}”?", item="Blue mug"))
    await buyer.say("2")
    await buyer.tap("Refund")
    await buyer.tap("It arrived damaged")

    await buyer.is_told("Please show what happened", "The damage from close by", "The whole item")
    await buyer.is_told("The parcel and its label")
    await buyer.cannot("That is all", "Go on without evidence")

    await buyer.send(("1.jpg", jpeg((200, 0, 0)), "image/jpeg"), ("2.jpg", jpeg((0, 200, 0)), "image/jpeg"))
    await buyer.is_told(Phrase.counted("{n} file received so far.", "{n} files received so far.", 2))
    await buyer.video("It rattles")
    await buyer.send(("report.pdf", PDF, "application/pdf"))
    await buyer.is_told(Phrase.counted("{n} file received so far.", "{n} files received so far.", 4))
    await buyer.tap("That is all")
    await buyer.say("Both are cracked.")

    await buyer.is_told("Please look it over", "The policy supports this claim.", items(2), "Both are cracked.")
    await buyer.is_told("A refund can be asked for with this reason.")
    await buyer.is_told(
        Phrase.counted("{n} photo, video or report was given.", "{n} photos, videos or reports were given.", 4)
    )
    await buyer.is_told(Phrase.counted("Evidence: {n} file", "Evidence: {n} files", 4))
    await buyer.tap("Send the claim")
    ref = await buyer.ref()

    await seller.reads_on_card(ref, items(2), usd("40.00"), "Both are cracked.", "arrived damaged")
    await seller.reads_on_card("A refund can be asked for with this reason.")
    shown = [kind for message in await seller.messages() for kind in ("photo", "video", "document") if kind in message]
    assert shown == ["photo", "photo", "video", "document"]
    await seller.sees(
        Phrase("{ref} · {name} · {party}", ref=ref, name="E3", party=Phrase("The buyer")),
        "It rattles",
    )

    await seller.say("/evidence")
    again = [kind for message in await seller.messages() for kind in ("photo", "video", "document") if kind in message]
    assert again == shown * 2

    await approves(seller)
    await buyer.is_told("Refund, goods stay with the buyer", usd("40.00"))
    await seller.tap("I have refunded")
    await seller.tap(Phrase("All of it: {amount}", amount=usd("40.00")))
    await seller.say("TX-77")
    await seller.tap("bank transfer")
    await buyer.is_told("TX-77", usd("40.00"), "It is your turn.")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    for chat in (buyer, seller):
        await chat.reads_on_card("Settled", "TX-77")

    case = await bench.case(ref)
    assert case["terms"] == {
        "kind": "refund",
        "amount_minor": 4000,
        "currency": "USD",
        "items": [{"item_no": "1", "quantity": 2}],
        "goods_back": False,
        "shipping": None,
        "shipping_amount_minor": 0,
        "send": "nothing",
    }
    async with bench.bot.db.reading() as work:
        exhibits = await work.evidence.of(ref.replace("-", ""))
    assert [(item.name, item.mime, len(item.sha256)) for item in exhibits] == [
        ("E1", "image/jpeg", 64),
        ("E2", "image/jpeg", 64),
        ("E3", "video/mp4", 64),
        ("E4", "application/pdf", 64),
    ]


@pytest.mark.parametrize(
    ("reason", "checklist"),
    [
        ("It does not work", "A video of the fault as it happens"),
        ("It is the wrong item", "Its label or article number"),
        ("Parts are missing", "Everything that was in the parcel, side by side"),
        ("It is not as described", "A screenshot of what the shop promised"),
    ],
)
async def test_refund_cannot_be_claimed_without_evidence(bench: Bench, reason: str, checklist: str) -> None:
    buyer, seller = await two_parties(bench, ("zh-hans", "en"))
    await names_order(bench, buyer)
    await buyer.tap("Refund")
    await buyer.tap(reason)

    await buyer.is_told("Please show what happened", checklist)
    await buyer.cannot("That is all", "Go on without evidence")
    await buyer.say("There is nothing to photograph!")
    await buyer.is_told(
        Phrase("Noted, your words are kept: “{words}”", words="There is nothing to photograph!"),
        "Please show what happened",
    )
    await buyer.send(("notes.txt", b"It broke.", "text/plain"))
    await buyer.is_told("Only photos, videos and PDF files can be evidence. Please send it as one of these.")
    await buyer.cannot("That is all", "Send the claim")

    await seller.say("/cases")
    await seller.is_told("You have no cases.")


async def test_evidence_that_is_none_is_taken_out_and_both_are_told(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await names_order(bench, buyer)
    await buyer.tap("Refund")
    await buyer.tap("It does not work")
    await buyer.photo()
    await buyer.send(("report.pdf", b"MZ this is a program", "application/pdf"))
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")

    await buyer.is_told(
        "it is of a kind that cannot be checked. Please send a photo (JPEG, PNG, WebP, GIF, HEIC), a video (MP4, MOV, WebM) or a PDF file."
    )
    await buyer.reads_on_card("Evidence that could not be used", "E2")
    await seller.say("/case")
    await seller.reads_on_card("Evidence that could not be used", "E2")
    await buyer.photo("Then this one")
    await buyer.is_told(Phrase("Filed as evidence: {names}.", names=("E3",)))
    await seller.sees("Then this one")
