"""What a PostgreSQL server can do to those who talk to it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.database import driver_url

_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def cut_off(url: str) -> None:
    """The server ends every session on the database."""
    engine = create_async_engine(driver_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(_OTHERS))
    finally:
        await engine.dispose()
