"""What the control side takes in JSON bodies, and how they are read: a refusal names what is wrong with one."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from bot.playground.errors import Refused

B = TypeVar("B", bound=BaseModel)

#: Seconds: a year and a day.
LONGEST_ADVANCE = 366 * 86_400


class Body(BaseModel):
    """A JSON body; unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid")


class NewUser(Body):
    first_name: str = Field(min_length=1, max_length=64)
    last_name: str | None = None
    username: str | None = None
    language_code: str = "en"
    id: int | None = None
    label: str | None = None


class ChangedUser(Body):
    first_name: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    language_code: str | None = None


class Start(Body):
    payload: str | None = None


class Place(Body):
    chat_id: int | None = None


class SendText(Place):
    text: str
    reply_to: int | None = None
    thread_id: int | None = None
    entities: list[dict[str, Any]] | None = None
    is_anonymous: bool = False


class SendFiles(Place):
    caption: str = ""
    reply_to: int | None = None
    thread_id: int | None = None
    kind: str | None = None


class Edit(Place):
    message_id: int
    text: str


class Press(Place):
    message_id: int
    data: str | None = None
    row: int | None = None
    column: int | None = None


class React(Place):
    message_id: int
    emoji: str | None = None


class NewGroup(Body):
    title: str = Field(min_length=1)
    members: list[int] = []
    administrators: list[int] = []
    is_forum: bool = False
    is_basic: bool = False


class BotStatus(Body):
    chat_id: int
    status: Literal["administrator", "member", "left", "kicked"]
    can_manage_topics: bool = True


class Upgrade(Body):
    chat_id: int


class NewTopic(Body):
    name: str


class Topics(Body):
    is_on: bool


class RawUpdate(Body):
    update: dict[str, Any]


class AdvanceClock(Body):
    advance_seconds: float = Field(gt=0, le=LONGEST_ADVANCE)


async def read(request: Request, model: type[B]) -> B:
    """The JSON body as the model; none at all counts as an empty object."""
    raw = await request.body()
    try:
        value = from_json(raw) if raw.strip() else {}
    except ValueError as err:
        raise Refused("the body is not JSON") from err
    return checked(model, value)


def checked(model: type[B], value: Any) -> B:
    """A value as the model, or a refusal that names what is wrong with it."""
    try:
        return model.model_validate(value)
    except ValidationError as err:
        first = err.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Refused(f"{where}: {first['msg']}") from err
