"""The desk: the one door through which a case changes. Everything else here serves it."""

from conversations.desk.desk import Desk
from conversations.desk.visit import Settings

__all__ = ["Desk", "Settings"]
