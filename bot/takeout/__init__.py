"""Everything about a person to take along: gathered, written for programs and for people, and packed with their files."""

from bot.takeout.packing import Takeouts

__all__ = ["Takeouts"]
