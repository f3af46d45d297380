"""Values to JSON and back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.cases.case import Case
from conversations.cases.claim import Reason
from conversations.cases.lifecycle import OpenOffer, Position
from conversations.cases.money import Money
from conversations.cases.orders import Order, Store
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind, Terms
from conversations.messages import Body, Correction, Exhibits, Outgoing, Panel, Picture, Report, Section, Speech
from conversations.phrase import Phrase
from conversations.ports import OpenDialog
from storage import codec

TERMS = Terms(
    kind=Kind.REFUND,
    amount=Money(900, "JPY"),
    items=(),
    goods_back=False,
    shipping=None,
    shipping_amount=Money(0, "JPY"),
)

words = st.text(alphabet=st.characters(exclude_categories=[]))  # lone surrogates too
values = st.one_of(
    words,
    st.integers(),
    st.datetimes(timezones=st.just(UTC)),
    st.timedeltas(min_value=timedelta(days=-999), max_value=timedelta(days=9_999)),
    st.builds(Money, st.integers(), st.sampled_from(["USD", "CNY", "JPY"])),
)
names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)


def phrases(params: Any) -> Any:
    return st.builds(
        Phrase.restore, st.text(min_size=1), st.none() | st.text(), st.dictionaries(names, params, max_size=4)
    )


params = st.recursive(values, lambda inner: st.lists(inner, max_size=3).map(tuple) | phrases(inner), max_leaves=8)


def through_json(value: Any) -> Any:
    return json.loads(codec.dumps(codec.encode(value)))


@given(phrases(params))
def test_a_phrase_comes_back(phrase: Phrase) -> None:
    back = codec.decode(Phrase, through_json(phrase))

    assert back == phrase
    assert {name: type(value) for name, value in back.params.items()} == {
        name: type(value) for name, value in phrase.params.items()
    }


@given(st.recursive(words | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(words, inner)))
def test_json_is_ascii_and_keeps_every_letter_and_digit(data: Any) -> None:
    text = codec.dumps(data)

    assert text.isascii()
    assert codec.loads(text) == data


@pytest.mark.parametrize("data", ['\0\n"\\/', "灯 👍 \u2028", "half \ud83d", 2**64, -(2**63) - 1, int("7" * 3000)])
def test_odd_values_are_spelled_as_pythons_own_json_spells_them(data: Any) -> None:
    assert codec.dumps({"a": data}) == json.dumps({"a": data}, separators=(",", ":"))


@pytest.mark.parametrize("data", [datetime.now(UTC), TERMS, {1, 2}, b""])
def test_what_is_no_json_value_is_refused(data: Any) -> None:
    with pytest.raises(TypeError):
        codec.dumps({"a": data})


def test_answers_of_a_dialog_come_back() -> None:
    answers = {"order": ["Lumen", "1001"], "quantities": {"1": 2}, "_pending": [], "words": "12", "none": None}
    stack = (OpenDialog(name="intake", ref="", step="reason", answers=answers, room=3),)

    assert codec.decode(tuple[OpenDialog, ...], through_json(stack)) == stack


def test_words_that_look_like_something_else_stay_words() -> None:
    looks = ["2026-03-01T12:00:00+00:00", '{"money": {"minor": 1, "currency": "USD"}}', "", "None", "12"]
    phrase = Phrase("{a} {b}", a=tuple(looks), b=looks[0])

    assert codec.decode(Phrase, through_json(phrase)) == phrase


def test_a_phrase_with_what_phrases_do_not_carry_is_refused() -> None:
    with pytest.raises(KeyError):
        codec.encode(Phrase("{x}", x=1.5))


def test_a_case_comes_back(case: Case) -> None:
    offer = OpenOffer(1, Role.ARBITRATOR, TERMS, frozenset({Role.SELLER}))
    position = Position(state=State.RULED, offer=offer, accepted_by=frozenset({Role.SELLER, Role.BUYER}))
    moved = replace(case, position=position, arbitrator=3)

    back = codec.decode(Case, through_json(moved))

    assert back == moved
    assert isinstance(back.state, State) and isinstance(back.claim.reason, Reason)
    assert isinstance(back.limits.waits, dict) and back.limits.waits[State.RULED] == timedelta(hours=48)


def test_an_order_comes_back(order: Order) -> None:
    assert codec.decode(Order, through_json(order)) == order


@pytest.mark.parametrize(
    "body",
    [
        Speech(speaker=Phrase("The buyer"), text="It hums"),
        Correction(speaker=Phrase("The buyer"), text="It hums loudly", source=1, message=2),
        Exhibits(caption=Phrase("Evidence"), files=()),
        Picture(caption=Phrase("{mark} of 5", mark=Decimal("4.6")), panels=(Panel(now=(1, 2), before=(0, 3)),)),
        Report(title=Phrase("Cases"), sections=(Section(heading=Phrase("Why"), lines=(Phrase("{n}", n=1),)),)),
    ],
    ids=lambda body: type(body).__name__,
)
def test_each_body_keeps_its_kind(body: Body) -> None:
    outgoing = Outgoing(to=1, body=body)

    assert codec.decode(Outgoing, through_json(outgoing)) == outgoing


def test_instants_are_kept_in_utc(order: Order) -> None:
    shanghai = datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=8)))

    data = codec.encode(replace(order, purchased_at=shanghai))

    assert data["purchased_at"] == "2026-03-01T12:00:00+00:00"


def test_an_instant_without_a_zone_is_refused(order: Order) -> None:
    with pytest.raises(ValueError, match="time zone"):
        codec.encode(replace(order, purchased_at=datetime(2026, 3, 1)))  # noqa: DTZ001 - that is the point


def test_older_and_newer_rows_are_read() -> None:
    assert codec.decode(Store, {"name": "Lumen"}) == Store(name="Lumen")
    assert codec.decode(Store, {"name": "Lumen", "rating": 5}) == Store(name="Lumen")


def test_a_row_without_what_has_no_default_is_refused() -> None:
    with pytest.raises(KeyError):
        codec.decode(Store, {"return_address": "here"})


def test_canonical_json_has_one_spelling() -> None:
    accepted = [frozenset(order) for order in ([Role.SELLER, Role.BUYER], [Role.BUYER, Role.SELLER])]

    spelled = {codec.canonical({"b": codec.encode(roles), "a": "é\ud83d"}) for roles in accepted}

    assert spelled == {'{"a":"\\u00e9\\ud83d","b":["buyer","seller"]}'}
