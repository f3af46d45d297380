"""From the text of packs to a `Pack`: packs extend one another, and whatever is wrong is told by pack, rule and field."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from conversations.policy.pack import Pack, PackError

#: How far packs may extend one another.
_MAX_DEPTH = 8
#: What pydantic puts before the messages of our own checks.
_OURS = "Value error, "


def load(name: str, read: Callable[[str], str]) -> Pack:
    """The pack called `name`; `read` gives the text of a pack by name (and of those it extends).

    Raises PackError for text that is not TOML, a field that is missing, unknown or malformed, or a circle of packs.
    """
    return build(name, _merged(name, read, depth=0))


def restore(text: str) -> Pack:
    """The pack of a text that was kept (`Pack.text`), its hash included. ValidationError for anything else."""
    return Pack.model_validate_json(text)


def build(name: str, data: dict[str, Any]) -> Pack:
    """The pack of merged data, named by the hash of it. Raises PackError."""
    digest = hashlib.sha256(repr(_sorted(data)).encode()).hexdigest()
    try:
        return Pack.model_validate({**data, "hash": digest})
    except ValidationError as err:
        raise PackError(_explained(name, data, err)) from err


def parsed(name: str, text: str) -> dict[str, Any]:
    """The data of one file, of which the rules are tables, each with an id of its own. Raises PackError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise PackError(f"{name}: not TOML: {err}") from err
    rules = data.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise PackError(f"{name}: rules: each rule is a table, [[rules]]")
    for n, rule in enumerate(rules, start=1):
        if not isinstance(rule.get("id"), str):
            raise PackError(f"{name}: rule {n}: id: a rule needs a name")
    ids = [rule["id"] for rule in rules]
    if twice := sorted({rule for rule in ids if ids.count(rule) > 1}):
        raise PackError(f"{name}: rule {twice[0]}: id: more than one rule is called so")
    return data


def without(name: str, rules: list[dict[str, Any]], dropped: object) -> list[dict[str, Any]]:
    """The rules without those that `drop` names. Raises PackError for a rule that is not there."""
    if not isinstance(dropped, list) or not all(isinstance(rule, str) for rule in dropped):
        raise PackError(f"{name}: drop: a list of rules' ids")
    known = {rule["id"] for rule in rules}
    if unknown := [rule for rule in dropped if rule not in known]:
        raise PackError(f"{name}: drop: there is no rule {', '.join(unknown)}")
    return [rule for rule in rules if rule["id"] not in dropped]


def _merged(name: str, read: Callable[[str], str], *, depth: int) -> dict[str, Any]:
    if depth > _MAX_DEPTH:
        raise PackError(f"{name}: packs extend one another in a circle")
    data = parsed(name, read(name))
    parent = data.pop("extends", None)
    if parent is None:
        return data
    return _over(name, _merged(str(parent), read, depth=depth + 1), data)


def _over(name: str, base: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key, rules rule by rule (by id; `drop` removes inherited ones); the rest is replaced."""
    inherited = without(name, base.get("rules", []), data.pop("drop", []))
    by_id = {rule["id"]: rule for rule in (*inherited, *data.pop("rules", []))}
    merged = dict(base)
    for key, value in data.items():
        is_table = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = {**base[key], **value} if is_table else value
    return {**merged, "rules": list(by_id.values())}


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _sorted(value[key])) for key in sorted(value)]
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def _explained(name: str, data: dict[str, Any], err: ValidationError) -> str:
    return "\n".join(f"{name}: {_where(data, error)}{error['msg'].removeprefix(_OURS)}" for error in err.errors())


def _where(data: dict[str, Any], error: Any) -> str:
    where = [str(part) for part in error["loc"]]
    if not where:  # the pack as a whole: the message begins with the field
        return ""
    if where[:1] == ["rules"] and len(where) > 1:
        rule = data["rules"][int(where[1])]
        field = where[3:] or ["kind"]  # where[2] repeats the kind
        return f"rule {rule['id']}: {'.'.join(field)}: "
    return f"{'.'.join(where)}: "
