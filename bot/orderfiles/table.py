"""A spreadsheet's text file as named cells: bytes, encoding, separator, header. Not what the cells mean."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_SEPARATORS = (",", ";", "\t")
_NOT_TEXT = {
    b"PK\x03\x04": "this is an Excel workbook; save it as CSV (UTF-8) and import that",
    b"\xd0\xcf\x11\xe0": "this is an old Excel workbook; save it as CSV (UTF-8) and import that",
    b"%PDF": "this is a PDF, not an order export",
    b"\x1f\x8b": "this is a compressed file; unpack it first",
}


class Unreadable(Exception):
    """The file as a whole cannot be read as a table."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record: the number of its first physical line and its cells by column, each without outer blanks.

    `fault` says why the record could not be taken apart; its cells are then a guess, good for saying whose it is only.
    """

    line: int
    cells: Mapping[str, str]
    fault: str = ""

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A header and the records below it."""

    columns: frozenset[str]
    rows: tuple[Row, ...]


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was in: UTF-8 or UTF-16 with a mark, else GB18030 (which contains GBK).

    Raises Unreadable for what is no text at all.
    """
    for magic, reason in _NOT_TEXT.items():
        if data.startswith(magic):
            raise Unreadable(1, reason)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16"), "utf-16"
    if b"\0" in data:
        raise Unreadable(1, "this is not a text file; export the orders as CSV")
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _decoded(data, "gb18030"), "gb18030"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise Unreadable(line, "this is neither UTF-8 nor GBK text; save the file as CSV (UTF-8)") from err


def headers(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The first line read with each separator in turn: (separator, column names)."""
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    if first.casefold().startswith("sep="):  # a hint to Excel, above the header
        first = text.split("\n", 2)[1] if text.count("\n") else ""
    for separator in _SEPARATORS:
        yield separator, tuple(_column(cell) for cell in next(csv.reader([first], delimiter=separator), []))


def _column(cell: str) -> str:
    return cell.strip().strip("\ufeff").strip().casefold()


def read_table(text: str, separator: str, *, canonical: Callable[[str], str]) -> Table:
    """The records of the text. `canonical` gives the name by which a column is known. Raises Unreadable if empty."""
    records = _records(text, separator)
    header = next((record for record in records if not _is_blank(record) and not _is_hint(record)), None)
    if header is None:
        raise Unreadable(1, "the file is empty")
    if header.fault:
        raise Unreadable(header.line, f"the header cannot be read: {header.fault}")
    columns = tuple(canonical(_column(cell)) for cell in header.cells)
    rows = tuple(_row(record, columns) for record in records if not _is_blank(record))
    return Table(columns=frozenset(columns), rows=rows)


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    cells: Sequence[str]
    fault: str = ""


class _Lines:
    """The physical lines, with a way back: a quotation mark that never closes must not swallow the rows below it."""

    def __init__(self, text: str) -> None:
        self._source = iter(io.StringIO(text, newline=""))
        self._again: deque[str] = deque()
        self._seen: list[str] = []
        self.next_line = 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self._seen.append(line)
        self.next_line += 1
        return line

    def start(self) -> int:
        """A record begins: the number of its first line."""
        self._seen.clear()
        return self.next_line

    def give_back(self) -> str:
        """The record is broken: its first line; the others will be read again."""
        first, *others = self._seen
        self._again.extendleft(reversed(others))
        self.next_line -= len(others)
        return first


def _records(text: str, separator: str) -> Iterator[_Record]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = lines.start()
        try:
            yield _Record(line, next(reader))
        except StopIteration:
            return
        except csv.Error as err:
            yield _Record(line, lines.give_back().split(separator), _fault(err))


def _fault(err: csv.Error) -> str:
    told = str(err)
    if "field larger" in told:
        return "a cell is far too long; is a quotation mark missing?"
    if "unexpected end" in told:
        return "a quotation mark opens here and never closes"
    return f"not valid CSV: {told}"


def _is_blank(record: _Record) -> bool:
    return not record.fault and not any(cell.strip() for cell in record.cells)


def _is_hint(record: _Record) -> bool:
    return record.line == 1 and bool(record.cells) and record.cells[0].casefold().startswith("sep=")


def _row(record: _Record, columns: tuple[str, ...]) -> Row:
    cells = [cell.strip() for cell in record.cells]
    fault = record.fault
    if not fault and any(cells[len(columns) :]):
        fault = f"{len(cells)} cells where the header has {len(columns)}"
    named: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        named.setdefault(column, cell)
    return Row(line=record.line, cells=named, fault=fault)
