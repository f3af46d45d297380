"""The messenger against the playground: what people see, and what each refusal is to us."""

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from telegram import Bot

from bot.messenger import (
    Activity,
    ChatMoved,
    Command,
    DeliveryError,
    EditImpossible,
    FileGone,
    FileTooBig,
    NoThreads,
    Place,
    ThreadClosed,
    ThreadGone,
    Unreachable,
    Upload,
)
from bot.playground import World, acting
from bot.playground.faults import FaultRule, Faults
from bot.playground.files import Upload as Sent
from bot.playground.people import Chat, User
from bot.screens import Button, Entity, Screen
from bot.telegram.albums import MAX_UPLOAD
from bot.telegram.buttons import Seals
from bot.telegram.client import connect
from bot.telegram.sender import TelegramMessenger
from conversations.cases.evidence import File, FileKind

CARD = Screen(
    "👍 Due soon",
    (Entity("bold", 3, 3), Entity("date_time", 7, 4, 1_770_000_000, "Dt")),
    ((Button("Yes", "v1:yes", "success"), Button("No", "v1:no")), (Button("Help", "v1:help"),)),
)


def chat(world: World, user: User) -> list[dict[str, Any]]:
    return list(world.chats[user.id].messages.values())


def inject(world: World, method: str, kind: str, **how: Any) -> None:
    world.inject(Faults(rules=[FaultRule.model_validate({"kind": kind, "method": method, **how})]))


def picture(colour: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return buffer.getvalue()


async def shown(world: World, user: User, *files: tuple[str, bytes, str], kind: str | None = None) -> list[File]:
    """Files as the bot knows them once a user has sent them."""
    uploads = [Sent(name, data, mime) for name, data, mime in files]
    messages = await acting.send_files(world, user, uploads, kind=kind)
    found = []
    for message in messages:
        for each in (FileKind.PHOTO, FileKind.VIDEO, FileKind.DOCUMENT, FileKind.VOICE):
            if raw := message.get(each.value):
                raw = raw[-1] if isinstance(raw, list) else raw
                found.append(File(kind=each, file_id=raw["file_id"], unique_id=raw["file_unique_id"], size=1))
    return found


def sealed(world: World, user: User, do: str) -> str:
    """What a button carries in that person's chat."""
    return Seals(world.token).seal(user.id, do)


async def test_screen_arrives_with_entities_and_buttons(messenger: TelegramMessenger, world: World, ana: User) -> None:
    sent = await messenger.send(Place(ana.id), CARD)

    [message] = chat(world, ana)
    assert sent == (message["message_id"],)
    assert message["text"] == "👍 Due soon"
    assert message["entities"] == [
        {"type": "bold", "offset": 3, "length": 3},
        {"type": "date_time", "offset": 7, "length": 4, "unix_time": 1_770_000_000, "date_time_format": "Dt"},
    ]
    assert message["reply_markup"]["inline_keyboard"] == [
        [
            {"text": "Yes", "callback_data": sealed(world, ana, "v1:yes"), "style": "success"},
            {"text": "No", "callback_data": sealed(world, ana, "v1:no")},
        ],
        [{"text": "Help", "callback_data": sealed(world, ana, "v1:help")}],
    ]


async def test_marks_in_text_stay_as_they_are(messenger: TelegramMessenger, world: World, ana: User) -> None:
    await messenger.send(Place(ana.id), Screen("<b>5 < 6</b> *not* _bold_ & [x](http://y)"))

    assert chat(world, ana)[0]["text"] == "<b>5 < 6</b> *not* _bold_ & [x](http://y)"


async def test_time_is_plain_text_where_the_server_does_not_know_it(
    messenger: TelegramMessenger, world: World, ana: User
) -> None:
    inject(world, "sendMessage", "400", times=1, description="Bad Request: can't parse entities: unsupported type")

    await messenger.send(Place(ana.id), CARD)

    assert chat(world, ana)[0]["entities"] == [{"type": "bold", "offset": 3, "length": 3}]


async def test_long_text_becomes_several_messages_with_the_buttons_last(
    messenger: TelegramMessenger, world: World, ana: User
) -> None:
    text = "\n\n".join(letter * 1500 for letter in "abcd")

    sent = await messenger.send(Place(ana.id), Screen(text, buttons=CARD.buttons), answers=999)

    messages = chat(world, ana)
    assert [message["message_id"] for message in messages] == list(sent)
    assert [set(message["text"]) - {"\n"} for message in messages] == [{"a", "b"}, {"c", "d"}]
    assert ["reply_markup" in message for message in messages] == [False, True]


async def test_reply_names_the_message_it_answers(messenger: TelegramMessenger, world: World, ana: User) -> None:
    question = acting.send_text(world, ana, "where is it?")

    await messenger.send(Place(ana.id), Screen("here"), answers=question["message_id"])

    assert chat(world, ana)[-1]["reply_to_message"]["message_id"] == question["message_id"]


async def test_edit_replaces_text_and_buttons(messenger: TelegramMessenger, world: World, ana: User) -> None:
    [message] = await messenger.send(Place(ana.id), CARD)

    await messenger.edit(ana.id, message, Screen("Done"))
    await messenger.edit(ana.id, message, Screen("Done"))  # nothing changes: fine

    [now] = chat(world, ana)
    assert (now["text"], now.get("entities"), now.get("reply_markup")) == ("Done", None, None)


async def test_edit_of_a_copy_with_media_changes_its_caption(
    messenger: TelegramMessenger, world: World, ana: User, wei: User
) -> None:
    await shown(world, ana, ("a.jpg", picture(), "image/jpeg"))
    [original] = chat(world, ana)
    [copy] = await messenger.copy(Place(wei.id), ana.id, [original["message_id"]], caption=Screen("The buyer"))

    await messenger.edit(wei.id, copy, Screen("The buyer, corrected"))

    assert chat(world, wei)[0]["caption"] == "The buyer, corrected"


async def test_message_that_is_gone_has_to_be_sent_anew(messenger: TelegramMessenger, world: World, ana: User) -> None:
    [message] = await messenger.send(Place(ana.id), CARD)
    world.remove(world.chats[ana.id], message)

    with pytest.raises(EditImpossible):
        await messenger.edit(ana.id, message, Screen("Done"))
    await messenger.strip_buttons(ana.id, message)  # nothing to take off: fine


async def test_text_too_long_to_edit_has_to_be_sent_anew(messenger: TelegramMessenger, world: World, ana: User) -> None:
    [message] = await messenger.send(Place(ana.id), CARD)

    with pytest.raises(EditImpossible):
        await messenger.edit(ana.id, message, Screen("x" * 4097))


async def test_buttons_are_taken_off(messenger: TelegramMessenger, world: World, ana: User) -> None:
    [message] = await messenger.send(Place(ana.id), CARD)

    await messenger.strip_buttons(ana.id, message)
    await messenger.strip_buttons(ana.id, message)

    [now] = chat(world, ana)
    assert (now["text"], now.get("reply_markup")) == ("👍 Due soon", None)


async def test_copy_names_nobody_and_may_say_otherwise(
    messenger: TelegramMessenger, world: World, ana: User, wei: User
) -> None:
    await shown(world, ana, ("a.jpg", picture(), "image/jpeg"))
    [original] = chat(world, ana)

    await messenger.copy(
        Place(wei.id), ana.id, [original["message_id"]], caption=Screen("The buyer", (Entity("bold", 0, 9),))
    )

    [copy] = chat(world, wei)
    assert copy["caption"] == "The buyer"
    assert copy["caption_entities"] == [{"type": "bold", "offset": 0, "length": 9}]
    assert "forward_origin" not in copy and copy["from"]["is_bot"]


async def test_album_is_copied_as_an_album(messenger: TelegramMessenger, world: World, ana: User, wei: User) -> None:
    await shown(world, ana, ("a.jpg", picture(), "image/jpeg"), ("b.jpg", picture("red"), "image/jpeg"))
    originals = [message["message_id"] for message in chat(world, ana)]

    copies = await messenger.copy(Place(wei.id), ana.id, originals)

    assert copies == tuple(message["message_id"] for message in chat(world, wei))
    assert len({message["media_group_id"] for message in chat(world, wei)}) == 1


async def test_files_go_as_albums_by_kind_and_protected(
    messenger: TelegramMessenger, world: World, ana: User, wei: User
) -> None:
    photos = await shown(world, ana, ("a.jpg", picture(), "image/jpeg"), ("b.jpg", picture("red"), "image/jpeg"))
    papers = await shown(world, ana, ("r.pdf", b"%PDF-1.7", "application/pdf"))

    sent = await messenger.send_files(Place(wei.id), [*photos, *papers], caption=Screen("Evidence"))

    messages = chat(world, wei)
    assert [each.message for each in sent] == [message["message_id"] for message in messages]
    assert [each.file_id for each in sent] == [file.file_id for file in (*photos, *papers)]
    assert [message.get("caption") for message in messages] == ["Evidence", None, None]
    assert [message.get("has_protected_content") for message in messages] == [True, True, True]
    assert [bool(message.get("media_group_id")) for message in messages] == [True, True, False]


async def test_eleven_photos_are_an_album_and_one(
    messenger: TelegramMessenger, world: World, ana: User, wei: User
) -> None:
    [photo] = await shown(world, ana, ("a.jpg", picture(), "image/jpeg"))

    sent = await messenger.send_files(Place(wei.id), [photo] * 11, caption=Screen("Many"))

    groups = [message.get("media_group_id") for message in chat(world, wei)]
    assert len(sent) == 11
    assert len(set(groups[:10])) == 1 and groups[0] and groups[10] is None


async def test_caption_too_long_for_a_file_comes_before_it(
    messenger: TelegramMessenger, world: World, ana: User, wei: User
) -> None:
    [photo] = await shown(world, ana, ("a.jpg", picture(), "image/jpeg"))

    await messenger.send_files(Place(wei.id), [photo], caption=Screen("x" * 1025))

    text, file = chat(world, wei)
    assert text["text"] == "x" * 1025
    assert "photo" in file and "caption" not in file


async def test_new_files_go_with_known_ones_and_are_known_afterwards(
    messenger: TelegramMessenger, world: World, ana: User, wei: User
) -> None:
    [known] = await shown(world, ana, ("a.jpg", picture(), "image/jpeg"))
    new = [
        Upload("E2.jpg", "image/jpeg", picture("red"), FileKind.PHOTO),
        Upload("E3.pdf", "application/pdf", b"%PDF-1.7"),
    ]

    first = await messenger.send_files(Place(wei.id), [known, *new], caption=Screen("Evidence"))
    again = [replace(known, file_id=first[1].file_id), replace(known, kind=FileKind.DOCUMENT, file_id=first[2].file_id)]
    second = await messenger.send_files(Place(wei.id), again, caption=Screen("Once more"))

    kinds = [next(kind for kind in ("photo", "document") if kind in message) for message in chat(world, wei)]
    assert kinds == ["photo", "photo", "document", "photo", "document"]
    assert [each.file_id for each in second] == [each.file_id for each in first[1:]]
    assert chat(world, wei)[2]["document"]["file_name"] == "E3.pdf"


async def test_new_files_too_heavy_for_one_request_go_in_several(
    messenger: TelegramMessenger, world: World, wei: User
) -> None:
    heavy = [Upload(f"{n}.pdf", "application/pdf", bytes([n]) * (MAX_UPLOAD // 2)) for n in (1, 2, 3)]

    await messenger.send_files(Place(wei.id), heavy, caption=Screen("Papers"))

    groups = [message.get("media_group_id") for message in chat(world, wei)]
    assert groups[0] == groups[1] and groups[0] and groups[2] is None


async def test_upload_is_a_document(messenger: TelegramMessenger, world: World, ana: User) -> None:
    await messenger.upload(
        Place(ana.id), Upload("record.pdf", "application/pdf", b"%PDF-"), caption=Screen("The record")
    )

    [message] = chat(world, ana)
    assert (message["document"]["file_name"], message["caption"]) == ("record.pdf", "The record")


async def test_press_is_answered_once_and_late_ones_do_not_matter(
    messenger: TelegramMessenger, world: World, ana: User
) -> None:
    [message] = await messenger.send(Place(ana.id), CARD)
    query = acting.press(world, ana, message, data=sealed(world, ana, "v1:yes"))

    await messenger.answer_press(str(query), "x" * 300, is_alert=True)
    await messenger.answer_press(str(query))
    await messenger.answer_press("12345")

    answers = [each for each in world.requests.after(0) if each["method"] == "answerCallbackQuery"]
    assert [each["ok"] for each in answers] == [True, False, False]
    assert answers[0]["params"]["text"] == "x" * 199 + "…"
    assert str(answers[0]["params"]["show_alert"]).lower() == "true"


async def test_file_is_fetched(messenger: TelegramMessenger, world: World, ana: User) -> None:
    [paper] = await shown(world, ana, ("r.pdf", b"%PDF-1.7\x00\xff", "application/pdf"))

    assert await messenger.fetch(paper.file_id) == b"%PDF-1.7\x00\xff"


async def test_file_larger_than_20_mb_is_too_big(messenger: TelegramMessenger, world: World, ana: User) -> None:
    [paper] = await shown(world, ana, ("r.pdf", b"%PDF-1.7" + bytes(20 * 1024 * 1024), "application/pdf"))

    with pytest.raises(FileTooBig):
        await messenger.fetch(paper.file_id)


async def test_file_of_another_bot_is_gone(messenger: TelegramMessenger) -> None:
    with pytest.raises(FileGone):
        await messenger.fetch("AgACnobody")


async def test_person_who_blocked_us_is_unreachable(messenger: TelegramMessenger, world: World, ana: User) -> None:
    acting.block(world, ana)

    with pytest.raises(Unreachable):
        await messenger.send(Place(ana.id), CARD)
    with pytest.raises(Unreachable):
        await messenger.send(Place(424242), CARD)  # chat not found


async def test_group_that_moved_tells_where(messenger: TelegramMessenger, world: World) -> None:
    group = world.add_group("Operators", is_basic=True)
    moved = world.upgrade_group(group)

    with pytest.raises(ChatMoved) as caught:
        await messenger.send(Place(group.id), CARD)

    assert caught.value.address == moved.id
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("429", {"retry_after": 7}, (False, 7.0, False)),
        ("500", {}, (False, None, False)),
        ("502", {}, (False, None, False)),
        ("400", {}, (True, None, False)),
        ("drop_before", {}, (False, None, True)),
        ("drop_after", {}, (False, None, True)),
    ],
)
async def test_trouble_in_sending(
    messenger: TelegramMessenger,
    world: World,
    ana: User,
    kind: str,
    how: dict[str, Any],
    expected: tuple[bool, float | None, bool],
) -> None:
    inject(world, "sendMessage", kind, **how)

    with pytest.raises(DeliveryError) as caught:
        await messenger.send(Place(ana.id), Screen("hello"))

    assert (caught.value.permanent, caught.value.retry_after, caught.value.maybe_sent) == expected


async def test_edit_may_be_tried_again_without_harm(messenger: TelegramMessenger, world: World, ana: User) -> None:
    [message] = await messenger.send(Place(ana.id), CARD)
    inject(world, "editMessageText", "drop_after")

    with pytest.raises(DeliveryError) as caught:
        await messenger.edit(ana.id, message, Screen("Done"))

    assert not caught.value.maybe_sent


async def test_error_does_not_show_the_token(world: World, server: Any) -> None:
    async with connect(world.token[:-1] + "X", server.url) as bot:
        with pytest.raises(DeliveryError) as caught:
            await TelegramMessenger(bot).send(Place(1), CARD)

    assert "PLAYGROUND" not in caught.value.message
    assert not caught.value.permanent  # the operator's to mend; nothing is thrown away for it


async def test_menu_and_descriptions_by_language(messenger: TelegramMessenger, bot: Bot, ana: User) -> None:
    await messenger.set_commands([Command("help", "What you can do")])
    await messenger.set_commands([Command("help", "你可以做什么")], language="zh")
    await messenger.set_commands([Command("queue", "Cases that wait")], address=ana.id)
    await messenger.set_descriptions("A long one", "A short one", language="zh")

    menus = [
        [command.command + ": " + command.description for command in await bot.get_my_commands(**how)]
        for how in (
            {"scope": {"type": "all_private_chats"}},
            {"scope": {"type": "all_private_chats"}, "language_code": "zh"},
            {"scope": {"type": "chat", "chat_id": ana.id}},
        )
    ]
    assert menus == [["help: What you can do"], ["help: 你可以做什么"], ["queue: Cases that wait"]]
    assert (await bot.get_my_description("zh")).description == "A long one"
    assert (await bot.get_my_short_description("zh")).short_description == "A short one"


async def test_bot_knows_its_name(messenger: TelegramMessenger) -> None:
    assert await messenger.username() == "AftersalesDemoBot"


@pytest.fixture
def forum(world: World, ana: User) -> Chat:
    return world.add_group("Arbitration", members=(ana,), is_forum=True)


async def test_everything_sent_to_a_thread_is_in_it(
    messenger: TelegramMessenger, world: World, ana: User, wei: User
) -> None:
    world.topics_in_private = True
    [photo] = await shown(world, wei, ("a.jpg", picture(), "image/jpeg"))
    [one, two] = [acting.send_text(world, wei, words)["message_id"] for words in ("one", "two")]
    place = Place(ana.id, await messenger.open_thread(ana.id, "A7K-Q2M · Blue mug"))
    new = Upload("b.jpg", "image/jpeg", picture("red"), FileKind.PHOTO)

    await messenger.send(place, Screen("x" * 5000))
    await messenger.copy(place, wei.id, [one])
    await messenger.copy(place, wei.id, [one, two])
    await messenger.send_files(place, [photo, new], caption=Screen("y" * 1025))
    await messenger.send_files(place, [photo], caption=Screen("alone"))
    await messenger.upload(place, Upload("record.pdf", "application/pdf", b"%PDF-"))
    await messenger.show_activity(place, Activity.TYPING)
    await messenger.send(Place(ana.id), Screen("outside"))

    *inside, outside = chat(world, ana)
    assert [message.get("message_thread_id") for message in inside] == [place.thread] * 11
    assert "message_thread_id" not in outside


async def test_thread_that_is_gone_is_told_apart(messenger: TelegramMessenger, world: World, forum: Chat) -> None:
    place = Place(forum.id, await messenger.open_thread(forum.id, "A7K-Q2M"))
    forum.topics.clear()

    for call in (
        messenger.send(place, CARD),
        messenger.show_activity(place, Activity.TYPING),
        messenger.close_thread(place, "closed"),
        messenger.reopen_thread(place, "open"),
    ):
        with pytest.raises(ThreadGone) as caught:
            await call
        assert caught.value.permanent
    inject(world, "sendMessage", "400", description="Bad Request: TOPIC_CLOSED")
    with pytest.raises(ThreadClosed):
        await messenger.send(Place(forum.id), CARD)


async def test_chat_without_threads_has_none_to_open(messenger: TelegramMessenger, world: World, ana: User) -> None:
    group = world.add_group("Nordlicht", members=(ana,))
    forum = world.add_group("Arbitration", members=(ana,), is_forum=True)

    assert [await messenger.has_threads(chat) for chat in (ana.id, group.id, forum.id)] == [False, False, True]
    forum.bot_status = "member"
    for chat_id in (ana.id, group.id, forum.id):
        with pytest.raises(NoThreads):
            await messenger.open_thread(chat_id, "A7K-Q2M")
    world.topics_in_private = True
    assert await messenger.has_threads(ana.id) is True


async def test_thread_of_a_forum_is_closed_and_reopened(
    messenger: TelegramMessenger, world: World, forum: Chat
) -> None:
    place = Place(forum.id, await messenger.open_thread(forum.id, "A7K-Q2M"))
    topic = forum.topics[place.thread]

    for _ in range(2):  # the second time it is so already
        await messenger.close_thread(place, "closed")
        assert (topic.is_closed, topic.name) == (True, "A7K-Q2M")
    for _ in range(2):
        await messenger.reopen_thread(place, "A7K-Q2M")
        assert (topic.is_closed, topic.name) == (False, "A7K-Q2M")


async def test_thread_of_a_private_chat_says_in_its_name_that_it_is_closed(
    messenger: TelegramMessenger, world: World, ana: User
) -> None:
    """Telegram closes topics in forum supergroups only."""
    world.topics_in_private = True
    place = Place(ana.id, await messenger.open_thread(ana.id, "A7K-Q2M"))
    topic = world.chats[ana.id].topics[place.thread]

    for _ in range(2):
        await messenger.close_thread(place, "Closed · A7K-Q2M")
        assert (topic.is_closed, topic.name) == (False, "Closed · A7K-Q2M")
    for _ in range(2):
        await messenger.reopen_thread(place, "A7K-Q2M")
        assert topic.name == "A7K-Q2M"


async def test_name_of_a_thread_is_cut_to_one_short_line(messenger: TelegramMessenger, world: World, ana: User) -> None:
    world.topics_in_private = True

    thread = await messenger.open_thread(ana.id, " A7K-Q2M ·\n" + "mug " * 60)

    name = world.chats[ana.id].topics[thread].name
    assert name == "A7K-Q2M · " + "mug " * 29 + "m…"


async def test_lost_answer_to_a_new_thread_is_asked_for_again(
    messenger: TelegramMessenger, world: World, ana: User
) -> None:
    world.topics_in_private = True
    inject(world, "createForumTopic", "drop_after", times=1)

    with pytest.raises(DeliveryError) as caught:
        await messenger.open_thread(ana.id, "A7K-Q2M")

    assert (caught.value.permanent, caught.value.maybe_sent) == (False, False)
