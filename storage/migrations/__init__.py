"""Migrations of the tables, run from the program: there is no `alembic.ini`.

Alembic is imported only when there is something to do: it takes a noticeable part of the time in which a process starts.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
#: Any number, as long as nobody else on the server takes it.
_ADVISORY_LOCK = 0x5AFE_7E57


def is_newest(connection: Connection) -> bool:
    """Whether the database is at the newest revision: there is nothing to upgrade."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    newest = max(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars()) == [newest]


def upgrade(connection: Connection, target: str = "head") -> None:
    """Brings the database up to a revision within the connection's transaction, alone on PostgreSQL."""
    from alembic import command

    _lock(connection)
    command.upgrade(_config(connection), target)


def downgrade(connection: Connection, target: str) -> None:
    """Takes the database back to a revision; "base" leaves nothing of ours."""
    from alembic import command

    _lock(connection)
    command.downgrade(_config(connection), target)


def revision(message: str) -> Path:
    """Writes a new migration: from the newest revision to the tables as they are now. Needs no database of yours."""
    from alembic import command

    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/scratch.db")
        with engine.begin() as connection:
            upgrade(connection)
            newest = max(int(file.name[:4]) for file in (HERE / "versions").glob("[0-9]*.py"))
            number = f"{newest + 1:04d}"
            script = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
        engine.dispose()
    if script is None or isinstance(script, list):
        raise RuntimeError("one revision was asked for")
    return Path(script.path)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config(stdout=StringIO())  # what the program prints is its own affair
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
