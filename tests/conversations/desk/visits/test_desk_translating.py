"""Machine translations of what is passed on: for whom, and who is asked."""

from datetime import timedelta

import pytest

from bot.policies import load
from conversations.desk import Desk, Settings
from conversations.desk.translating import AGAIN, LONGEST
from conversations.messages import Choice, Consent, Notice, Placing, Speech, Translation
from locales import negotiate

MIA, SAM = 1, 2
ASKED = "Would you like machine translations under messages in other languages?"


@pytest.fixture
async def abroad(room):
    """A house that can translate; Sam reads Chinese. He has agreed to nothing yet."""
    room.desk = Desk(Settings(pack=load("tmall_global"), spoken=negotiate, translates=True))
    room.languages[SAM] = "zh-hans"
    await room.say(SAM, "/cases")
    await room.claim()
    return room


def is_asked(room, who: int) -> bool:
    return any(out.slot == "translation" for out in room.got[who])


async def test_hearer_of_another_language_is_asked_once_and_has_translations_when_they_agree(abroad) -> None:
    message = await abroad.say(MIA, "It rattles")
    [speech, asked] = abroad.got[SAM]
    assert isinstance(speech.body, Speech) and isinstance(asked.body, Notice)
    assert (asked.slot, asked.placing, asked.body.stays) == ("translation", Placing.BELOW, True)
    assert [choice.do for row in asked.body.choices for choice in row if isinstance(choice, Choice)] == [
        "1:c:translate:on",
        "1:c:translate:off",
        "1:c:translate:later",
    ]

    await abroad.say(MIA, "Still")
    assert [type(out.body) for out in abroad.got[SAM]] == [Speech]

    await abroad.press(SAM, "1:c:translate:on")
    [_, told] = abroad.got[SAM]
    assert (told.slot, told.placing) == ("translation", Placing.REPLACE)
    message = await abroad.say(MIA, "It broke")
    assert abroad.bodies(SAM, Translation) == [Translation(text="It broke", source=MIA, message=message)]
    assert [type(out.body) for out in abroad.got[SAM]] == [Speech, Translation]

    await abroad.say(MIA, "It broke off", edits=message)
    assert abroad.bodies(SAM, Translation) == [Translation(text="It broke off", source=MIA, message=message)]


async def test_whoever_refuses_gets_none_and_their_own_words_go_nowhere(abroad) -> None:
    await abroad.say(MIA, "It rattles")
    await abroad.press(SAM, "1:c:translate:off")
    assert (await abroad.person(SAM)).translation is Consent.REFUSED

    await abroad.say(MIA, "It broke")
    assert [type(out.body) for out in abroad.got[SAM]] == [Speech]

    await abroad.say(MIA, "/translate on")
    await abroad.say(SAM, "坏了吗？")
    assert [type(out.body) for out in abroad.got[MIA]] == [Speech]


async def test_not_now_asks_again_another_day(abroad) -> None:
    await abroad.say(MIA, "It rattles")
    await abroad.press(SAM, "1:c:translate:later")

    await abroad.say(MIA, "Still")
    assert not is_asked(abroad, SAM)
    abroad.now += AGAIN - timedelta(seconds=1)
    await abroad.say(MIA, "And still")
    assert not is_asked(abroad, SAM)
    abroad.now += timedelta(seconds=1)
    await abroad.say(MIA, "And still now")
    assert is_asked(abroad, SAM)


async def test_nothing_is_asked_or_sent_out_where_there_is_nothing_to_translate(abroad) -> None:
    await abroad.say(SAM, "/translate on")

    await abroad.say(MIA, "x" * (LONGEST + 1))
    assert abroad.bodies(SAM, Translation) == []
    await abroad.say(MIA, "x" * LONGEST)
    assert len(abroad.bodies(SAM, Translation)) == 1
    abroad.languages[SAM] = "en-gb"
    await abroad.say(SAM, "/cases")
    await abroad.say(MIA, "It broke")
    assert [type(out.body) for out in abroad.got[SAM]] == [Speech]


async def test_command_alone_asks_and_help_tells_of_it(abroad) -> None:
    await abroad.say(MIA, "/translate maybe")
    assert ASKED in abroad.text(MIA)
    await abroad.say(MIA, "/help")
    assert "/translate: Machine translations of what is written to you: on, off" in abroad.text(MIA)


async def test_house_without_a_service_knows_no_such_command(room) -> None:
    room.languages[SAM] = "zh-hans"
    await room.say(SAM, "/cases")
    await room.claim()

    await room.say(MIA, "It rattles")
    assert [type(out.body) for out in room.got[SAM]] == [Speech]
    await room.say(MIA, "/translate on")
    assert "“/translate” is not something you can do here." in room.text(MIA)
