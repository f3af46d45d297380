"""The policy: packs are data, rules are small pure classes, `assess` applies them all and explains itself."""

from conversations.policy.assess import assess
from conversations.policy.comparing import Difference, difference
from conversations.policy.history import NO_HISTORY, History, history_of
from conversations.policy.loading import load
from conversations.policy.overrides import for_store
from conversations.policy.pack import Pack, PackError

__all__ = [
    "NO_HISTORY",
    "Difference",
    "History",
    "Pack",
    "PackError",
    "assess",
    "difference",
    "for_store",
    "history_of",
    "load",
]
