"""Signs to read aloud: references of cases, codes of orders."""

from __future__ import annotations

import secrets

#: Of each set of signs that look alike (0O 1IL 5S 2Z 8B UV) or sound alike (BCDEGPTV MN FSX JK AHK 5 9) one at most.
ALPHABET = "AFHJKMQRTWXY2346789"


def signs(count: int) -> str:
    """That many signs at random, fit for a secret."""
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
