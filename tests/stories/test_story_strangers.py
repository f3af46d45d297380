"""Those who try to get in: a stranger with a link, a seller of another store, a second account, whoever was dismissed."""

import json
from typing import Any

from stories_bench import STORE, Bench, Chat, an_order
from stories_steps import calls_arbitrator, names_order, offers_money, opens_refund, refuses, takes, two_parties

#: What whoever is in the case may see there, in other words or none.
OF_THE_CASE = ("Blue mug", "The handle came off.", "The mug was fine", "The fault", "Where is my money?")
NO_CASE = "There is no such case among yours. /cases shows them all."
TRIED = ("case", "evidence", "original", "record", "casefile", "reply", "note", "approve", "answer", "rule", "rate")


async def number_of(bench: Bench, chat: Chat) -> int:
    listed = json.loads(await bench.command("people", "list", "--json"))
    [found] = [each["id"] for each in listed if chat.surname in each["name"]]
    return int(found)


async def buttons_of(chat: Chat) -> list[tuple[int, str]]:
    """Every button that ever stood in a chat and still does, as it was sent."""
    return [
        (shown["message_id"], button["callback_data"])
        for shown in await chat.messages()
        for row in shown.get("reply_markup", {}).get("inline_keyboard", ())
        for button in row
    ]


async def knows_nothing(chat: Chat, ref: str, *, since: int = 0) -> None:
    """Every command about the case is answered as about one that there is not, and tells nothing."""
    for command in TRIED:
        await chat.say(f"/{command} {ref} yes")
        here = (await chat.texts())[-1]
        await chat.say(f"/{command} ZZZ-ZZZ yes")
        assert here == (await chat.texts())[-1]
    told = "\n".join((await chat.texts())[since:])
    assert [words for words in OF_THE_CASE if chat.reads(words) in told or words in told] == []


async def test_nobody_gets_into_a_case_from_outside(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    await buyer.say(f"/reply {ref} Where is my money?")
    await refuses(seller)
    await calls_arbitrator(buyer)
    before = await bench.case(ref)
    others = [
        await bench.buyer("Xi", languages[1]),
        await bench.seller("Ida", languages[0], store="Other"),
        await bench.buyer("Max", languages[0]),
    ]
    stolen = [data for chat in (buyer, seller) for _, data in await buttons_of(chat)]
    assert len(stolen) > 8

    for chat in others:
        await chat.start()
        await knows_nothing(chat, ref)
        newest = (await chat.messages())[-1]["message_id"]
        for data in stolen:
            await chat.press_late(newest, data)
        await chat.say(f"/forget {ref}")
        await knows_nothing(chat, ref)
    assert await bench.case(ref) == before


async def test_forwarded_link_gives_nothing_away_and_stays_good(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, _ = await two_parties(bench, languages)
    stranger = await bench.buyer("Xi", languages[1])
    link = await bench.order(an_order())

    await stranger.start(link)
    for code in ("1001", "MUG", STORE, "0000", "MUG8"):
        await stranger.say(code)
    await stranger.is_told(
        "Too many wrong codes. Please wait an hour and try again, or ask the shop to send you the code anew."
    )
    await stranger.start(link)
    await stranger.say("MUG7")
    await stranger.cannot("Refund")
    await stranger.sees_not("Blue mug", STORE)

    await buyer.start(link)
    await buyer.say("MUG7")
    await buyer.is_told("What would you like?")


async def test_second_account_claims_nothing_twice_and_sees_nothing_of_the_first(
    bench: Bench, languages: tuple[str, str]
) -> None:
    """Whoever has number and code may claim, from whichever account; the goods are claimed once."""
    buyer, _ = await two_parties(bench, languages)
    second = await bench.buyer("Mia Zwei", languages[1])
    await names_order(bench, buyer)
    await second.say("/new 1001")
    await second.say("MUG7")
    for chat in (buyer, second):
        await chat.tap("Refund")
        await chat.tap("It does not work")
        await chat.photo("The fault")
        await chat.tap("That is all")
        await chat.say("The handle came off.")
    await buyer.tap("Send the claim")
    ref = await buyer.ref()

    await second.tap("Send the claim")
    await second.is_told("Everything in this order is part of a case already.")
    await second.say("/cases")
    await second.is_told("You have no cases.")
    await second.say(f"/case {ref}")
    await second.is_told(NO_CASE)
    assert ref not in "\n".join(await second.texts())
    assert [case["ref"] for case in await all_cases(bench)] == [ref]


async def all_cases(bench: Bench) -> list[dict[str, Any]]:
    return list(json.loads(await bench.command("case", "list", "--json")))


async def test_arbitrator_who_was_dismissed_is_out_with_all_their_buttons(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await calls_arbitrator(buyer)
    arbitrator = await bench.arbitrator("Ana", languages[0])
    await takes(arbitrator, ref)
    await arbitrator.say(f"/evidence {ref}")
    await arbitrator.say(f"/original {ref} E1")
    await arbitrator.say(f"/rule {ref} dismissal")
    await arbitrator.say("1")
    await arbitrator.tap("Go on")
    await arbitrator.say("It was used for a year.")
    kept = await buttons_of(arbitrator)
    assert await arbitrator.button("Give the ruling") in kept

    await bench.command("people", "revoke", str(await number_of(bench, arbitrator)))

    await arbitrator.sees("You are no longer an arbitrator.")
    before, heard = await bench.case(ref), len(await arbitrator.texts())
    assert (before["state"], before["waits_for"]) == ("escalated", ["arbitrators"])
    newest = (await arbitrator.messages())[-1]["message_id"]
    for _, data in kept:
        await arbitrator.press_late(newest, data)
    await arbitrator.say("It was used for a year.")
    await knows_nothing(arbitrator, ref, since=heard)
    assert await bench.case(ref) == before
    await takes(await bench.arbitrator("Carl", languages[1]), ref)


async def test_seller_who_was_dismissed_corrects_nothing_that_they_said(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    said = await seller.say("We look into it.")
    await buyer.sees("We look into it.")
    await offers_money(seller, "5")

    await bench.command("people", "revoke", str(await number_of(bench, seller)))
    before = await bench.case(ref)
    await seller.edit(said, "You get nothing.")
    await seller.say("You get nothing.", reply_to=said)

    await buyer.sees_not("You get nothing.")
    await buyer.sees("We look into it.")
    assert await bench.case(ref) == before
