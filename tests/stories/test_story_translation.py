"""Buyer and seller read other languages: who agrees has a machine translation under what the other side writes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from stories_bench import Bench, Chat
from stories_steps import EN_ZH, opens_refund, two_parties

from conversations.phrase import Phrase

#: What our service makes of everything: nothing that could be taken for words of ours.
_TRANSLATED = "*♪* _♪_ [♪](♪) < 1 > 😀"


class Service:
    """Speaks LibreTranslate's protocol; is ill when told to be."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_ill = False

    async def translate(self, request: web.Request) -> web.Response:
        self.asked.append((await request.json())["q"])
        return web.json_response({"translatedText": _TRANSLATED}, status=500 if self.is_ill else 200)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def bench(service: Service, tmp_path: Path, has_topics: bool) -> AsyncIterator[Bench]:
    app = web.Application()
    app.router.add_post("/translate", service.translate)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with Bench(tmp_path, translate_url=url, has_topics=has_topics) as bench:
        yield bench
    await runner.cleanup()


async def _newest(chat: Chat) -> dict[str, Any]:
    return (await chat.messages())[-1]


def _apart(one: str, other: str) -> tuple[str, str]:
    """The same, or, where both read one language, another for the seller: else there is nothing to translate."""
    return one, other if other != one else next(language for language in EN_ZH if language != one)


async def test_who_agrees_has_translations_and_who_refuses_keeps_their_words(
    bench: Bench, service: Service, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, _apart(*languages))
    ref = await opens_refund(bench, buyer)

    await buyer.say("It came without a lid.")
    await seller.is_told("Would you like machine translations under messages in other languages?")
    assert service.asked == []
    await seller.tap("Yes, translate")
    await seller.is_told(
        "From the next message on, a machine translation follows what is written to you in another language."
    )

    await buyer.say("And the box was wet.")
    *_, original, translation = await seller.messages()
    assert original["text"].endswith("\nAnd the box was wet.")
    assert [entity["type"] for entity in original["entities"]] == ["bold"]
    await seller.is_told("Machine translation", _TRANSLATED)
    assert translation["reply_to_message"]["message_id"] == original["message_id"]
    assert [entity["type"] for entity in translation["entities"]] == ["bold"]

    service.is_ill = True
    await buyer.say("Are you there?")
    assert (await _newest(seller))["text"].endswith("\nAre you there?")

    await buyer.say("/translate off")
    await buyer.is_told("No machine translations: neither of what is written to you, nor of what you write.")
    service.is_ill = False
    await buyer.say("Only for your eyes.")
    await seller.is_told(Phrase("{party} · {ref}", party=Phrase("The buyer writes"), ref=ref), "Only for your eyes.")
    await seller.say("Sorry to hear that.")
    await buyer.is_told("Sorry to hear that.")
    assert service.asked == ["And the box was wet.", "Are you there?"]
