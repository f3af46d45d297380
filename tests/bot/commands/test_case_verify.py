"""`case verify` and `case heads`."""

import asyncio
from hashlib import sha256

from sqlalchemy import delete, insert, update

from bot.clock import SystemClock
from bot.workers.heads import HeadsWorker
from conversations.cases.lifecycle import Act
from conversations.cases.roles import Role
from storage.database import Database
from storage.tables import heads, journal, publishing


def change(desk, *statements):
    async def do(db: Database) -> None:
        async with db._writer.begin() as connection:
            for statement in statements:
                await connection.execute(statement)

    desk.with_database(do)


def publish(desk):
    return desk.with_database(lambda db: HeadsWorker(db, SystemClock(), operator=None).publish_if_due(asyncio.Event()))


def test_a_sound_record_is_said_to_be_sound(open_claim):
    desk = open_claim("A7KQ2M", (Act(move="refuse", text="no"), Role.SELLER))

    assert desk.out("case", "verify", "a7k-q2m") == "Sound: 1 record.\n"
    assert desk.json("case", "verify", "--all") == {
        "sound": True,
        "records": 1,
        "broken": [],
        "published": None,
        "heads_hold": True,
    }


def test_the_first_bad_entry_is_named_and_the_exit_code_is_1(open_claim):
    desk = open_claim("A7KQ2M", (Act(move="refuse", text="no"), Role.SELLER))
    change(desk, update(journal).where(journal.c.n == 2).values(who="buyer"))

    result = desk("case", "verify", "A7KQ2M")
    assert (result.exit_code, result.stdout) == (1, "A7K-Q2M: entry 2 is not as it was written, or is missing\n")
    result = desk("case", "verify", "--all", "--json")
    assert result.exit_code == 1
    assert '"broken": [\n    {\n      "ref": "A7K-Q2M",\n      "n": 2' in result.stdout


def test_an_end_cut_off_after_it_was_published_is_named(open_claim):
    desk = open_claim("A7KQ2M", (Act(move="refuse", text="no"), Role.SELLER))
    made = publish(desk)
    lines = desk.out("case", "heads")
    assert sha256(lines.encode()).hexdigest() == made.digest
    assert made.digest in desk.out("case", "verify", "--all")

    change(desk, delete(journal).where(journal.c.n == 2))

    assert desk("case", "verify", "A7KQ2M").stdout == "A7K-Q2M: entry 2 is not as it was written, or is missing\n"


def test_heads_that_were_changed_to_hide_it_are_not_those_published(open_claim):
    desk = open_claim("A7KQ2M", (Act(move="refuse", text="no"), Role.SELLER))
    publish(desk)
    change(desk, delete(journal).where(journal.c.n == 2), delete(heads))

    result = desk("case", "verify", "--all")

    assert result.exit_code == 1
    assert "The heads kept here are not those of that publication." in result.stdout


def test_while_a_publication_is_under_way_what_is_kept_is_not_held_against_the_last(open_claim):
    desk = open_claim("A7KQ2M", (Act(move="refuse", text="no"), Role.SELLER))
    made = publish(desk)
    change(desk, insert(publishing).values(began_at=made.at, after=""))

    told = desk.out("case", "verify", "--all").splitlines()

    assert told[1:] == [
        "The next publication is under way; what is kept is compared again when it is done.",
        "Sound: 1 record.",
    ]
    assert desk.json("case", "verify", "--all")["heads_hold"] is None


def test_a_record_whose_case_is_gone_can_still_be_asked_for(open_claim):
    desk = open_claim("A7KQ2M")
    publish(desk)
    change(desk, delete(journal))

    assert desk("case", "verify", "A7K-Q2M").stdout == "A7K-Q2M: entry 1 is not as it was written, or is missing\n"


def test_one_case_or_all_have_to_be_named(desk):
    assert desk("case", "verify").exit_code == 2
    assert desk("case", "verify", "A7KQ2M", "--all").exit_code == 2
    assert desk.err("case", "verify", "A7KQ2M") == "Error: there is no case A7KQ2M\n"
