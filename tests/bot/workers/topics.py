"""What tests of topics share: what is said about a case, and how the chat looks then."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.playground import World
from bot.playground.people import Chat
from bot.workers.outbox import OutboxHandler
from conversations.cases.case import Case
from conversations.messages import Body, Card, Notice, Outgoing, Person, Placing, card_slot
from conversations.phrase import Phrase
from storage.database import Database

from .deliveries import BUTTONS, carry

REF = "A7KQ2M"
NAME = "A7K-Q2M · Lamp"
MakeCase = Callable[..., Awaitable[Case]]
#: Taken away, the words of people read as they were written.
ISOLATES = dict.fromkeys(map(ord, "\u2068\u2069"))


def notice(words: str) -> Notice:
    return Notice(lines=(Phrase("You said {words}", words=words),))


def card(words: str, *, is_over: bool = False) -> Card:
    said = Phrase("You said {words}", words=words)
    turn = None if is_over else said
    return Card(ref=NAME, title=said, state=said, turn=turn, due_at=None, default=None, choices=BUTTONS)


def about(body: Body, *, placing: Placing = Placing.REPLACE, ref: str = REF) -> Outgoing:
    slot = card_slot(ref) if isinstance(body, Card) else ""
    return Outgoing(to=0, body=body, ref=ref, slot=slot, placing=placing)


async def deliver(handler: OutboxHandler, db: Database, to: Person, *said: Outgoing) -> None:
    async with db.work() as work:
        for each in said:
            await work.outbox.add(replace(each, to=to.id))
    [leased] = await db.outbox.lease(1, 50, 60)
    await carry(handler, leased)


def shown(chat: Chat) -> list[tuple[int | None, str]]:
    """The chat as it looks: where, and what."""
    return [(message.get("message_thread_id"), _said(message)) for message in chat.messages.values()]


def _said(message: dict[str, Any]) -> str:
    for what in ("created", "edited"):
        if (event := message.get(f"forum_topic_{what}")) is not None:
            return f"{what}: {event['name']}".translate(ISOLATES)
    keys = " [Yes]" if message.get("reply_markup", {}).get("inline_keyboard") else ""
    text = str(message["text"]).split("\n")[0].translate(ISOLATES) if "text" in message else ""
    return text + keys


def asked(world: World, method: str) -> int:
    return sum(each["method"] == method for each in world.requests.after(0))
