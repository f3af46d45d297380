"""Forum topics, in forum supergroups and, where the bot has them, in private chats."""

from pydantic import Field

from bot.playground.errors import bad_request
from bot.playground.methods.table import method
from bot.playground.parameters import ChatId, Parameters
from bot.playground.people import Chat, Topic
from bot.playground.world import World

COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
NAME_LIMIT = 128


class CreateForumTopic(Parameters):
    chat_id: ChatId
    name: str
    icon_color: int = COLOURS[0]
    icon_custom_emoji_id: str | None = None


class OfTopic(Parameters):
    chat_id: ChatId
    message_thread_id: int


class EditForumTopic(OfTopic):
    name: str | None = Field(default=None)
    icon_custom_emoji_id: str | None = None


@method
def create_forum_topic(world: World, p: CreateForumTopic) -> dict[str, object]:
    chat = _forum(world, p.chat_id)
    name = topic_name(p.name)
    if p.icon_color not in COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    return world.open_topic(chat, world.bot_user, name, p.icon_color, p.icon_custom_emoji_id).as_api()


@method
def edit_forum_topic(world: World, p: EditForumTopic) -> bool:
    chat, topic = _topic(world, p)
    name = topic_name(p.name) if p.name else topic.name
    if name == topic.name and p.icon_custom_emoji_id in (None, topic.icon_custom_emoji_id):
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = name
    if p.icon_custom_emoji_id is not None:
        topic.icon_custom_emoji_id = p.icon_custom_emoji_id or None
    world.post(chat, world.bot_user, {"forum_topic_edited": {"name": name}}, thread_id=topic.thread_id)
    return True


@method
def close_forum_topic(world: World, p: OfTopic) -> bool:
    return _shut(world, p, is_closed=True)


@method
def reopen_forum_topic(world: World, p: OfTopic) -> bool:
    return _shut(world, p, is_closed=False)


@method
def delete_forum_topic(world: World, p: OfTopic) -> bool:
    """The topic goes with all its messages."""
    world.remove_topic(*_topic(world, p))
    return True


def _shut(world: World, p: OfTopic, *, is_closed: bool) -> bool:
    chat, topic = _topic(world, p)
    if chat.is_private:  # Bot API 10.1 has these two methods for supergroups only
        raise bad_request("the chat is not a supergroup forum")
    if topic.is_closed == is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = is_closed
    event: dict[str, object] = {"forum_topic_closed" if is_closed else "forum_topic_reopened": {}}
    world.post(chat, world.bot_user, event, thread_id=topic.thread_id)
    return True


def _topic(world: World, p: OfTopic) -> tuple[Chat, Topic]:
    chat = _forum(world, p.chat_id)
    found = chat.topics.get(p.message_thread_id)
    if found is None:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, found


def _forum(world: World, chat_id: int | str) -> Chat:
    chat = world.open_chat(chat_id)
    if not world.has_topics(chat):
        raise bad_request("the chat is not a forum")
    if not chat.is_private and not (chat.bot_status == "administrator" and chat.may_manage_topics):
        raise bad_request("not enough rights to manage topics")
    return chat


def topic_name(name: str) -> str:
    """A topic's name as it is kept; refuses what is none."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LIMIT:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
    return name
