"""What was paid for each unit of an order, to the minor unit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey, Store
from conversations.cases.roles import PARTIES, Role, other


def order_of(lines: list[tuple[int, int]], discount: int, shipping: int) -> Order:
    items = tuple(
        Item(no=str(n), title="t", quantity=quantity, unit_price=Money(price, "USD"))
        for n, (quantity, price) in enumerate(lines, 1)
    )
    return Order(
        key=OrderKey("Acme", "1"),
        items=items,
        purchased_at=None,
        delivered_at=None,
        code="C",
        discount=Money(discount, "USD"),
        shipping=Money(shipping, "USD"),
    )


LINES = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 10**6)), min_size=1, max_size=8)


@given(lines=LINES, discount=st.integers(0, 10**6), shipping=st.integers(0, 10**5))
def test_paid_for_adds_up_to_exactly_what_was_paid(lines, discount, shipping):
    order = order_of(lines, discount, shipping)
    value = sum(quantity * price for quantity, price in lines)

    by_unit = [
        order.paid_for(item.no, 1, after=before).minor for item in order.items for before in range(item.quantity)
    ]

    assert all(part >= 0 for part in by_unit)
    assert sum(by_unit) == max(0, value - discount) + shipping == order.paid.minor


@given(lines=LINES, discount=st.integers(0, 10**6), data=st.data())
def test_paid_for_parts_of_a_line_add_up_to_the_line(lines, discount, data):
    order = order_of(lines, discount, 999)
    item = data.draw(st.sampled_from(order.items))
    first = data.draw(st.integers(0, item.quantity))

    parts = order.paid_for(item.no, first) + order.paid_for(item.no, item.quantity - first, after=first)

    assert parts == order.paid_for(item.no, item.quantity)


def test_paid_for_gives_discount_and_shipping_by_value():
    order = order_of([(3, 1000), (1, 1000)], discount=100, shipping=50)

    # 40.00, less 1.00, plus 0.50: three quarters of it for the first line, 29.63, in units of 9.88, 9.88, 9.87
    assert order.paid_for("1", 3) == Money(2963, "USD")
    assert [order.paid_for("1", 1, after=n).minor for n in range(3)] == [988, 988, 987]
    assert order.paid_for("2", 1) == Money(987, "USD")


def test_a_discount_above_the_value_leaves_nothing_to_give_back():
    assert order_of([(1, 500)], discount=800, shipping=0).paid == Money(0, "USD")


def test_more_units_than_there_are_count_as_those_there_are():
    assert order_of([(2, 500)], 0, 0).paid_for("1", 5, after=1) == Money(500, "USD")


@pytest.mark.parametrize("look", [lambda o: o.item("9"), lambda o: o.paid_for("9", 1)])
def test_a_line_that_is_not_there_is_a_mistake(look):
    with pytest.raises(KeyError):
        look(order_of([(1, 1)], 0, 0))


def test_an_order_has_one_currency(build):
    order = build.order()

    assert order.currency == "USD"
    assert order.item("2").title == "Red scarf"
    assert order.paid == Money(7000, "USD")


def test_two_stores_may_share_an_order_number():
    assert OrderKey("Acme", "1") != OrderKey("Bolt", "1")


def test_a_store_has_no_return_address_until_it_says_one():
    assert Store(name="Acme").return_address is None


def test_each_party_has_an_opposite():
    assert {role: other(role) for role in PARTIES} == {Role.BUYER: Role.SELLER, Role.SELLER: Role.BUYER}
    with pytest.raises(KeyError):
        other(Role.ARBITRATOR)


def test_an_item_is_neither_exchangeable_nor_excluded_unless_marked():
    item = Item(no="1", title="t", quantity=1, unit_price=Money(1, "USD"))

    assert (item.exchangeable, item.returnable) == (False, True)
    assert replace(item, exchangeable=True).exchangeable
