"""Who acts in a case, and what they may be called in a record."""

from enum import StrEnum


class Role(StrEnum):
    """A party to a case. `CLOCK` acts when a deadline passes and nobody did."""

    BUYER = "buyer"
    SELLER = "seller"
    ARBITRATOR = "arbitrator"
    CLOCK = "clock"


#: The two parties between whom a case is.
PARTIES = (Role.BUYER, Role.SELLER)


def other(role: Role) -> Role:
    """The opposite party; only a buyer and a seller have one."""
    return {Role.BUYER: Role.SELLER, Role.SELLER: Role.BUYER}[role]
