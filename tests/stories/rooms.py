"""Groups in the stories: a member's seat in one, which is a chat like any other but shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from stories_chat import Chat

if TYPE_CHECKING:
    from stories_bench import Bench


@dataclass
class Seat(Chat):
    """What a member does and sees in a group. In topics the newest question or card is answered where it is."""

    group: int = 0

    async def _do(self, what: str, body: Any) -> dict[str, Any]:
        if isinstance(body, aiohttp.FormData):
            body.add_field("chat_id", str(self.group))
            return await super()._do(what, body)
        return await super()._do(what, {"chat_id": self.group, **body})

    async def messages(self) -> list[dict[str, Any]]:
        told = (await self.bench.get(f"/_sim/chats/{self.group}/messages"))["messages"]
        return [message for message in told if not any(name.startswith("forum_topic") for name in message)]

    async def thread(self, reply_to: int | None = None) -> int | None:
        """The topic of the message they reply to. What is said in answer to nothing is said outside of topics, unless with
        `say_in`."""
        found = [shown for shown in await self.messages() if shown["message_id"] == reply_to]
        return found[0].get("message_thread_id") if found else None

    async def newest(self, of_bot: bool = True) -> dict[str, Any]:
        bot = self.bench.world.bot_id
        shown = [m for m in await self.messages() if not of_bot or m["from"]["id"] == bot]
        return [m for m in shown if "text" in m or "caption" in m][-1]

    async def answer(self, text: str, *, message: int | None = None) -> int:
        """Replies to a message, the bot's newest unless said otherwise, in its topic."""
        return await self.say(text, reply_to=message or (await self.newest())["message_id"])

    async def say_in(self, topic: int | None, text: str) -> int:
        """Says something in a topic, in answer to nothing."""
        self.said.append(text)
        told = await self._do("send", {"text": text, **({"thread_id": topic} if topic else {})})
        return int(told["messages"][0]["message_id"])

    async def topic_of(self, topic: str) -> int:
        """The topic whose name holds these words."""
        found = [t.thread_id for t in self.bench.world.chats[self.group].topics.values() if topic in t.name]
        assert found, f"no topic {topic!r}"
        return found[-1]

    async def set_bot(self, status: str, *, can_manage_topics: bool = True) -> None:
        await self._do("bot", {"status": status, "can_manage_topics": can_manage_topics})

    async def upgrade(self) -> int:
        """The basic group becomes a supergroup; gives its new number."""
        return int((await self._do("upgrade", {}))["id"])


async def group(
    bench: Bench, title: str, *administrators: Chat, members: tuple[Chat, ...] = (), **kind: bool
) -> list[Seat]:
    """A new group with the bot in it; the seats of everybody, administrators first. The group reads the language of whoever
    links it, which is the first of them."""
    made = await bench.post(
        "/_sim/groups",
        {
            "title": title,
            "administrators": [chat.id for chat in administrators],
            "members": [chat.id for chat in members],
            **kind,
        },
    )
    return [seat(chat, made["id"], administrators[0].language) for chat in (*administrators, *members)]


def seat(chat: Chat, group: int, language: str) -> Seat:
    """Somebody's seat in a group. What they write there is theirs as what they write elsewhere."""
    return Seat(chat.bench, chat.id, language, chat.surname, chat.username, said=chat.said, group=group)


async def links(bench: Bench, seat: Seat, argument: str = "") -> None:
    """From /link to the operator's confirmation."""
    await seat.say(f"/link {argument}".strip())
    [waiting] = [line for line in (await bench.command("rooms", "list")).splitlines() if "to be confirmed" in line]
    await bench.command("rooms", "confirm", waiting.split()[0])
