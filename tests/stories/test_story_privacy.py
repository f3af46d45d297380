"""Everybody can leave: what was theirs is nowhere any more, and nobody else's case is broken by it."""

import asyncio
import io
import json
import re
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from stories_bench import SECRETS, Bench, Chat, an_order
from stories_files import located_jpeg
from stories_leaks import leaks, outputs, rows
from stories_steps import refunds

from bot import log
from bot.evidence import COPIES
from bot.playground.world import DEMO_TOKEN
from bot.workers.privacy import PrivacyWorker
from conversations.cases.roles import Role
from conversations.phrase import Phrase
from conversations.policy.retention import Retention
from storage.evidence_files import FolderStore

#: What only one person can have said, shown or had.
NAME, CODE, WORDS, CAPTION = "Kanarinka", "KANARCODE7", "kanar-words came off", "kanar-caption"
FILE_NAME, MESSAGE, RATING, COURIER = "kanar-file.jpg", "kanar-message to the store", "kanar-rating", "KANAR1234567890"
DRAFT = "kanar-draft"
CANARIES = (NAME, CODE, "kanar", "KANAR", "CANARY")


class Logged(io.StringIO):
    """Everything the process has logged."""

    def isatty(self) -> bool:
        return False


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Logged]:
    """The log as it is when all is told."""
    stream = Logged()
    monkeypatch.setattr(sys, "stderr", stream)
    log.configure("DEBUG")
    yield stream
    monkeypatch.undo()
    log.configure("WARNING")


async def erase_now(bench: Bench) -> None:
    """The privacy worker looks once more, beside its own rounds."""
    folder = bench.folder / "evidence"
    stores = (FolderStore(folder), FolderStore(folder / COPIES))
    worker = PrivacyWorker(bench.bot.db, bench.bot.desk, bench.clock, Retention(), stores=stores)
    await worker.round(asyncio.Event())
    await bench.quiet()


async def whole_case(bench: Bench, buyer: Chat, seller: Chat) -> str:
    """A return with everything in it that a buyer can say and show, settled and rated."""
    await buyer.start(await bench.order(an_order("1001", code=CODE)))
    await buyer.say("WRONG1")
    await buyer.say(CODE)
    await buyer.tap("Exchange")
    await buyer.tap("It does not work")
    await buyer.tap("Yes, unused")
    await buyer.tap("Yes, intact")
    await buyer.send((FILE_NAME, located_jpeg(), "image/jpeg"), caption=CAPTION, kind="document")
    await buyer.tap("That is all")
    await buyer.say(WORDS)
    await buyer.tap("Send the claim")
    ref = await buyer.ref()
    await buyer.say(f"/reply {ref} {MESSAGE}")
    await seller.say(f"/offer {ref} return_refund 20 Send it back, please.")
    await seller.say("2")
    await seller.tap("Make the offer")
    await buyer.say(f"/decline {ref} {WORDS}")
    await buyer.say(f"/offer {ref} return_refund 20 {WORDS}")
    await buyer.say("2")
    await buyer.tap("Make the offer")
    await seller.say(f"/accept {ref}")
    await seller.tap("Yes, accept")
    await buyer.say(f"/ship {ref} Kurier {COURIER}")
    await buyer.photo(CAPTION)
    await seller.say(f"/receive {ref}")
    await seller.tap("Yes, they are back")
    await refunds(seller, "20.00", "TX-1")
    await buyer.say(f"/confirm_refund {ref}")
    await buyer.tap("Yes, it has arrived")
    await buyer.say(f"/rate {ref}")
    await buyer.say("2")
    await buyer.say("1")
    await buyer.say(RATING)
    return ref


async def raw_bytes(bench: Bench) -> bytes:
    """The files of the database, its indexes among them, made anew without what was deleted."""
    if bench.bot.db.is_sqlite:  # in a thread: it waits for the bot's own transactions, which need the loop
        return await asyncio.to_thread(_of_file, bench.folder)
    await bench.beside("vacuum full")
    await bench.beside("checkpoint")
    found = await bench.beside(
        "select pg_read_binary_file(pg_relation_filepath(oid)) from pg_class where relkind in ('r', 'i', 't') "
        "and relnamespace in ('public'::regnamespace, 'pg_toast'::regnamespace) and pg_relation_filepath(oid) is not null"
    )
    return b"".join(data for (data,) in found)


def _of_file(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "stories.db", timeout=30, isolation_level=None)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(path.read_bytes() for path in folder.rglob("stories.db*") if path.is_file())


def kept_files(bench: Bench) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (bench.folder / "evidence").rglob("*") if path.is_file()}


async def takeout(chat: Chat) -> tuple[dict[str, Any], str, list[str], str]:
    """What somebody exports: the data, the page, the names in the archive, and all of it as one text."""
    await chat.say("/export")
    [shown] = [m for m in await chat.messages() if m.get("document", {}).get("file_name", "").startswith("your-data")]
    archive = zipfile.ZipFile(io.BytesIO(await chat.bench.file(shown["document"]["file_id"])))
    data, html = archive.read("data.json").decode(), archive.read("index.html").decode()
    return json.loads(data), html, sorted(archive.namelist()), data + html


async def test_everything_about_a_person_comes_as_an_archive(bench: Bench, languages: tuple[str, str]) -> None:
    seller = await bench.seller(language=languages[1])
    buyer = await bench.buyer(NAME, languages[0])
    ref = await whole_case(bench, buyer, seller)
    await seller.say(f"/limit {ref}")

    data, page, names, told = await takeout(buyer)

    assert names == ["data.json", f"files/{ref}-E1.jpeg", f"files/{ref}-E2.jpeg", "index.html"]
    assert all(canary in told for canary in (NAME, WORDS, CAPTION, FILE_NAME, MESSAGE, RATING, COURIER, str(buyer.id)))
    assert CODE not in told
    assert "Oskar" not in told
    assert str(seller.id) not in told
    assert len(data["wrong_codes"]) == 1
    [case] = data["cases"]
    assert (case["case"], case["you_are"], case["state"]) == (ref, "buyer", "settled")
    assert case["history"][0]["data"]["claim"]["words"] == WORDS
    assert f"<h1>{buyer.reads('Everything that is kept about you')}</h1>" in re.sub("[⟦⟧]", "", page)
    assert f'href="files/{ref}-E1.jpeg"' in page

    await buyer.say("/export")
    again = Phrase(
        "You had everything sent to you not long ago; it is above. You can ask again from {at}.",
        at=bench.clock() + timedelta(days=1),
    )
    await buyer.is_told(again)
    assert sum("your-data" in str(m.get("document")) for m in await buyer.messages()) == 1
    await bench.pass_time(days=1)
    await buyer.say("/export")
    assert sum("your-data" in str(m.get("document")) for m in await buyer.messages()) == 2


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
async def test_whoever_was_forgotten_is_nowhere_any_more(
    bench: Bench, languages: tuple[str, str], logged: Logged
) -> None:
    seller = await bench.seller(language=languages[1])
    buyer = await bench.buyer(NAME, languages[0])
    ref = await whole_case(bench, buyer, seller)
    heard = next(m for m in await seller.messages() if MESSAGE in m.get("text", ""))
    quoted = None if seller.is_in_group else heard["message_id"]  # where nobody replies in a topic that is closed
    await seller.say(f"/record {ref}", reply_to=quoted)  # the update quotes what the buyer said
    canaries = (*CANARIES, str(buyer.id))
    if not bench.bot.db.is_sqlite:
        await bench.beside("analyze")
    before = await rows(bench)
    assert all(any(canary in each for each in before.values()) for canary in canaries if canary != "CANARY")
    assert any(b"CANARY" in each for each in kept_files(bench).values())
    all_outputs = await outputs(bench, ref)
    told = leaks(all_outputs, canaries)
    assert {(WORDS[:5], f"pdf of {Role.SELLER}"), ("CANARY", f"{ref}.zip")} <= told
    assert {canary for canary, name in told if name == "backup"} == set(canaries)
    assert {name for canary, name in told if canary == CODE} == {"backup"}
    assert leaks(all_outputs, (*SECRETS.values(), DEMO_TOKEN)) == set()

    await buyer.say("/forget")
    until = Phrase("Case {ref}: what you said in it, until {until}.", ref=ref, until=_end(bench, ref))
    await buyer.is_told("Erase everything about you?", until)
    await buyer.tap("Erase everything")
    await buyer.is_told(until)
    await bench.pass_time(days=89)
    await erase_now(bench)
    assert NAME in (await rows(bench))["people"]
    await bench.pass_time(days=2)
    await erase_now(bench)

    after = await rows(bench)
    assert {(canary, table) for canary in canaries for table, each in after.items() if canary in each} == set()
    kept = await raw_bytes(bench)
    assert [canary for canary in canaries if canary.encode() in kept] == []
    assert kept_files(bench) == {}
    assert leaks(await outputs(bench, ref), canaries) == set()
    assert [canary for canary in (*CANARIES, MESSAGE) if canary in logged.getvalue()] == []

    async with bench.bot.db.reading() as work:
        assert await work.journal.verify(ref.replace("-", "")) is None
    await seller.say(f"/case {ref}")
    await seller.reads_on_card("Settled")
    await seller.say(f"/record {ref}")
    await seller.is_told("What stood here was erased.", "Send it back, please.", "TX-1")
    await seller.say(f"/evidence {ref}")
    assert (await bench.case(ref))["state"] == "settled"
    _, _, names, all_of_it_told = await takeout(seller)
    assert names == ["data.json", "index.html"]
    assert [canary for canary in canaries if canary in all_of_it_told] == []

    await buyer.say("/cases")
    await buyer.is_told("You have no cases.")


async def test_a_hold_keeps_everything_until_it_ends(bench: Bench, languages: tuple[str, str]) -> None:
    seller = await bench.seller(language=languages[1])
    buyer = await bench.buyer(NAME, languages[0])
    await whole_case(bench, buyer, seller)
    async with bench.bot.db.reading() as work:
        person = await work.people.at_address(buyer.id)
    assert person is not None
    await bench.command("people", "hold", str(person.id), "--until", "2028-01-01", "--reason", "a lawsuit")
    await buyer.say("/forget")
    await buyer.tap("Erase everything")
    await bench.pass_time(days=200)
    await erase_now(bench)
    assert NAME in (await rows(bench))["people"]

    await bench.command("people", "release", str(person.id))
    await erase_now(bench)
    assert NAME not in (await rows(bench))["people"]


async def test_whoever_thinks_better_of_it_stays(bench: Bench, languages: tuple[str, str]) -> None:
    seller = await bench.seller(language=languages[1])
    buyer = await bench.buyer(NAME, languages[0])
    await whole_case(bench, buyer, seller)
    await buyer.say("/forget")
    await buyer.tap("Erase everything")
    await buyer.tap("Keep my data")
    await buyer.is_told("Your data stay as they are.")
    await bench.pass_time(days=200)
    await erase_now(bench)
    assert NAME in (await rows(bench))["people"]


async def test_what_is_never_sent_goes_with_its_files(bench: Bench, languages: tuple[str, str]) -> None:
    buyer = await bench.buyer(NAME, languages[0])
    await buyer.start(await bench.order(an_order("1001", code=CODE)))
    await buyer.say(CODE)
    await buyer.tap("Refund")
    await buyer.tap("It does not work")
    await buyer.send((FILE_NAME, located_jpeg(), "image/jpeg"), caption=DRAFT, kind="document")
    await buyer.say("/privacy")
    await buyer.sees("What has arrived in somebody else's chat stays there: nobody can take that back.")
    await buyer.say("/forget")
    await buyer.tap("Erase everything")
    await bench.pass_time(hours=2)
    await erase_now(bench)

    after = await rows(bench)
    canaries = (*CANARIES, str(buyer.id))
    assert {(canary, name) for canary in canaries for name, each in after.items() if canary in each} == set()
    assert kept_files(bench) == {}


async def test_no_secret_is_ever_logged(bench: Bench, languages: tuple[str, str], logged: Logged) -> None:
    """Not when all is well, and not when everything fails: tokens, links, codes, and what people say."""
    seller = await bench.seller(language=languages[1])
    buyer = await bench.buyer(NAME, languages[0])
    link = await bench.order(an_order("1001", code=CODE))
    for kind, times in (("500", 3), ("drop_before", 1), ("429", 1), ("400", 2)):
        rule = {"kind": kind, "times": times, "retry_after": 0, "description": f"{kind} at /bot{DEMO_TOKEN}/x"}
        await bench.post("/_sim/faults", {"rules": [rule]})
        await buyer.start(link)
        await buyer.say("WRONG1")
    await bench.post("/_sim/faults", {"rules": []})
    await buyer.say(CODE)
    bench.world.updates.put("message", {"message_id": "kanar", "text": MESSAGE, "chat": {"id": buyer.id}})
    await bench.quiet()
    await seller.say("/cases")

    said = logged.getvalue()
    secret = bench.bot.settings.webhook_secret_token()
    secrets = (DEMO_TOKEN, DEMO_TOKEN.partition(":")[2], secret, link, CODE, "WRONG1", NAME, MESSAGE, buyer.username)
    assert "not delivered" in said  # it did fail, and that was told
    assert "dead letter" in said
    assert [each for each in secrets if each in said] == []


def _end(bench: Bench, ref: str) -> Any:
    """When the case may be erased."""
    return bench.clock() + Retention().held
