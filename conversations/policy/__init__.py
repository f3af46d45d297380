"""The policy: packs are data, rules are small pure classes, `assess` applies them all and explains itself."""

from conversations.policy.assess import assess
from conversations.policy.pack import Pack, PackError, load

__all__ = ["Pack", "PackError", "assess", "load"]
