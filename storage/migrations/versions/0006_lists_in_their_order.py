"""Lists in their order"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_cases_state_due_at", table_name="cases")
    op.drop_index("ix_cases_arbitrator", table_name="cases")
    op.create_index("ix_cases_due_at", "cases", ["due_at"])
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"])
    pressing = ["due_at", "opened_at", "ref"]
    _create("ix_cases_queued", "cases", pressing, "state IN ('escalated', 'breached')")
    _create("ix_cases_open_of_store", "cases", ["store", *pressing], "ended_at IS NULL")
    _create("ix_cases_open_of_arbitrator", "cases", ["arbitrator", *pressing], "ended_at IS NULL")
    last_ended = ["store", sa.text("ended_at DESC"), "opened_at", "ref"]
    _create("ix_cases_ended_of_store", "cases", last_ended, "ended_at IS NOT NULL")
    _create("ix_items_dead", "items", ["queue", "done_at", "id"], "dead IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_items_dead", table_name="items")
    for name in ("ended_of_store", "open_of_arbitrator", "open_of_store", "queued", "opened_at", "due_at"):
        op.drop_index(f"ix_cases_{name}", table_name="cases")
    op.create_index("ix_cases_arbitrator", "cases", ["arbitrator"])
    op.create_index("ix_cases_state_due_at", "cases", ["state", "due_at"])


def _create(name: str, table: str, columns: list[Any], where: str) -> None:
    """An index of some of the rows."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
