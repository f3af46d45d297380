"""Raw updates into what a person did: every kind of message, what is passed over, and what cannot be read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.messenger import Unreadable
from bot.telegram.buttons import Seals
from bot.telegram.updates import NO_LANE, Myself, is_overheard, lane_of, read
from conversations.cases.evidence import File, FileKind
from conversations.messages import Incoming, Left, Pressed, Returned, Said, Sender

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEALS = Seals("1:A")
THEN = datetime(2026, 2, 28, 10, tzinfo=UTC)
STAMP = int(THEN.timestamp())
USER = {"id": 7, "is_bot": False, "first_name": "Ana", "last_name": "Ruiz", "language_code": "es"}
CHAT = {"id": 7, "type": "private", "first_name": "Ana"}
ANA = Sender(address=7, name="Ana Ruiz", language="es")


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 5, "date": STAMP, "chat": CHAT, "from": USER, **content}}


def said(**content: Any) -> Incoming:
    return Incoming(sender=ANA, at=THEN, content=Said(message=5, **content))


def raw_file(**more: Any) -> dict[str, Any]:
    return {"file_id": "F", "file_unique_id": "U", "file_size": 9, **more}


def file(kind: FileKind, **more: Any) -> File:
    return File(kind=kind, file_id="F", unique_id="U", size=9, chat=7, message=5, **more)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"text": "hello"}, said(text="hello")),
        ({"text": "/start x", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}, said(text="/start x")),
        (
            {"text": "that one", "reply_to_message": {"message_id": 3, "date": 1, "chat": CHAT}},
            said(text="that one", reply_to=3),
        ),
        (
            {
                "caption": "broken",
                "media_group_id": "G",
                "photo": [
                    {"file_id": "s", "file_unique_id": "t", "width": 90, "height": 60},
                    raw_file(width=1280, height=960),
                    {"file_id": "m", "file_unique_id": "n", "width": 320, "height": 240},
                ],
            },
            said(text="broken", files=(file(FileKind.PHOTO, mime="image/jpeg", album="G"),)),
        ),
        (
            {"video": raw_file(mime_type="video/mp4", file_name="a.mp4", duration=2, width=1, height=1)},
            said(files=(file(FileKind.VIDEO, mime="video/mp4", name="a.mp4"),)),
        ),
        (
            {"document": raw_file(mime_type="application/pdf", file_name="r.pdf"), "caption": "report"},
            said(text="report", files=(file(FileKind.DOCUMENT, mime="application/pdf", name="r.pdf"),)),
        ),
        ({"voice": raw_file(mime_type="audio/ogg")}, said(files=(file(FileKind.VOICE, mime="audio/ogg"),))),
        ({"video_note": raw_file(length=9)}, said(files=(file(FileKind.VIDEO_NOTE),))),
        ({"audio": raw_file(title="t")}, said(files=(file(FileKind.AUDIO),))),
        ({"sticker": raw_file(type="regular", emoji="👍")}, said(files=(file(FileKind.STICKER),))),
        (
            {"animation": raw_file(mime_type="video/mp4"), "document": raw_file(mime_type="video/mp4")},
            said(files=(file(FileKind.ANIMATION, mime="video/mp4"),)),
        ),
        ({"location": {"latitude": 48.85837, "longitude": 2}}, said(text="📍 48.85837, 2.00000")),
        (
            {
                "location": {"latitude": 1.0, "longitude": 2.0},
                "venue": {"location": {"latitude": 1.0, "longitude": 2.0}, "title": "Post", "address": "Main St 1"},
            },
            said(text="📍 Post, Main St 1 (1.00000, 2.00000)"),
        ),
        ({"contact": {"phone_number": "+34600", "first_name": "Eva"}}, said(text="👤 Eva +34600")),
        (
            {"poll": {"id": "1", "question": "Which?", "options": [{"text": "a"}, {"text": "b"}]}},
            said(text="📊 Which?\n– a\n– b"),
        ),
        ({"dice": {"emoji": "🎲", "value": 4}}, said(text="🎲 4")),
        ({"story": {"id": 1, "chat": CHAT}}, said()),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_message_becomes_what_was_said(content: dict[str, Any], expected: Incoming) -> None:
    assert read(message(**content), received_at=NOW, seals=SEALS) == expected


def test_edit_says_so_at_the_time_of_the_edit() -> None:
    update = message(text="hello!", edit_date=STAMP + 60)
    update["edited_message"] = update.pop("message")

    found = read(update, received_at=NOW, seals=SEALS)

    edited_at = datetime(2026, 2, 28, 10, 1, tzinfo=UTC)
    assert found == Incoming(sender=ANA, at=edited_at, content=Said(message=5, text="hello!", is_edit=True))


def press(data: str) -> Incoming | None:
    query = {"id": "99", "from": USER, "chat_instance": "1", "data": data, "message": {"message_id": 4, "chat": CHAT}}
    return read({"update_id": 1, "callback_query": query}, received_at=NOW, seals=SEALS)


def test_press_is_dated_when_it_came_in() -> None:
    assert press(SEALS.seal(7, "1:x")) == Incoming(sender=ANA, at=NOW, content=Pressed(query="99", do="1:x", message=4))


def test_press_of_a_button_of_another_chat_is_not_ours() -> None:
    assert press(SEALS.seal(8, "1:x")) == Incoming(
        sender=ANA, at=NOW, content=Pressed(query="99", do="1:x", message=4, is_ours=False)
    )


def test_press_of_a_button_from_before_the_seals_says_nothing() -> None:
    assert press("1:m:A7KQ2M:1:approve") == Incoming(sender=ANA, at=NOW, content=Pressed(query="99", do="", message=4))


@pytest.mark.parametrize(
    ("status", "expected"), [("kicked", Left()), ("left", Left()), ("member", Returned()), ("restricted", None)]
)
def test_block_and_its_end(status: str, expected: Left | Returned | None) -> None:
    change = {"chat": CHAT, "from": USER, "date": STAMP, "old_chat_member": {}, "new_chat_member": {"status": status}}

    found = read({"update_id": 1, "my_chat_member": change}, received_at=NOW, seals=SEALS)

    assert found == (Incoming(sender=ANA, at=THEN, content=expected) if expected else None)


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "channel_post": {"message_id": 1}},
        {"update_id": 1, "something_new": {"a": [1]}},
        message(text="hi", chat={"id": -5, "type": "supergroup"}),
        message(text="hi", **{"from": {**USER, "is_bot": True}}),
        message(pinned_message={"message_id": 1, "date": 0, "chat": CHAT}),
        {"update_id": 1, "callback_query": {"id": "1", "from": USER, "inline_message_id": "x", "data": "d"}},
        {"update_id": 1, "callback_query": {"id": "1", "from": USER, "game_short_name": "g"}},
    ],
)
def test_what_is_nothing_to_us_is_passed_over(update: dict[str, Any]) -> None:
    assert read(update, received_at=NOW, seals=SEALS) is None


@pytest.mark.parametrize(
    ("update", "place"),
    [
        ({}, "update_id"),
        ({"update_id": 1, "message": "hello"}, "message"),
        (message(text=42), "message.text"),
        (message(text="secret", chat={"id": "seven", "type": "private"}), "message.chat.id"),
        (message(text="secret", photo=[{"file_id": 1}]), "message.photo.0.file_id"),
        (message(text="secret", chat={"id": 2**53, "type": "private"}), "message.chat.id"),
        (message(text="secret", message_id=-(2**70)), "message.message_id"),
        (message(text="secret", date=10**18), "date"),
        ({"update_id": 1, "callback_query": {"id": "1"}}, "callback_query.from"),
    ],
)
def test_what_is_no_update_is_unreadable_and_not_quoted(update: dict[str, Any], place: str) -> None:
    with pytest.raises(Unreadable, match=place) as caught:
        read(update, received_at=NOW, seals=SEALS)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("where", "thread"),
    [
        ({"message_thread_id": 31, "is_topic_message": True}, 31),
        ({"message_thread_id": 1, "is_topic_message": True}, 0),  # a forum's General topic
        ({"message_thread_id": 31}, 0),  # a thread of answers, in a chat without topics
        ({}, 0),
    ],
)
def test_topic_of_a_message_and_of_a_button(where: dict[str, Any], thread: int) -> None:
    pressed = {"id": "q", "from": USER, "data": SEALS.seal(7, "v1:help"), "message": {"message_id": 5, "chat": CHAT}}
    update = {"update_id": 1, "callback_query": {**pressed, "message": {**pressed["message"], **where}}}

    assert read(message(text="x", **where), received_at=NOW, seals=SEALS) == said(text="x", thread=thread)
    assert read(update, received_at=NOW, seals=SEALS) == Incoming(
        sender=ANA, at=NOW, content=Pressed(query="q", do="v1:help", message=5, thread=thread)
    )


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        (message(text="x"), "7"),
        ({"edited_message": {"chat": {"id": -100}}}, "-100"),
        ({"callback_query": {"from": {"id": 8}, "message": {"chat": {"id": 9}}}}, "9"),
        ({"callback_query": {"from": {"id": 8}}}, "8"),
        ({"my_chat_member": {"chat": {"id": 7}, "from": {"id": 7}}}, "7"),
        ({"message": {"chat": {"id": True}}}, NO_LANE),
        ({"message": {"chat": ["id"]}}, NO_LANE),
        ({"update_id": 3}, NO_LANE),
    ],
)
def test_lane_is_the_chat(update: dict[str, Any], lane: str) -> None:
    assert lane_of(update) == lane


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["update_id", "message", "callback_query", "chat", "from", "id", "text", "date", "type", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["update_id", "message", "callback_query", "my_chat_member"]), JSON))
@example({"message": {"chat": {"type": ["group"]}}})
@example({"edited_message": {"chat": {"type": {}}, "reply_to_message": {"from": []}}})
def test_no_update_breaks_the_reader(update: dict[str, Any]) -> None:
    assert isinstance(lane_of(update), str)
    assert isinstance(is_overheard(update, Myself(1)), bool)
    try:
        found = read(update, received_at=NOW, seals=SEALS)
    except Unreadable:
        return
    assert found is None or isinstance(found, Incoming)
