"""The rows of a file sorted into orders, and the refusals: an order is taken whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.orderfiles.cells import BadCell
from bot.orderfiles.table import Row
from conversations.cases.orders import Order


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken over, and why. Lines count from 1, the header included."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says: whole orders, the refused lines in their order, and how many rows there were."""

    orders: tuple[Order, ...]
    refused: tuple[Refused, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the importer says beside the file: the store's name, and the days a parcel is under way."""

    store: str = ""
    transit: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """An order file format. `columns` are the casefolded headers it needs, `aliases` other names for any header."""

    name: str
    columns: tuple[str, ...]
    encodings: tuple[str, ...]
    read: Callable[[Sequence[Row], Wishes], Reading]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def canonical(self, column: str) -> str:
        return self.aliases.get(column, column)

    def missing(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The needed columns that are not there."""
        there = {self.canonical(column) for column in columns}
        return tuple(column for column in self.columns if column not in there)


@dataclass(slots=True)
class Group:
    """The rows of one order. One bad row refuses them all: with a line missing, every share would be wrong."""

    rows: list[Row] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def blame(self, line: int, reason: str) -> None:
        self.faults.setdefault(line, reason)

    def refusals(self) -> list[Refused]:
        first = min(self.faults)
        others = f"not taken over, because line {first} of the same order was refused"
        lines = {row.line for row in self.rows} | self.faults.keys()
        return [Refused(line, self.faults.get(line, others)) for line in lines]

    def drop_repeats(self, key: Callable[[Row], Hashable]) -> list[Refused]:
        """Leaves out rows that say the same again; a row that says something else under the same key is a fault."""
        first: dict[Hashable, Row] = {}
        kept, repeats = [], []
        for row in self.rows:
            before = first.setdefault(key(row), row)
            if before is row:
                kept.append(row)
            elif before.cells == row.cells:
                repeats.append(Refused(row.line, f"duplicated line: the same as line {before.line}"))
            else:
                kept.append(row)
                self.blame(row.line, f"duplicated line: the same item as line {before.line}, but different")
        self.rows = kept
        return repeats


def assemble(
    groups: Iterable[Group], make: Callable[[Group], Sequence[Order]], *, refused: Sequence[Refused], rows: int
) -> Reading:
    """Makes orders of the groups. `make` blames the rows it cannot use; a BadCell it raises blames the first row."""
    orders: list[Order] = []
    refusals = list(refused)
    for group in groups:
        made: Sequence[Order] = ()
        if not group.faults:
            try:
                made = make(group)
            except BadCell as err:
                group.blame(group.rows[0].line, str(err))
        if group.faults:
            refusals += group.refusals()
        else:
            orders += made
    return Reading(orders=tuple(orders), refused=tuple(sorted(refusals, key=lambda r: r.line)), rows=rows)
