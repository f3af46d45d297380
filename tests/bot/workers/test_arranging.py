"""In which order what waits is said, what is superfluous, and what is said in one."""

from collections.abc import Sequence
from dataclasses import replace

from bot.workers.outbox import FEW, arrange, joined
from conversations.messages import Body, Card, Notice, Outgoing, Placing, Toast
from conversations.phrase import Phrase
from storage.lanes import Item

from .conftest import NOON
from .deliveries import card, notice, question


def items(*outgoing: Outgoing) -> list[Item[Outgoing]]:
    return [Item(number, each, NOON) for number, each in enumerate(outgoing, 1)]


def arranged(items: Sequence[Item[Outgoing]]) -> list[tuple[int, tuple[int, ...]]]:
    return [(item.id, covered) for item, covered in arrange(items)]


def test_older_cards_are_superfluous() -> None:
    one = Outgoing(to=1, body=card("x"), slot="card:A", placing=Placing.REPLACE)
    other = Outgoing(to=1, body=card("x"), slot="card:B", placing=Placing.REPLACE)
    plain = Outgoing(to=1, body=notice("x"))

    assert arranged(items(one, plain, other, one, one)) == [(2, ()), (3, ()), (5, (1, 4))]


def test_card_that_has_to_be_at_the_bottom_is_never_left_out() -> None:
    below = Outgoing(to=1, body=card("x"), slot="card:A", placing=Placing.BELOW)
    edit = Outgoing(to=1, body=card("x"), slot="card:A", placing=Placing.REPLACE)

    assert arranged(items(edit, below, edit, edit)) == [(2, ()), (4, (1, 3))]


def test_questions_and_notices_are_all_said() -> None:
    asked = Outgoing(to=1, body=question("x"), slot="question", placing=Placing.REPLACE)
    told = Outgoing(to=1, body=notice("x"), slot="question", placing=Placing.REPLACE)

    assert arranged(items(asked, told, asked)) == [(1, ()), (2, ()), (3, ())]


def test_toasts_come_first_in_their_order() -> None:
    toast = Outgoing(to=1, body=Toast(query="1"))
    plain = Outgoing(to=1, body=notice("x"))

    assert arranged(items(plain, toast, plain, toast)) == [(2, ()), (4, ()), (1, ()), (3, ())]


# --- in a group ------------------------------------------------------------------------------------------------


def line(words: str, title: str = "") -> Notice:
    return Notice(lines=(Phrase("{words}", words=words),), title=Phrase("{words}", words=title) if title else None)


def item(number: int, body: Body, **what: object) -> Item[Outgoing]:
    return Item(number, Outgoing(to=1, body=body, **what), NOON)  # type: ignore[arg-type]


def test_few_notices_are_said_one_by_one_and_many_in_one() -> None:
    few = [item(n, line(f"n{n}", "Case A"), ref="A") for n in range(FEW)]
    assert [(each.id, covered) for each, covered in arrange(few, is_group=True)] == [(n, ()) for n in range(FEW)]
    many = [*few, item(8, line("other"), ref="B"), item(9, Toast(query="q")), item(10, line("last"), ref="B")]
    assert [(each.id, covered) for each, covered in arrange(many)] == [(n, ()) for n in (9, 0, 1, 2, 8, 10)]
    merged = arrange(many, is_group=True)
    assert [(each.id, covered) for each, covered in merged] == [(9, ()), (0, (1, 2)), (8, (10,))]
    in_its_topic = replace(few[2], payload=replace(few[2].payload, thread=7))
    assert len(arrange([*few[:2], in_its_topic, *many[3:]], is_group=True)) == 3
    assert merged[1][0].payload.body == replace(
        line("n0", "Case A"), lines=tuple(Phrase("{words}", words=f"n{n}") for n in range(FEW))
    )


def test_what_is_no_plain_notice_is_said_alone() -> None:
    card = Card(ref="A", title=Phrase("x"), state=Phrase("y"), turn=None, due_at=None, default=None)
    apart = [
        item(1, line("a"), ref="A"),
        item(2, line("b"), ref="A", answers=4),
        item(3, line("c"), ref="A", slot="question:1", placing=Placing.REPLACE),
        item(4, card, ref="A", slot="card:A", placing=Placing.BELOW),
        item(5, line("d"), ref="A"),
        item(6, line("e"), thread=7),
        item(7, line("f"), thread=8),  # somebody asked in one topic, somebody in another
    ]
    assert [(each.id, covered) for each, covered in arrange(apart, is_group=True)] == [(n, ()) for n in range(1, 8)]


def test_a_title_is_told_once_and_the_last_buttons_stay() -> None:
    buttons = ((),)
    first = replace(line("a", "Case A"), choices=buttons)
    assert joined([first, line("a", "Case A"), line("b"), line("c", "Case B")]) == Notice(
        lines=tuple(Phrase("{words}", words=words) for words in ("a", "b", "Case B", "c")),
        title=first.title,
        choices=buttons,
    )
