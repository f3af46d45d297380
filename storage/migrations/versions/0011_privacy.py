"""Privacy"""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forget_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_privacy_person"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_privacy")),
    )
    op.create_index(op.f("ix_privacy_forget_at"), "privacy", ["forget_at"])
    op.create_table(
        "outdated",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ref", "what", name=op.f("pk_outdated")),
    )
    # SQLite adds no column with such a default to a table with rows: there the table is made anew.
    recreate: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("dialogs", schema=None, recreate=recreate) as batch_op:
        batch_op.add_column(sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False))
    ended = sa.text("ended_at IS NOT NULL")
    op.create_index("ix_cases_ended", "cases", ["ended_at"], sqlite_where=ended, postgresql_where=ended)
    op.create_index(op.f("ix_journal_person"), "journal", ["person"])


def downgrade() -> None:
    op.drop_index(op.f("ix_journal_person"), "journal")
    op.drop_index("ix_cases_ended", "cases")
    with op.batch_alter_table("dialogs", schema=None) as batch_op:
        batch_op.drop_column("at")
    op.drop_table("outdated")
    op.drop_index(op.f("ix_privacy_forget_at"), "privacy")
    op.drop_table("privacy")
