"""Groups that hear for a store and for the arbitrators: linked, confirmed, acted in, left, moved."""

from collections.abc import Sequence

import pytest
from stories_bench import Bench
from stories_rooms import group, links, seat
from stories_steps import approves, calls_arbitrator, opens_refund, refuses, two_parties, usd

from conversations.phrase import Phrase

pytestmark = pytest.mark.not_in_groups("it makes and links its groups itself")

SOLD = Phrase("what concerns the cases of store {store}", store="Nordlicht")
LINKED = Phrase("This group is linked. It hears {what}.", what=SOLD)


async def test_a_store_and_the_arbitrators_answer_in_their_groups(bench: Bench, languages: Sequence[str]) -> None:
    """Two sellers act in the store's group, and the arbitrators' group takes the case and rules."""
    buyer, oskar = await two_parties(bench, languages)
    ida = await bench.seller("Ida", languages[0])
    ana, ruth = await bench.arbitrator(language=languages[1]), await bench.arbitrator("Ruth", languages[0])
    desk, second = await group(bench, "Nordlicht desk", oskar, members=(ida,), is_forum=True)
    court, third = await group(bench, "Court", ana, members=(ruth,))
    await links(bench, desk)
    await links(bench, court)
    await desk.sees(LINKED)
    await court.sees(Phrase("This group is linked. It hears {what}.", what=Phrase("what arbitrators have to know")))
    before = [await chat.texts() for chat in (oskar, ida, ana, ruth)]

    ref = await opens_refund(bench, buyer)
    await desk.reads_on_card("It is your turn.")
    topic = await desk.topic_of(ref)
    about = [m for m in await desk.messages() if ref in m.get("text", "") + m.get("caption", "")]
    assert {m["message_thread_id"] for m in about} == {topic}  # the case has a topic of its own
    assert len([text for text in await desk.texts() if ref in text.split("\n")[0]]) == 2  # the card, and the photo
    await second.tap("Refuse")
    await second.answer("The mug was fine when it left us.")
    refused = desk.reads(Phrase("The seller refused the claim"))
    assert [text for text in await desk.texts() if text.startswith(f"{ida.first_name}: {refused}")]
    await buyer.sees("The mug was fine when it left us.")

    await desk.tap("Write to the buyer")
    await desk.answer("We can look at it again.")
    await buyer.sees("We can look at it again.")
    await desk.sees(Phrase("Passed on to the buyer ({ref}).", ref=ref))

    await calls_arbitrator(buyer)
    await court.tap("Take this case")
    await court.sees(
        Phrase(
            "{name}: {what}",
            name=ana.first_name,
            what=Phrase("An arbitrator has taken the case and reads the whole record."),
        )
    )
    await third.tap("Give a ruling")
    assert await third.toast() == ruth.reads("There is no such case among yours. /cases shows them all.")
    await court.tap("Give a ruling")
    await court.tap("Money back")
    await court.answer("15")
    await court.tap("No, the buyer keeps them")
    await court.answer("1")
    await court.tap("Go on")
    await court.answer("E1 shows the break.")
    await court.tap("Give the ruling")
    await buyer.sees("E1 shows the break.")
    await desk.sees("E1 shows the break.")
    await desk.reads_on_card(usd("15.00"))

    # Nothing of all this was said in private to those whom the groups hear for.
    assert [await chat.texts() for chat in (oskar, ida, ana, ruth)] == before
    who = {fact["who"] for fact in (await bench.case(ref))["facts"]}
    assert who == {"buyer", "seller", "arbitrator", "clock"}


async def test_talk_in_a_group_stays_there(bench: Bench, languages: Sequence[str]) -> None:
    buyer, oskar = await two_parties(bench, languages)
    ida = await bench.seller("Ida", languages[1])
    desk, second = await group(bench, "Nordlicht desk", oskar, members=(ida,))
    await links(bench, desk)
    ref = await opens_refund(bench, buyer)
    seen = await buyer.texts()

    await desk.say("She made it up.")
    await desk.answer("Look at this photo, it is from last year.")
    await desk.is_told(
        "This stays among you. What is to go to the buyer is sent with /reply, or by the button under the case."
    )
    told = await desk.texts()
    await desk.answer("No, I am sure.")
    assert await desk.texts() == told  # said once
    await desk.tap("Refuse")
    question = (await desk.newest())["message_id"]
    await second.answer("Do not refuse it!", message=question)  # another's words are no answer
    await desk.say("Let me think.")
    assert await buyer.texts() == seen
    assert (await bench.case(ref))["state"] == "awaiting_seller"
    kept = await bench.kept()
    assert not any(words in kept for words in ("made it up", "Let me think"))

    await desk.answer("It was fine when it left us.", message=question)
    await buyer.sees("It was fine when it left us.")
    await second.say(f"/reply {ref} Please send one more photo.")
    await buyer.sees("Please send one more photo.")


async def test_the_bot_is_removed_in_the_middle_and_the_case_goes_on_in_private(
    bench: Bench, languages: Sequence[str]
) -> None:
    buyer, oskar = await two_parties(bench, languages)
    desk, *_ = await group(bench, "Nordlicht desk", oskar)
    await links(bench, desk)
    ref = await opens_refund(bench, buyer)
    await desk.tap("Refuse")

    await desk.set_bot("kicked")
    line = Phrase(
        "I can no longer write in the group “{group}”, which was linked to hear {what}.",
        group="Nordlicht desk",
        what=SOLD,
    )
    await oskar.is_told(line, "It is said here again. /link in a group links it anew.")
    await buyer.tap("Write to the seller")
    await buyer.say("Are you there?")
    await oskar.sees("Are you there?")
    await oskar.say(f"/case {ref}")
    await approves(oskar)
    await buyer.reads_on_card("Agreed: the seller is to refund")

    # Taken in again, it hears nothing before it is linked anew.
    await desk.set_bot("administrator")
    seen = await desk.texts()
    await buyer.tap("Write to the seller")
    await buyer.say("Thank you.")
    await oskar.sees("Thank you.")
    assert await desk.texts() == seen
    await links(bench, desk)
    await desk.reads_on_card("Agreed: the seller is to refund")


async def test_what_waits_for_a_group_goes_to_private_chats_when_it_may_not_be_written_to(
    bench: Bench, languages: Sequence[str]
) -> None:
    """Nobody tells the bot, it only finds out."""
    buyer, oskar = await two_parties(bench, languages)
    desk, *_ = await group(bench, "Nordlicht desk", oskar)
    await links(bench, desk)
    bench.world.chats[desk.group].bot_status = "left"

    ref = await opens_refund(bench, buyer)

    await oskar.reads_on_card("It is your turn.")
    await oskar.sees(Phrase("{ref}", ref=ref))
    await refuses(oskar)
    await buyer.reads_on_card("No agreement yet")


async def test_the_group_becomes_a_supergroup_in_the_middle(bench: Bench, languages: Sequence[str]) -> None:
    buyer, oskar = await two_parties(bench, languages)
    old, *_ = await group(bench, "Nordlicht desk", oskar, is_basic=True)
    await links(bench, old)
    await opens_refund(bench, buyer)

    desk = seat(oskar, await old.upgrade(), oskar.language)
    await buyer.tap("Write to the seller")
    await buyer.say("Are you there?")
    await desk.sees("Are you there?")
    await desk.say("/case")
    await desk.tap("Refuse")
    await desk.answer("It was fine.")
    await buyer.sees("It was fine.")
    assert "Nordlicht desk" in await bench.command("rooms", "list")


async def test_who_may_link_and_who_may_act(bench: Bench, languages: Sequence[str]) -> None:
    buyer, oskar = await two_parties(bench, languages)
    ida, ben = await bench.seller("Ida", languages[1]), await bench.buyer("Ben", languages[0])
    boss, clerk, stranger = await group(bench, "Nordlicht desk", oskar, members=(ida, ben))

    await stranger.say("hello everybody")
    await stranger.say("/cases")
    assert await boss.texts() == []  # a group that is not linked
    await stranger.say("/link")
    no_role = "A group is linked by somebody who answers for a store, or by an arbitrator. The operator of this service can invite you."
    assert (await boss.texts())[-1] == ben.reads(no_role)  # whose language a group has that chose none
    await clerk.say("/link")
    await clerk.sees(Phrase("{name} is not an administrator of this group, so it was not linked.", name=ida.first_name))
    assert await bench.command("rooms", "list") == ""
    await boss._do("send", {"text": "/link", "is_anonymous": True})
    await boss.is_told(
        "I cannot see who you are while you write as the group. Please switch anonymity off in the group's administrators, and send it again."
    )

    await links(bench, boss)
    ref = await opens_refund(bench, buyer)
    await stranger.tap("Refuse")
    why = Phrase(
        "This is for those who answer for store {store}. If you are to, ask for an invitation.", store="Nordlicht"
    )
    assert await stranger.toast() == ben.reads(why)  # to whoever pressed, in their own language
    await stranger.say(f"/approve {ref}")
    await boss.is_told(why)
    assert (await bench.case(ref))["state"] == "awaiting_seller"

    # A second group is not linked in the place of the first, and what is personal stays private.
    other, *_ = await group(bench, "Another", oskar)
    await other.say("/link")
    what = Phrase("Store {store}", store="Nordlicht")
    await other.sees(Phrase("{what} is linked to the group “{group}” already.", what=what, group="Nordlicht desk"))
    await clerk.say("/forget")
    await clerk.is_told(Phrase("“/{command}” is for our own chat: please send it to me in private.", command="forget"))

    await clerk.say("/unlink")
    await boss.sees("This group is not linked any more.")
    await calls_nobody(bench, boss)


async def calls_nobody(bench: Bench, boss: object) -> None:
    assert await bench.command("rooms", "list") == ""
