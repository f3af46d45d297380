"""Sellers and arbitrators who sit in a group of theirs, in the stories: it and their own chat are as one to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from stories_chat import Chat, bare, is_card, texts_of
from stories_rooms import Seat, group, links, seat

from conversations import notices
from conversations.cases.roles import Role
from conversations.dialogs.commands import BY_NAME, here
from conversations.phrase import Phrase

#: A button that does what a command does, as it is on the wire: the command, and the case.
_COMMAND = re.compile(r":c:(\w+):(\w*)$")


@dataclass
class Member(Chat):
    """Somebody whose cases are told in a forum group. What they see is the group and their own chat, in the order in which
    it came. They press a button where it stands, answer a question where it was asked, and give a command in the group
    unless it is for their own chat. What is to go to the buyer, or answers the arbitrator, they send by /reply, as the group
    is told to."""

    store: str = ""  # none is the arbitrators' group
    alone: Chat = field(init=False)
    desk: Seat | None = None
    left: Seat | None = None  # while the bot is out of the group

    def __post_init__(self) -> None:
        self.alone = Chat(self.bench, self.id, self.language, self.surname, self.username, said=self.said)

    async def links_group(self, store: str) -> None:
        """Makes the group of a store, or that of the arbitrators, and links it."""
        self.store = store
        [self.desk] = await group(self.bench, store or "Arbitration", self, is_forum=True)
        chats = self.bench.world.chats
        chats[self.desk.group].next_id = chats[self.id].next_id  # so that the numbers tell what came first
        await links(self.bench, self.desk)

    async def joins(self, first: Member) -> None:
        """Comes into the group that another one has linked, if it still is."""
        self.store = first.store
        if first.desk is not None:
            world = self.bench.world
            world.chats[first.desk.group].members[self.id] = world.users[self.id]
            self.desk = seat(self, first.desk.group, first.language)

    @property
    def role(self) -> Role:
        return Role.SELLER if self.store else Role.ARBITRATOR

    @property
    def address(self) -> int:
        return self.id if self.desk is None else self.desk.group

    def knows(self, other: Chat) -> bool:
        """Members of a group see who the others are."""
        return super().knows(other) or (isinstance(other, Member) and other.address == self.address)

    # What they do

    async def start(self, payload: str | None = None) -> None:
        await self.alone.start(payload)
        await self._comes_back()

    async def say(self, text: str, *, reply_to: int | None = None, is_outside: bool = False) -> int:
        desk = await self._at_desk(text, reply_to)
        if desk is None:
            return await self.alone.say(text, reply_to=reply_to, is_outside=is_outside)
        if not text.startswith("/"):
            asked = await self._question()
            if asked is not None and reply_to is None:
                return await desk.answer(text, message=asked["message_id"])
            text = f"/reply {text}"
        if reply_to is not None:
            return await desk.say(text, reply_to=reply_to)
        return await desk.say_in(None if is_outside else await self._topic(desk), text)

    async def send(
        self, *files: tuple[str, bytes, str], caption: str = "", kind: str = "", reply_to: int | None = None
    ) -> list[int]:
        desk = await self._at_desk("", reply_to)
        if desk is None:
            return await self.alone.send(*files, caption=caption, kind=kind, reply_to=reply_to)
        asked = await self._question()
        if asked is None:
            await self.say("/reply")
            asked = await self._question()
        assert asked is not None, await self.transcript()
        return await desk.send(*files, caption=caption, kind=kind, reply_to=asked["message_id"])

    async def press(self, message: int, data: str) -> None:
        """What the group sends to their own chat, they ask for there."""
        await super().press(message, data)
        found = _COMMAND.search(data)
        if found and self._is_for_own_chat(found[1]) and self.desk is not None and await self._is_in_group(message):
            await self.alone.say(f"/{found[1]} {found[2]}")

    async def block(self) -> None:
        """The bot is out of their group as well: nothing of the store's reaches them any more."""
        if self.desk is not None:
            await self.desk.set_bot("kicked")
            self.desk, self.left = None, self.desk
        await self.alone.block()

    async def unblock(self) -> None:
        await self.alone.unblock()
        await self._comes_back()

    async def _comes_back(self) -> None:
        """Takes the bot into the group again, if it was out of it, and links it anew."""
        if self.left is not None:
            self.desk, self.left = self.left, None
            await self.desk.set_bot("administrator")
            await links(self.bench, self.desk)

    async def _do(self, what: str, body: Any) -> dict[str, Any]:
        """By a message's number where it stands, all else in their own chat."""
        is_there = await self._is_in_group(body.get("message_id"))
        place = self.desk if is_there and self.desk is not None else self.alone
        return await place._do(what, body)

    # Where they do it

    async def _at_desk(self, text: str, reply_to: int | None) -> Seat | None:
        """The seat in which to say something; None for their own chat."""
        if self.desk is None:
            return None
        if text.startswith("/"):
            is_own = self._is_for_own_chat(text[1:].split()[0])
        elif reply_to is not None:
            is_own = not await self._is_in_group(reply_to)
        else:
            bot = self.bench.world.bot_id
            shown = [m for m in await self.messages() if m["from"]["id"] == bot]
            newest = await self._question() or shown[-1]
            is_own = newest["chat"]["id"] == self.id
        return None if is_own else self.desk

    def _is_for_own_chat(self, command: str) -> bool:
        return command == "start" or (command in BY_NAME and command not in here(self.role))

    async def _question(self) -> dict[str, Any] | None:
        """The newest question to them that is open, in the group or in their own chat: it can still be cancelled, and they
        have not replied to it."""
        cancel = self.reads("Cancel")
        whose = self.reads(
            Phrase("This is for {name}. To answer in words, reply to this message.", name=self.first_name)
        )
        shown = await self.messages()
        answered = {m.get("reply_to_message", {}).get("message_id") for m in shown if m["from"]["id"] == self.id}
        for message in reversed(shown):
            text, *labels = map(bare, texts_of(message))
            is_theirs = message["chat"]["id"] == self.id or whose in text
            if is_theirs and cancel in labels and message["message_id"] not in answered:
                return message
        return None

    async def _topic(self, desk: Seat) -> int | None:
        """The topic in which the bot spoke last; none when it is closed, where only the bot can still write."""
        thread = (await desk.newest()).get("message_thread_id")
        topic = self.bench.world.chats[desk.group].topics.get(thread or 0)
        return thread if topic is not None and not topic.is_closed else None

    async def _is_in_group(self, message: int | None) -> bool:
        return self.desk is not None and any(m["message_id"] == message for m in await self.desk.messages())

    # What they see

    async def messages(self) -> list[dict[str, Any]]:
        here, there = await self.alone.messages(), await self.desk.messages() if self.desk is not None else []
        return sorted((*here, *there), key=lambda shown: int(shown["message_id"]))

    async def last_words(self) -> str:
        """With the card below them: where much is said, it comes again when it has been buried."""
        *_, before, newest = await self.texts()
        return f"{before}\n{newest}" if is_card(newest) else newest

    async def hears(self, phrase: str | Phrase) -> str:
        """What the bot would tell them of their own doing it tells their group as the record has it, with their name."""
        wanted = self.reads(phrase)
        if self.desk is None:
            return wanted
        async with self.bench.bot.db.reading() as work:
            refs = await self.bench.beside("select ref from cases")
            facts = [entry.fact for (ref,) in refs for entry in await work.journal.of(ref) if entry.who is self.role]
        for fact in reversed([fact for fact in facts if self.role in notices.NOTICES[type(fact)].hearers]):
            told = notices.heard(fact, self.role, self.role)
            if told is not None and self.reads(told) == wanted:
                what = notices.record(fact, self.role)
                return self.reads(Phrase("{name}: {what}", name=self.first_name, what=what))
        return wanted
