"""The life of a case: everything that decides which move leads from where to where, and who may make it.

Read MOVES first; it is the one table. Buttons, commands, authorization, the deadline defaults, the diagram in the
documents and the tests are derived from it. A `Position` holds all that the table's conditions look at, and
`advance` is the only function that makes a new one. An offer stands *beside* the state: in ESCALATED, ARBITRATION,
EVIDENCE_REQUESTED and AWAITING_REPLACEMENT it changes neither state nor clock until it is accepted. A state written
BY_TERMS is whatever the agreed terms ask for next (`terms.next_step`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from transitions import Machine, MachineError

from conversations.cases.money import Money, zero
from conversations.cases.roles import PARTIES, Role
from conversations.cases.states import ENDS, State
from conversations.cases.terms import Done, Kind, Send, Terms, next_step

BUYER, SELLER, ARBITRATOR, CLOCK = Role.BUYER, Role.SELLER, Role.ARBITRATOR, Role.CLOCK


class LifecycleError(Exception):
    """A mistake in moving a case."""


class UnknownMove(LifecycleError):
    """There is no such move in the table."""


class IllegalMove(LifecycleError):
    """This role may not make this move from this position."""

    def __init__(self, move: str, state: State, role: Role) -> None:
        super().__init__(f"{role} may not {move} in {state}")
        self.move, self.state, self.role = move, state, role


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """The offer on the table. An arbitrator's is a proposal, and the clock's what both parties' private limits allow:
    both must accept these."""

    n: int
    by: Role
    terms: Terms
    accepted_by: frozenset[Role] = frozenset()

    @property
    def waits_for(self) -> tuple[Role, ...]:
        return tuple(role for role in PARTIES if role is not self.by and role not in self.accepted_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a case stands. `turn` grows with every move, so that a button can name the position it was made for."""

    state: State = State.AWAITING_SELLER
    turn: int = 0
    terms: Terms | None = None
    done: Done = Done()
    offer: OpenOffer | None = None
    offers: int = 0  # how many were made so far
    asked: Role | None = None  # whom the arbitrator asked
    is_ruled: bool = False  # the terms are a ruling's
    accepted_by: frozenset[Role] = frozenset()  # who has accepted the ruling
    is_appealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One move as somebody makes it, with what the move needs; the rest stays at its default."""

    move: str
    terms: Terms | None = None  # approve, offer, propose, rule
    text: str = ""  # reasons, questions, answers
    party: Role | None = None  # ask: whom
    amount: Money | None = None  # refund, enforce; dispute_refund: what did arrive
    carrier: str = ""  # ship, send_goods
    number: str = ""  # express number; number of the refund's voucher
    method: str = ""  # refund: how it was paid
    arrived: bool = True  # dispute_goods: False when the goods never came
    cites: tuple[str, ...] = ()  # rule: the rules and exhibits relied on
    template: str = ""  # rule: a reason that every reader reads in their own language


class _Target(Enum):
    BY_TERMS = "by terms"
    STAY = "stay"


BY_TERMS, STAY = _Target.BY_TERMS, _Target.STAY
Effect = Callable[[Position, Act, Role], Position]
Condition = Callable[[Position, Act, Role], bool]


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: from any of `sources`, made by any of `roles`, it leads to `target`."""

    name: str
    sources: tuple[State, ...]
    target: State | _Target
    roles: tuple[Role, ...]
    effect: Effect = lambda position, act, role: position
    condition: Condition = lambda position, act, role: True


def _agree(position: Position, act: Act, role: Role) -> Position:
    return replace(position, terms=act.terms, done=_anew(position.done), offer=None)


def _anew(done: Done) -> Done:
    """New terms ask anew for what is sent and paid; where the goods are and what was paid before stays a fact."""
    return replace(done, sent=False, delivered=False, confirmed=False, refunded=0, earlier=done.given)


def _put_offer(position: Position, act: Act, role: Role) -> Position:
    if act.terms is None:
        raise LifecycleError("an offer has terms")
    n = position.offers + 1
    return replace(position, offers=n, offer=OpenOffer(n, role, act.terms))


def _accept(position: Position, act: Act, role: Role) -> Position:
    offer = position.offer
    assert offer is not None  # the conditions of every row that accepts an offer ask for one
    offer = replace(offer, accepted_by=offer.accepted_by | {role})
    if offer.waits_for:
        return replace(position, offer=offer)
    return replace(position, terms=offer.terms, done=_anew(position.done), offer=None, asked=None, is_ruled=False)


def _accept_ruling(position: Position, act: Act, role: Role) -> Position:
    return replace(position, accepted_by=position.accepted_by | {role})


def _drop_offer(position: Position, act: Act, role: Role) -> Position:
    return replace(position, offer=None)


def _ship(position: Position, act: Act, role: Role) -> Position:
    return replace(position, done=replace(position.done, shipped=True))


def _receive(position: Position, act: Act, role: Role) -> Position:
    return replace(position, done=replace(position.done, received=True))


def _send(position: Position, act: Act, role: Role) -> Position:
    """Goods that are sent home are no longer the seller's to send, whatever becomes of the parcel."""
    done = replace(position.done, sent=True)
    if position.terms is not None and position.terms.send is Send.ORIGINAL:
        done = replace(done, shipped=False, received=False)
    return replace(position, done=done, offer=None)


def _take_delivery(position: Position, act: Act, role: Role) -> Position:
    return replace(position, done=replace(position.done, delivered=True))


def _goods_wrong(position: Position, act: Act, role: Role) -> Position:
    """Disputed goods are where they are: with whoever says they came, on the way when they did not."""
    if role is SELLER:
        return replace(position, done=replace(position.done, received=act.arrived))
    done = replace(position.done, sent=False, delivered=False)
    if act.arrived:
        done = replace(done, shipped=False, received=False)
    return replace(position, done=done)


def _pay(position: Position, act: Act, role: Role) -> Position:
    if act.amount is None:
        raise LifecycleError("a refund has an amount")
    return replace(
        position, done=replace(position.done, refunded=position.done.refunded + act.amount.minor), offer=None
    )


def _confirm(position: Position, act: Act, role: Role) -> Position:
    return replace(position, done=replace(position.done, confirmed=True))


def _money_missing(position: Position, act: Act, role: Role) -> Position:
    return replace(position, done=replace(position.done, refunded=act.amount.minor if act.amount else 0))


def _platform_pays(position: Position, act: Act, role: Role) -> Position:
    """The platform pays what is outstanding; goods it cannot send become money."""
    terms, amount = position.terms, act.amount
    if terms is None or amount is None:
        raise LifecycleError("enforcing needs terms and an amount")
    paid = position.done.refunded + amount.minor
    if terms.send is not Send.NOTHING and not position.done.sent:
        items = Money(paid - terms.shipping_amount.minor, amount.currency)
        terms = replace(terms, kind=Kind.REFUND, send=Send.NOTHING, amount=items)
    return replace(position, terms=terms, done=replace(position.done, refunded=paid, confirmed=True))


def _ask(position: Position, act: Act, role: Role) -> Position:
    return replace(position, asked=act.party)


def _answered(position: Position, act: Act, role: Role) -> Position:
    return replace(position, asked=None)


def _rule(position: Position, act: Act, role: Role) -> Position:
    return replace(_agree(position, act, role), is_ruled=True, accepted_by=frozenset(), asked=None)


def _appeal(position: Position, act: Act, role: Role) -> Position:
    return replace(position, is_appealed=True, accepted_by=frozenset())


def _is_offer_to(position: Position, act: Act, role: Role) -> bool:
    return position.offer is not None and role in position.offer.waits_for


def _is_counter(position: Position, act: Act, role: Role) -> bool:
    return position.offer is None or role in position.offer.waits_for


def _offer_from(*makers: Role) -> Condition:
    return lambda position, act, role: position.offer is not None and position.offer.by in makers


def _completes_offer(position: Position, act: Act, role: Role) -> bool:
    return _is_offer_to(position, act, role) and position.offer is not None and len(position.offer.waits_for) == 1


def _leaves_offer_open(position: Position, act: Act, role: Role) -> bool:
    return _is_offer_to(position, act, role) and not _completes_offer(position, act, role)


def _second_acceptance(position: Position, act: Act, role: Role) -> bool:
    return role not in position.accepted_by and len(position.accepted_by) == 1


def _first_acceptance(position: Position, act: Act, role: Role) -> bool:
    return not position.accepted_by


def _is_asked(position: Position, act: Act, role: Role) -> bool:
    return position.asked is role


def _is_first_ruling(position: Position, act: Act, role: Role) -> bool:
    return not position.is_appealed


def _is_final_ruling(position: Position, act: Act, role: Role) -> bool:
    return position.is_appealed


def _may_appeal(position: Position, act: Act, role: Role) -> bool:
    return not position.is_appealed and role not in position.accepted_by


def _nothing_lost(position: Position, act: Act, role: Role) -> bool:
    return position.done.goods_with_buyer and not position.is_ruled and not position.done.given


def _goods_missing(position: Position, act: Act, role: Role) -> bool:
    return position.terms is not None and next_step(position.terms, position.done) is State.AWAITING_REPLACEMENT


def _money_missing_now(position: Position, act: Act, role: Role) -> bool:
    return position.terms is not None and next_step(position.terms, position.done) is State.AWAITING_REFUND


S = State
_BEFORE_AGREEMENT = (S.AWAITING_SELLER, S.NEGOTIATING, S.AT_ODDS)
_BEFORE_ARBITRATORS = (S.ESCALATED, S.ARBITRATION, S.EVIDENCE_REQUESTED)
_WITHDRAWABLE = (
    *(*_BEFORE_AGREEMENT, *_BEFORE_ARBITRATORS),
    *(S.AWAITING_RETURN, S.AWAITING_REPLACEMENT, S.AWAITING_REFUND, S.BREACHED),
)
_BESIDE = (*_BEFORE_ARBITRATORS, S.AWAITING_REPLACEMENT)

# fmt: off
MOVES: tuple[Move, ...] = (
    #    move             from                                      to                     who
    Move("approve",       (S.AWAITING_SELLER, S.AT_ODDS),           BY_TERMS,              (SELLER,),        _agree),
    Move("approve",       (S.AWAITING_SELLER,),                     BY_TERMS,              (CLOCK,),         _agree),
    Move("refuse",        (S.AWAITING_SELLER,),                     S.AT_ODDS,             (SELLER,)),
    Move("offer",         (S.AWAITING_SELLER,),                     S.NEGOTIATING,         (SELLER,),        _put_offer),
    Move("offer",         (S.AT_ODDS,),                             S.NEGOTIATING,         PARTIES,          _put_offer),
    Move("offer",         (S.NEGOTIATING,),                         S.NEGOTIATING,         PARTIES,          _put_offer,     _is_counter),
    Move("offer",         (S.AWAITING_REPLACEMENT,),                STAY,                  (SELLER,),        _put_offer,     _is_counter),
    Move("offer",         _BEFORE_ARBITRATORS,                      STAY,                  PARTIES,          _put_offer,     _is_counter),
    Move("meet",          _BEFORE_AGREEMENT,                        S.NEGOTIATING,         (CLOCK,),         _put_offer),
    Move("accept",        (S.NEGOTIATING, *_BESIDE),                BY_TERMS,              PARTIES,          _accept,        _completes_offer),
    Move("accept",        (S.NEGOTIATING, *_BEFORE_ARBITRATORS),    STAY,                  PARTIES,          _accept,        _leaves_offer_open),
    Move("accept",        (S.RULED,),                               STAY,                  PARTIES,          _accept_ruling, _first_acceptance),
    Move("accept",        (S.RULED,),                               BY_TERMS,              PARTIES,          _accept_ruling, _second_acceptance),
    Move("decline",       (S.NEGOTIATING,),                         S.AT_ODDS,             PARTIES,          _drop_offer,    _is_offer_to),
    Move("decline",       _BESIDE,                                  STAY,                  PARTIES,          _drop_offer,    _is_offer_to),
    Move("lapse",         (S.NEGOTIATING,),                         S.AT_ODDS,             (CLOCK,),         _drop_offer,    _offer_from(SELLER, CLOCK)),
    Move("lapse",         (S.NEGOTIATING,),                         S.ESCALATED,           (CLOCK,),         _drop_offer,    _offer_from(BUYER)),
    Move("escalate",      (S.NEGOTIATING,),                         S.ESCALATED,           (BUYER,),         _drop_offer),
    Move("escalate",      (S.AT_ODDS,),                             S.ESCALATED,           PARTIES),
    Move("escalate",      (S.AWAITING_SELLER, S.AWAITING_RETURN),   S.ESCALATED,           (CLOCK,)),
    Move("ship",          (S.AWAITING_RETURN,),                     BY_TERMS,              (BUYER,),         _ship),
    Move("receive",       (S.RETURNING,),                           BY_TERMS,              (SELLER, CLOCK),  _receive),
    Move("dispute_goods", (S.RETURNING,),                           S.ESCALATED,           (SELLER,),        _goods_wrong),
    Move("dispute_goods", (S.REPLACING,),                           S.ESCALATED,           (BUYER,),         _goods_wrong),
    Move("send_goods",    (S.AWAITING_REPLACEMENT,),                BY_TERMS,              (SELLER,),        _send),
    Move("send_goods",    (S.BREACHED,),                            BY_TERMS,              (SELLER,),        _send,          _goods_missing),
    Move("receive_goods", (S.REPLACING,),                           BY_TERMS,              (BUYER, CLOCK),   _take_delivery),
    Move("refund",        (S.AWAITING_REFUND,),                     BY_TERMS,              (SELLER,),        _pay),
    Move("refund",        (S.BREACHED,),                            BY_TERMS,              (SELLER,),        _pay,           _money_missing_now),
    Move("confirm_refund", (S.REFUNDING,),                          BY_TERMS,              (BUYER, CLOCK),   _confirm),
    Move("dispute_refund", (S.REFUNDING,),                          S.BREACHED,            (BUYER,),         _money_missing),
    Move("breach",        (S.AWAITING_REPLACEMENT, S.AWAITING_REFUND), S.BREACHED,         (CLOCK,),         _drop_offer),
    Move("enforce",       (S.BREACHED,),                            BY_TERMS,              (ARBITRATOR,),    _platform_pays),
    Move("take",          (S.ESCALATED,),                           S.ARBITRATION,         (ARBITRATOR,)),
    Move("ask",           (S.ARBITRATION,),                         S.EVIDENCE_REQUESTED,  (ARBITRATOR,),    _ask),
    Move("answer",        (S.EVIDENCE_REQUESTED,),                  S.ARBITRATION,         PARTIES,          _answered,      _is_asked),
    Move("silent",        (S.EVIDENCE_REQUESTED,),                  S.ARBITRATION,         (CLOCK,),         _answered),
    Move("propose",       (S.ARBITRATION,),                         STAY,                  (ARBITRATOR,),    _put_offer),
    Move("rule",          (S.ARBITRATION,),                         S.RULED,               (ARBITRATOR,),    _rule,          _is_first_ruling),
    Move("rule",          (S.ARBITRATION,),                         BY_TERMS,              (ARBITRATOR,),    _rule,          _is_final_ruling),
    Move("release",       (S.ARBITRATION,),                         S.ESCALATED,           (ARBITRATOR, CLOCK)),
    Move("release",       (S.EVIDENCE_REQUESTED,),                  S.ESCALATED,           (ARBITRATOR,),    _answered),
    Move("appeal",        (S.RULED,),                               S.ESCALATED,           PARTIES,          _appeal,        _may_appeal),
    Move("stand",         (S.RULED,),                               BY_TERMS,              (CLOCK,)),
    Move("withdraw",      _WITHDRAWABLE,                            S.CLOSED,              (BUYER,),         _drop_offer,    _nothing_lost),
    Move("close",         (S.AT_ODDS, S.AWAITING_RETURN),           S.CLOSED,              (CLOCK,)),
    Move("remind",        (S.ESCALATED, S.BREACHED),                STAY,                  (CLOCK,)),
)
# fmt: on

#: The rows that lead out of each state.
_FROM = {state: tuple(move for move in MOVES if state in move.sources) for state in State}
#: Every move's name, in the order of the table.
NAMES: tuple[str, ...] = tuple(dict.fromkeys(move.name for move in MOVES))
#: What terms can lead to.
_BY_TERMS = (
    *(S.AWAITING_RETURN, S.RETURNING, S.AWAITING_REPLACEMENT, S.REPLACING),
    *(S.AWAITING_REFUND, S.REFUNDING, S.SETTLED, S.CLOSED),
)


def advance(position: Position, act: Act, role: Role) -> Position:
    """The position after `role` made the move, one turn on.

    Raises UnknownMove for a name that is not in the table, IllegalMove when the table does not allow it here; the
    position given is never changed.
    """
    event = _MACHINE.events.get(act.move)
    if event is None:
        raise UnknownMove(act.move)
    piece = _Piece(position, act, role)
    try:
        has_moved = event.trigger(piece)
    except MachineError as err:
        raise IllegalMove(act.move, position.state, role) from err
    if not has_moved:
        raise IllegalMove(act.move, position.state, role)
    return replace(piece.after, state=State(piece.state), turn=position.turn + 1)


def moves_open(position: Position, role: Role) -> tuple[str, ...]:
    """The names of the moves that `role` may make now, in the order of the table."""
    probe = Act(move="")
    rows = _FROM[position.state]
    names = (move.name for move in rows if role in move.roles and move.condition(position, probe, role))
    return tuple(dict.fromkeys(names))


def waits_for(position: Position) -> tuple[Role, ...]:
    """Whose turn it is; nobody's at an end. `ARBITRATOR` stands for all of them while none has taken the case."""
    state, offer = position.state, position.offer
    if state is State.NEGOTIATING and offer is not None:
        return offer.waits_for
    if state is State.EVIDENCE_REQUESTED and position.asked is not None:
        return (position.asked,)
    if state is State.RULED:
        return tuple(role for role in PARTIES if role not in position.accepted_by)
    return _OWNERS[state]


_OWNERS: dict[State, tuple[Role, ...]] = {
    S.AWAITING_SELLER: (SELLER,),
    S.NEGOTIATING: PARTIES,
    S.AT_ODDS: (BUYER,),
    S.AWAITING_RETURN: (BUYER,),
    S.RETURNING: (SELLER,),
    S.AWAITING_REPLACEMENT: (SELLER,),
    S.REPLACING: (BUYER,),
    S.AWAITING_REFUND: (SELLER,),
    S.REFUNDING: (BUYER,),
    S.BREACHED: (ARBITRATOR, SELLER),
    S.ESCALATED: (ARBITRATOR,),
    S.ARBITRATION: (ARBITRATOR,),
    S.EVIDENCE_REQUESTED: PARTIES,
    S.RULED: PARTIES,
    S.SETTLED: (),
    S.CLOSED: (),
}


def edges() -> Iterator[tuple[State, State, str, tuple[Role, ...]]]:
    """The table written out, one arrow each: from, to, move, roles. The diagram in the documents is drawn from it."""
    for move in MOVES:
        for source in move.sources:
            for target in _targets(move, source):
                yield source, target, move.name, move.roles


def outstanding(position: Position) -> Money:
    """The money still due under the agreed terms."""
    if position.terms is None:
        raise LifecycleError("nothing is agreed")
    due = position.terms.due
    return Money(max(0, due.minor - position.done.refunded), due.currency) if due else zero(due.currency)


@dataclass(slots=True)
class _Piece:
    """What the machine moves: it holds the position before and after, and has no trigger of its own to collide with."""

    before: Position
    act: Act
    role: Role
    state: State = field(init=False)
    after: Position = field(init=False)

    def __post_init__(self) -> None:
        self.state, self.after = self.before.state, self.before


def _targets(move: Move, source: State) -> tuple[State, ...]:
    if move.target is STAY:
        return (source,)
    if move.target is BY_TERMS:
        # A breach outlives a part payment.
        return (*_BY_TERMS, State.BREACHED) if source is State.BREACHED else _BY_TERMS
    assert isinstance(move.target, State)
    return (move.target,)


def _row(move: Move, source: State, target: State) -> dict[str, Any]:
    def may(event: Any) -> bool:
        piece: _Piece = event.model
        if piece.role not in move.roles or not move.condition(piece.before, piece.act, piece.role):
            return False
        piece.after = move.effect(piece.before, piece.act, piece.role)
        return move.target is not BY_TERMS or _leads(piece.after, source) is target

    return {"trigger": move.name, "source": source, "dest": target, "conditions": may}


def _leads(after: Position, source: State) -> State:
    if after.terms is None:
        raise LifecycleError("nothing is agreed")
    step = next_step(after.terms, after.done)
    return State.BREACHED if source is State.BREACHED and step is State.AWAITING_REFUND else step


def _build() -> Machine:
    rows = [_row(m, source, target) for m in MOVES for source in m.sources for target in _targets(m, source)]
    return Machine(model=None, states=State, transitions=rows, initial=None, auto_transitions=False, send_event=True)


_MACHINE = _build()
assert set(_OWNERS) == set(State) and set(State) >= ENDS
