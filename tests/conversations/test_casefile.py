"""The case file in phrases: everything on record, each reader's own view, nobody's secret."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations import casefile
from conversations.casefile import CaseFile, case_file, may_see
from conversations.cases.evidence import Evidence, File, FileKind
from conversations.cases.facts import ClaimRefused, EntryErased, MessagePassedOn, NoteWritten, PrivateLimitSet
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind
from conversations.ports import Entry

HEAD = "ab" * 32
READERS = (Role.BUYER, Role.SELLER, Role.ARBITRATOR)


def exhibit(build, n: int, kind: FileKind = FileKind.PHOTO, **changes) -> Evidence:
    file = File(kind=kind, file_id=f"f{n}", unique_id=f"u{n}", size=1)
    return replace(Evidence(n=n, by=Role.BUYER, at=build.opened, file=file), **changes)


def entry(build, n: int, fact, who: Role = Role.BUYER) -> Entry:
    return Entry(n=n, at=build.opened + timedelta(hours=n), who=who, person=1, fact=fact)


def made(build, case, reader=Role.BUYER, *, order="the order", evidence=(), entries=()) -> CaseFile:
    return case_file(
        case,
        reader,
        order=build.order() if order == "the order" else order,
        evidence=evidence,
        entries=entries,
        head=HEAD,
        now=build.opened,
    )


def said(build, file: CaseFile) -> dict[str, list[str]]:
    """Heading -> its lines, then the rows of its table with a bar between cells."""
    return {
        build.plain(part.heading): [
            *(build.plain(line) for line in part.lines),
            *(" | ".join(build.plain(cell) for cell in row) for row in part.rows),
        ]
        for part in file.parts
    }


def test_a_new_case_has_what_there_is_and_no_empty_parts(build) -> None:
    file = made(build, build.case(words="They are too big"))

    assert build.plain(file.title) == "Case A7K-Q2M · Blue mug"
    assert [build.plain(line) for line in file.lines] == [
        "Case file as of 2026-03-02 09:00",
        "This is the buyer's copy.",
    ]
    told = said(build, file)
    assert list(told) == [
        "The parties",
        "The claim",
        "What the policy says",
        "Where it stands",
        "What happened",
        "What was written",
        "How to check this record",
    ]
    assert told["The parties"] == ["Seller: the store Acme", "Buyer: who placed order 1001"]
    assert told["The claim"] == [
        "Return, reason: changed their mind",
        "Opened 2026-03-02 09:00",
        "2 × Blue mug",
        "Paid for these items: 40.00 USD",
        "“They are too big”",
    ]
    assert told["Where it stands"] == ["Waiting for the seller's answer", "The time to act ends 2026-03-04 09:00"]
    assert told["What happened"] == told["What was written"] == ["None."]
    assert HEAD in told["How to check this record"]


def test_the_verdict_stands_rule_by_rule(build) -> None:
    case = build.case()

    rows = said(build, made(build, case))["What the policy says"]

    assert rows[:3] == [
        "The policy supports this claim.",
        f"Policy tmall_global, SHA-256 {case.policy_hash}",
        "Rule | What was found | Source",
    ]
    assert [row.split(" | ")[0] for row in rows[3:]] == [finding.rule for finding in case.verdict.findings]
    failed = replace(case.verdict.findings[0], holds=False)
    worse = replace(case, verdict=replace(case.verdict, findings=(failed,)))
    assert said(build, made(build, worse))["What the policy says"][3].split(" | ")[1].startswith("✗ ")


def test_a_claim_on_a_replacement_without_its_order(build) -> None:
    lines = said(build, made(build, build.case(linked="B8LR3N"), order=None))["The claim"]

    assert lines == [
        "Return, reason: changed their mind",
        "Opened 2026-03-02 09:00",
        "Paid for these items: 40.00 USD",
        "About the replacement sent in case B8L-R3N",
    ]


def test_a_settled_case_tells_its_terms_and_vouchers(build) -> None:
    told = said(build, made(build, build.at(State.SETTLED)))

    assert told["Where it stands"][:3] == ["Settled", "Ended 2026-03-02 09:00", "• Return and refund"]
    assert told["Vouchers"] == [
        "Voucher | What it proves | Given by | When",
        "V1: sent back with DHL, RX1 | The goods were sent back | The buyer | 2026-03-02 09:00",
        "V2: 55.00 USD refunded, number T1 | The seller paid | The seller | 2026-03-02 09:00",
    ]
    assert (
        "Still to be refunded: 55.00 USD"
        in said(build, made(build, build.at(State.AWAITING_REFUND)))["Where it stands"]
    )


def test_offers_stand_with_what_became_of_them(build) -> None:
    offered = build.walk(
        build.case(),
        ("offer", build.seller, {"terms": build.terms(), "text": "as a goodwill"}),
        ("decline", build.buyer, {"text": "no"}),
        ("offer", build.seller, {"terms": build.terms(amount=2000)}),
    )

    assert said(build, made(build, offered))["Offers"] == [
        "No. | Made by | When | Terms | What became of it",
        "1 | The seller | 2026-03-02 09:00 | Compensation, goods stay with the buyer · 10.00 USD to the buyer "
        "“as a goodwill” | declined",
        "2 | The seller | 2026-03-02 09:00 | Compensation, goods stay with the buyer · 20.00 USD to the buyer | open",
    ]


def test_rulings_stand_with_their_reasons(build) -> None:
    ruled = build.at(State.RULED)
    final = replace(ruled.rulings[0], is_final=True, cites=("E1", "return.window"), terms=build.terms(Kind.REFUND, 500))

    told = said(build, made(build, replace(ruled, rulings=(*ruled.rulings, final))))

    assert told["The parties"][-1] == "An arbitrator has the case."
    assert told["The ruling"] == [
        "Given 2026-03-02 09:00",
        "The claim is granted in part.",
        "• Refund, goods stay with the buyer",
        "• 30.00 USD to the buyer",
        "“E1 shows it”",
    ]
    assert told["The final ruling on the appeal"][-1] == "Relied on: E1, return.window"
    assert "The seller refused: “no”" in told["Where it stands"]


def test_evidence_stands_with_its_hash_and_what_it_is_to_show(build) -> None:
    evidence = (
        exhibit(build, 1, sha256="c0" * 32, caption="the crack"),
        exhibit(build, 2, FileKind.VIDEO),
        exhibit(build, 3, FileKind.DOCUMENT, refused="type"),
    )

    file = made(build, build.case(), evidence=evidence)

    assert said(build, file)["Evidence"] == [
        "Exhibit | Given by | When | What it is to show, and its SHA-256",
        f"E1: Photo | The buyer | 2026-03-02 09:00 | {'c0' * 32} “the crack”",
        "E2: Video | The buyer | 2026-03-02 09:00 | Has not been checked yet.",
        "E3: Document | The buyer | 2026-03-02 09:00 | Could not be used.",
    ]
    [shown] = [part.exhibits for part in file.parts if part.exhibits]
    assert shown == evidence[:1]


def test_each_reader_sees_what_is_for_them_numbered_without_gaps(build) -> None:
    entries = (
        entry(build, 1, ClaimRefused("no"), Role.SELLER),
        entry(build, 2, PrivateLimitSet(), Role.SELLER),
        entry(build, 3, NoteWritten("a liar"), Role.ARBITRATOR),
        entry(build, 4, MessagePassedOn("please")),
        entry(build, 5, EntryErased(), Role.CLOCK),
    )
    refused = "1 | 2026-03-02 10:00 | The seller refused the claim: “no”"
    for reader in READERS:
        told = said(build, made(build, build.case(), reader, entries=entries))
        notes = ["2 | 2026-03-02 12:00 | Private note: “a liar”"] if reader is Role.ARBITRATOR else []
        erased = f"{len(notes) + 2} | 2026-03-02 14:00 | What stood here was erased."
        assert told["What happened"] == ["No. | When | What", refused, *notes, erased]
        assert told["What was written"] == ["No. | When | What", "1 | 2026-03-02 13:00 | The buyer wrote: “please”"]
    assert [may_see(PrivateLimitSet(), reader) for reader in READERS] == [False] * 3
    assert [may_see(NoteWritten("x"), reader) for reader in READERS] == [False, False, True]


@pytest.mark.parametrize("reader", READERS)
def test_no_private_limit_is_in_any_file(build, reader) -> None:
    case = build.case()

    assert made(build, replace(case, least=1234, most=5678), reader) == made(build, case, reader)


def test_a_record_too_long_for_a_file_tells_what_is_left_out(build, monkeypatch) -> None:
    monkeypatch.setattr(casefile, "MOST_ENTRIES", 2)
    entries = [entry(build, n, MessagePassedOn(f"word {n}")) for n in range(1, 6)]

    told = said(build, made(build, build.case(), entries=entries))["What was written"]

    assert told == [
        "(3 earlier entries are left out.)",
        "No. | When | What",
        "4 | 2026-03-02 13:00 | The buyer wrote: “word 4”",
        "5 | 2026-03-02 14:00 | The buyer wrote: “word 5”",
    ]
