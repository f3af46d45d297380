import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.cases.money import Money, MoneyError, allocate, exponent, zero


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12", "USD", 1200),
        ("12.5", "USD", 1250),
        ("12,50", "EUR", 1250),
        ("12.", "USD", 1200),
        (".5", "USD", 50),
        (",05", "EUR", 5),
        ("0", "USD", 0),
        ("007", "USD", 700),
        ("12.500", "KWD", 12500),
        ("12,500", "KWD", 12500),
        ("12,500", "USD", 1250000),
        ("12.505", "EUR", 1250500),
        ("1.2300", "USD", 123),
        ("1,234.50", "USD", 123450),
        ("1.234,50", "EUR", 123450),
        ("1 234,5", "EUR", 123450),
        ("1\u202f234,50", "EUR", 123450),
        ("1'234.50", "CHF", 123450),
        ("1’234", "CHF", 123400),
        ("1,234,567", "USD", 123456700),
        ("1,23,456.70", "INR", 12345670),
        ("1,234,567.890", "KWD", 1234567890),
        ("1500", "JPY", 1500),
        ("1,500", "JPY", 1500),
        ("1.500", "KRW", 1500),
        ("15.00", "JPY", 15),
        (" ¥ 99 ", "CNY", 9900),
        ("99 USD", "USD", 9900),
        ("usd99", "USD", 9900),
        ("99元", "CNY", 9900),
        ("€99", "EUR", 9900),
        ("\u206899\u2069", "USD", 9900),
        ("１２．５０", "CNY", 1250),
        ("12。50", "CNY", 1250),
        ("١٢٫٥٠", "SAR", 1250),
        ("١٬٢٣٤", "SAR", 123400),
        ("१२", "INR", 1200),
    ],
)
def test_parse_reads_amounts_as_people_write_them(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "abc",
        "-5",
        "−5",
        "5-10",
        "10 20",
        "12:50",
        "12;50",
        "1/2",
        "½",
        "5²",
        "12%",
        "~12",
        "1e3",
        "1.234.5",
        "1,2,3",
        "1.234,5.6",
        "1,234,56",
        "1.2.",
        "0.001.",
        "12 EUR",
        "EUR 12",
        "12 or 13",
        "12\n13",
        "9" * 30,
        "10000000000000.01",
    ],
)
def test_parse_refuses_what_is_not_plainly_one_amount(text):
    with pytest.raises(MoneyError):
        Money.parse(text, "USD")


@pytest.mark.parametrize(("text", "currency"), [("12.5051", "USD"), ("0.5", "JPY"), ("1.2345", "KWD")])
def test_parse_refuses_more_decimals_than_the_currency_has(text, currency):
    with pytest.raises(MoneyError):
        Money.parse(text, currency)


@given(minor=st.integers(0, 10**15), currency=st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_parse_reads_back_any_amount_written_out(minor, currency):
    money = Money(minor, currency)

    assert Money.parse(f"{money.decimal:f} {currency}", currency) == money


@given(text=st.text(max_size=12), currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_parse_gives_an_amount_or_says_that_it_is_none(text, currency):
    try:
        money = Money.parse(text, currency)
    except MoneyError:
        return

    assert money.currency == currency
    assert 0 <= money.minor <= 10**15


@pytest.mark.parametrize("code", ["", "US", "USDT", "usd", "€€€", "12 "])
def test_money_needs_a_currency_code(code):
    with pytest.raises(MoneyError):
        Money(1, code)


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("CNY", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_exponent_is_that_of_iso_4217(currency, digits):
    assert exponent(currency) == digits


def test_money_adds_subtracts_and_compares_in_one_currency():
    one, two = Money(100, "USD"), Money(200, "USD")

    assert (one + one, two - one, one - two) == (two, one, Money(-100, "USD"))
    assert (one < two, two < one, one < one) == (True, False, False)
    assert (one <= one, two <= one) == (True, False)
    assert (two > one, one > two, one > one) == (True, False, False)
    assert (one >= one, one >= two) == (True, False)
    assert (bool(zero("USD")), bool(one)) == (False, True)
    assert zero("JPY") == Money(0, "JPY")


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
    ],
)
def test_money_of_two_currencies_does_not_mix(mix):
    with pytest.raises(MoneyError):
        mix(Money(1, "USD"), Money(1, "EUR"))


def test_amounts_of_two_currencies_are_never_equal():
    assert Money(0, "USD") != Money(0, "EUR")


# --- allocating ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], (34, 33, 33)),
        (100, [1, 2, 3], (17, 33, 50)),
        (5, [0, 1], (0, 5)),
        (5, [0, 0], (3, 2)),
        (0, [3, 4], (0, 0)),
        (1, [1, 1], (1, 0)),
        (7, [9], (7,)),
    ],
)
def test_allocate_gives_the_largest_remainders_first(total, weights, shares):
    assert allocate(total, weights) == shares


def test_allocate_needs_somebody_to_give_to():
    with pytest.raises(ValueError, match="nothing to allocate to"):
        allocate(5, [])


@given(total=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_allocate_leaves_nothing_over_and_is_fair_to_the_unit(total, weights):
    shares = allocate(total, weights)

    assert sum(shares) == total
    parts = weights if any(weights) else [1] * len(weights)
    assert all(abs(share * sum(parts) - total * part) < sum(parts) for share, part in zip(shares, parts, strict=True))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1.2.3", "not a number: '1.2.3'"),
        ("1.'", 'not a number: "1.\'"'),
        ("1.2 3", "not a number: '1.2 3'"),
        ("12345678901234567", "too much: '12345678901234567'"),
    ],
)
def test_parse_says_what_is_wrong(text, told):
    with pytest.raises(MoneyError) as err:
        Money.parse(text, "USD")
    assert str(err.value) == told


def test_mixing_currencies_names_both():
    with pytest.raises(MoneyError) as err:
        Money(1, "USD") + Money(1, "EUR")
    assert str(err.value) == "EUR does not mix with USD"
