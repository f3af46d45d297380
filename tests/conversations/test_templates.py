"""Ready words fit where the case stands, and have its facts in them."""

import pytest

from conversations.cases.orders import Store
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State
from conversations.templates import own_templates, shortened, templates


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER])
@pytest.mark.parametrize("state", [state for state in State if state not in ENDS])
def test_every_open_case_has_words_for_both_sides(build, state, role):
    found = templates(build.at(state), role, build.order())

    assert found
    assert len({build.plain(each.label) for each in found}) == len(found)
    for each in found:
        assert "{" not in build.plain(each.words)


@pytest.mark.parametrize("state", sorted(ENDS))
def test_an_ended_case_has_none(build, state):
    assert templates(build.at(state), Role.SELLER, build.order()) == ()


def test_an_order_that_is_gone_leaves_the_reference(build):
    case = build.at(State.AT_ODDS)

    words = [build.plain(each.words) for each in templates(case, Role.BUYER, None)]

    assert any(f"{case.ref[:3]}-{case.ref[3:]}" in text for text in words)


def test_the_stores_own_words_are_filled_in(build):
    case = build.at(State.AT_ODDS)

    [own] = own_templates(Store(name="Acme", templates=("About {ref}: {item}, {due}",)), case, build.order())

    assert own.text == f"About {case.ref[:3]}-{case.ref[3:]}: Blue mug, {{due}}"
    assert build.plain(own.words) == own.text


def test_long_words_are_told_by_their_beginning():
    assert shortened("x" * 40) == "x" * 40
    assert shortened("word " * 20) == "word word word word word word word word…"
