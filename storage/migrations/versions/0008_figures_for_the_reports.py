"""Figures for the reports, filled for the cases there are"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_EACH = 500


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer_seconds", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolve_seconds", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("is_escalated", sa.Boolean(), nullable=False),
        sa.Column("is_reversed", sa.Boolean(), nullable=False),
        sa.Column("refund", sa.BigInteger(), nullable=False),
        sa.Column("shipping", sa.BigInteger(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_outcomes")),
    )
    op.create_index(op.f("ix_outcomes_store_opened_at"), "outcomes", ["store", "opened_at"])
    op.create_index(op.f("ix_outcomes_store_ended_at"), "outcomes", ["store", "ended_at"])
    op.create_index(op.f("ix_outcomes_store_rated_at"), "outcomes", ["store", "rated_at"])
    op.create_index(
        "ix_outcomes_peers",
        "outcomes",
        ["opened_at"],
        postgresql_include=["store", "answer_seconds", "kept", "missed", "is_escalated", "offers", "accepted"],
    )
    op.create_index("ix_outcomes_ratings", "outcomes", ["rated_at"], postgresql_include=["store", "service"])
    op.create_table(
        "outcome_products",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ref", "product", name=op.f("pk_outcome_products")),
    )
    op.create_index(op.f("ix_outcome_products_store_opened_at"), "outcome_products", ["store", "opened_at"])
    op.create_table(
        "hearings",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("arbitrator", sa.BigInteger(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("is_appealed", sa.Boolean(), nullable=False),
        sa.Column("is_reversed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("ref", "n", name=op.f("pk_hearings")),
    )
    op.create_index(op.f("ix_hearings_taken_at"), "hearings", ["taken_at"])
    op.create_index(op.f("ix_hearings_store_ended_at"), "hearings", ["store", "ended_at"])
    op.create_table(
        "suggestions",
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("store", "kind", "about", "days", name=op.f("pk_suggestions")),
    )
    op.create_table(
        "digests",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_digests_person"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("person", "store", name=op.f("pk_digests")),
    )
    op.create_table(
        "digests_off",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_digests_off_person"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_digests_off")),
    )
    op.create_index(op.f("ix_orders_store_purchased_at"), "orders", ["store", "purchased_at"])
    _fill(op.get_bind())


def downgrade() -> None:
    op.drop_index(op.f("ix_orders_store_purchased_at"), "orders")
    for table in ("digests_off", "digests", "suggestions", "hearings", "outcome_products", "outcomes"):
        op.drop_table(table)


# --- filling ---------------------------------------------------------------------------------------------------
# As `conversations.cases.outcomes` folds facts, but from what is kept, and on its own, since that may change: a seller's
# deadline counts as kept by what they did, as far as the journal tells.

_cases = sa.table("cases", sa.column("ref", Words), sa.column("doc", sa.JSON))
_journal = sa.table(
    "journal",
    *(sa.column(name, kind) for name, kind in (("ref", Words), ("n", sa.Integer), ("at", Instant), ("who", Words))),
    sa.column("what", Words),
    sa.column("data", sa.JSON),
)
_orders = sa.table("orders", sa.column("store", Words), sa.column("number", Words), sa.column("doc", sa.JSON))
_instants = frozenset({"opened_at", "ended_at", "rated_at", "taken_at"})


def _table(name: str, columns: Sequence[str]) -> sa.TableClause:
    return sa.table(name, *(sa.column(each, Instant if each in _instants else None) for each in columns))


def _fill(bind: sa.Connection) -> None:
    for cases in _batches(bind):
        refs = [case.ref for case in cases]
        facts = defaultdict(list)
        for entry in bind.execute(
            sa.select(_journal).where(_journal.c.ref.in_(refs)).order_by(_journal.c.ref, _journal.c.n)
        ):
            facts[entry.ref].append(entry)
        put: dict[str, list[dict[str, Any]]] = {"outcomes": [], "outcome_products": [], "hearings": []}
        for case in cases:
            put["outcomes"].append(_outcome(case.ref, case.doc, facts[case.ref]))
            put["hearings"] += _hearings(case.ref, case.doc, facts[case.ref])
            put["outcome_products"] += _products(bind, case.ref, case.doc)
        for name, rows in put.items():
            if rows:
                bind.execute(sa.insert(_table(name, list(rows[0]))), rows)


def _batches(bind: sa.Connection) -> Iterator[Sequence[sa.Row[Any]]]:
    last = ""
    while rows := bind.execute(sa.select(_cases).where(_cases.c.ref > last).order_by(_cases.c.ref).limit(_EACH)).all():
        yield rows
        last = rows[-1].ref


def _outcome(ref: str, doc: Any, facts: Sequence[Any]) -> dict[str, Any]:
    claim, position, opened = doc["claim"], doc["position"], _at(doc["opened_at"])
    ended = _at(doc["ended_at"]) if doc.get("ended_at") else None
    terms, done = position.get("terms"), position["done"]
    shipping = min(terms["shipping_amount"]["minor"], done["refunded"]) if terms else 0
    mine = [offer for offer in doc.get("offers", ()) if offer["by"] == "seller"]
    rating = doc.get("rating") or {}
    answers = [e.at for e in facts if e.who == "seller" and e.what in _ANSWERS]
    return {
        "ref": ref,
        "store": claim["order"]["store"],
        "remedy": claim["remedy"],
        "ground": doc["verdict"]["ground"],
        "reason": claim["reason"],
        "currency": doc["paid"]["currency"],
        "opened_at": opened,
        "state": position["state"],
        "answer_seconds": _seconds(opened, answers[0]) if answers else None,
        "ended_at": ended,
        "resolve_seconds": _seconds(opened, ended) if ended else None,
        "result": _result(position, {e.what for e in facts}),
        "kept": _kept(facts),
        "missed": sum(_is_missed(e.what, e.data) for e in facts),
        "offers": len(mine),
        "accepted": sum(offer["fate"] == "accepted" for offer in mine),
        "is_escalated": any(map(_calls_arbitrators, facts)),
        "is_reversed": any(_reversals(doc)),
        "refund": done.get("earlier", 0) + done["refunded"] - shipping,
        "shipping": shipping,
        "rated_at": _at(rating["at"]) if rating else None,
        "service": rating.get("stars", 0),
        "outcome": rating.get("outcome", 0),
    }


def _calls_arbitrators(entry: Any) -> bool:
    is_silence = entry.what == "OfferLapsed" and entry.data["maker"] == "buyer"
    return is_silence or entry.what in ("CaseEscalated", "GoodsDisputed", "RulingAppealed", "CaseTaken")


_ANSWERS = ("ClaimApproved", "ClaimRefused", "OfferMade", "MessagePassedOn")
_DONE = ("OfferAccepted", "OfferDeclined", "GoodsReceived", "GoodsDisputed", "QuestionAnswered")


def _result(position: Any, what: set[str]) -> str:
    terms = position.get("terms")
    if position["state"] == "settled":
        return str(terms["kind"])
    if position["state"] != "closed":
        return ""
    if "ClaimWithdrawn" in what:
        return "withdrawn"
    return "dismissal" if terms and terms["kind"] == "dismissal" else "lapsed"


def _kept(facts: Sequence[Any]) -> int:
    kept, is_asked, is_breached = 0, True, False
    for entry in facts:
        what, data, mine = entry.what, entry.data, entry.who == "seller"
        if what in ("TermsBreached", "RefundDisputed"):
            is_breached = True
        elif what == "GoodsSent" or (what == "RefundPaid" and not data["left"]["minor"]):
            kept += mine and not is_breached
            is_breached = False
        elif what in _DONE:
            kept += mine
        elif what in ("ClaimApproved", "ClaimRefused", "OfferMade"):
            kept += mine and is_asked
            is_asked = what == "OfferMade" and not mine
    return kept


def _is_missed(what: str, data: Any) -> bool:
    if what in ("ClaimApproved", "GoodsReceived", "CaseEscalated"):
        return bool(data.get("by_default"))
    return (
        what == "TermsBreached"
        or (what == "OfferLapsed" and data["maker"] == "buyer")
        or (what == "QuestionUnanswered" and data["party"] == "seller")
    )


def _reversals(doc: Any) -> list[bool]:
    """For each ruling, whether the next one, on an appeal, said other than it."""
    rulings = doc.get("rulings", ())
    return [
        then["is_final"] and not one["is_final"] and one["terms"] != then["terms"] for one, then in pairwise(rulings)
    ] + [False] * bool(rulings)


def _hearings(ref: str, doc: Any, facts: Sequence[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    ruled: list[dict[str, Any]] = []
    for entry in facts:
        if entry.what == "CaseTaken":
            found.append(
                {
                    "ref": ref,
                    "n": len(found) + 1,
                    "arbitrator": entry.data["arbitrator"],
                    "store": doc["claim"]["order"]["store"],
                    "taken_at": entry.at,
                    "ended_at": None,
                    "seconds": None,
                    "how": "",
                    "is_appealed": False,
                    "is_reversed": False,
                }
            )
            continue
        how = _ends_hearing(entry)
        if how and found and found[-1]["ended_at"] is None:
            found[-1] |= {"ended_at": entry.at, "seconds": _seconds(found[-1]["taken_at"], entry.at), "how": how}
            ruled += [found[-1]] if how == "ruled" else []
        if entry.what == "RulingAppealed" and ruled:
            ruled[-1]["is_appealed"] = True
    for hearing, is_reversed in zip(ruled, _reversals(doc), strict=False):
        hearing["is_reversed"] = is_reversed
    return found


def _ends_hearing(entry: Any) -> str:
    if entry.what == "CaseReleased":
        return "late" if entry.data.get("by_default") else "released"
    if entry.what == "RulingGiven":
        return "ruled"
    agreed = entry.what == "OfferAccepted" and entry.data.get("is_agreed", True)
    return "parties" if agreed or entry.what == "ClaimWithdrawn" else ""


def _products(bind: sa.Connection, ref: str, doc: Any) -> list[dict[str, Any]]:
    claim = doc["claim"]
    key = _orders.c.store == claim["order"]["store"], _orders.c.number == claim["order"]["number"]
    order = bind.execute(sa.select(_orders.c.doc).where(*key)).scalar()
    if order is None:
        return []
    claimed = {each["item_no"] for each in claim["items"]}
    items = [item for item in order["items"] if item["no"] in claimed]
    return [
        {
            "ref": ref,
            "product": product,
            "title": title,
            "store": claim["order"]["store"],
            "reason": claim["reason"],
            "opened_at": _at(doc["opened_at"]),
        }
        for product, title in {item.get("sku") or item["title"]: item["title"] for item in items}.items()
    ]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _seconds(begin: datetime, end: datetime) -> int:
    return max(0, int((end - begin).total_seconds()))
