"""Phrases as the code writes them: finds those that cannot be extracted, and places nobody gives a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from locales.rendering import PLACE


def misused(folder: Path) -> Iterator[str]:
    """A line for each phrase in the folder's code that readers of another language could not be given whole."""
    for path in sorted(folder.rglob("*.py")):
        for line, fault in misused_in(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(folder.parent).as_posix()}:{line}: {fault}"


def misused_in(code: str) -> Iterator[tuple[int, str]]:
    """Line and fault of each misused phrase."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and (texts := _texts(node)):
            for fault in _faults(node, texts):
                yield node.lineno, fault


def _texts(call: ast.Call) -> list[ast.expr]:
    match call.func:
        case ast.Name(id="Phrase"):
            return call.args[:1]
        case ast.Attribute(value=ast.Name(id="Phrase"), attr="counted"):
            return call.args[:2]
    return []


def _faults(call: ast.Call, texts: list[ast.expr]) -> Iterator[str]:
    literals = [text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)]
    if len(literals) != len(texts):
        yield "not a literal, cannot be extracted"
        return
    given = {keyword.arg for keyword in call.keywords}
    if None in given:  # **params: only known when it runs
        return
    if len(call.args) > len(texts):  # the number of `counted`
        given.add("n")
    places = {place for text in literals for place in PLACE.findall(text)}
    if missing := places - given:
        yield f"no value for {sorted(missing)} in {literals[0]!r}"
    if unused := {name for name in given if name != "n"} - places:
        yield f"no place for {sorted(map(str, unused))} in {literals[0]!r}"
    if any(brace in PLACE.sub("", text) for text in literals for brace in "{}"):
        yield f"a stray brace in {literals[0]!r}"
