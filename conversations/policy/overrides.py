"""A store's own policy: some figures of the house policy changed, never to a buyer's disadvantage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conversations.cases.lifecycle import Position, waits_for
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.policy.durations import spell
from conversations.policy.loading import build, parsed, without
from conversations.policy.pack import Pack, PackError

#: What a store may change. The rest is the same in the whole marketplace.
_OPEN = frozenset(
    {"title", "drop", "rules", "return_shipping_by", "deadlines", "caps", "return_shipping", "files", "rating"}
)
#: The source of what a store changes without saying why.
_SOURCE = "store"


def for_store(house: Pack, text: str, name: str) -> Pack:
    """The house pack with a store's changes. Its id is the house's with "+store", its hash that of the merged content.

    `text` is TOML: figures by table and key, rules by id with only the fields that change, `drop` for rules the store
    does without. Raises PackError, a line for each: what cannot be read, and what would be worse for a buyer.
    """
    changes = parsed(name, text)
    if closed := sorted(changes.keys() - _OPEN):
        raise PackError("\n".join(f"{name}: {key}: a store cannot change this" for key in closed))
    pack = build(name, _over(name, house, changes))
    if worse := [f"{name}: {line}" for line in _worse(pack, house)]:
        raise PackError("\n".join(worse))
    return pack


def _over(name: str, house: Pack, changes: dict[str, Any]) -> dict[str, Any]:
    data = house.model_dump(mode="json", exclude={"hash"})
    by_id = {rule["id"]: rule for rule in without(name, data["rules"], changes.pop("drop", []))}
    for rule in changes.pop("rules", []):
        if rule["id"] not in by_id:
            raise PackError(f"{name}: rule {rule['id']}: a store can change or drop the house's rules, not add any")
        if rule.get("kind", by_id[rule["id"]]["kind"]) != by_id[rule["id"]]["kind"]:
            raise PackError(f"{name}: rule {rule['id']}: kind: has to stay {by_id[rule['id']]['kind']}")
        by_id[rule["id"]] = {**by_id[rule["id"]], "source": _SOURCE, **rule}
    for key, value in changes.items():
        data[key] = _merged(data[key], value) if isinstance(data[key], dict) and isinstance(value, dict) else value
    return {**data, "id": f"{house.id}+store", "rules": list(by_id.values())}


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Key by key; for return_shipping_by, whose values are tables themselves, one level further."""
    merged = dict(base)
    for key, value in changes.items():
        is_table = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = {**base[key], "source": _SOURCE, **value} if is_table else value
    return merged


def _worse(pack: Pack, house: Pack) -> Iterator[str]:
    """Every respect in which the pack is worse for a buyer than the house's."""
    theirs: dict[str, Any] = {rule.id: rule for rule in house.rules}  # each of the same kind as the pack's
    for rule in pack.rules:
        yield from (f"rule {rule.id}: {line}" for line in rule.harsher(theirs[rule.id]))
    for ground, shipping in pack.return_shipping_by.items():
        if shipping.payer is Role.BUYER and house.return_shipping_by[ground].payer is Role.SELLER:
            yield f"return_shipping_by.{ground}: payer: the seller pays in the house policy"
    yield from _worse_waits(pack, house)
    yield from _lower("caps", pack.caps, house.caps)
    yield from _lower("return_shipping", pack.return_shipping, house.return_shipping)
    if pack.files < house.files:
        yield f"files: may not be fewer than {house.files}"
    if pack.rating < house.rating:
        yield f"rating: may not be shorter than {spell(house.rating)}"


def _worse_waits(pack: Pack, house: Pack) -> Iterator[str]:
    """A buyer's waits may grow, a seller's shrink; what both or an arbitrator wait for stays."""
    for state, wait in pack.deadlines.items():
        limit, owners = house.deadlines[state], waits_for(Position(state=state))
        if owners == (Role.BUYER,):
            if wait < limit:
                yield f"deadlines.{state}: the buyer's time may not be shorter than {spell(limit)}"
        elif owners == (Role.SELLER,):
            if wait > limit:
                yield f"deadlines.{state}: the seller's time may not be longer than {spell(limit)}"
        elif wait != limit:
            yield f"deadlines.{state}: not the store's alone, so it has to stay {spell(limit)}"


def _lower(field: str, amounts: Mapping[str, str], house: Mapping[str, str]) -> Iterator[str]:
    for currency, text in house.items():
        if Money.parse(amounts[currency], currency) < Money.parse(text, currency):
            yield f"{field}.{currency}: may not be less than {text}"
