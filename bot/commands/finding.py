"""How orders, stores and cases are named on the command line, and what is said when there is none of that name."""

from __future__ import annotations

from collections.abc import Iterator

import click

from conversations.cases.case import Case
from conversations.cases.orders import Order
from conversations.dialogs.arguments import reference
from storage.work import SqlWork


async def find_order(work: SqlWork, named: str) -> Order:
    """The order of a number, or of STORE/NUMBER where several stores have that number."""
    found = [*await work.orders.numbered(named)]
    for store, number in _splits(named):
        found = found or [order for order in await work.orders.numbered(number) if order.key.store == store]
    if not found:
        raise click.ClickException(f"there is no order {named}")
    if len(found) > 1:
        stores = ", ".join(order.key.store for order in found)
        raise click.ClickException(f"several stores have an order {named}: {stores}. Write it as STORE/{named}")
    return found[0]


def _splits(named: str) -> Iterator[tuple[str, str]]:
    """Every way to read it as STORE/NUMBER: either may contain a slash itself."""
    for at, sign in enumerate(named):
        if sign == "/":
            yield named[:at].strip(), named[at + 1 :]


async def require_store(work: SqlWork, name: str) -> str:
    """The name, if there is a store called so; else an error that lists those there are."""
    names = [store.name for store in await work.orders.stores()]
    if name in names:
        return name
    known = f"There are: {', '.join(names)}." if names else "There are none yet; import orders first."
    raise click.ClickException(f"there is no store {name!r}. {known}")


async def find_case(work: SqlWork, named: str) -> Case:
    """The case of a reference, written with its dash or without."""
    read = reference(named.strip())
    case = await work.cases.get(read[0]) if read else None
    if case is None:
        raise click.ClickException(f"there is no case {named}")
    return case
