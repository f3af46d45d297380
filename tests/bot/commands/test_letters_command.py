"""`inbox` and `outbox`: dead letters listed and put back."""

from datetime import UTC, datetime

import pytest

from conversations.messages import Notice, Outgoing, Sender
from conversations.phrase import Phrase
from storage.queues import RawUpdate

WORDS = "my secret complaint"


@pytest.fixture
def dead(desk):
    """Two messages from people and one to them, given up."""

    async def do(db):
        await db.inbox.put([RawUpdate(n, f"chat:{n}", {"text": WORDS}) for n in (1, 2)])
        async with db.work() as work:
            person = await work.people.greet(Sender(address=501, name="Ada", language="en"))
            await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=(Phrase("Hello"),))))
        for queue in ("inbox", "outbox"):
            for leased in sorted(await getattr(db, queue).lease(9, 9, 60), key=lambda each: each.lane):
                async with db.work() as work:
                    reason = f"ValueError: in {queue}\n{'x' * 100}"
                    await getattr(work, queue).finish(leased, dead={leased.items[0].id: reason})

    desk.with_database(do)
    return desk


def test_dead_letters_are_listed_without_what_was_written(dead):
    told = dead.json("inbox", "dead")

    assert all(abs(datetime.now(UTC) - datetime.fromisoformat(each.pop("at"))).days < 1 for each in told)
    assert told == [
        {"id": 2, "lane": "chat:2", "reason": f"ValueError: in inbox\n{'x' * 100}"},
        {"id": 1, "lane": "chat:1", "reason": f"ValueError: in inbox\n{'x' * 100}"},
    ]
    lines = dead.out("inbox", "dead").splitlines()
    assert [line.split()[:2] for line in lines] == [["id", "lane"], ["2", "chat:2"], ["1", "chat:1"]]
    assert lines[1].endswith("ValueError: in inbox xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…")
    assert WORDS not in dead.out("inbox", "dead") + dead.out("inbox", "dead", "--json")
    assert len(dead.json("inbox", "dead", "--limit", "1")) == 1


def test_none_is_an_empty_list(desk):
    assert desk.out("outbox", "dead") == ""
    assert desk.json("outbox", "dead") == []
    assert desk.out("outbox", "retry", "--all") == "Put back: 0\n"


def test_one_is_put_back_and_done_again(dead):
    assert dead.out("inbox", "retry", "2") == "Put back: 1\n"

    async def taken(db):
        return [(leased.lane, leased.items[0].payload) for leased in await db.inbox.lease(9, 9, 60)]

    assert [each["id"] for each in dead.json("inbox", "dead")] == [1]
    assert dead.with_database(taken) == [("chat:2", {"text": WORDS})]


def test_all_are_put_back_and_the_other_queue_is_left_alone(dead):
    assert dead.out("inbox", "retry", "--all") == "Put back: 2\n"
    assert dead.json("inbox", "dead") == []
    assert len(dead.json("outbox", "dead")) == 1

    assert dead.out("outbox", "retry", "--all") == "Put back: 1\n"


def test_one_that_is_not_dead_is_told(dead):
    result = dead("inbox", "retry", "1", "77")

    assert (result.exit_code, result.stdout) == (1, "Put back: 1\n")
    assert result.stderr == "Error: not among the dead letters: 1\n"


@pytest.mark.parametrize("args", [(), ("1", "--all")])
def test_ids_or_all(dead, args):
    result = dead("inbox", "retry", *args)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "say which ones by their ids, or --all" in result.stderr
