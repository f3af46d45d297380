"""Who may do what, over the real chat: seven people, their own buttons and those of others."""

import json
from dataclasses import replace

from stories_bench import Bench, an_order
from stories_steps import opens_refund, two_parties

from conversations.cases.orders import OrderKey
from conversations.phrase import Phrase

NO_CASE = "There is no such case among yours. /cases shows them all."
GONE_ON = "This has moved on. Please use the newest message, or /cases."


async def test_nobody_does_anything_with_what_is_not_theirs(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    approve, withdraw, history = (
        await seller.button("Approve"),
        await buyer.button("Withdraw the claim"),
        await buyer.button("History"),
    )
    assert approve is not None
    assert withdraw is not None
    assert history is not None
    await bench.order(replace(an_order("2002"), key=OrderKey("Other", "2002")))
    others = [
        await bench.buyer("Max", languages[1]),
        await bench.seller("Ida", languages[0], store="Other"),
        await bench.arbitrator("Ana", languages[0]),
        await bench.arbitrator("Carl", languages[1]),
        await bench.buyer("Xi", languages[0]),
    ]
    before = await bench.case(ref)

    for chat in others:
        await chat.start()
        newest = (await chat.messages())[-1]["message_id"]
        for stolen in (approve, withdraw, history):
            await chat.press_late(newest, stolen[1])
            assert await chat.toast() == chat.reads(GONE_ON)
        await chat.say(f"/case {ref}")
        await chat.is_told(NO_CASE)
        here = (await chat.texts())[-1]
        await chat.say("/case ZZZ-ZZZ")
        assert (await chat.texts())[-1] == here
        await chat.sees_not("Blue mug")

    for chat, stolen in ((buyer, approve), (seller, withdraw)):
        newest = (await chat.messages())[-1]["message_id"]
        await chat.press_late(newest, stolen[1])
        assert await chat.toast() == chat.reads("This has moved on; here is where the case stands now.")
    assert await bench.case(ref) == before


async def test_seller_who_is_dismissed_finds_every_door_shut(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    approve = await seller.button("Approve")
    assert approve is not None
    listed = await bench.command("people", "list", "--json")
    assert seller.surname in listed
    [number] = [each["id"] for each in json.loads(listed) if seller.surname in each["name"]]

    await bench.command("people", "revoke", str(number))

    await seller.is_told(Phrase("You no longer answer for store {store}.", store="Nordlicht"))
    why: str | Phrase = NO_CASE
    if seller.is_in_group:  # whose card stays, for the others in it
        why = Phrase(
            "This is for those who answer for store {store}. If you are to, ask for an invitation.", store="Nordlicht"
        )
    else:
        await seller.cannot("Approve")
    await seller.press_late(*approve)
    assert await seller.toast() == seller.reads(why)
    assert (await bench.case(ref))["state"] == "awaiting_seller"
