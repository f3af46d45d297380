"""Which thread of a chat is about which case"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "threads",
        sa.Column("address", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("thread", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("holds_card", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("address", "ref", name=op.f("pk_threads")),
    )
    op.create_index(op.f("ix_threads_address_thread"), "threads", ["address", "thread"], unique=True)


def downgrade() -> None:
    op.drop_table("threads")
