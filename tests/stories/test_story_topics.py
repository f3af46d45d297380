"""Each case in a topic of its own, in everybody's private chat: talked about there, deleted, closed, switched off."""

import pytest
from stories_bench import Bench, Chat, an_order
from stories_steps import approves, claims_refund, names_order, refunds, two_parties

from conversations.phrase import Phrase

pytestmark = pytest.mark.not_in_groups("it is about the topics of private chats")


@pytest.fixture
def has_topics() -> bool:
    return True


async def thread_of(chat: Chat, ref: str) -> int:
    """The topic of a case."""
    [thread] = [thread for thread, name in (await chat.topics()).items() if ref in name]
    return thread


async def last_in(chat: Chat, thread: int) -> str:
    """The text of the newest message in a topic."""
    inside = [message for message in await chat.messages() if message.get("message_thread_id") == thread]
    return chat.reads(Phrase("{text}", text=inside[-1].get("text") or inside[-1]["caption"]))


async def says_in(chat: Chat, thread: int | None, text: str) -> None:
    chat.said.append(text)
    where = {"thread_id": thread} if thread else {}
    await chat._do("send", {"text": text, **where})


async def two_cases(bench: Bench) -> tuple[Chat, Chat, str, str]:
    buyer, seller = await two_parties(bench)
    await names_order(bench, buyer)
    mug = await claims_refund(buyer)
    await says_in(buyer, None, f"/start {await bench.order(an_order('1002', title='Red cup'))}")
    await says_in(buyer, None, "MUG7")
    return buyer, seller, mug, await claims_refund(buyer)


async def test_two_cases_are_two_topics_that_are_closed_at_the_end(bench: Bench) -> None:
    buyer, seller, mug, cup = await two_cases(bench)
    for chat in (buyer, seller):
        assert list((await chat.topics()).values()) == [f"{mug} · Blue mug", f"{cup} · Red cup"]

    await says_in(buyer, await thread_of(buyer, mug), "The handle is in the parcel, too.")
    assert "The handle is in the parcel, too." in await last_in(seller, await thread_of(seller, mug))
    await says_in(seller, await thread_of(seller, mug), "Thank you!")
    assert "Thank you!" in await last_in(buyer, await thread_of(buyer, mug))

    await says_in(buyer, await thread_of(buyer, mug), "/withdraw")
    await buyer.tap("Yes, withdraw it")
    assert (await bench.case(mug))["state"] == "closed"
    for chat in (buyer, seller):
        closed = chat.reads(Phrase("Closed · {topic}", topic=f"{mug} · Blue mug"))
        assert list((await chat.topics()).values()) == [closed, f"{cup} · Red cup"]

    await approves(seller)
    await refunds(seller, "20.00", "RF-1")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    assert (await bench.case(cup))["state"] == "settled"
    gone, closed = [
        buyer.reads(Phrase("Closed · {topic}", topic=topic)) for topic in (f"{mug} · Blue mug", f"{cup} · Red cup")
    ]
    assert await buyer.topics() == {await thread_of(buyer, mug): gone, await thread_of(buyer, cup): closed}
    await buyer.tap("Rate the service")
    await buyer.is_told("How was the after-sales service?")
    assert (await buyer.messages())[-1]["message_thread_id"] == await thread_of(buyer, cup)


async def test_deleted_topic_comes_back_with_the_next_word(bench: Bench) -> None:
    buyer, seller, mug, cup = await two_cases(bench)
    before = await thread_of(buyer, mug)
    await bench.delete(f"/_sim/users/{buyer.id}/topics/{before}")

    await says_in(seller, await thread_of(seller, mug), "Which colour would you like?")

    after = await thread_of(buyer, mug)
    assert after != before
    assert "Which colour would you like?" in await last_in(buyer, after)
    await says_in(buyer, after, "/case")
    assert mug in await last_in(buyer, after)
    await says_in(buyer, after, "Blue, please.")
    assert "Blue, please." in await last_in(seller, await thread_of(seller, mug))
    assert len(await buyer.topics()) == 2
    assert await thread_of(buyer, cup) < after


async def test_topic_of_the_persons_own_is_for_something_new(bench: Bench) -> None:
    buyer, seller, *_ = await two_cases(bench)
    mine = (await bench.post(f"/_sim/users/{buyer.id}/topics", {"name": "Another thing"}))["message_thread_id"]

    await says_in(buyer, mine, "Hello?")
    assert buyer.reads("Which case is this about?") in await last_in(buyer, mine)
    await says_in(buyer, mine, "/cancel")
    await says_in(buyer, mine, "/help")
    assert buyer.reads("What you can do here") in await last_in(buyer, mine)

    await seller.sees_not("Hello?")


async def test_switched_off_topics_leave_everything_in_the_chat(bench: Bench) -> None:
    buyer, seller, mug, _ = await two_cases(bench)
    await bench.post("/_sim/topics", {"is_on": False})

    await says_in(seller, None, f"/reply {mug} Which colour would you like?")

    await buyer.is_told("Which colour would you like?")
    assert "message_thread_id" not in (await buyer.messages())[-1]
