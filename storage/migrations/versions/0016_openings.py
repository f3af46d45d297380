"""How many cases each store had had by each midnight; how far a publication of the heads has come"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

_COMPARED = ["answer_seconds", "kept", "missed", "is_escalated", "offers", "accepted"]

_Index = tuple[str, Sequence[str], Sequence[str]]
#: Of `outcomes`: name, columns, and what is in it besides on PostgreSQL.
_INDICES: Sequence[_Index] = (
    ("ix_outcomes_opened", ["store", "opened_at"], ["remedy", "reason", *_COMPARED]),
    ("ix_outcomes_ended", ["store", "ended_at"], ["resolve_seconds", "currency", "refund", "shipping"]),
    ("ix_outcomes_sizes", ["opened_at"], ["store"]),
    ("ix_outcomes_marks", ["store", "rated_at"], ["service", "outcome"]),
)
_BEFORE: Sequence[_Index] = (
    ("ix_outcomes_store_opened_at", ["store", "opened_at"], []),
    ("ix_outcomes_store_ended_at", ["store", "ended_at"], []),
    ("ix_outcomes_store_rated_at", ["store", "rated_at"], []),
    ("ix_outcomes_peers", ["opened_at"], ["store", *_COMPARED]),
    ("ix_outcomes_ratings", ["rated_at"], ["store", "service"]),
)


def upgrade() -> None:
    # Filled by the bot as soon as it runs (`storage.openings`): a report made before counts for itself.
    op.create_table(
        "openings",
        sa.Column("midnight", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("midnight", "store", name=op.f("pk_openings")),
    )
    _change(_BEFORE, _INDICES)
    op.create_table(
        "publishing",
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("began_at", name=op.f("pk_publishing")),
    )


def downgrade() -> None:
    op.drop_table("publishing")
    _change(_INDICES, _BEFORE)
    op.drop_table("openings")


def _change(old: Sequence[_Index], new: Sequence[_Index]) -> None:
    for name, _, _ in old:
        op.drop_index(name, "outcomes")
    for name, columns, besides in new:
        op.create_index(name, "outcomes", columns, postgresql_include=besides or None)
