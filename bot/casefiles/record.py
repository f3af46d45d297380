"""The record of a case as JSON that anybody can check without us, and the check.

An arbitrator's copy holds the whole chain; what even they may not see stands in it as its seal alone. A party's copy
holds the entries that are for them, each with its seal, but neither numbers nor links: a gap would tell that there is
something they may not see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from conversations import vocabulary
from conversations.casefile import may_see
from conversations.cases.evidence import Evidence
from conversations.cases.facts import EvidenceFiled
from conversations.cases.roles import Role
from storage import codec
from storage.chain import START, Contents, Ring, first_broken, seal
from storage.journal import Link

FORMAT: Final = "aftersales-record/1"


def record(
    ref: str,
    reader: Role,
    chain: Sequence[Link],
    *,
    files: Mapping[str, str],
    evidence: Sequence[Evidence],
    made_at: datetime,
) -> dict[str, Any]:
    """The record as `reader` may have it. `files` is exhibit -> name of its file beside the record."""
    whole = reader is Role.ARBITRATOR
    entries = [_entry(link, reader, in_chain=whole) for link in chain]
    return {
        "format": FORMAT,
        "ref": vocabulary.reference(ref),
        "view": reader.value,
        "made_at": made_at.isoformat(),
        "head": head_of(chain),
        "entries": [entry for entry in entries if entry is not None],
        "evidence": [
            {
                "name": item.name,
                "sha256": item.sha256 if whole or not item.copy else item.copy,
                "file": files[item.name],
            }
            for item in evidence
            if item.name in files
        ],
    }


def head_of(chain: Sequence[Link]) -> str:
    """The hash of the last entry."""
    return chain[-1].ring.hash if chain else START


def _entry(link: Link, reader: Role, *, in_chain: bool) -> dict[str, Any] | None:
    ring, contents = link.ring, link.contents
    open_to = contents is not None and may_see(codec.decode_fact(contents.what, contents.data), reader)
    if not in_chain and not open_to:
        return None
    entry: dict[str, Any] = {"at": ring.at.isoformat(), "seal": ring.seal}
    if in_chain:
        entry |= {"n": ring.n, "prev": ring.prev, "hash": ring.hash}
    if contents is not None and open_to:
        told = {"who": contents.who, "person": contents.person, "what": contents.what, "data": contents.data}
        entry |= {"salt": ring.salt, **told}
    return entry


@dataclass(frozen=True, slots=True)
class Report:
    """What the check of a file found. `faults` is empty when all is as it was sealed."""

    ref: str
    head: str
    entries: int
    sealed: int
    files: int
    is_whole: bool
    faults: list[str] = field(default_factory=list)


def check(told: Any, contents_of: Mapping[str, str] | None = None) -> Report:
    """Checks a record. `contents_of` is name of file -> SHA-256 of its bytes, of what lies beside it; None when nothing
    does. Never fails, whatever it is given."""
    try:
        return _check(told, contents_of)
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        return Report("", "", 0, 0, 0, False, [f"not a record of ours: {type(err).__name__}"])


def _check(told: Any, contents_of: Mapping[str, str] | None) -> Report:
    if told["format"] != FORMAT:
        raise ValueError("another format")
    ref, head, entries = str(told["ref"]), str(told["head"]), list(told["entries"])
    is_whole = told["view"] == Role.ARBITRATOR.value
    faults: list[str] = []
    if is_whole:
        links = [(_ring(entry, ref.replace("-", "")), _contents(entry)) for entry in entries]
        if (broken := first_broken(links)) is not None:
            faults.append(f"entry {broken} is not as it was written, or is missing")
        elif head != (links[-1][0].hash if links else START):
            faults.append(f"entry {len(links) + 1} is missing: the record ends before its head")
    else:
        for number, entry in enumerate(entries, start=1):
            contents = _contents(entry)
            if contents is None or seal(contents, entry["salt"]) != entry["seal"]:
                faults.append(f"entry {number} is not as it was sealed")
    faults += _evidence_faults(told["evidence"], entries, contents_of, is_whole=is_whole)
    sealed = sum("salt" not in entry for entry in entries)
    return Report(ref, head, len(entries), sealed, len(told["evidence"]), is_whole, faults)


def _evidence_faults(
    evidence: Sequence[Mapping[str, Any]],
    entries: Sequence[Mapping[str, Any]],
    contents_of: Mapping[str, str] | None,
    *,
    is_whole: bool,
) -> list[str]:
    told = [entry["data"] for entry in entries if entry.get("what") == EvidenceFiled.__name__]
    filed = {f"E{data.get('n')}": data.get("sha256") for data in told if isinstance(data, Mapping)}
    faults = []
    for item in evidence:
        if is_whole and filed.get(item["name"]) != item["sha256"]:
            faults.append(f"{item['name']} is not what the record says was filed")
        if contents_of is not None and contents_of.get(item["file"]) != item["sha256"]:
            faults.append(f"the file of {item['name']} is missing or not what was filed")
    return faults


def _ring(entry: Mapping[str, Any], ref: str) -> Ring:
    return Ring(
        ref=ref,
        n=entry["n"],
        at=datetime.fromisoformat(entry["at"]),
        salt=entry.get("salt", ""),
        seal=entry["seal"],
        prev=entry["prev"],
        hash=entry["hash"],
    )


def _contents(entry: Mapping[str, Any]) -> Contents | None:
    if "salt" not in entry:
        return None
    return Contents(who=entry["who"], person=entry["person"], what=entry["what"], data=entry["data"])
