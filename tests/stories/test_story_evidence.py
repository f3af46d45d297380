"""What the other side gets to see of evidence, when, and what follows when it turns out to be none."""

from collections.abc import AsyncIterator
from hashlib import sha256

from stories_bench import Bench, Chat
from stories_files import MP4, PDF, jpeg, located_jpeg
from stories_steps import calls_arbitrator, names_order, opens_refund, refuses, takes, two_parties

from bot.evidence import COPIES
from conversations.phrase import Phrase
from storage.evidence_files import FolderStore

#: An MP4 that says where it was filmed.
LOCATED_MP4 = MP4[:-8] + bytes.fromhex("00000026") + b"moov" + bytes.fromhex("0000001e") + b"udtaCANARY+52.52+013.40"
FAKE_PDF = b"%PDF-1.4\nMZ this is a program CANARY\n%%EOF\n"


async def files_shown(chat: Chat) -> AsyncIterator[tuple[str, str, bytes]]:
    """Kind, name and content of every file that the bot put into a chat."""
    for message in await chat.messages():
        for kind in ("photo", "video", "document") if message["from"]["is_bot"] else ():
            if kind in message:
                file = message[kind][-1] if kind == "photo" else message[kind]
                yield kind, file.get("file_name", ""), await chat.bench.file(file["file_id"])


async def test_nobody_learns_where_evidence_was_made(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await names_order(bench, buyer)
    await buyer.tap("Refund")
    await buyer.tap("It does not work")
    await buyer.send(("IMG_Berlin.jpg", located_jpeg(), "image/jpeg"), kind="document")
    await buyer.send(("VID_Berlin.mp4", LOCATED_MP4, "video/mp4"), kind="video")
    await buyer.send(("Mia.pdf", PDF + b"CANARY", "application/pdf"))
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    ref = await buyer.ref()
    await buyer.send(("IMG_2.jpg", located_jpeg() + b"PK\3\4CANARY", "image/jpeg"), kind="document", caption="Later")

    shown = [file async for file in files_shown(seller)]
    kinds = [("document", "E1.jpg"), ("video", "E2.mp4"), ("document", "E3.pdf"), ("document", "E4.jpg")]
    assert [file[:2] for file in shown] == kinds
    assert not [name for _, name, data in shown if b"CANARY" in data or b"52.52" in data or b"Exif" in data]
    await seller.sees("Later")

    arbitrator = await bench.arbitrator()
    await refuses(seller)
    await calls_arbitrator(buyer)
    await takes(arbitrator, ref)
    await arbitrator.say("/evidence")
    assert [file async for file in files_shown(arbitrator)] == shown
    async with bench.bot.db.reading() as work:
        exhibits = await work.evidence.of(ref.replace("-", ""))
    assert exhibits[0].sha256 == sha256(located_jpeg()).hexdigest()
    kept = bench.folder / "evidence"
    assert await FolderStore(kept).get(exhibits[0].sha256) == located_jpeg()
    assert b"CANARY" not in await FolderStore(kept / COPIES).get(exhibits[0].copy)


async def test_file_that_is_none_never_reaches_the_other_side(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await opens_refund(bench, buyer)

    await seller.send(("invoice.pdf", FAKE_PDF, "application/pdf"), caption="Our invoice says otherwise")

    await seller.sees("it cannot be opened: it is damaged, or locked by a password. Please send another copy of it.")
    assert [file async for file in files_shown(buyer)] == []
    await buyer.is_told("Our invoice says otherwise")
    await buyer.reads_on_card("Evidence that could not be used", "E2")


async def test_silence_does_not_approve_a_claim_whose_evidence_was_none(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_fake(bench, buyer)

    await buyer.sees(
        "it cannot be opened: it is damaged, or locked by a password. Please send another copy of it.",
        "Your claim now lacks the evidence it needs. Please send another photo, video or PDF file here; without it, an "
        "arbitrator decides if the seller does not answer.",
    )
    for chat in (buyer, seller):
        await chat.reads_on_card("Evidence that could not be used", "E1", "an arbitrator is called")
    assert [file async for file in files_shown(seller)] == []

    await bench.pass_time(hours=48)
    for chat in (buyer, seller):
        await chat.is_told("The seller did not answer in time, so an arbitrator has been called.")
    await arbitrator.reads_on_card(ref, "Waiting for an arbitrator")


async def test_another_photo_in_time_puts_the_claim_right(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_fake(bench, buyer)

    await buyer.photo("The real crack")

    await seller.sees("The real crack")
    for chat in (buyer, seller):
        await chat.reads_on_card("the claim counts as approved")
    await bench.pass_time(hours=48)
    assert (await bench.case(ref))["state"] == "awaiting_refund"


async def test_album_is_one_answer_and_is_shown_as_one(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await calls_arbitrator(buyer)
    await takes(arbitrator, ref)
    await arbitrator.say(f"/ask {ref} buyer Please show the handle from all sides.")

    album = [(f"{n}.jpg", jpeg((n, n, n)), "image/jpeg") for n in (10, 90, 170)]
    await buyer.send(*album, caption="All three sides")

    for reader in (seller, arbitrator):
        photos = [m for m in await reader.messages() if "photo" in m and m["from"]["is_bot"]][-3:]
        assert len({message.get("media_group_id", "") for message in photos}) == 1
        assert all(name in photos[0]["caption"] for name in ("E2", "E3", "E4"))
        await reader.sees("All three sides")
    assert [each["what"] for each in (await bench.case(ref))["facts"]].count("QuestionAnswered") == 1
    await buyer.is_told(Phrase("Filed as evidence: {names}.", names=("E2", "E3", "E4")))
    assert (await bench.case(ref))["state"] == "arbitration"


async def opens_fake(bench: Bench, buyer: Chat) -> str:
    """A claim shown by nothing but a paper that is none."""
    await names_order(bench, buyer)
    await buyer.tap("Refund")
    await buyer.tap("It does not work")
    await buyer.send(("report.pdf", FAKE_PDF, "application/pdf"))
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    return await buyer.ref()
