"""The types of Bot API parameters and the reading of raw ones into them; knows no method and no HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf, ValidationError, ValidationInfo
from pydantic_core import from_json

from bot.playground.errors import BotApiError, bad_request
from bot.playground.files import Upload
from bot.playground.keyboards import read_inline_markup, read_markup

P = TypeVar("P", bound="Parameters")
Raw = dict[str, Any]


class Parameters(BaseModel):
    """Parameters of a method. Unknown ones are ignored, as Telegram does."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, arbitrary_types_allowed=True)


def _chat_id(value: Any) -> Any:
    if isinstance(value, str):
        stripped = value.strip()
        if not stripped:
            raise bad_request("chat_id is empty")
        digits = stripped.removeprefix("-")
        return int(stripped) if digits.isdecimal() and digits.isascii() else stripped
    return value


def _decoded(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            return from_json(value)
        except ValueError as err:
            raise bad_request(f"can't parse {info.field_name} JSON object") from err
    return value


def _file(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str) and value.startswith("attach://"):
        upload = (info.context or {}).get(value.removeprefix("attach://"))
        if upload is None:
            raise bad_request("can't parse InputMedia: attached file not found")
        return upload
    return value


ChatId = Annotated[int | str, BeforeValidator(_chat_id)]
Decoded = BeforeValidator(_decoded)
JsonObject = Annotated[dict[str, Any] | None, Decoded]
Entities = Annotated[list[Any] | None, Decoded]
AnyMarkup = Annotated[Any, BeforeValidator(read_markup)]
InlineMarkup = Annotated[Any, BeforeValidator(read_inline_markup)]
InputFile = Annotated[InstanceOf[Upload] | str, BeforeValidator(_file)]
"""Bytes sent along (as the parameter itself or `attach://`), else a file id or URL."""


class ReplyParameters(Parameters):
    """What a message answers to."""

    message_id: int
    chat_id: ChatId | None = None
    allow_sending_without_reply: bool = False
    quote: str | None = None
    quote_parse_mode: str | None = None
    quote_entities: Entities = None
    quote_position: int | None = None


def read(model: type[P], raw: Raw, *, uploads: Mapping[str, Upload]) -> P:
    """Raw parameters as the model; the Bot API's 400 for what is missing or of the wrong type."""
    try:
        return model.model_validate(raw, context=uploads)
    except ValidationError as err:
        raise _refusal(err) from err


MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "user_id": "invalid user_id specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}


def _refusal(err: ValidationError) -> BotApiError:
    first = err.errors(include_url=False, include_context=False, include_input=False)[0]
    path = [part for part in first["loc"] if isinstance(part, int) or part.islower()]
    name = ".".join(map(str, path))
    if first["type"] == "missing":
        return bad_request(MISSING.get(name, f'parameter "{name}" is required'))
    return bad_request(f'parameter "{name}" is invalid: {first["msg"]}')
