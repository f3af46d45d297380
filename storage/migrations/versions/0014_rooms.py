"""Groups that hear for others"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("linked_by", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_rooms_person"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["linked_by"], ["people.id"], name=op.f("fk_rooms_linked_by"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_rooms")),
    )
    linked = sa.text("left_at IS NULL")
    op.create_index(
        "ix_rooms_linked", "rooms", ["role", "store"], unique=True, sqlite_where=linked, postgresql_where=linked
    )


def downgrade() -> None:
    op.drop_index("ix_rooms_linked", "rooms")
    op.drop_table("rooms")
