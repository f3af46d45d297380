"""The local messenger: a Bot API server with a control side to act as its users, for demo and tests; owns no bot."""

from bot.playground.app import create_app
from bot.playground.server import PlaygroundServer, serve
from bot.playground.world import DEMO_TOKEN, World

__all__ = ["DEMO_TOKEN", "PlaygroundServer", "World", "create_app", "serve"]
