"""Who wants machine translations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("translation", sa.Text(), server_default="unasked", nullable=False))
    op.add_column("people", sa.Column("translation_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.drop_column("translation_at")
        people.drop_column("translation")
