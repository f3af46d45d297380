"""Raw updates from groups into what a member did: what is for us, what is none of our business, and what befalls a group."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.telegram.buttons import Seals
from bot.telegram.intake import Intake
from bot.telegram.updates import Myself, is_overheard, read
from conversations.cases.evidence import File, FileKind
from conversations.messages import Content, Group, Incoming, Left, Moved, Pressed, Returned, Said, Sender
from storage.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THEN = datetime(2026, 2, 28, 10, tzinfo=UTC)
STAMP = int(THEN.timestamp())
SEALS = Seals("77:A")
ME = Myself.of("77:A", "OurBot")
USER = {"id": 7, "is_bot": False, "first_name": "Ana", "last_name": "Ruiz", "language_code": "es"}
ANA = Sender(address=7, name="Ana Ruiz", language="es")
DESK = {"id": -100500, "type": "supergroup", "title": "The desk", "is_forum": True}
GROUP = Group(address=-100500, title="The desk")
ITSELF = Sender(address=-100500, name="The desk")
OURS = {"message_id": 3, "date": 1, "chat": DESK, "from": {"id": 77, "is_bot": True, "first_name": "Desk"}}
THEIRS = {**OURS, "from": {"id": 8, "is_bot": False, "first_name": "Ben"}}
ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
PHOTO = [{"file_id": "F", "file_unique_id": "U", "file_size": 9, "width": 1, "height": 1}]


def message(kind: str = "message", **content: Any) -> dict[str, Any]:
    return {"update_id": 1, kind: {"message_id": 5, "date": STAMP, "chat": DESK, "from": USER, **content}}


def seen(update: dict[str, Any], me: Myself | None = ME) -> Incoming | None:
    return read(update, received_at=NOW, seals=SEALS, me=me)


def done(content: Content, sender: Sender = ANA, group: Group = GROUP, at: datetime = THEN) -> Incoming:
    return Incoming(sender=sender, at=at, content=content, group=group)


@pytest.mark.parametrize(
    ("update", "said"),
    [
        (message(text="/cases"), Said(message=5, text="/cases")),
        (message(text="/cases@ourbot now"), Said(message=5, text="/cases@ourbot now")),
        (message(text="It was fine.", reply_to_message=OURS), Said(message=5, text="It was fine.", reply_to=3)),
        (
            message(text="hm", reply_to_message=OURS, message_thread_id=9, is_topic_message=True),
            Said(message=5, text="hm", reply_to=3, thread=9),
        ),
        (
            message(caption="look", photo=PHOTO, reply_to_message=OURS),
            Said(
                message=5,
                text="look",
                reply_to=3,
                files=(
                    File(
                        kind=FileKind.PHOTO,
                        file_id="F",
                        unique_id="U",
                        size=9,
                        mime="image/jpeg",
                        chat=-100500,
                        message=5,
                    ),
                ),
            ),
        ),
        (
            message("edited_message", text="better", reply_to_message=OURS, edit_date=STAMP),
            Said(message=5, text="better", reply_to=3, is_edit=True),
        ),
        (message(text="/help", reply_to_message=THEIRS), Said(message=5, text="/help")),
    ],
)
def test_commands_and_answers_to_us_are_read(update: dict[str, Any], said: Said) -> None:
    assert not is_overheard(update, ME)
    assert seen(update) == done(said)


@pytest.mark.parametrize(
    "update",
    [
        message(text="hello"),
        message(text="to him", reply_to_message=THEIRS),
        message(text="in a topic", reply_to_message={**OURS, "forum_topic_created": {"name": "A7K-Q2M"}}),
        message(caption="/cases", photo=PHOTO),
        message("edited_message", text="hello again"),
        message(new_chat_members=[USER]),
        message(text="a post", sender_chat={"id": -9, "type": "channel"}, is_automatic_forward=True),
        message(text=["odd"]),
        message(reply_to_message="odd"),
    ],
)
def test_talk_is_neither_kept_nor_read(update: dict[str, Any]) -> None:
    assert is_overheard(update, ME)
    assert seen({"update_id": 1}) is None


@pytest.mark.parametrize(
    "update",
    [
        message(text="hello"),
        message(text="/cases@OtherBot"),
        message(text="/cases", **{"from": {**USER, "is_bot": True}}),
        message(text="/cases", **{"from": None}),
        message(text="/cases", sender_chat=DESK, is_automatic_forward=True),
        message(pinned_message={"message_id": 1, "date": 0, "chat": DESK}, text="/x"),
        {
            "update_id": 1,
            "callback_query": {
                "id": "q",
                "from": USER,
                "message": {**OURS, "chat": {"id": -1, "type": "channel"}},
                "data": "d",
            },
        },
        {
            "update_id": 1,
            "my_chat_member": {
                "chat": {"id": -1, "type": "channel"},
                "from": USER,
                "date": STAMP,
                "new_chat_member": {"status": "left"},
            },
        },
    ],
)
def test_what_is_nothing_to_us_in_a_group_is_passed_over(update: dict[str, Any]) -> None:
    assert seen(update) is None


def test_until_our_name_is_known_every_command_is_ours() -> None:
    update = message(text="/cases@SomeBot")
    assert seen(update, Myself.of("77:A", None)) == done(Said(message=5, text="/cases@SomeBot"))
    assert seen(update, None) == done(Said(message=5, text="/cases@SomeBot"))


def test_who_writes_as_the_group_is_nobody() -> None:
    hidden = Group(address=-100500, title="The desk", is_anonymous=True)
    for chat in (DESK, {"id": -9, "type": "channel", "title": "News"}):
        update = message(text="/link", sender_chat=chat, **{"from": ADMIN})
        assert seen(update) == done(Said(message=5, text="/link"), ITSELF, hidden)


def test_press_in_a_group_is_of_the_member_and_sealed_for_the_group() -> None:
    for address, is_ours in ((-100500, True), (7, False)):
        press = {"id": "q", "from": USER, "data": SEALS.seal(address, "v1:help"), "message": OURS}
        content = Pressed(query="q", do="v1:help", message=3, is_ours=is_ours)
        assert seen({"update_id": 1, "callback_query": press}) == done(content, at=NOW)


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ({"status": "kicked"}, Left()),
        ({"status": "left"}, Left()),
        ({"status": "restricted", "can_send_messages": False}, Left()),
        ({"status": "restricted", "can_send_messages": True}, Returned()),
        ({"status": "member"}, Returned()),
        ({"status": "administrator"}, Returned()),
    ],
)
def test_whether_we_may_write_there(member: dict[str, Any], content: Content) -> None:
    update = {"chat": DESK, "from": USER, "date": STAMP, "new_chat_member": member}
    assert seen({"update_id": 1, "my_chat_member": update}) == done(content, ITSELF)


@pytest.mark.parametrize(
    ("is_forum", "before", "after", "has_lost_it"),
    [
        (True, {"status": "administrator", "can_manage_topics": True}, {"status": "administrator"}, True),
        (True, {"status": "administrator", "can_manage_topics": True}, {"status": "member"}, True),
        (True, {"status": "administrator"}, {"status": "member"}, False),
        (True, {"status": "member"}, {"status": "administrator", "can_manage_topics": True}, False),
        (False, {"status": "administrator", "can_manage_topics": True}, {"status": "member"}, False),
    ],
)
def test_topics_that_we_may_manage_no_longer_are_told_of(
    is_forum: bool, before: dict[str, Any], after: dict[str, Any], has_lost_it: bool
) -> None:
    update = {
        "chat": {**DESK, "is_forum": is_forum},
        "from": USER,
        "date": STAMP,
        "old_chat_member": before,
        "new_chat_member": after,
    }
    assert seen({"update_id": 1, "my_chat_member": update}) == done(Returned(has_lost_topics=has_lost_it), ITSELF)


def test_group_that_moves_is_told_from_both_ends() -> None:
    old = {"id": -4001, "type": "group", "title": "The desk"}
    before = Group(address=-4001, title="The desk")
    sender = Sender(address=-4001, name="The desk")
    for update in (
        message(chat=old, migrate_to_chat_id=-100500, **{"from": ADMIN}),
        message(migrate_from_chat_id=-4001, **{"from": ADMIN}),
    ):
        assert not is_overheard(update, ME)
        assert seen(update) == done(Moved(-100500), sender, before)


async def test_of_talk_nothing_is_kept_but_that_it_came(sqlite_db: Database) -> None:
    intake = Intake(sqlite_db.inbox, ME)
    await intake.put(
        [message(text="secret"), {**message(text="/cases"), "update_id": 2}, {"update_id": 3, "message": 4}]
    )
    [*lanes] = await sqlite_db.inbox.lease(5, 5, 30)
    kept = {item.payload["update_id"]: item.payload for leased in lanes for item in leased.items}
    assert kept[1] == {"update_id": 1}
    assert kept[2]["message"]["text"] == "/cases"
    assert await sqlite_db.inbox.put([]) == 0
