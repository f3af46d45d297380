"""What people ask about their own data: what is kept, a copy of it, and to be forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.messages import Notice, Question, Takeout
from conversations.phrase import Phrase
from conversations.policy import PackError, for_store
from conversations.policy.retention import Retention
from conversations.ports import Application

MIA, SAM, ANA, BEN, ZOE, OPERATOR = 1, 2, 3, 4, 5, 99
HELD = Retention().held


async def ended(room, ref: str, *, ago: timedelta = timedelta(0)):
    """The case is over, `ago` already."""
    case = await room.case(ref)
    over = replace(case.position, state=State.CLOSED)
    case = replace(case, position=over, ended_at=room.now - ago, due_at=None)
    async with room.db.work() as work:
        await work.cases.save(case)
    return case


async def wishes(room, who: int):
    person = await room.person(who)
    async with room.db.reading() as work:
        return await work.privacy.of(person.id)


async def stays(room, who: int) -> list[str]:
    """What is said to stay when somebody asks to be forgotten."""
    await room.say(who, "/forget")
    [question] = room.bodies(who, Question)
    return [room.plain(who, note) for note in question.notes]


async def test_privacy_tells_the_figures_of_the_policy(room):
    kept = Retention(held=timedelta(days=11), evidence=timedelta(days=12), texts=timedelta(days=13))
    room.desk.settings = replace(
        room.desk.settings, pack=room.desk.settings.pack.model_copy(update={"retention": kept})
    )

    await room.say(ZOE, "/privacy")

    [notice] = room.bodies(ZOE, Notice)
    told = {name: value for line in notice.lines for name, value in line.params.items()}
    assert told == {name: getattr(kept, name) for name in Retention.model_fields}
    assert room.labels(ZOE) == ["Export my data", "Have my data erased"]


async def test_export_comes_once_a_day(room):
    await room.say(ZOE, "/export")
    assert room.bodies(ZOE, Takeout) == [
        Takeout(caption=Phrase("Everything that is kept about you. Open the page in it to read."))
    ]

    room.now += timedelta(hours=23, minutes=59)
    await room.say(ZOE, "/export")
    assert room.bodies(ZOE, Takeout) == []
    assert "You can ask again from" in room.text(ZOE)

    room.now += timedelta(minutes=1)
    await room.say(ZOE, "/export")
    assert len(room.bodies(ZOE, Takeout)) == 1


async def test_forget_says_what_stays_and_until_when(room):
    open_ref = await room.claim()
    assert [line.partition(":")[0] for line in await stays(room, MIA)] == [
        f"Case {open_ref[:3]}-{open_ref[3:]} is open"
    ]
    await ended(room, open_ref, ago=HELD - timedelta(seconds=1))
    [line] = await stays(room, MIA)
    assert line.startswith(f"Case {open_ref[:3]}-{open_ref[3:]}: what you said in it, until")
    await ended(room, open_ref, ago=HELD)
    assert await stays(room, MIA) == []


async def test_forget_lists_ten_cases_and_counts_the_rest(room):
    case = await room.case(await room.claim())
    async with room.db.work() as work:
        for n in range(11):
            await work.cases.add(replace(case, ref=f"CASE{n:02d}"))

    told = await stays(room, MIA)

    assert (len(told), told[-1]) == (11, "And 2 more cases.")


async def test_forget_is_confirmed_and_can_be_taken_back(room):
    await room.claim()
    await room.draft_claim(MIA, quantity="1")
    await room.say(MIA, "/forget")
    assert (await wishes(room, MIA)).forget_at is None
    await room.tap(MIA, "Erase everything")
    assert (await wishes(room, MIA)).forget_at == room.now
    assert await room.draft(MIA) == []
    assert "but for what has to stay for a while" in room.text(MIA)

    await room.say(MIA, "/forget")
    assert "but for what has to stay for a while" in room.text(MIA)
    await room.tap(MIA, "Keep my data")
    assert (await wishes(room, MIA)).forget_at is None


async def test_whoever_has_nothing_that_stays_goes_at_once(room):
    await room.say(ZOE, "/forget")
    await room.tap(ZOE, "Erase everything")
    assert room.text(ZOE).endswith("Everything about you is being erased. This is the last you hear of it.")
    assert room.labels(ZOE) == []


async def test_a_hold_is_told_as_long_as_it_lasts(room):
    person = await room.person(ZOE)
    async with room.db.work() as work:
        await work.privacy.hold(person.id, room.now + timedelta(days=1), "a lawsuit")

    [line] = await stays(room, ZOE)
    assert line.startswith("Whoever runs this service has to keep your data until")
    assert "lawsuit" not in room.text(ZOE)

    room.now += timedelta(days=1)
    assert await stays(room, ZOE) == []


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (SAM, "Somebody who answered for store Acme asked to be forgotten, and answers no more."),
        (ANA, "An arbitrator asked to be forgotten, and decides no more."),
    ],
)
async def test_roles_end_and_the_operator_is_told_no_name(room, who, told):
    await room.say(who, "/forget yes")

    person = await room.person(who)
    assert (person.stores, person.is_arbitrator) == (frozenset(), False)
    assert room.text(OPERATOR) == told


async def test_arbitrator_who_is_to_be_forgotten_gives_back_what_they_were_deciding(room):
    ref = await room.claim()
    await room.arbitrated(ref)
    await room.say(ANA, f"/ask {ref} buyer Since when is it so?")

    await room.say(ANA, "/forget yes")

    case = await room.case(ref)
    assert (case.state, case.arbitrator) == (State.ESCALATED, None)
    await room.say(BEN, f"/take {ref}")
    assert (await room.case(ref)).state is State.ARBITRATION


async def test_whoever_is_to_be_forgotten_is_not_asked_to_be_confirmed_for_anything(room):
    zoe = await room.person(ZOE)
    async with room.db.work() as work:
        await work.people.apply(Application(person=zoe.id, role=Role.SELLER, store="Acme", at=room.now))

    await room.say(ZOE, "/forget yes")

    async with room.db.reading() as work:
        assert await work.people.applications() == []
    assert room.got[OPERATOR] == []


# --- what goes off a case --------------------------------------------------------------------------------------


async def a_dispute(room) -> str:
    """Everybody has said something."""
    ref = await room.claim()
    await room.look_into(ref, 1, sha256="aa" * 32, mime="image/png", copy="bb" * 32, copy_mime="image/png")
    await room.say(MIA, f"/reply {ref} Where is it?")
    await room.arbitrated(ref)
    await room.say(ANA, f"/note {ref} Hm, strange.")
    await room.say(ANA, f"/ask {ref} buyer Since when is it so?")
    await ended(room, ref)
    return ref


async def forget(room, ref: str, who: int) -> frozenset[str]:
    person = await room.person(who)
    async with room.db.work() as work:
        return await room.desk.forget(ref, person.id, work)


async def outdate(room, ref: str, **what: bool) -> frozenset[str]:
    async with room.db.work() as work:
        return await room.desk.outdate(ref, work, **what)


async def test_only_what_the_forgotten_said_goes(room):
    ref = await a_dispute(room)
    before = await room.facts(ref)

    assert await forget(room, ref, MIA) == {"aa" * 32, "bb" * 32}

    gone = {"MessagePassedOn", "CaseEscalated", "EvidenceFiled"}
    assert await room.facts(ref) == ["EntryErased" if fact in gone else fact for fact in before]
    async with room.db.reading() as work:
        assert await work.journal.verify(ref) is None
        [exhibit] = await work.evidence.of(ref)
    assert (exhibit.refused, exhibit.sha256, exhibit.copy, exhibit.file.file_id) == ("erased", "", "", "")
    assert (await room.case(ref)).refusal == "It was fine when it left us."
    assert await forget(room, ref, MIA) == frozenset()  # again: nothing is left


async def test_a_seller_and_an_arbitrator_take_theirs_along(room):
    ref = await a_dispute(room)

    assert await forget(room, ref, SAM) == frozenset()
    assert (await room.case(ref)).refusal == ""
    assert await forget(room, ref, ANA) == frozenset()
    assert (await room.case(ref)).question == ""
    assert [fact for fact in await room.facts(ref) if fact in ("ClaimRefused", "NoteWritten", "QuestionAsked")] == []


async def test_time_takes_files_and_words(room):
    ref = await a_dispute(room)

    assert await outdate(room, ref, files=True) == {"aa" * 32, "bb" * 32}
    assert "MessagePassedOn" in await room.facts(ref)
    assert await outdate(room, ref, files=True) == frozenset()
    assert await outdate(room, ref, words=True) == frozenset()
    said = {"ClaimRefused", "NoteWritten", "QuestionAsked", "MessagePassedOn", "CaseEscalated"}
    assert said & set(await room.facts(ref)) == set()


async def test_nothing_goes_off_a_case_that_is_open_or_is_none(room):
    ref = await room.claim()
    before = await room.facts(ref)

    for each in (ref, "NOCASE"):
        assert await forget(room, each, MIA) == frozenset()
        assert await outdate(room, each, words=True, files=True) == frozenset()
    assert await room.facts(ref) == before


# --- the periods -----------------------------------------------------------------------------------------------


def test_the_shipped_packs_say_the_periods(room):
    assert room.desk.settings.pack.retention == Retention()


@pytest.mark.parametrize(("field", "value"), [("done", "23h"), ("guesses", "59m")])
def test_a_period_is_as_long_as_it_is_needed(field, value):
    with pytest.raises(ValueError, match=rf"retention\.{field}: may not be shorter than"):
        Retention.model_validate({field: value})


def test_a_store_cannot_change_how_long_data_are_kept(room):
    with pytest.raises(PackError, match="retention: a store cannot change this"):
        for_store(room.desk.settings.pack, '[retention]\nheld = "1d"', "Acme")
