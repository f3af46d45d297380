"""What a button carries and brings back when it is pressed: at most 55 bytes, versioned, meaning nothing by itself.

Who pressed it, and whether they may, is looked up each time. On the wire a seal is put before it.
"""

from __future__ import annotations

from dataclasses import dataclass

_VERSION = "1"
#: Of the 64 that a messenger carries, nine are for the seal.
_MAX_BYTES = 55


@dataclass(frozen=True, slots=True)
class MovePress:
    """Make a move in a case, as it stood at `turn`."""

    ref: str
    turn: int
    move: str


@dataclass(frozen=True, slots=True)
class AnswerPress:
    """Answer the step of a dialog with a value. `ref` tells two dialogs of the same name about two cases apart."""

    dialog: str
    step: str
    value: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class CommandPress:
    """The same as typing a command."""

    command: str
    argument: str = ""


Press = MovePress | AnswerPress | CommandPress

#: Values of an AnswerPress that every step understands.
BACK, CANCEL, SKIP, DONE = "<", "x", ">", "."


def write(press: Press) -> str:
    """The text a button carries. Raises ValueError when it would not fit."""
    match press:
        case MovePress(ref, turn, move):
            text = f"{_VERSION}:m:{ref}:{turn}:{move}"
        case AnswerPress(dialog, step, value, ref):
            text = f"{_VERSION}:a:{dialog}:{ref}:{step}:{value}"
        case _:
            text = f"{_VERSION}:c:{press.command}:{press.argument}"
    if len(text.encode()) > _MAX_BYTES:
        raise ValueError(f"too long for a button: {text}")
    return text


def read(text: str) -> Press | None:
    """What a button meant; None for one of another version, or none of ours."""
    match text.split(":", 5):
        case [version, "m", ref, turn, move] if (
            version == _VERSION and turn.isascii() and turn.isdigit() and len(turn) < 10
        ):
            return MovePress(ref, int(turn), move)
        case [version, "a", dialog, ref, step, value] if version == _VERSION:
            return AnswerPress(dialog, step, value, ref)
        case [version, "c", command, *rest] if version == _VERSION:
            return CommandPress(command, ":".join(rest))
    return None
