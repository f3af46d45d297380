"""What Alembic runs: the connection comes from `storage.migrations`, never from a configuration file."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.columns import Instant, Words
from storage.tables import metadata


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Migrations say what a column is in the database, so that they stay true when our types change."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Words):
        return "sa.Text()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
