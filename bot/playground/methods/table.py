"""The table of Bot API methods: each a small function of the world and its parameters, found by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, TypeVar, get_type_hints

from bot.playground.errors import BotApiError
from bot.playground.files import Upload
from bot.playground.parameters import Parameters, Raw, read
from bot.playground.world import World

F = TypeVar("F", bound=Callable[..., Any])


class Encoded(bytes):
    """A result that is JSON already."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its name as documented, what it takes, what it does."""

    name: str
    takes: type[Parameters]
    run: Callable[[World, Any], Any]


METHODS: dict[str, Method] = {}
"""By lower-case name: Telegram's method names are case-insensitive."""


def method(function: F) -> F:
    """Enters a function `(world, p: Parameters)` under its own name, `send_message` as sendMessage."""
    head, *rest = function.__name__.split("_")
    name = head + "".join(word.title() for word in rest)
    METHODS[name.lower()] = Method(name, get_type_hints(function)["p"], function)
    return function


def find(name: str) -> Method:
    """The method of this name; Telegram's 404 when there is none."""
    try:
        return METHODS[name.lower()]
    except KeyError:
        raise BotApiError(404, "Not Found: method not found") from None


async def call(found: Method, world: World, raw: Raw, *, uploads: Mapping[str, Upload]) -> Any:
    """Reads the parameters, runs the method and returns its result."""
    result = found.run(world, read(found.takes, raw, uploads=uploads))
    return await result if isawaitable(result) else result
