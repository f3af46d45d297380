"""What the tests of the conversations build on: an order, a claim, and cases walked to any state by legal moves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.policies import load
from conversations.cases.case import THE_CLOCK, Actor, Case, Moved, act, open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.lifecycle import Act
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind, Send, Terms
from conversations.phrase import Phrase
from conversations.policy import assess

BUYER, SELLER = Actor(Role.BUYER, 1), Actor(Role.SELLER, 2)
ARBITRATOR, ANOTHER = Actor(Role.ARBITRATOR, 9), Actor(Role.ARBITRATOR, 8)


def plain(value) -> str:
    """A phrase in English, without the help of any catalogue."""
    if isinstance(value, Money):
        return f"{value.decimal:f} {value.currency}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, tuple):
        return ", ".join(plain(part) for part in value)
    if not isinstance(value, Phrase):
        return str(value)
    text = value.plural if value.plural and value.params["n"] != 1 else value.msgid
    return text.format(**{name: plain(param) for name, param in value.params.items()})


class Build:
    """Makes things. `opened` is when cases are opened: two days after the goods came."""

    opened = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    pack = load("tmall_global")
    buyer, seller, arbitrator, another, clock = BUYER, SELLER, ARBITRATOR, ANOTHER, THE_CLOCK

    def plain(self, value) -> str:
        return plain(value)

    def usd(self, minor: int) -> Money:
        return Money(minor, "USD")

    def order(self, **changes) -> Order:
        item = Item(no="1", title="Blue mug", quantity=2, unit_price=Money(2000, "USD"), exchangeable=True)
        order = Order(
            key=OrderKey("Acme", "1001"),
            items=(item, Item(no="2", title="Red scarf", quantity=1, unit_price=Money(3000, "USD"))),
            purchased_at=self.opened - timedelta(days=9),
            delivered_at=self.opened - timedelta(days=2),
            code="K7Q2-MX4P",
            discount=Money(0, "USD"),
            shipping=Money(0, "USD"),
        )
        return replace(order, **changes)

    def claim(self, **changes) -> Claim:
        claim = Claim(
            order=OrderKey("Acme", "1001"),
            items=(Claimed("1", 2),),
            remedy=Remedy.RETURN,
            reason=Reason.CHANGED_MIND,
        )
        return replace(claim, **changes)

    def open(self, *, order: Order | None = None, paid: Money | None = None, pack=None, **claim) -> Moved:
        order, pack, claim = order or self.order(), pack or self.pack, self.claim(**claim)
        return open_case(
            claim,
            assess(claim, order, pack, self.opened),
            ref="A7KQ2M",
            buyer=BUYER.person,
            paid=Money(4000, "USD") if paid is None else paid,
            policy=pack.id,
            policy_hash=pack.hash,
            limits=pack.limits,
            now=self.opened,
        )

    def case(self, **claim) -> Case:
        """A case just opened, of a return for 40.00 USD without a reason unless said otherwise."""
        return self.open(**claim).case

    def terms(self, kind: Kind = Kind.COMPENSATION, amount: int = 1000, **changes) -> Terms:
        """Terms of a kind with what usually goes with it."""
        back = kind in (Kind.RETURN_REFUND, Kind.EXCHANGE)
        has_money = kind not in (Kind.EXCHANGE, Kind.DISMISSAL)
        terms = Terms(
            kind=kind,
            amount=Money(amount if has_money else 0, "USD"),
            items=(Claimed("1", 2),),
            goods_back=back,
            shipping=Role.BUYER if back else None,
            shipping_amount=Money(0, "USD"),
            send=Send.REPLACEMENT if kind is Kind.EXCHANGE else Send.NOTHING,
        )
        return replace(terms, **changes)

    def moved(self, case: Case, name: str, actor: Actor, *, after: timedelta = timedelta(0), **what) -> Moved:
        """The case after a move made `after` the wait began; fails unless the move was made."""
        outcome = act(case, Act(move=name, **what), actor, now=case.since + after)
        assert isinstance(outcome, Moved), outcome
        return outcome

    def walk(self, case: Case, *path) -> Case:
        """The case after moves of (name, actor, arguments)."""
        for name, actor, *what in path:
            case = self.moved(case, name, actor, **(what[0] if what else {})).case
        return case

    def at(self, state: State) -> Case:
        """A case in that state."""
        return WALKS[state](self)


SHIP = ("ship", BUYER, {"carrier": "DHL", "number": "RX1"})
SEND = ("send_goods", SELLER, {"carrier": "UPS", "number": "SX1"})
_RETURN = (("approve", SELLER), SHIP, ("receive", SELLER))
_ESCALATE = (("refuse", SELLER, {"text": "no"}), ("escalate", BUYER))
_TAKE = (*_ESCALATE, ("take", ARBITRATOR))


def _exchange(build: Build) -> Case:
    return build.case(remedy=Remedy.EXCHANGE)


def _ruling(build: Build) -> tuple:
    return ("rule", ARBITRATOR, {"terms": build.terms(Kind.REFUND, 3000), "text": "E1 shows it"})


WALKS = {
    State.AWAITING_SELLER: lambda b: b.case(),
    State.NEGOTIATING: lambda b: b.walk(b.case(), ("offer", SELLER, {"terms": b.terms()})),
    State.AT_ODDS: lambda b: b.walk(b.case(), ("refuse", SELLER, {"text": "worn"})),
    State.AWAITING_RETURN: lambda b: b.walk(b.case(), ("approve", SELLER)),
    State.RETURNING: lambda b: b.walk(b.case(), ("approve", SELLER), SHIP),
    State.AWAITING_REPLACEMENT: lambda b: b.walk(_exchange(b), *_RETURN),
    State.REPLACING: lambda b: b.walk(_exchange(b), *_RETURN, SEND),
    State.AWAITING_REFUND: lambda b: b.walk(b.case(), *_RETURN),
    State.REFUNDING: lambda b: b.walk(b.case(), *_RETURN, ("refund", SELLER, {"number": "T1"})),
    State.BREACHED: lambda b: b.walk(b.case(), *_RETURN, ("breach", THE_CLOCK)),
    State.ESCALATED: lambda b: b.walk(b.case(), *_ESCALATE),
    State.ARBITRATION: lambda b: b.walk(b.case(), *_TAKE),
    State.EVIDENCE_REQUESTED: lambda b: b.walk(
        b.case(), *_TAKE, ("ask", ARBITRATOR, {"party": Role.BUYER, "text": "When?"})
    ),
    State.RULED: lambda b: b.walk(b.case(), *_TAKE, _ruling(b)),
    State.SETTLED: lambda b: b.walk(
        b.case(), *_RETURN, ("refund", SELLER, {"number": "T1"}), ("confirm_refund", BUYER)
    ),
    State.CLOSED: lambda b: b.walk(b.case(), ("withdraw", BUYER)),
}


@pytest.fixture(scope="session")
def build() -> Build:
    return Build()
