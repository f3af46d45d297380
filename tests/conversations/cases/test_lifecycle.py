"""The whole life of a case, cell by cell, against the design's table written out here once more by hand."""

from dataclasses import dataclass, replace

import pytest

from conversations.cases import lifecycle
from conversations.cases.claim import Claimed
from conversations.cases.lifecycle import (
    MOVES,
    NAMES,
    Act,
    IllegalMove,
    LifecycleError,
    OpenOffer,
    Position,
    UnknownMove,
    advance,
    edges,
    moves_open,
    outstanding,
    waits_for,
)
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State
from conversations.cases.terms import Done, Kind, Send, Terms

B, S, A, C = Role.BUYER, Role.SELLER, Role.ARBITRATOR, Role.CLOCK


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def terms(kind: Kind, amount: int = 0, *, back: bool = False, send: Send = Send.NOTHING) -> Terms:
    return Terms(
        kind=kind,
        amount=usd(amount),
        items=(Claimed("1", 1),),
        goods_back=back,
        shipping=B if back else None,
        shipping_amount=usd(0),
        send=send,
    )


RETURN = terms(Kind.RETURN_REFUND, 4000, back=True)
REFUND = terms(Kind.REFUND, 4000)
EXCHANGE = terms(Kind.EXCHANGE, back=True, send=Send.REPLACEMENT)
KEEP_AND_SEND = terms(Kind.EXCHANGE, send=Send.REPLACEMENT)
PAY_10 = terms(Kind.COMPENSATION, 1000)
DISMISSAL = terms(Kind.DISMISSAL)

BACK = Done(shipped=True, received=True)

#: A move made with everything it needs. New terms are a compensation, so that they lead to awaiting_refund.
ACTS = {
    **{name: Act(move=name, terms=PAY_10) for name in ("approve", "offer", "meet", "propose", "rule")},
    "refund": Act(move="refund", amount=usd(4000)),
    "enforce": Act(move="enforce", amount=usd(4000)),
    "dispute_refund": Act(move="dispute_refund", amount=usd(0)),
    "ask": Act(move="ask", party=B, text="When?"),
}


def act_of(name: str) -> Act:
    return ACTS.get(name, Act(move=name))


@dataclass(frozen=True)
class Cell:
    """A position, and every move that may be made from it: role -> move -> where it leads."""

    position: Position
    moves: dict[Role, dict[str, State]]


def at(state: State, **more) -> Position:
    return Position(state=state, turn=7, **more)


def offer(by: Role, of: Terms = PAY_10, *accepted: Role) -> OpenOffer:
    return OpenOffer(1, by, of, frozenset(accepted))


_OFFERS = {B: {"offer"}, S: {"offer"}}
_ = State

CELLS: dict[str, Cell] = {
    "awaiting_seller": Cell(
        at(_.AWAITING_SELLER),
        {
            S: {"approve": _.AWAITING_REFUND, "refuse": _.AT_ODDS, "offer": _.NEGOTIATING},
            B: {"withdraw": _.CLOSED},
            C: {"approve": _.AWAITING_REFUND, "escalate": _.ESCALATED, "meet": _.NEGOTIATING},
        },
    ),
    "negotiating the seller's offer": Cell(
        at(_.NEGOTIATING, offer=offer(S)),
        {
            B: {
                "accept": _.AWAITING_REFUND,
                "decline": _.AT_ODDS,
                "offer": _.NEGOTIATING,
                "escalate": _.ESCALATED,
                "withdraw": _.CLOSED,
            },
            C: {"lapse": _.AT_ODDS, "meet": _.NEGOTIATING},
        },
    ),
    "negotiating the buyer's offer": Cell(
        at(_.NEGOTIATING, offer=offer(B)),
        {
            S: {"accept": _.AWAITING_REFUND, "decline": _.AT_ODDS, "offer": _.NEGOTIATING},
            B: {"escalate": _.ESCALATED, "withdraw": _.CLOSED},
            C: {"lapse": _.ESCALATED, "meet": _.NEGOTIATING},
        },
    ),
    "negotiating an offer of a return": Cell(
        at(_.NEGOTIATING, offer=offer(S, RETURN)),
        {
            B: {
                "accept": _.AWAITING_RETURN,
                "decline": _.AT_ODDS,
                "offer": _.NEGOTIATING,
                "escalate": _.ESCALATED,
                "withdraw": _.CLOSED,
            },
            C: {"lapse": _.AT_ODDS, "meet": _.NEGOTIATING},
        },
    ),
    "negotiating what both private limits allow": Cell(
        at(_.NEGOTIATING, offer=offer(C)),
        {
            B: {
                "accept": _.NEGOTIATING,
                "decline": _.AT_ODDS,
                "offer": _.NEGOTIATING,
                "escalate": _.ESCALATED,
                "withdraw": _.CLOSED,
            },
            S: {"accept": _.NEGOTIATING, "decline": _.AT_ODDS, "offer": _.NEGOTIATING},
            C: {"lapse": _.AT_ODDS, "meet": _.NEGOTIATING},
        },
    ),
    "negotiating what both private limits allow, the seller agreeing": Cell(
        at(_.NEGOTIATING, offer=offer(C, PAY_10, S)),
        {
            B: {
                "accept": _.AWAITING_REFUND,
                "decline": _.AT_ODDS,
                "offer": _.NEGOTIATING,
                "escalate": _.ESCALATED,
                "withdraw": _.CLOSED,
            },
            C: {"lapse": _.AT_ODDS, "meet": _.NEGOTIATING},
        },
    ),
    "at_odds": Cell(
        at(_.AT_ODDS),
        {
            B: {"offer": _.NEGOTIATING, "escalate": _.ESCALATED, "withdraw": _.CLOSED},
            S: {"offer": _.NEGOTIATING, "approve": _.AWAITING_REFUND, "escalate": _.ESCALATED},
            C: {"close": _.CLOSED, "meet": _.NEGOTIATING},
        },
    ),
    "awaiting_return": Cell(
        at(_.AWAITING_RETURN, terms=RETURN),
        {B: {"ship": _.RETURNING, "withdraw": _.CLOSED}, C: {"close": _.CLOSED, "escalate": _.ESCALATED}},
    ),
    "awaiting_return under a ruling": Cell(
        at(_.AWAITING_RETURN, terms=RETURN, is_ruled=True),
        {B: {"ship": _.RETURNING}, C: {"close": _.CLOSED, "escalate": _.ESCALATED}},
    ),
    "returning for money": Cell(
        at(_.RETURNING, terms=RETURN, done=Done(shipped=True)),
        {S: {"receive": _.AWAITING_REFUND, "dispute_goods": _.ESCALATED}, C: {"receive": _.AWAITING_REFUND}},
    ),
    "returning for a replacement": Cell(
        at(_.RETURNING, terms=EXCHANGE, done=Done(shipped=True)),
        {S: {"receive": _.AWAITING_REPLACEMENT, "dispute_goods": _.ESCALATED}, C: {"receive": _.AWAITING_REPLACEMENT}},
    ),
    "awaiting_replacement": Cell(
        at(_.AWAITING_REPLACEMENT, terms=EXCHANGE, done=BACK),
        {S: {"send_goods": _.REPLACING, "offer": _.AWAITING_REPLACEMENT}, C: {"breach": _.BREACHED}},
    ),
    "awaiting_replacement while the buyer keeps the goods": Cell(
        at(_.AWAITING_REPLACEMENT, terms=KEEP_AND_SEND),
        {
            S: {"send_goods": _.REPLACING, "offer": _.AWAITING_REPLACEMENT},
            B: {"withdraw": _.CLOSED},
            C: {"breach": _.BREACHED},
        },
    ),
    "awaiting_replacement with money offered instead": Cell(
        at(_.AWAITING_REPLACEMENT, terms=EXCHANGE, done=BACK, offer=offer(S)),
        {
            S: {"send_goods": _.REPLACING},
            B: {"accept": _.AWAITING_REFUND, "decline": _.AWAITING_REPLACEMENT},
            C: {"breach": _.BREACHED},
        },
    ),
    "replacing": Cell(
        at(_.REPLACING, terms=EXCHANGE, done=replace(BACK, sent=True)),
        {B: {"receive_goods": _.SETTLED, "dispute_goods": _.ESCALATED}, C: {"receive_goods": _.SETTLED}},
    ),
    "replacing after a dismissal": Cell(
        at(_.REPLACING, terms=replace(DISMISSAL, send=Send.ORIGINAL), done=replace(BACK, sent=True), is_ruled=True),
        {B: {"receive_goods": _.CLOSED, "dispute_goods": _.ESCALATED}, C: {"receive_goods": _.CLOSED}},
    ),
    "awaiting_refund for goods that are back": Cell(
        at(_.AWAITING_REFUND, terms=RETURN, done=BACK), {S: {"refund": _.REFUNDING}, C: {"breach": _.BREACHED}}
    ),
    "awaiting_refund while the buyer keeps the goods": Cell(
        at(_.AWAITING_REFUND, terms=REFUND),
        {S: {"refund": _.REFUNDING}, B: {"withdraw": _.CLOSED}, C: {"breach": _.BREACHED}},
    ),
    "awaiting_refund after a part": Cell(
        at(_.AWAITING_REFUND, terms=REFUND, done=Done(refunded=500)),
        {S: {"refund": _.REFUNDING}, C: {"breach": _.BREACHED}},
    ),
    "refunding": Cell(
        at(_.REFUNDING, terms=REFUND, done=Done(refunded=4000)),
        {B: {"confirm_refund": _.SETTLED, "dispute_refund": _.BREACHED}, C: {"confirm_refund": _.SETTLED}},
    ),
    "breached on money": Cell(
        at(_.BREACHED, terms=RETURN, done=BACK),
        {S: {"refund": _.REFUNDING}, A: {"enforce": _.SETTLED}, C: {"remind": _.BREACHED}},
    ),
    "breached on money while the buyer keeps the goods": Cell(
        at(_.BREACHED, terms=REFUND),
        {
            S: {"refund": _.REFUNDING},
            A: {"enforce": _.SETTLED},
            B: {"withdraw": _.CLOSED},
            C: {"remind": _.BREACHED},
        },
    ),
    "breached on goods": Cell(
        at(_.BREACHED, terms=EXCHANGE, done=BACK),
        {S: {"send_goods": _.REPLACING}, A: {"enforce": _.SETTLED}, C: {"remind": _.BREACHED}},
    ),
    "escalated": Cell(
        at(_.ESCALATED),
        {
            A: {"take": _.ARBITRATION},
            B: {"offer": _.ESCALATED, "withdraw": _.CLOSED},
            S: {"offer": _.ESCALATED},
            C: {"remind": _.ESCALATED},
        },
    ),
    "escalated with the seller's offer": Cell(
        at(_.ESCALATED, offer=offer(S)),
        {
            A: {"take": _.ARBITRATION},
            B: {
                "accept": _.AWAITING_REFUND,
                "decline": _.ESCALATED,
                "offer": _.ESCALATED,
                "withdraw": _.CLOSED,
            },
            C: {"remind": _.ESCALATED},
        },
    ),
    "escalated over goods that are back": Cell(
        at(_.ESCALATED, terms=RETURN, done=BACK),
        {
            A: {"take": _.ARBITRATION},
            B: {"offer": _.ESCALATED},
            S: {"offer": _.ESCALATED},
            C: {"remind": _.ESCALATED},
        },
    ),
    "escalated by an appeal": Cell(
        at(_.ESCALATED, terms=REFUND, is_ruled=True, is_appealed=True),
        {
            A: {"take": _.ARBITRATION},
            B: {"offer": _.ESCALATED},
            S: {"offer": _.ESCALATED},
            C: {"remind": _.ESCALATED},
        },
    ),
    "arbitration": Cell(
        at(_.ARBITRATION),
        {
            A: {
                "ask": _.EVIDENCE_REQUESTED,
                "propose": _.ARBITRATION,
                "rule": _.RULED,
                "release": _.ESCALATED,
            },
            B: {"offer": _.ARBITRATION, "withdraw": _.CLOSED},
            S: {"offer": _.ARBITRATION},
            C: {"release": _.ESCALATED},
        },
    ),
    "arbitration with the buyer's offer": Cell(
        at(_.ARBITRATION, offer=offer(B)),
        {
            A: {
                "ask": _.EVIDENCE_REQUESTED,
                "propose": _.ARBITRATION,
                "rule": _.RULED,
                "release": _.ESCALATED,
            },
            B: {"withdraw": _.CLOSED},
            S: {"accept": _.AWAITING_REFUND, "decline": _.ARBITRATION, "offer": _.ARBITRATION},
            C: {"release": _.ESCALATED},
        },
    ),
    "arbitration with a proposal": Cell(
        at(_.ARBITRATION, offer=offer(A)),
        {
            A: {
                "ask": _.EVIDENCE_REQUESTED,
                "propose": _.ARBITRATION,
                "rule": _.RULED,
                "release": _.ESCALATED,
            },
            B: {
                "accept": _.ARBITRATION,
                "decline": _.ARBITRATION,
                "offer": _.ARBITRATION,
                "withdraw": _.CLOSED,
            },
            S: {"accept": _.ARBITRATION, "decline": _.ARBITRATION, "offer": _.ARBITRATION},
            C: {"release": _.ESCALATED},
        },
    ),
    "arbitration with a proposal that the buyer accepted": Cell(
        at(_.ARBITRATION, offer=offer(A, PAY_10, B)),
        {
            A: {
                "ask": _.EVIDENCE_REQUESTED,
                "propose": _.ARBITRATION,
                "rule": _.RULED,
                "release": _.ESCALATED,
            },
            B: {"withdraw": _.CLOSED},
            S: {"accept": _.AWAITING_REFUND, "decline": _.ARBITRATION, "offer": _.ARBITRATION},
            C: {"release": _.ESCALATED},
        },
    ),
    "arbitration of an appeal": Cell(
        at(_.ARBITRATION, terms=REFUND, is_ruled=True, is_appealed=True),
        {
            A: {
                "ask": _.EVIDENCE_REQUESTED,
                "propose": _.ARBITRATION,
                "rule": _.AWAITING_REFUND,
                "release": _.ESCALATED,
            },
            B: {"offer": _.ARBITRATION},
            S: {"offer": _.ARBITRATION},
            C: {"release": _.ESCALATED},
        },
    ),
    "evidence_requested of the buyer": Cell(
        at(_.EVIDENCE_REQUESTED, asked=B),
        {
            A: {"release": _.ESCALATED},
            B: {"answer": _.ARBITRATION, "offer": _.EVIDENCE_REQUESTED, "withdraw": _.CLOSED},
            S: {"offer": _.EVIDENCE_REQUESTED},
            C: {"silent": _.ARBITRATION},
        },
    ),
    "evidence_requested of the seller with their offer": Cell(
        at(_.EVIDENCE_REQUESTED, asked=S, offer=offer(S)),
        {
            A: {"release": _.ESCALATED},
            B: {
                "accept": _.AWAITING_REFUND,
                "decline": _.EVIDENCE_REQUESTED,
                "offer": _.EVIDENCE_REQUESTED,
                "withdraw": _.CLOSED,
            },
            S: {"answer": _.ARBITRATION},
            C: {"silent": _.ARBITRATION},
        },
    ),
    "ruled": Cell(
        at(_.RULED, terms=RETURN, is_ruled=True),
        {
            B: {"accept": _.RULED, "appeal": _.ESCALATED},
            S: {"accept": _.RULED, "appeal": _.ESCALATED},
            C: {"stand": _.AWAITING_RETURN},
        },
    ),
    "ruled and accepted by the seller": Cell(
        at(_.RULED, terms=RETURN, is_ruled=True, accepted_by=frozenset({S})),
        {B: {"accept": _.AWAITING_RETURN, "appeal": _.ESCALATED}, C: {"stand": _.AWAITING_RETURN}},
    ),
    "ruled to dismiss": Cell(
        at(_.RULED, terms=DISMISSAL, is_ruled=True, accepted_by=frozenset({B})),
        {S: {"accept": _.CLOSED, "appeal": _.ESCALATED}, C: {"stand": _.CLOSED}},
    ),
    "settled": Cell(at(_.SETTLED, terms=REFUND, done=Done(refunded=4000, confirmed=True)), {}),
    "closed": Cell(at(_.CLOSED), {}),
}


def test_cells_cover_every_state_and_every_move():
    assert {cell.position.state for cell in CELLS.values()} == set(State)
    assert {name for cell in CELLS.values() for moves in cell.moves.values() for name in moves} == set(NAMES)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("where", CELLS)
def test_advance_does_what_the_design_says(where, role):
    position, allowed = CELLS[where].position, CELLS[where].moves.get(role, {})

    made = {name: advance(position, act_of(name), role) for name in allowed}

    assert {name: after.state for name, after in made.items()} == allowed
    assert {after.turn for after in made.values()} <= {position.turn + 1}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("where", CELLS)
def test_advance_refuses_everything_else_and_changes_nothing(where, role):
    position, allowed = CELLS[where].position, CELLS[where].moves.get(role, {})
    before = replace(position)

    for name in set(NAMES) - set(allowed):
        with pytest.raises(IllegalMove) as refused:
            advance(position, act_of(name), role)
        assert (refused.value.move, refused.value.state, refused.value.role) == (name, position.state, role)

    assert position == before


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("where", CELLS)
def test_moves_open_are_those_that_advance_takes(where, role):
    cell = CELLS[where]

    assert set(moves_open(cell.position, role)) == set(cell.moves.get(role, {}))


@pytest.mark.parametrize("where", CELLS)
def test_edges_hold_every_step_that_can_be_made(where):
    cell = CELLS[where]
    written = {(source, target, move, role) for source, target, move, roles in edges() for role in roles}
    made = {(cell.position.state, to, move, role) for role, moves in cell.moves.items() for move, to in moves.items()}

    assert made <= written


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", ["", "cancel", "settle", "Approve", "_may", "trigger", "to_closed", "__class__"])
def test_advance_does_not_know_moves_outside_the_table(state, name):
    with pytest.raises(UnknownMove):
        advance(at(state), Act(move=name), Role.SELLER)


def test_table_knows_each_state_and_lets_nothing_out_of_an_end():
    assert {state for move in MOVES for state in move.sources} == set(State) - ENDS


# --- whose turn it is ------------------------------------------------------------------------------------------

OWNERS = {
    "awaiting_seller": (S,),
    "negotiating the seller's offer": (B,),
    "negotiating the buyer's offer": (S,),
    "at_odds": (B,),
    "awaiting_return": (B,),
    "returning for money": (S,),
    "awaiting_replacement": (S,),
    "awaiting_replacement with money offered instead": (S,),
    "replacing": (B,),
    "awaiting_refund for goods that are back": (S,),
    "refunding": (B,),
    "breached on money": (A, S),
    "escalated": (A,),
    "escalated with the seller's offer": (A,),
    "arbitration": (A,),
    "arbitration with a proposal": (A,),
    "evidence_requested of the buyer": (B,),
    "evidence_requested of the seller with their offer": (S,),
    "ruled": (B, S),
    "ruled and accepted by the seller": (B,),
    "settled": (),
    "closed": (),
}


@pytest.mark.parametrize("where", OWNERS)
def test_waits_for_names_the_owner_of_each_wait(where):
    assert waits_for(CELLS[where].position) == OWNERS[where]


@pytest.mark.parametrize("where", CELLS)
def test_whoever_is_waited_for_has_a_move(where):
    position = CELLS[where].position

    assert all(moves_open(position, role) for role in waits_for(position))


# --- what a move changes besides the state ---------------------------------------------------------------------


def step(position: Position, name: str, role: Role, **what) -> Position:
    return advance(position, replace(act_of(name), **what), role)


def test_new_terms_ask_anew_for_money_and_goods_and_remember_what_was_given():
    done = Done(shipped=True, received=True, sent=True, delivered=True, refunded=300, confirmed=True, earlier=200)
    position = at(State.ARBITRATION, terms=REFUND, done=done, asked=B, accepted_by=frozenset({B}), offer=offer(B))

    ruled = step(position, "rule", A)

    assert ruled == Position(
        state=State.RULED,
        turn=8,
        terms=PAY_10,
        is_ruled=True,
        done=Done(shipped=True, received=True, earlier=500),
    )


def test_an_offer_is_numbered_and_takes_the_place_of_the_one_before():
    position = at(State.NEGOTIATING, offer=offer(S), offers=1)

    countered = step(position, "offer", B, terms=REFUND)

    assert (countered.offers, countered.offer) == (2, OpenOffer(2, B, REFUND))


def test_a_proposal_counts_once_both_have_accepted_it():
    position = at(State.ARBITRATION, offer=offer(A), offers=1)

    half = step(position, "accept", S)
    whole = step(half, "accept", B)

    assert (half.offer, half.terms) == (OpenOffer(1, A, PAY_10, frozenset({S})), None)
    assert (whole.offer, whole.terms, whole.state) == (None, PAY_10, State.AWAITING_REFUND)


def test_accepting_an_offer_ends_the_arbitrators_question():
    position = at(State.EVIDENCE_REQUESTED, asked=S, offer=offer(S))

    assert step(position, "accept", B).asked is None


def test_taking_a_case_leaves_the_open_offer_on_the_table():
    assert step(at(State.ESCALATED, offer=offer(S)), "take", A).offer == offer(S)


@pytest.mark.parametrize(
    ("state", "done", "role", "arrived", "after"),
    [
        (State.RETURNING, Done(shipped=True), S, True, Done(shipped=True, received=True)),
        (State.RETURNING, Done(shipped=True), S, False, Done(shipped=True)),
        (State.REPLACING, Done(True, True, True), B, True, Done()),
        (State.REPLACING, Done(True, True, True), B, False, Done(True, True)),
        (State.REPLACING, Done(sent=True), B, False, Done()),
    ],
    ids=["wrong goods came back", "nothing came back", "wrong goods came", "nothing came", "nothing came, goods kept"],
)
def test_disputed_goods_are_where_they_are_said_to_be(state, done, role, arrived, after):
    disputed = step(at(state, terms=EXCHANGE, done=done), "dispute_goods", role, arrived=arrived)

    assert (disputed.state, disputed.done) == (State.ESCALATED, after)


def test_a_refund_in_parts_stays_due_until_it_is_whole():
    position = at(State.AWAITING_REFUND, terms=REFUND)

    part = step(position, "refund", S, amount=usd(1500))
    whole = step(part, "refund", S, amount=usd(2500))

    assert (part.state, outstanding(part)) == (State.AWAITING_REFUND, usd(2500))
    assert (whole.state, outstanding(whole)) == (State.REFUNDING, usd(0))


def test_a_breach_outlives_a_part_payment():
    part = step(at(State.BREACHED, terms=REFUND), "refund", S, amount=usd(1500))
    whole = step(part, "refund", S, amount=usd(2500))

    assert (part.state, outstanding(part)) == (State.BREACHED, usd(2500))
    assert whole.state is State.REFUNDING


def test_a_disputed_refund_counts_what_arrived():
    position = at(State.REFUNDING, terms=REFUND, done=Done(refunded=4000))

    disputed = step(position, "dispute_refund", B, amount=usd(1500))

    assert (disputed.state, outstanding(disputed)) == (State.BREACHED, usd(2500))


def test_the_platform_pays_for_goods_that_were_never_sent():
    position = at(State.BREACHED, terms=EXCHANGE, done=BACK)

    enforced = step(position, "enforce", A, amount=usd(4000))

    assert enforced.terms == replace(EXCHANGE, kind=Kind.REFUND, amount=usd(4000), send=Send.NOTHING)
    assert enforced.done == replace(BACK, refunded=4000, confirmed=True)


@pytest.mark.parametrize("role", [B, S])
def test_an_appeal_is_possible_once(role):
    appealed = step(at(State.RULED, terms=REFUND, is_ruled=True), "appeal", role)
    taken = step(appealed, "take", A)
    final = step(taken, "rule", A, terms=RETURN)

    assert (appealed.is_appealed, appealed.accepted_by) == (True, frozenset())
    assert (final.state, final.terms) == (State.AWAITING_RETURN, RETURN)


@pytest.mark.parametrize(
    ("name", "state", "role"),
    [("offer", State.AT_ODDS, S), ("propose", State.ARBITRATION, A), ("refund", State.AWAITING_REFUND, S)],
)
def test_moves_need_what_they_are_about(name, state, role):
    with pytest.raises(LifecycleError):
        advance(at(state, terms=REFUND), Act(move=name), role)


@pytest.mark.parametrize("missing", [{"amount": None}, {"terms": None}])
def test_enforcing_needs_terms_and_an_amount(missing):
    position = at(State.BREACHED, terms=missing.get("terms", REFUND))

    with pytest.raises(LifecycleError):
        advance(position, Act(move="enforce", amount=missing.get("amount", usd(1))), A)


def test_a_ruling_without_terms_leads_nowhere():
    with pytest.raises(LifecycleError):
        advance(at(State.RULED), Act(move="stand"), C)


def test_outstanding_needs_an_agreement():
    with pytest.raises(LifecycleError):
        outstanding(at(State.AT_ODDS))


def test_outstanding_is_never_less_than_nothing():
    assert outstanding(at(State.REFUNDING, terms=PAY_10, done=Done(refunded=5000))) == usd(0)
    assert outstanding(at(State.CLOSED, terms=DISMISSAL)) == usd(0)


def test_the_machine_has_no_moves_besides_the_table():
    assert set(lifecycle._MACHINE.events) == set(NAMES)
