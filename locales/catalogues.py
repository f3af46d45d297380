"""The catalogues as files: what the code says is extracted, carried into every language, and checked in CI.

`python -m locales.catalogues update` after changing a phrase; `... check` fails on whatever a reader would stumble on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from locales.negotiation import FALLBACK, ROOT
from locales.phrases_in_code import misused
from locales.rendering import PLACE
from locales.wording import BIDI_CONTROLS

PROJECT = ROOT.parent
SOURCES = ("bot", "conversations")
TEMPLATE = ROOT / "messages.pot"

#: `Phrase("text", …)` and `Phrase.counted("one", "many", n=…)`.
KEYWORDS = {"Phrase": None, "counted": (1, 2)}


def extracted(project: Path = PROJECT) -> Catalog:
    """Every message in the code, with the files that say it."""
    template = Catalog(charset="utf-8")
    for source in SOURCES:
        found = extract_from_dir(str(project / source), [("**.py", "python")], keywords=KEYWORDS)
        for file, _line, msgid, _comments, context in found:
            template.add(msgid, locations=[(f"{source}/{Path(file).as_posix()}", 0)], context=context)
    return template


def paths() -> dict[str, Path]:
    """The catalogue of each language."""
    return {path.parent.parent.name: path for path in sorted(ROOT.glob("*/LC_MESSAGES/messages.po"))}


@cache
def _header(language: str) -> str:
    """A header without dates, so that files change only when messages do."""
    lines = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    if language:
        lines = [f"Language: {language}", *lines, f"Plural-Forms: {Catalog(locale=language).plural_forms}"]
    return "\n".join(['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in lines)])


def text_of(catalog: Catalog, language: str = "") -> str:
    """The file of a catalogue; the same for the same messages, wherever in their files they stand."""
    file = BytesIO()
    write_po(file, catalog, width=120, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return f"{_header(language)}\n\n{file.getvalue().decode()}".rstrip("\n") + "\n"


def read(path: Path, language: str) -> Catalog:
    """A catalogue from its file. Raises PoFileError for one that is broken."""
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="messages", abort_invalid=True)


def carried(template: Catalog, old: Catalog, language: str) -> Catalog:
    """The template with the translations that `old` has for its messages; English translates itself."""
    new = Catalog(locale=language, charset="utf-8")
    for message in _messages(template):
        known = old.get(message.id[0] if message.pluralizable else message.id)
        if known is None or known.id != message.id:
            known = Message(message.id, string=_untranslated(message, new.num_plurals))
        is_same = language == FALLBACK or not (any(_forms(known.string)) or _has_words(message))
        new.add(
            message.id,
            _itself(message, new.num_plurals) if is_same else known.string,
            locations=message.locations,
            flags={"fuzzy"} & known.flags if not is_same else (),
            user_comments=known.user_comments,
        )
    return new


def _untranslated(message: Message, forms: int) -> str | tuple[str, ...]:
    return ("",) * forms if message.pluralizable else ""


def _itself(message: Message, forms: int) -> str | tuple[str, ...]:
    one, *many = _forms(message.id)
    return (one, *many * (forms - 1))[-forms:] if many else one


def _has_words(message: Message) -> bool:
    """Whether there is anything to translate, beside places and signs."""
    return any(char.isalpha() for text in _forms(message.id) for char in PLACE.sub("", text))


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def update() -> None:
    """Writes the template anew and carries every catalogue along."""
    template = extracted()
    TEMPLATE.write_text(text_of(template), encoding="utf-8")
    for language, path in paths().items():
        path.write_text(text_of(carried(template, read(path, language), language), language), encoding="utf-8")


def problems() -> list[str]:
    """Everything that is wrong with the catalogues and with the phrases in the code, a line each."""
    template = extracted()
    found = [problem for source in SOURCES for problem in misused(PROJECT / source)]
    if not TEMPLATE.exists() or TEMPLATE.read_text(encoding="utf-8") != text_of(template):
        found.append(f"{TEMPLATE.name}: stale, run `make messages`")
    for language, path in paths().items():
        catalog = read(path, language)
        found += [f"{language}: {problem}" for problem in faults(catalog, template)]
        if path.read_text(encoding="utf-8") != text_of(carried(template, catalog, language), language):
            found.append(f"{language}: not carried along, run `make messages`")
    return found


def faults(catalog: Catalog, template: Catalog) -> Iterator[str]:
    """What is wrong with one catalogue, measured by the template."""
    for message in _messages(template):
        key = message.id[0] if message.pluralizable else message.id
        translation = catalog.get(key)
        if translation is None or translation.id != message.id:
            yield f"missing: {key!r}"
        elif translation.fuzzy:
            yield f"fuzzy: {key!r}"
        else:
            yield from (f"{fault}: {key!r}" for fault in _faults_of(translation, catalog.num_plurals))


def _faults_of(message: Message, forms: int) -> Iterator[str]:
    strings = _forms(message.string)
    if message.pluralizable and len(strings) != forms:
        yield f"{len(strings)} plural forms instead of {forms}"
    wanted = {place for text in _forms(message.id) for place in PLACE.findall(text)}
    for text in strings:
        if not text.strip():
            yield "untranslated"
            continue
        places = set(PLACE.findall(text))
        if message.pluralizable:  # "one day left" need not repeat the number
            places, wanted = places | {"n"}, wanted | {"n"}
        if places != wanted:
            yield f"places {sorted(places ^ wanted)} differ"
        if any(brace in PLACE.sub("", text) for brace in "{}"):
            yield "a stray brace"
        if text != text.strip():
            yield "space at an end"
        if BIDI_CONTROLS & set(text):
            yield "a direction mark"


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def main(arguments: list[str]) -> int:
    """The command line; 1 when the check found something."""
    match arguments:
        case ["update"]:
            update()
            return 0
        case ["check"]:
            found = problems()
            sys.stderr.writelines(f"{problem}\n" for problem in found)
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m locales.catalogues update|check\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
