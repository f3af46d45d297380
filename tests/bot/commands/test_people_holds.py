"""`people`: holds; `policy retention`: the periods."""

from conversations.messages import Sender
from conversations.policy.retention import Retention
from storage.database import Database


async def _meet_ann(db: Database) -> int:
    async with db.work() as work:
        return (await work.people.greet(Sender(address=101, name="Ann"))).id


def test_a_person_is_held_and_released(desk) -> None:
    ann = str(desk.with_database(_meet_ann))

    assert desk.out("people", "holds") == ""
    told = desk.out("people", "hold", ann, "--until", "2027-01-31", "--reason", "a lawsuit")
    assert told == f"person {ann} is held until 2027-01-31 23:59 UTC\n"
    [row] = desk.json("people", "holds")
    assert row == {"person": int(ann), "until": "2027-01-31T23:59:59.999999+00:00", "reason": "a lawsuit"}
    assert "a lawsuit" in desk.out("people", "holds")
    assert desk.out("people", "release", ann) == f"person {ann} is not held any more\n"
    assert desk.json("people", "holds") == []


def test_nobody_is_held_who_is_not_there(desk) -> None:
    assert desk.err("people", "hold", "7", "--until", "2027-01-31") == "Error: there is no person 7\n"
    assert desk.err("people", "release", "7") == "Error: person 7 is not held\n"
    ann = str(desk.with_database(_meet_ann))
    assert desk.err("people", "release", ann) == f"Error: person {ann} is not held\n"


def test_the_periods_are_shown(desk) -> None:
    assert desk.json("policy", "retention") == Retention().model_dump(mode="json")
    assert "held      90d\n" in desk.out("policy", "retention")
