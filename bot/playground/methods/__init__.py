"""The Bot API methods the playground knows, one small function each, by subject."""

from bot.playground.methods import (  # noqa: F401  (each enters its functions in the table)
    albums,
    chats,
    copying,
    editing,
    media,
    profile,
    sending,
    topics,
    updates,
)
from bot.playground.methods.table import METHODS, Encoded, Method, call, find

__all__ = ["METHODS", "Encoded", "Method", "call", "find"]
