"""The way in: which of the formats a file is in, and what it says. Nothing here touches a disk or a database."""

from __future__ import annotations

from datetime import timedelta

from bot.orderfiles.generic import GENERIC
from bot.orderfiles.sheet import Format, Reading, Refused, Wishes
from bot.orderfiles.shopify import SHOPIFY
from bot.orderfiles.table import Unreadable, decode, headers, read_table
from bot.orderfiles.tmall import TMALL

#: A new format is one file here and one name in this line.
FORMATS: tuple[Format, ...] = (GENERIC, TMALL, SHOPIFY)

AUTO = "auto"
FORMAT_NAMES = (AUTO, *(form.name for form in FORMATS))


def read(data: bytes, *, format: str = AUTO, store: str | None = None, transit: timedelta = timedelta()) -> Reading:
    """Reads an order export.

    Orders come whole: a bad row refuses its order, line by line. An order's code is "" where the file gives none; it
    is for storage to keep the one the order has or to make one. `store` names the store where the file does not (for
    tmall and shopify: whatever the file says); `transit` is how long after its dispatch a parcel counts as delivered
    where the file does not know. Never raises for what is in the file.
    """
    wishes = Wishes(store=(store or "").strip(), transit=transit)
    forms = [form for form in FORMATS if format in (AUTO, form.name)]
    if not forms:
        raise ValueError(f"no such format: {format}")
    try:
        text, encoding = decode(data)
        if not text.strip():
            raise Unreadable(1, "the file is empty")
        form, separator = _recognize(text, forms, wishes)
        if encoding not in form.encodings:
            raise Unreadable(1, f"a {form.name} file has to be UTF-8; save it as CSV (UTF-8)")
        rows = read_table(text, separator, canonical=form.canonical).rows
    except Unreadable as err:
        return Reading(orders=(), refused=(Refused(err.line, err.reason),), rows=0)
    if not rows:
        return Reading(orders=(), refused=(Refused(1, "the file has a header and nothing below it"),), rows=0)
    return form.read(rows, wishes)


def _recognize(text: str, forms: list[Format], wishes: Wishes) -> tuple[Format, str]:
    """The format and separator whose columns the header has; else Unreadable, naming what is missing in the nearest."""
    tried = [
        (len(missing) / len(form.columns), form, separator, missing)
        for separator, columns in headers(text)
        for form in forms
        for missing in [form.missing((*columns, *(["store"] if wishes.store else [])))]
    ]
    distance, form, separator, missing = min(tried, key=lambda attempt: attempt[0])
    if not missing:
        return form, separator
    if distance > 0.7 and len(forms) > 1:
        known = "; ".join(f"{form.name}: {', '.join(form.columns)}" for form in forms)
        raise Unreadable(1, f"not an order file of a known format. Columns needed for {known}")
    raise Unreadable(1, f"columns are missing for a {form.name} file: {', '.join(missing)}")
