"""Words that try to be more than words pass the relay as they are, and break nothing that quotes them."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from typing import Any

from stories_bench import NOW, Bench, Chat
from stories_hostile import HOW_MANY, texts
from stories_steps import opens_refund, two_parties

from bot.playground import acting
from bot.playground.text import DETECTED, formatted_caption, formatted_text, utf16_length
from bot.screens import MAX_CAPTION, MAX_TEXT, MAX_TOAST, Screen, pages, render
from conversations.desk import floods
from conversations.messages import (
    Body,
    Card,
    Choice,
    Copies,
    Correction,
    Exhibits,
    Notice,
    Picture,
    Question,
    Report,
    Section,
    Speech,
    Toast,
)
from conversations.phrase import Phrase
from locales import languages, negotiate, plain

#: So many are sent before we wait for them, and for so long: nobody passes for a flood.
_AT_ONCE, _PAUSE = floods.MESSAGES.most, floods.MESSAGES.period + timedelta(seconds=1)

_BUYER = Phrase("The buyer writes")


async def test_hostile_words_pass_the_relay_as_they_are(bench: Bench) -> None:
    buyer, seller = await two_parties(bench, ("zh-hans", "ja"))
    ref = await opens_refund(bench, buyer)
    before = (await bench.requests())[-1]["n"]
    seen = (await seller.messages())[-1]["message_id"]

    said = await _say_all(bench, buyer)

    head = plain(Phrase("{party} · {ref}", party=_BUYER, ref=ref), negotiate(seller.language))
    heard = _speeches([m for m in await seller.messages() if m["message_id"] > seen], head)
    assert ["".join(words) for words, _ in heard] == [each["text"] for each in said]
    for (words, found), own in zip(heard, said, strict=True):
        if len(words) == 1:  # the chat finds links by itself, in theirs as in ours: the same ones
            assert found == own.get("entities", [])
        else:
            assert {entity["type"] for entity in found} <= DETECTED
    sent = [
        request["params"]
        for request in await bench.requests()
        if request["n"] > before
        and request["method"] == "sendMessage"
        and int(request["params"]["chat_id"]) == seller.address
    ]
    bold = [{"type": "bold", "offset": 0, "length": utf16_length(head)}]
    assert all("parse_mode" not in params for params in sent)
    assert [params.get("entities") for params in sent] == [
        bold if params["text"].startswith(head) else None for params in sent
    ]

    for chat in (buyer, seller):  # what quotes them all is sent, and the card still works
        await chat.say("/record")
        await chat.say("/case")
        await chat.reads_on_card("Waiting for the seller's answer")
    await seller.tap("Approve")
    assert [r["description"] for r in await bench.requests() if r["method"].startswith("send") and not r["ok"]] == []


async def _say_all(bench: Bench, buyer: Chat) -> list[dict[str, Any]]:
    """Everything, as fast as a person may; gives the messages as the chat took them."""
    user, words = bench.world.users[buyer.id], texts()
    said = []
    for start in range(0, len(words), _AT_ONCE):
        said += [acting.send_text(bench.world, user, text) for text in words[start : start + _AT_ONCE]]
        await bench.quiet()
        await bench.clock.advance(_PAUSE)
    return said


def _speeches(messages: list[dict[str, Any]], head: str) -> list[tuple[list[str], list[dict[str, Any]]]]:
    """What was said under each line that says who speaks: the parts of the words, and what the chat found in them,
    placed as in the words alone."""
    found: list[tuple[list[str], list[dict[str, Any]]]] = []
    for message in messages:
        text, entities = message["text"], message.get("entities", [])
        if text.startswith(head):
            bold, *entities = entities
            assert bold == {"type": "bold", "offset": 0, "length": utf16_length(head)}
            found.append(([], []))
            text = text.removeprefix(head).removeprefix("\n")
            shift = utf16_length(head) + 1
            entities = [{**entity, "offset": entity["offset"] - shift} for entity in entities]
        words, marks = found[-1]
        words += [text] if text else []
        marks += entities
    return found


def test_there_are_as_many_as_we_say_and_none_twice() -> None:
    assert len(texts()) == len(set(texts())) == HOW_MANY
    assert texts() == texts()
    assert max(map(len, texts())) == 4096 < max(map(utf16_length, texts()))


def test_nothing_that_quotes_hostile_words_breaks() -> None:
    """The chat takes every screen, in the languages by turns: short enough, entities within it and around whole
    characters."""
    words = texts()
    for each, other, language in zip(words, reversed(words), cycle(languages()), strict=False):
        for body in _quoting(each, other):
            _is_taken(body, render(body, language.tag))


def _quoting(words: str, other: str) -> tuple[Body, ...]:
    quoted = Phrase("You have written: “{words}”", words=words)
    listed = Phrase("Filed as evidence: {names}.", names=(words, other, "E1"))
    titled = Phrase("{ref} · {item}", ref="A7K-Q2M", item=words)
    choices = ((Choice(titled, "1:c:help"),),)
    sections = (Section(heading=titled, lines=(quoted, listed)),) * 3
    due = Phrase("Until {due}; otherwise {default}.", due=NOW, default=quoted)
    card = Card(
        ref="A7K-Q2M",
        title=titled,
        state=quoted,
        turn=quoted,
        due_at=NOW + timedelta(days=1),
        default=quoted,
        sections=sections,
        choices=choices,
    )
    return (
        card,
        Notice(lines=(quoted, listed, due), title=titled, choices=choices),
        Question(prompt=quoted, lines=(listed,), notes=(quoted,), complaint=due, choices=choices),
        Report(title=titled, sections=sections),
        Speech(speaker=_BUYER, text=words),
        Correction(speaker=_BUYER, text=words, source=1, message=1),
        Copies(speaker=_BUYER, source=1, messages=(1,), caption=words),
        Exhibits(caption=due, files=()),
        Picture(caption=quoted, panels=()),
        Toast(query="1", text=quoted),
    )


def _is_taken(body: Body, screen: Screen) -> None:
    if isinstance(body, Toast):
        assert utf16_length(screen.text) <= MAX_TOAST
        return
    if isinstance(body, Exhibits | Picture):
        assert screen.size <= MAX_CAPTION
        text, _ = formatted_caption(screen.text, _entities(screen), parse_mode=None)
        assert text == screen.text.strip()
        return
    parts = pages(screen, MAX_TEXT)
    assert len(parts) == 1 or not isinstance(body, Card)
    for part in parts:
        assert part.size <= MAX_TEXT
        text, _ = formatted_text(part.text, _entities(part), parse_mode=None)
        assert text == part.text.strip()
    labels = [button.label for row in parts[-1].buttons for button in row]
    assert all(label.strip() and utf16_length(label) <= 64 for label in labels)


def _entities(screen: Screen) -> list[dict[str, Any]]:
    return [
        {
            "type": each.type,
            "offset": each.offset,
            "length": each.length,
            **({} if each.unix_time is None else {"unix_time": each.unix_time, "date_time_format": "wDt"}),
        }
        for each in screen.entities
    ]
