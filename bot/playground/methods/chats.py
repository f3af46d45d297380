"""Reading chats, members and files."""

from typing import Any

from bot.playground.errors import bad_request
from bot.playground.files import DOWNLOAD_LIMIT
from bot.playground.methods.table import method
from bot.playground.parameters import ChatId, Parameters
from bot.playground.world import World

ADMINISTRATOR_RIGHTS = [
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
]
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


class Nothing(Parameters):
    pass


class OfChat(Parameters):
    chat_id: ChatId


class GetChatMember(OfChat):
    user_id: int


class GetFile(Parameters):
    file_id: str


@method
def get_me(world: World, p: Nothing) -> dict[str, Any]:
    return {
        **world.bot_user,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": world.topics_in_private,
        "allows_users_to_create_topics": world.topics_in_private,
    }


@method
def get_chat(world: World, p: OfChat) -> dict[str, Any]:
    chat = world.chat(p.chat_id)
    if chat.user is not None and not chat.user.is_started:
        raise bad_request("chat not found")
    full = {
        **chat.as_api(),
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }
    last_pinned = next(reversed(chat.pinned), None)
    if last_pinned is not None:
        full["pinned_message"] = chat.messages[last_pinned]
    return full


@method
def get_chat_member(world: World, p: GetChatMember) -> dict[str, Any]:
    chat = world.chat(p.chat_id)
    if p.user_id == world.bot_id:
        return bot_member(world, "member" if chat.is_private else chat.bot_status, topics=chat.may_manage_topics)
    user = chat.members.get(p.user_id)
    if chat.user is not None and chat.user.id == p.user_id:
        user = chat.user
    if user is not None:
        if user.id in chat.administrators:
            rights = {"is_anonymous": False, **dict.fromkeys(ADMINISTRATOR_RIGHTS, True)}
            return {"status": "administrator", "user": user.as_api(), **rights}
        return {"status": "member", "user": user.as_api()}
    if p.user_id not in world.users:
        raise bad_request("invalid user_id specified")
    return {"status": "left", "user": world.users[p.user_id].as_api()}


@method
def get_file(world: World, p: GetFile) -> dict[str, Any]:
    stored = world.files.get(p.file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    stored.is_fetched = True
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_unique_id,
        "file_size": len(stored.data),
        "file_path": stored.path,
    }


def bot_member(world: World, status: str, *, topics: bool = True) -> dict[str, Any]:
    """The bot as a ChatMember; `topics`: it may manage them where it is an administrator."""
    member: dict[str, Any] = {"status": status, "user": world.bot_user}
    match status:
        case "administrator":
            member |= {"is_anonymous": False, **dict.fromkeys(ADMINISTRATOR_RIGHTS, True), "can_be_edited": False}
            member["can_manage_topics"] = topics
        case "kicked":
            member["until_date"] = 0
    return member
