"""Migrations: what they make equals the tables, on both databases, there and back."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from storage import migrations
from storage.database import Database
from storage.tables import metadata


def _differences(connection: Connection) -> object:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return compare_metadata(context, metadata)


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def _foreign_keys(connection: Connection) -> dict[str, list[tuple[list[str], str, object]]]:
    return {
        table: sorted(
            (key["constrained_columns"], key["referred_table"], key["options"].get("initially"))
            for key in inspect(connection).get_foreign_keys(table)
        )
        for table in metadata.tables
    }


async def test_migrations_equal_the_tables(db: Database) -> None:
    async with db._writer.connect() as connection:
        assert await connection.run_sync(_differences) == []
        assert await connection.run_sync(_tables) == set(metadata.tables)


async def test_migrated_references_equal_the_tables_too(db: Database) -> None:
    """Alembic does not compare when a reference is checked."""
    meant = {
        name: sorted(
            (list(key.column_keys), key.referred_table.name, key.initially) for key in table.foreign_key_constraints
        )
        for name, table in metadata.tables.items()
    }

    async with db._writer.connect() as connection:
        assert await connection.run_sync(_foreign_keys) == meant


async def test_migrating_again_changes_nothing(db: Database) -> None:
    await db.migrate()

    async with db._writer.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_downgrading_leaves_nothing_and_upgrading_brings_it_back(blank_url: str) -> None:
    async with Database(blank_url) as db:
        await db.migrate()
        async with db._writer.begin() as connection:
            await connection.run_sync(migrations.downgrade, "base")
            left = await connection.run_sync(_tables)
        await db.migrate()

        assert left == set()
        async with db._writer.connect() as connection:
            assert await connection.run_sync(_differences) == []


async def test_several_may_open_and_migrate_at_once(blank_url: str) -> None:
    replicas = [Database(blank_url) for _ in range(8)]
    try:
        await asyncio.gather(*(replica.open() for replica in replicas))
        await asyncio.gather(*(replica.migrate() for replica in replicas))

        async with replicas[0]._writer.connect() as connection:
            assert await connection.run_sync(_tables) == set(metadata.tables)
    finally:
        for replica in replicas:
            await replica.close()


def test_a_new_revision_follows_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written into a copy of the folder; with nothing changed it does nothing."""
    copy = tmp_path / "migrations"
    (copy / "versions").mkdir(parents=True)
    for file in migrations.HERE.rglob("*"):
        if file.suffix in (".py", ".mako"):
            (copy / file.relative_to(migrations.HERE)).write_text(file.read_text())
    monkeypatch.setattr(migrations, "HERE", copy)
    known = sorted(path.name for path in (copy / "versions").glob("*.py"))

    path = migrations.revision("Add a column")

    newest = known[-1][:4]
    number = f"{int(newest) + 1:04d}"
    assert path == copy / "versions" / f"{number}_add_a_column.py"
    [head] = ScriptDirectory(str(copy)).get_revisions("heads")
    assert head is not None
    assert (head.revision, head.down_revision, head.doc) == (number, newest, "Add a column")
    assert "op." not in path.read_text()
