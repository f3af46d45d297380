"""The control side, `/_sim/…`: JSON in and out for whoever plays the users, watches the chats or makes trouble."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import to_json
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.playground import acting, bodies
from bot.playground.bot_api import as_upload
from bot.playground.errors import Refused
from bot.playground.faults import Faults
from bot.playground.people import Chat, User
from bot.playground.world import World

Advance = Callable[[timedelta], Awaitable[datetime]]
HEARTBEAT_SECONDS = 15.0
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Control:
    """The endpoints, over one world, the scenario its composer gave, and the clock if it can be moved."""

    def __init__(self, world: World, scenario: Mapping[str, Any] | None, advance: Advance | None) -> None:
        self.world = world
        self.scenario = {} if scenario is None else scenario  # whoever composes it may still fill it
        self.advance = advance

    def routes(self) -> list[Route]:
        """All routes, relative to `/_sim`."""
        user = "/users/{user_id:int}"
        table = (
            ("GET", "/state", self.state),
            ("POST", "/users", self.add_user),
            ("PATCH", user, self.change_user),
            ("GET", f"{user}/messages", self.messages),
            ("POST", f"{user}/start", self.start),
            ("POST", f"{user}/send", self.send),
            ("POST", f"{user}/edit", self.edit),
            ("POST", f"{user}/press", self.press),
            ("POST", f"{user}/contact", self.contact),
            ("POST", f"{user}/react", self.react),
            ("POST", f"{user}/topics", self.open_topic),
            ("DELETE", f"{user}/topics/{{thread_id:int}}", self.delete_topic),
            ("POST", f"{user}/block", self.block),
            ("POST", f"{user}/unblock", self.unblock),
            ("GET", f"{user}/commands", self.commands),
            ("POST", f"{user}/bot", self.set_bot_status),
            ("POST", f"{user}/upgrade", self.upgrade),
            ("GET", "/chats/{chat_id}/commands", self.chat_commands),
            ("POST", "/topics", self.switch_topics),
            ("POST", "/groups", self.add_group),
            ("GET", "/chats/{chat_id}/messages", self.chat_messages),
            ("GET", "/files/{file_id}", self.file),
            ("GET", "/events", self.events),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.inject),
            ("DELETE", "/faults", self.clear_faults),
            ("GET", "/requests", self.requests),
            ("POST", "/updates", self.raw_update),
            ("GET", "/clock", self.clock),
            ("POST", "/clock", self.move_clock),
        )
        return [Route(path, endpoint, methods=[verb]) for verb, path, endpoint in table]

    # The world as it is

    async def state(self, request: Request) -> Response:
        world = self.world
        return answer(
            bot={"id": world.bot_id, "username": world.username, "first_name": world.first_name},
            users=[user.as_control() for user in world.users.values()],
            groups=[chat.as_control() for chat in world.chats.values() if not chat.is_private],
            scenario=self.scenario,
            has_topics=world.topics_in_private,
            clock=self._clock(),
        )

    async def messages(self, request: Request) -> Response:
        return self._messages(request, self.world.chats[self._user(request).id])

    async def chat_messages(self, request: Request) -> Response:
        return self._messages(request, self._chat(request))

    async def chat_commands(self, request: Request) -> Response:
        """What everybody in a group sees, in the language that was set for all."""
        scope = ("chat", self._chat(request).id, 0)
        return answer(commands=self.world.profile.commands.get((scope, ""), []))

    async def commands(self, request: Request) -> Response:
        user, profile = self._user(request), self.world.profile
        return answer(
            commands=profile.commands_seen_by(user.id, user.language_code),
            menu_button=profile.menu_button_of(user.id),
        )

    async def file(self, request: Request) -> Response:
        stored = self.world.files.get(request.path_params["file_id"])
        if stored is None:
            raise Refused("there is no such file", status=404)
        return _bytes(request, stored.data, stored.mime_type)

    async def requests(self, request: Request) -> Response:
        return answer(requests=self.world.requests.after(_number(request, "after", 0)))

    async def events(self, request: Request) -> Response:
        only = _number(request, "user_id", 0) or None
        return StreamingResponse(
            self._stream(only), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    # People

    async def add_user(self, request: Request) -> Response:
        try:
            user = self.world.add_user(**(await bodies.read(request, bodies.NewUser)).model_dump())
        except ValueError as err:
            raise Refused(str(err)) from err
        return answer(**user.as_control())

    async def change_user(self, request: Request) -> Response:
        user, changed = self._user(request), await bodies.read(request, bodies.ChangedUser)
        user.first_name = changed.first_name or user.first_name
        user.language_code = changed.language_code or user.language_code
        self.world.user_changed(user)
        return answer(**user.as_control())

    async def start(self, request: Request) -> Response:
        user, body = self._user(request), await bodies.read(request, bodies.Start)
        return answer(messages=[acting.start(self.world, user, payload=body.payload)])

    async def send(self, request: Request) -> Response:
        user = self._user(request)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                files = [await as_upload(part) for _, part in form.multi_items() if isinstance(part, UploadFile)]
                fields = {name: value for name, value in form.items() if isinstance(value, str) and value}
            given = bodies.checked(bodies.SendFiles, fields)
            return answer(messages=await acting.send_files(self.world, user, files, **given.model_dump()))
        said = await bodies.read(request, bodies.SendText)
        return answer(messages=[acting.send_text(self.world, user, **said.model_dump())])

    async def edit(self, request: Request) -> Response:
        user, body = self._user(request), await bodies.read(request, bodies.Edit)
        return answer(messages=[acting.edit(self.world, user, **body.model_dump())])

    async def press(self, request: Request) -> Response:
        user, body = self._user(request), await bodies.read(request, bodies.Press)
        return answer(callback_query_id=acting.press(self.world, user, **body.model_dump()))

    async def contact(self, request: Request) -> Response:
        return answer(messages=[acting.share_contact(self.world, self._user(request))])

    async def react(self, request: Request) -> Response:
        user, body = self._user(request), await bodies.read(request, bodies.React)
        acting.react(self.world, user, **body.model_dump())
        return answer()

    async def open_topic(self, request: Request) -> Response:
        user, body = self._user(request), await bodies.read(request, bodies.NewTopic)
        return answer(**acting.open_topic(self.world, user, body.name).as_api())

    async def delete_topic(self, request: Request) -> Response:
        acting.delete_topic(self.world, self._user(request), request.path_params["thread_id"])
        return answer()

    async def switch_topics(self, request: Request) -> Response:
        self.world.switch_topics((await bodies.read(request, bodies.Topics)).is_on)
        return answer(has_topics=self.world.topics_in_private)

    async def block(self, request: Request) -> Response:
        user = self._user(request)
        acting.block(self.world, user)
        return answer(**user.as_control())

    async def unblock(self, request: Request) -> Response:
        user = self._user(request)
        acting.unblock(self.world, user)
        return answer(**user.as_control())

    async def add_group(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.NewGroup)
        chat = self.world.add_group(
            body.title,
            members=tuple(self._known(user_id) for user_id in body.members),
            administrators=tuple(self._known(user_id) for user_id in body.administrators),
            is_forum=body.is_forum,
            is_basic=body.is_basic,
        )
        return answer(**chat.as_control())

    async def set_bot_status(self, request: Request) -> Response:
        user, body = self._user(request), await bodies.read(request, bodies.BotStatus)
        topics = body.can_manage_topics
        chat = acting.set_bot_status(self.world, user, body.chat_id, body.status, topics=topics)
        return answer(**chat.as_control())

    async def upgrade(self, request: Request) -> Response:
        user, body = self._user(request), await bodies.read(request, bodies.Upgrade)
        return answer(**acting.upgrade(self.world, user, body.chat_id).as_control())

    # Trouble and time

    async def faults(self, request: Request) -> Response:
        return answer(**self.world.faults.shown())

    async def inject(self, request: Request) -> Response:
        self.world.inject(await bodies.read(request, Faults))
        return answer(**self.world.faults.shown())

    async def clear_faults(self, request: Request) -> Response:
        self.world.inject(Faults())
        return answer(**self.world.faults.shown())

    async def raw_update(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.RawUpdate)
        return answer(update_id=self.world.updates.put_raw(body.update))

    async def clock(self, request: Request) -> Response:
        return answer(**self._clock())

    async def move_clock(self, request: Request) -> Response:
        body = await bodies.read(request, bodies.AdvanceClock)
        if self.advance is None:
            raise Refused("the clock is not adjustable", status=409)
        now = (await self.advance(timedelta(seconds=body.advance_seconds))).isoformat()
        self.world.events.publish("clock", {"now": now})
        return answer(now=now)

    # Parts

    def _clock(self) -> dict[str, Any]:
        return {"now": self.world.clock().isoformat(), "adjustable": self.advance is not None}

    def _user(self, request: Request) -> User:
        return self._known(request.path_params["user_id"])

    def _chat(self, request: Request) -> Chat:
        chat_id = request.path_params["chat_id"]  # groups have negative ids, which are no `int` to a route
        chat = self.world.chats.get(int(chat_id)) if chat_id.removeprefix("-").isdecimal() else None
        if chat is None:
            raise Refused("there is no such chat", status=404)
        return chat

    def _known(self, user_id: int) -> User:
        user = self.world.users.get(user_id)
        if user is None:
            raise Refused("there is no such user", status=404)
        return user

    def _messages(self, request: Request, chat: Chat) -> Response:
        after = _number(request, "after", 0)
        shown = [message for message_id, message in chat.messages.items() if message_id > after]
        topics = [topic.as_control() for topic in chat.topics.values()] if self.world.has_topics(chat) else []
        return answer(messages=shown, keyboard=chat.keyboard, topics=topics)

    def _concerns(self, user_id: int, event: dict[str, Any]) -> bool:
        """Whether an event is for everybody, about that person, or about a group they are in."""
        if "group" in event:
            return user_id in event["group"]["members"]
        if "chat_id" in event:
            return user_id in self.world.chats[event["chat_id"]].members
        about = event["user"]["id"] if "user" in event else event.get("user_id")
        return about in (None, user_id)

    async def _stream(self, only: int | None) -> AsyncIterator[bytes]:
        yield b": connected\n\n"
        async for event in self.world.events.listen(heartbeat=HEARTBEAT_SECONDS):
            if event is None:
                yield b": still here\n\n"
                continue
            kind, data = event
            if only is None or self._concerns(only, data):
                yield b"event: " + kind.encode() + b"\ndata: " + to_json(data) + b"\n\n"


def answer(**fields: Any) -> Response:
    """A JSON object as a response."""
    return Response(to_json(fields), media_type="application/json", headers={"cache-control": "no-store"})


def _number(request: Request, name: str, default: int) -> int:
    try:
        return int(request.query_params.get(name, default))
    except ValueError as err:
        raise Refused(f"{name} must be a number") from err


def _bytes(request: Request, data: bytes, mime_type: str) -> Response:
    """A stored file, whole or in part; never as something that could run on the page's origin."""
    headers = {
        "accept-ranges": "bytes",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "private, max-age=86400",
    }
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return Response(data, media_type=mime_type, headers=headers)
    first, last = _span(asked[1], asked[2], len(data))
    if first > last:
        headers["content-range"] = f"bytes */{len(data)}"
        return Response(status_code=416, headers=headers)
    headers["content-range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], status_code=206, media_type=mime_type, headers=headers)


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte of a range header's span; the first beyond the last when nothing can be served."""
    if not first:
        return (max(0, size - int(last)), size - 1) if last and int(last) else (1, 0)
    return int(first), min(int(last), size - 1) if last else size - 1
