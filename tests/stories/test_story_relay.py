"""Buyer and seller talk through the desk: words, media and edits pass, who they are does not."""

from typing import Any

import pytest
from stories_bench import Bench, Chat
from stories_files import jpeg
from stories_steps import opens_refund, opens_return, two_parties

from conversations.phrase import Phrase


async def newest(chat: Chat) -> dict[str, Any]:
    return (await chat.messages())[-1]


@pytest.mark.also_in_groups
async def test_words_media_and_edits_pass_both_ways(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)

    said = await buyer.say("Is there a manual? <b>Please</b> *reply*")
    await buyer.is_told(Phrase("Passed on to the seller ({ref}).", ref=ref))
    assert (await newest(buyer))["reply_to_message"]["message_id"] == said
    await seller.is_told(Phrase("{party} · {ref}", party=Phrase("The buyer writes"), ref=ref))
    await seller.is_told("Is there a manual? <b>Please</b> *reply*")

    copy = (await newest(seller))["message_id"]
    await buyer.edit(said, "Is there an English manual?")
    changed = next(message for message in await seller.messages() if message["message_id"] == copy)
    assert "Is there an English manual?" in changed["text"]
    assert (await newest(seller))["message_id"] == copy

    await seller.say("Yes, here is a page of it.", reply_to=copy)
    await buyer.is_told(Phrase("{party} · {ref}", party=Phrase("The seller writes"), ref=ref))
    await seller.photo("Page 3", colour=(30, 30, 30))
    shown = await newest(buyer)
    assert "photo" in shown
    assert "Page 3" in shown["caption"]
    exhibit = Phrase("{ref} · {name} · {party}", ref=ref, name="E2", party=Phrase("The seller"))
    assert buyer.reads(exhibit) in (await buyer.texts())[-1]
    await seller.is_told(Phrase("Filed as evidence: {names}.", names=("E2",)))

    await seller.video("How to open it")
    assert "video" in await newest(buyer)
    await buyer.send(("voice.ogg", b"OggS\0\2", "audio/ogg"), kind="voice")
    assert "voice" in await newest(seller)
    await seller.send(
        ("a.jpg", jpeg((1, 2, 3)), "image/jpeg"), ("b.jpg", jpeg((3, 2, 1)), "image/jpeg"), caption="Both"
    )
    photos = [message for message in await buyer.messages() if "photo" in message and message["from"]["is_bot"]]
    assert len(photos) == 3
    assert photos[1]["media_group_id"] == photos[2]["media_group_id"]
    assert "Both" in photos[1]["caption"]
    await seller.is_told(Phrase("Filed as evidence: {names}.", names=("E4", "E5")))

    await buyer.say("/reply Thank you!")
    await seller.is_told("Thank you!")
    await seller.tap("Write to the buyer")
    await seller.say("With pleasure.")
    await buyer.is_told("With pleasure.")
    await buyer.say("/record")
    await buyer.is_told("Is there a manual? <b>Please</b> *reply*", "Is there an English manual?", "With pleasure.")


async def test_reply_chooses_between_two_open_cases(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    first = await opens_refund(bench, buyer, "1001")
    second = await opens_return(bench, buyer, "1002", title="Green bowl")

    await buyer.say("About the bowl.")
    await buyer.is_told(Phrase("Passed on to the seller ({ref}).", ref=second))
    cards = [m for m in await buyer.messages() if first in m.get("text", "") and m["from"]["is_bot"]]
    await buyer.say("About the mug.", reply_to=cards[0]["message_id"])
    await buyer.is_told(Phrase("Passed on to the seller ({ref}).", ref=first))
    await seller.is_told("About the mug.", first)

    spoken = (await newest(seller))["message_id"]
    await seller.say("Noted, the mug.", reply_to=spoken)
    await buyer.is_told("Noted, the mug.", first)


async def test_bot_asks_which_case_is_meant(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    first = await opens_refund(bench, buyer, "1001")
    second = await opens_return(bench, buyer, "1002", title="Green bowl")

    await seller.say("We are sorry to hear that.", is_outside=True)
    await seller.is_told("Which case is this about?")
    await buyer.sees_not("We are sorry to hear that.")
    await seller.tap(Phrase("{ref} · {state}", ref=first, state=Phrase("Waiting for the seller's answer")))
    await seller.sees(Phrase("Passed on to the buyer ({ref}).", ref=first))
    await buyer.is_told("We are sorry to hear that.", first)
    await buyer.sees_not(Phrase("{party} · {ref}", party=Phrase("The seller writes"), ref=second))


async def test_words_while_nobody_of_the_store_is_there_are_kept(bench: Bench, languages: tuple[str, str]) -> None:
    buyer = await bench.buyer(language=languages[0])
    ref = await opens_refund(bench, buyer)
    await buyer.say("Anybody there?")
    await buyer.is_told("Kept on record. Nobody of the store is in the chat yet; they will find it in the case.")

    seller = await bench.seller(language=languages[1])
    await seller.reads_on_card(ref, "Waiting for the seller's answer")
    await seller.say("/record")
    await seller.is_told("Anybody there?")


async def test_stranger_hears_nothing_and_sees_nothing(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    other = await bench.seller("Ida", languages[0], store="Harbour")
    stranger = await bench.buyer("Max", languages[1])
    ref = await opens_refund(bench, buyer)
    await buyer.say("A secret between us.")
    await seller.is_told("A secret between us.")

    for outsider in (other, stranger):
        for command in (f"/case {ref}", f"/record {ref}", f"/evidence {ref}", f"/reply {ref} hello"):
            await outsider.say(command)
            await outsider.is_told("There is no such case among yours. /cases shows them all.")
        await outsider.sees_not("A secret between us.", "The handle came off.")
        assert not [message for message in await outsider.messages() if "photo" in message]
    await buyer.sees_not("hello")
    await seller.sees_not("hello")
