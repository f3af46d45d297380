"""Which case is meant where each has a topic of its own, and where answers go."""

from conversations.messages import Question, Speech, Toast
from conversations.phrase import Phrase

from .conftest import ANA, MIA, SAM, Room, an_order

WHICH_CASE = Phrase("Which case is this about?")
ORDER_NUMBER = "1003"
MINE = 700


async def two_cases(room: Room) -> tuple[tuple[str, int], tuple[str, int]]:
    """Mia's cases and her topics of them; the second was opened last."""
    await room.order(an_order("1002"), of=MIA)
    first, second = await room.claim(), await room.claim(number="1002")
    return (first, await room.topic(MIA, first, 11)), (second, await room.topic(MIA, second, 22))


def spoken(room: Room, who: int = SAM) -> list[tuple[str, str]]:
    """What somebody was passed on by the last thing done, and about which case."""
    return [(out.ref, out.body.text) for out in room.got[who] if isinstance(out.body, Speech)]


def asked(room: Room, who: int = MIA) -> list[tuple[str, int, str]]:
    """What somebody was asked by the last thing done: about which case, in which thread if about none, and what."""
    return [
        (out.ref, out.thread, room.plain(who, out.body.prompt))
        for out in room.got[who]
        if isinstance(out.body, Question)
    ]


async def test_words_in_a_topic_are_about_its_case(room: Room) -> None:
    (first, topic), (second, _) = await two_cases(room)

    await room.say(MIA, "Any news?", thread=topic)
    assert spoken(room) == [(first, "Any news?")]
    about_second = room.message_about(MIA, second)
    await room.say(MIA, "Hello?", thread=topic, reply_to=about_second)
    assert spoken(room) == [(first, "Hello?")]
    await room.say(MIA, "And this one?", reply_to=about_second)
    assert spoken(room) == [(second, "And this one?")]


async def test_commands_in_a_topic_are_about_its_case(room: Room) -> None:
    (first, topic), (second, _) = await two_cases(room)

    await room.say(MIA, "/withdraw", thread=topic)
    assert asked(room) == [(first, topic, "Withdraw your claim?")]
    await room.say(MIA, f"/evidence {second}", thread=topic)

    assert {out.ref for out in room.got[MIA]} == {second}


async def test_answers_about_no_case_go_where_the_person_is(room: Room) -> None:
    (_, topic), _ = await two_cases(room)

    for what in ("/help", "/cases", "/nonsense", "/privacy", "/export", "/start"):
        await room.say(MIA, what, thread=topic)
        assert {(out.ref, out.thread) for out in room.got[MIA]} == {("", topic)}, what
    await room.tap(MIA, "Help", thread=MINE)
    assert {out.thread for out in room.got[MIA] if not isinstance(out.body, Toast)} == {MINE}
    await room.say(MIA, "/help")
    assert {out.thread for out in room.got[MIA]} == {0}


async def test_topic_of_the_persons_own_is_about_no_case(room: Room) -> None:
    (first, _), _ = await two_cases(room)

    await room.say(MIA, "Something else", thread=MINE)
    assert (spoken(room), asked(room)) == ([], [("", MINE, room.plain(MIA, WHICH_CASE))])
    await room.tap(MIA, "Cancel", thread=MINE)
    await room.say(MIA, "/evidence", thread=MINE)
    assert asked(room) == [("", MINE, room.plain(MIA, WHICH_CASE))]
    await room.tap(MIA, "Cancel", thread=MINE)
    await room.say(MIA, "About this", thread=MINE, reply_to=room.message_about(MIA, first))

    assert spoken(room) == [(first, "About this")]


async def test_words_in_the_topic_of_a_case_that_is_no_longer_theirs_go_nowhere(room: Room) -> None:
    (first, _), _ = await two_cases(room)
    topic = await room.topic(SAM, first, 33)
    await room.employ(SAM, stores=["Another"])

    await room.say(SAM, "Still there?", thread=topic)

    assert spoken(room, MIA) == []


async def test_every_topic_has_its_own_question_open(room: Room) -> None:
    (first, topic), (second, other) = await two_cases(room)
    await room.say(MIA, "/reply", thread=topic)
    await room.say(MIA, "/reply", thread=other)

    await room.say(MIA, "To the first", thread=topic)
    assert spoken(room) == [(first, "To the first")]
    await room.say(MIA, "To the second", thread=other)

    assert spoken(room) == [(second, "To the second")]
    assert await room.draft(MIA) == []


async def test_words_in_another_topic_answer_no_question(room: Room) -> None:
    (first, topic), (second, other) = await two_cases(room)
    await room.say(MIA, "/withdraw", thread=topic)

    await room.say(MIA, "Any news?", thread=other)

    assert spoken(room) == [(second, "Any news?")]
    assert await room.draft(MIA) == [("withdraw", "sure")]
    assert first != second


async def test_claim_begun_outside_goes_on_outside_while_a_case_is_talked_about(room: Room) -> None:
    (first, topic), _ = await two_cases(room)
    await room.order(an_order(ORDER_NUMBER), of=MIA)
    await room.say(MIA, "/new")
    await room.say(MIA, "/reply", thread=topic)

    await room.say(MIA, ORDER_NUMBER)
    assert [(ref, thread) for ref, thread, _ in asked(room)] == [("", 0)]
    await room.say(MIA, "Any news?", thread=topic)

    assert spoken(room) == [(first, "Any news?")]
    assert [name for name, _ in await room.draft(MIA)] == ["intake"]
    assert [(ref, thread) for ref, thread, _ in asked(room)] == [("", 0)]  # asked again, where it was asked before


async def test_without_topics_the_question_asked_last_is_answered(room: Room) -> None:
    await room.claim()
    await room.say(MIA, "/new")
    await room.say(MIA, "/reply")

    await room.say(MIA, "Any news?")

    assert [text for _, text in spoken(room)] == ["Any news?"]
    assert [name for name, _ in await room.draft(MIA)] == ["intake"]


async def test_claim_is_asked_for_where_the_person_is(room: Room) -> None:
    (_, topic), _ = await two_cases(room)
    await room.order(an_order(ORDER_NUMBER), of=MIA)

    await room.say(MIA, "/new", thread=MINE)
    assert [(ref, thread) for ref, thread, _ in asked(room)] == [("", MINE)]
    await room.say(MIA, "/reply", thread=topic)
    await room.say(MIA, ORDER_NUMBER, thread=MINE)
    assert [(ref, thread) for ref, thread, _ in asked(room)] == [("", MINE)]
    await room.say(MIA, "1")  # the question they have open is answered from elsewhere, too

    assert [(ref, thread) for ref, thread, _ in asked(room)] == [("", 0)]


async def test_report_and_translations_are_shown_where_they_are_asked_for(room: Room) -> None:
    await room.claim()

    await room.say(SAM, "/report", thread=MINE)
    assert {out.thread for out in room.got[SAM]} == {MINE}
    await room.say(ANA, "/queue", thread=MINE)
    assert {out.thread for out in room.got[ANA]} == {MINE}
