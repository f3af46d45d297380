"""How an order number may be written: people leave out the # that a shop puts before it, or type it with blanks."""

from __future__ import annotations


def spellings(number: str) -> tuple[str, ...]:
    """The numbers that `number` may stand for, the literal one first: "1001" also finds "#1001", and vice versa.

    An order is looked up under the first of these that any store has.
    """
    typed = number.strip()
    bare = "".join(typed.split()).lstrip("#＃").upper()
    if not bare:
        return ()
    return tuple(dict.fromkeys((typed, bare, f"#{bare}", bare.lower(), f"#{bare.lower()}")))
