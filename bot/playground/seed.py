"""What the demo starts with: two stores, ten orders in several currencies, six people, and stories to try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey, Store

NORDLICHT, HARBOUR = "Nordlicht Home", "Harbour Select"


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the demo. Sellers and arbitrators join by an invite, as anybody would."""

    id: int
    first_name: str
    language: str
    label: str
    store: str = ""
    is_arbitrator: bool = False
    username: str = ""


PEOPLE = (
    Someone(1001, "Mia", "en", "buyer"),
    Someone(1002, "林薇", "zh-hans", "buyer"),
    Someone(2001, "Oskar", "en", f"seller, {NORDLICHT}", store=NORDLICHT),
    Someone(2002, "陈静", "zh-hans", f"seller, {HARBOUR}", store=HARBOUR),
    Someone(3001, "Ana", "en", "arbitrator", is_arbitrator=True),
    Someone(3002, "周明", "zh-hans", "arbitrator", is_arbitrator=True),
)

STORES = (
    Store(name=NORDLICHT, return_address="Nordlicht Home, Returns, Hafenstr. 12, 20457 Hamburg, +49 40 555 0100"),
    Store(name=HARBOUR, return_address="海港优选 退货部, 浙江省杭州市余杭区文一西路 88 号, 0571-5550100"),
)

#: number, store, currency, (title, quantity, unit price, exchangeable, returnable)…, days since purchase, days since
#: delivery (None: on its way), code, discount, shipping
_ORDERS: tuple[tuple[Any, ...], ...] = (
    ("1001", NORDLICHT, "USD", (("Stoneware mug, ocean blue", 2, "18.50", True, True),), 9, 3, "MUG7", "0", "4.90"),
    ("1002", NORDLICHT, "EUR", (("Rain jacket, size M", 1, "89.00", True, True),), 8, 5, "RAIN", "0", "0"),
    ("1003", NORDLICHT, "EUR", (("Wireless headphones", 1, "59.90", False, True),), 31, 24, "TUNE", "0", "0"),
    (
        *("1004", NORDLICHT, "GBP"),
        (("Desk lamp, brass", 1, "42.00", False, True), ("LED bulb, warm white", 3, "3.50", True, True)),
        *(6, 2, "LAMP", "5.00", "3.95"),
    ),
    ("1005", NORDLICHT, "USD", (("Coffee grinder", 1, "64.00", False, True),), 4, None, "BEAN", "0", "0"),
    ("2001", HARBOUR, "JPY", (("Tea set, celadon", 1, "7800", True, True),), 12, 6, "CHA8", "0", "600"),
    ("2002", HARBOUR, "CNY", (("Thermos bottle, 500 ml", 3, "99.00", True, True),), 7, 1, "WARM", "30.00", "0"),
    ("2003", HARBOUR, "USD", (("Camera lens, 35 mm", 1, "899.00", False, True),), 16, 10, "LENS", "0", "0"),
    ("2004", HARBOUR, "EUR", (("Fountain pen, engraved", 1, "48.00", False, False),), 10, 4, "INKY", "0", "0"),
    ("2005", HARBOUR, "KRW", (("Winter boots, 245 mm", 1, "79000", True, True),), 30, None, "SNOW", "0", "0"),
)


def orders(now: datetime) -> tuple[Order, ...]:
    """The ten orders, dated so that some windows are open at `now` and some have passed."""
    return tuple(_order(*row, now=now) for row in _ORDERS)


def order_key(number: str) -> OrderKey:
    """The order of that number."""
    return next(OrderKey(row[1], row[0]) for row in _ORDERS if row[0] == number)


def _order(
    number: str,
    store: str,
    currency: str,
    lines: tuple[tuple[str, int, str, bool, bool], ...],
    bought: int,
    delivered: int | None,
    code: str,
    discount: str,
    shipping: str,
    *,
    now: datetime,
) -> Order:
    items = tuple(
        Item(
            no=str(i),
            title=title,
            quantity=quantity,
            unit_price=Money.parse(price, currency),
            exchangeable=exchangeable,
            returnable=returnable,
        )
        for i, (title, quantity, price, exchangeable, returnable) in enumerate(lines, start=1)
    )
    return Order(
        key=OrderKey(store, number),
        items=items,
        purchased_at=now - timedelta(days=bought),
        delivered_at=None if delivered is None else now - timedelta(days=delivered),
        code=code,
        discount=Money.parse(discount, currency),
        shipping=Money.parse(shipping, currency),
    )


@dataclass(frozen=True, slots=True)
class Story:
    """Something to try: whose chat to open, which order's link to follow, and what to do."""

    id: str
    title: str
    person: int
    order: str
    steps: tuple[str, ...]


STORIES = (
    Story(
        "return",
        "Changed my mind: a return",
        1001,
        "1001",
        (
            "The buyer opens the link of order 1001 and sends its code: MUG7.",
            "Choose the mug, one of two, then Return, then “I changed my mind”. It is unused and its packaging intact.",
            "Leave out the words, read the verdict, and send the claim.",
            "The seller approves; the buyer sends it back with a carrier and a number.",
            "The seller confirms the goods and the refund; the buyer confirms the money and rates the service.",
        ),
    ),
    Story(
        "refund",
        "It arrived damaged: a refund with photos",
        1001,
        "1004",
        (
            "The buyer opens the link of order 1004 and sends its code: LAMP.",
            "Choose the lamp, then Refund, then “It arrived damaged”. Send a photo or two.",
            "Send the claim; the seller sees the photos and offers compensation.",
            "The buyer makes a counter-offer; the seller accepts.",
        ),
    ),
    Story(
        "dispute",
        "No agreement: a ruling and an appeal",
        1001,
        "2003",
        (
            "The buyer opens the link of order 2003 (code LENS) and asks for a refund: not as described, with a photo.",
            "陈静's chat opens beside it: the seller refuses with a reason. Each reads their own language.",
            "The buyer calls an arbitrator. The arbitrator takes the case from /queue and reads the history.",
            "Ask the seller a question, then give a ruling with reasons.",
            "The losing side appeals with new evidence; another arbitrator (周明: Add a chat) decides, finally.",
        ),
    ),
    Story(
        "too_late",
        "Too late for a return, but not for a refund",
        1001,
        "1003",
        (
            "The buyer opens the link of order 1003 (code TUNE) and asks for a return: changed their mind.",
            "The bot says which date has passed. Choose another reason: it does not work.",
            "Then take the refund that is recommended, with a photo or video.",
        ),
    ),
    Story(
        "silence",
        "The seller is silent: time does its work",
        1002,
        "2002",
        (
            "林薇 opens the link of order 2002 (code WARM) and asks for an exchange or a return.",
            "Nobody answers. Move the time on: an hour, a day, a week.",
            "Reminders come, and then the default: the claim counts as approved, or an arbitrator is called.",
        ),
    ),
    Story(
        "missing",
        "It never arrived",
        1001,
        "2005",
        (
            "The buyer opens the link of order 2005 (code SNOW) and asks for a refund: it has not arrived.",
            "No evidence is needed; the verdict says by when it should have come.",
        ),
    ),
)
