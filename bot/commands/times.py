"""Points and lengths of time as they are typed on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

from conversations.policy.durations import parse

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}")


def begin(context: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A point in time in ISO 8601; without a zone it is UTC. A date alone is where that day begins."""
    return None if value is None else _read(context, param, value)


def end(context: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """As `begin`, but a date alone is where that day ends, so that it belongs to the period."""
    if value is None:
        return None
    at = _read(context, param, value)
    return at + timedelta(days=1, microseconds=-1) if _DATE.fullmatch(value.strip()) else at


def length(context: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    """A length of time as policies write it: 48h, 7d."""
    if value is None:
        return None
    try:
        return parse(value)
    except (ValueError, OverflowError) as err:
        raise click.BadParameter(f"{value!r} is not a length of time like 48h or 7d", context, param) from err


def _read(context: click.Context, param: click.Parameter, value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as err:
        raise click.BadParameter(f"{value!r} is not a time like 2024-03-01T10:00:00Z", context, param) from err
