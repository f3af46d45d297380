"""What somebody takes along: in parts that a bot may send, without what opens anything."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import AdjustableClock
from bot.takeout import Takeouts
from bot.takeout.gathering import _without_secrets, seen
from conversations.cases.facts import MessagePassedOn, NoteWritten, PrivateLimitSet
from conversations.cases.roles import Role
from conversations.messages import Person, Sender
from conversations.ports import Entry, OpenDialog
from storage.database import Database
from storage.evidence_files import FolderStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN = Person(id=1, address=101, name="Ann", language="en")


def entries() -> list[Entry]:
    facts = [
        (1, Role.BUYER, MessagePassedOn("mine")),
        (2, Role.SELLER, MessagePassedOn("theirs")),
        (9, Role.ARBITRATOR, NoteWritten("secret")),
        (2, Role.SELLER, PrivateLimitSet()),
    ]
    return [Entry(n=n, at=NOON, who=who, person=person, fact=fact) for n, (person, who, fact) in enumerate(facts, 1)]


def test_a_party_has_what_it_may_see_and_others_what_they_did() -> None:
    assert [entry.n for entry in seen(entries(), Role.BUYER, ANN)] == [1, 2]
    assert [entry.n for entry in seen(entries(), Role.SELLER, Person(id=2, address=2, name="", language=""))] == [
        1,
        2,
        4,
    ]
    assert [entry.n for entry in seen(entries(), Role.ARBITRATOR, Person(id=9, address=9, name="", language=""))] == [3]
    assert [entry.n for entry in seen(entries(), None, ANN)] == [1]


def test_what_opens_something_is_left_out() -> None:
    update = {"message": {"text": "/start TOKEN-1"}, "callback_query": {"data": "1:c:join:TOKEN_2"}, "n": [1, "MUG7!"]}

    assert _without_secrets(update, {"MUG7"}) == {
        "message": {"text": "/start …"},
        "callback_query": {"data": "1:c:join:…"},
        "n": [1, "…!"],
    }


async def test_it_comes_in_parts_and_what_is_missing_is_left_out(
    sqlite_db: Database, tmp_path: Path, a_case_with_files
) -> None:
    store = FolderStore(tmp_path / "evidence")
    person = await a_case_with_files(store, [b"a" * 9000, b"b" * 9000, None])
    takeouts = Takeouts(sqlite_db, AdjustableClock(NOON), store=store, room=20_000)

    parts = [part async for part in takeouts.parts(person)]

    assert [part.name for part in parts] == ["your-data-1.zip", "your-data-2.zip"]
    held = [zipfile.ZipFile(io.BytesIO(part.data)).namelist() for part in parts]
    assert held == [["data.json", "index.html", "files/AAA-AAA-E1.jpeg"], ["files/AAA-AAA-E2.jpeg"]]


async def test_a_stranger_has_little_and_gets_it(sqlite_db: Database, tmp_path: Path) -> None:
    async with sqlite_db.work() as work:
        person = await work.people.greet(Sender(address=101, name="<Ann>", language="ar"))
        opened = OpenDialog(
            name="intake", ref="", step="code", answers={"number": "1001", "code": "MUG7", "token": "T"}
        )
        await work.dialogs.keep(person.id, (opened,))
    takeouts = Takeouts(sqlite_db, AdjustableClock(NOON + timedelta(days=1)), store=FolderStore(tmp_path))

    [part] = [part async for part in takeouts.parts(person)]

    archive = zipfile.ZipFile(io.BytesIO(part.data))
    data, page = json.loads(archive.read("data.json")), archive.read("index.html").decode()
    assert data["begun"] == [{"what": "intake", "case": "", "answers": {"number": "1001"}}]
    assert (data["person"]["name"], data["orders"], data["cases"]) == ("<Ann>", [], [])
    assert '<html lang="ar" dir="rtl">' in page
    assert "&lt;Ann&gt;" in page
    assert "<Ann>" not in page
