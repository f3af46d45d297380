"""Order exports of shops, read into orders. Where the orders go is not decided here."""

from bot.orderfiles.reading import FORMAT_NAMES, read
from bot.orderfiles.sheet import Reading, Refused

__all__ = ["FORMAT_NAMES", "Reading", "Refused", "read"]
