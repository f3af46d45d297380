"""Somebody's chat with the bot, in the stories: what they do in it, and what they see there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
from stories_files import MP4, jpeg

from conversations.phrase import Phrase
from locales import negotiate, plain

if TYPE_CHECKING:
    from stories_bench import Bench

#: Direction marks, and the brackets of the pseudo-locale.
_MARKS = re.compile("[\u2066-\u2069\u200e\u200f⟦⟧]")


@dataclass
class Chat:
    """Somebody's chat with the bot. What is looked for is given in English and read in their language."""

    bench: Bench
    id: int
    language: str
    surname: str
    username: str
    query: str = ""  # of the last press
    said: list[str] = field(default_factory=list)  # everything this person ever wrote

    @property
    def first_name(self) -> str:
        """As the bot names them to those they work with."""
        return f"{self.surname.partition('-')[0]} {self.surname}"

    @property
    def address(self) -> int:
        """Where they are told of their cases."""
        return self.id

    @property
    def is_in_group(self) -> bool:
        """Whether that is a group."""
        return self.address != self.id

    def knows(self, other: Chat) -> bool:
        """Whether they may know who the other is."""
        return other.id == self.id

    # What the person does

    async def start(self, payload: str | None = None) -> None:
        await self._do("start", {"payload": payload} if payload else {})

    async def say(self, text: str, *, reply_to: int | None = None, is_outside: bool = False) -> int:
        """`is_outside` of all topics, where there are any."""
        self.said.append(text)
        thread = None if is_outside else await self.thread(reply_to)
        body = {"text": text, "reply_to": reply_to, "thread_id": thread}
        told = await self._do("send", {name: value for name, value in body.items() if value is not None})
        return int(told["messages"][0]["message_id"])

    async def send(
        self, *files: tuple[str, bytes, str], caption: str = "", kind: str = "", reply_to: int | None = None
    ) -> list[int]:
        """Files as (name, content, type); several photos or videos are an album."""
        form = aiohttp.FormData()
        if thread := await self.thread(reply_to):
            form.add_field("thread_id", str(thread))
        if reply_to:
            form.add_field("reply_to", str(reply_to))
        if caption:
            self.said.append(caption)
            form.add_field("caption", caption)
        if kind:
            form.add_field("kind", kind)
        for name, content, mime in files:
            form.add_field("files", content, filename=name, content_type=mime)
        return [message["message_id"] for message in (await self._do("send", form))["messages"]]

    async def photo(self, caption: str = "", colour: tuple[int, int, int] = (180, 90, 60)) -> list[int]:
        return await self.send(("photo.jpg", jpeg(colour), "image/jpeg"), caption=caption)

    async def video(self, caption: str = "") -> list[int]:
        return await self.send(("video.mp4", MP4, "video/mp4"), caption=caption, kind="video")

    async def edit(self, message: int, text: str) -> None:
        self.said.append(text)
        await self._do("edit", {"message_id": message, "text": text})

    async def block(self) -> None:
        await self._do("block", {})

    async def unblock(self) -> None:
        await self._do("unblock", {})

    async def tap(self, label: str | Phrase, *, message: int | None = None) -> None:
        """Presses the newest button that says `label` (in this person's language)."""
        found = await self.button(label, message=message)
        assert found, f"no button {self.reads(label)!r} among {await self.buttons()} in:\n{await self.transcript()}"
        await self.press(*found)

    async def press(self, message: int, data: str) -> None:
        """Presses a button whose data is known, which may be gone from sight by now."""
        told = await self._do("press", {"message_id": message, "data": data})
        self.query = told["callback_query_id"]

    async def press_late(self, message: int, data: str) -> None:
        """Presses a button that was there when the finger went down and is gone by the time it arrives."""
        world = self.bench.world
        pressed = next(shown for shown in await self.messages() if shown["message_id"] == message)
        self.query = world.open_callback(self.id)
        whose = {"id": self.query, "from": world.users[self.id].as_api(), "chat_instance": "1"}
        world.updates.put("callback_query", {**whose, "message": pressed, "data": data})
        await self.bench.quiet()

    async def _do(self, what: str, body: Any) -> dict[str, Any]:
        told = await self.bench.post(f"/_sim/users/{self.id}/{what}", body)
        await self.bench.quiet()
        return told

    # What the person sees

    async def messages(self) -> list[dict[str, Any]]:
        """Without what Telegram says of topics."""
        told = (await self.bench.get(f"/_sim/users/{self.id}/messages"))["messages"]
        return [message for message in told if not any(name.startswith("forum_topic") for name in message)]

    async def topics(self) -> dict[int, str]:
        """The names of the chat's topics, by their numbers."""
        told = (await self.bench.get(f"/_sim/users/{self.id}/messages"))["topics"]
        return {topic["thread_id"]: bare(topic["name"]) for topic in told}

    async def thread(self, reply_to: int | None = None) -> int | None:
        """The topic that this person writes in, where there are any: that of the message they reply to, else where the
        bot spoke last."""
        if not self.bench.has_topics:
            return None
        bot = self.bench.world.bot_id
        spoken = [m for m in await self.messages() if reply_to in (None, m["message_id"]) and m["from"]["id"] == bot]
        return spoken[-1].get("message_thread_id") if spoken else None

    def words(self) -> list[str]:
        """Everything this person ever wrote, and what followed a command, with its reference or without."""
        return [text.split(maxsplit=n)[-1] for text in self.said if text.strip() for n in (0, 1, 2)]

    async def texts(self) -> list[str]:
        """What the bot has said, captions included, as the chat shows it now."""
        bot = self.bench.world.bot_id
        return [bare(m.get("text") or m.get("caption") or "") for m in await self.messages() if m["from"]["id"] == bot]

    async def button(self, label: str | Phrase, *, message: int | None = None) -> tuple[int, str] | None:
        """Message and data of the newest button that says `label`."""
        wanted = self.reads(label)
        for shown in reversed(await self.messages()):
            for button in _keys(shown):
                if message in (None, shown["message_id"]) and bare(button["text"]) == wanted:
                    return shown["message_id"], button["callback_data"]
        return None

    async def buttons(self) -> list[str]:
        """The labels of all buttons in the chat, newest message first."""
        return [bare(button["text"]) for shown in reversed(await self.messages()) for button in _keys(shown)]

    async def toast(self) -> str:
        """What the last press was answered with."""
        answers = [r["params"] for r in await self.bench.requests() if r["method"] == "answerCallbackQuery"]
        return next(bare(a.get("text", "")) for a in reversed(answers) if a["callback_query_id"] == self.query)

    def reads(self, text: str | Phrase) -> str:
        """A phrase, or the id of one without places, as this person reads it."""
        phrase = text if isinstance(text, Phrase) else Phrase(text)
        return bare(plain(phrase, negotiate(self.language)))

    async def hears(self, phrase: str | Phrase) -> str:
        """What they are told when others are told that phrase."""
        return self.reads(phrase)

    async def sees(self, *phrases: str | Phrase) -> None:
        """Each phrase stands somewhere in the chat."""
        texts = await self.texts()
        for phrase in phrases:
            wanted = await self.hears(phrase)
            assert any(wanted in text for text in texts), f"{wanted!r} not in:\n{await self.transcript()}"

    async def sees_not(self, *phrases: str | Phrase) -> None:
        """None of the phrases stands anywhere in the chat."""
        texts = await self.texts()
        for phrase in phrases:
            wanted = self.reads(phrase)
            assert not any(wanted in text for text in texts), f"{wanted!r} in:\n{await self.transcript()}"

    async def is_told(self, *phrases: str | Phrase) -> None:
        """Each phrase stands in the newest message of the bot."""
        newest = await self.last_words()
        for phrase in phrases:
            wanted = await self.hears(phrase)
            assert wanted in newest, f"{wanted!r} not at the end of:\n{await self.transcript()}"

    async def last_words(self) -> str:
        """The newest message of the bot."""
        return (await self.texts())[-1]

    async def reads_on_card(self, *phrases: str | Phrase) -> None:
        """Each phrase stands on the newest card in the chat."""
        card = await self.card()
        for phrase in phrases:
            assert self.reads(phrase) in card, f"{self.reads(phrase)!r} not in:\n{card}"

    async def can(self, *labels: str | Phrase) -> None:
        """There is a button for each somewhere in the chat."""
        for label in labels:
            assert await self.button(label), f"no button {self.reads(label)!r} in:\n{await self.transcript()}"

    async def cannot(self, *labels: str | Phrase) -> None:
        """There is a button for none of them."""
        for label in labels:
            assert not await self.button(label), f"a button {self.reads(label)!r} in:\n{await self.transcript()}"

    async def transcript(self) -> str:
        """The chat as it looks now, for whoever has to find out what went wrong."""
        lines = []
        for shown in await self.messages():
            who = "BOT" if shown["from"]["id"] == self.bench.world.bot_id else "I"
            media = [kind for kind in ("photo", "video", "document", "voice") if kind in shown]
            said = shown.get("text") or f"{media} {shown.get('caption', '')}"
            lines.append(f"{who} {shown['message_id']}: " + bare(said).replace("\n", "\n    "))
            rows = shown.get("reply_markup", {}).get("inline_keyboard", ())
            lines += ["    " + " ".join(f"[{bare(button['text'])}]" for button in row) for row in rows]
        return "\n".join(lines)

    async def card(self) -> str:
        """The text of the newest card in the chat."""
        cards = [text for text in await self.texts() if is_card(text)]
        assert cards, await self.texts()
        return cards[-1]

    async def ref(self) -> str:
        """The reference of the newest card: A7K-Q2M."""
        found = re.search(r"[A-Z2-9]{3}-[A-Z2-9]{3}", await self.card())
        assert found is not None
        return found[0]


def texts_of(message: dict[str, Any]) -> list[str]:
    """Everything there is to read in a message as it was sent: its text or caption, and its buttons."""
    return [message.get("text") or message.get("caption") or "", *(button["text"] for button in _keys(message))]


def is_card(text: str) -> bool:
    """Whether a message is a case's card, which is longer than a notice about it."""
    title, *lines = text.split("\n")
    return re.search(r"[A-Z2-9]{3}-[A-Z2-9]{3} · ", title) is not None and len(lines) > 3


def _keys(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in message.get("reply_markup", {}).get("inline_keyboard", ()) for button in row]


def bare(text: str) -> str:
    """A text without the marks in it that nobody sees."""
    return _MARKS.sub("", text)
