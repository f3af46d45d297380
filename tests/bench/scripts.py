"""What the people of the bench do: a list of steps each, gone through again and again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Something to say or to press, and what the keyboard of the answer must contain for the next step to be taken.

    An empty `until` takes any message.
    """

    until: str
    say: str = ""
    press: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """`is_once`: whoever has come to the end leaves, and somebody new comes in their place."""

    name: str
    steps: tuple[Step, ...]
    is_once: bool = False


def _press(step: str, value: str) -> str:
    """What a button of the intake carries, as `conversations.presses` writes it."""
    return f"1:a:intake::{step}:{value}"


ECHO = Script("echo", (Step("", say="I have a question about my order, please."),))

#: Five updates, each answered by the next question; the last question is left open, and the next /new leaves the draft behind.
INTAKE = Script(
    "intake",
    (
        Step(_press("number", "0"), say="/new anew"),
        Step(_press("quantities", "1"), press=_press("number", "0")),
        Step(_press("remedy", "return"), press=_press("quantities", "1")),
        Step(_press("reason", "changed_mind"), press=_press("remedy", "return")),
        Step(_press("unused", "yes"), press=_press("reason", "changed_mind")),
    ),
)

#: The whole way to a case: nine updates. Its card, with the buyer's moves on it, is the last answer.
CLAIM = Script(
    "claim",
    (
        *INTAKE.steps,
        Step(_press("intact", "yes"), press=_press("unused", "yes")),
        Step(_press("words", ">"), press=_press("intact", "yes")),
        Step(_press("sure", "."), say="It is not the colour that I had hoped for."),
        Step("1:m:", press=_press("sure", ".")),
    ),
    is_once=True,
)
