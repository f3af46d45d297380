"""What a button carries over the wire: our own text under a seal, so that nobody else can make one up or pass one on.

The seal is an HMAC over the bot, the chat the button is in and the text, cut to 48 bits. A guess costs a press, Telegram
passes on about one a second, and one that hits would only do what whoever pressed may do anyway: that is looked up at the
desk each time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

#: Buttons of other versions were made before the upgrade, or after a later one.
VERSION: Final = "2"

#: Bytes of the seal, and the signs it is written in.
_SEAL: Final = 6
_SIGNS: Final = 8

#: Bytes that Telegram lets a button carry.
MAX_DATA: Final = 64


class Seals:
    """Seals buttons and checks seals, for the bot of one token. `key` is the operator's, else the token itself serves."""

    def __init__(self, token: str, key: str = "") -> None:
        self._bot = token.partition(":")[0]
        own = hmac.digest((key or token).encode(), b"aftersales buttons", hashlib.sha256)
        self._blank = hmac.new(own, digestmod=hashlib.sha256)

    def seal(self, address: int, do: str) -> str:
        """What the button carries in that chat: nine bytes more than `do`."""
        return f"{VERSION}{self._tag(address, do)}{do}"

    def check(self, address: int, data: str) -> tuple[str, bool]:
        """What a button pressed in that chat says, and whether it is ours. Empty for one of another version."""
        if not data.startswith(VERSION):
            return "", True
        tag, do = data[1 : 1 + _SIGNS], data[1 + _SIGNS :]
        is_ours = hmac.compare_digest(self._tag(address, do).encode(), tag.encode("utf-8", "surrogatepass"))
        return do, is_ours

    def _tag(self, address: int, do: str) -> str:
        seal = self._blank.copy()
        seal.update(f"{self._bot}:{address}:{do}".encode("utf-8", "surrogatepass"))
        return base64.urlsafe_b64encode(seal.digest()[:_SEAL]).decode()
