from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from babel import Locale

from conversations.cases.money import Money
from locales import values

H, D = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("minor", "currency", "en", "zh"),
    [
        (1990, "USD", "US$19.90", "US$19.90"),
        (5, "USD", "US$0.05", "US$0.05"),
        (123456, "CNY", "CN¥1,234.56", "¥1,234.56"),
        (1200, "JPY", "JP¥1,200", "JP¥1,200"),
        (99, "TWD", "NT$0.99", "NT$0.99"),
        (1234567, "EUR", "€12,345.67", "€12,345.67"),
        (1500, "MXN", "MX$15.00", "MX$15.00"),
        (1234567, "KWD", "KWD\xa01,234.567", "KWD\xa01,234.567"),
        (10**15 + 1, "EUR", "€10,000,000,000,000.01", "€10,000,000,000,000.01"),
    ],
)
def test_money_is_exact_and_its_currency_unmistakable(minor, currency, en, zh):
    amount = Money(minor, currency)

    assert values.money(amount, Locale("en")) == en
    assert values.money(amount, Locale.parse("zh_Hans")) == zh


def test_money_tells_every_pair_of_currencies_apart():
    currencies = ["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "JPY", "CNY", "EUR", "GBP", "KRW"]

    for tag in ("en", "zh_Hans", "ja", "de", "fr", "es"):
        texts = {values.money(Money(0, currency), Locale.parse(tag)).strip("0.,\xa0 ") for currency in currencies}
        assert len(texts) == len(currencies), tag


@pytest.mark.parametrize(
    ("span", "en", "zh"),
    [
        (48 * H, "48 hours", "48小时"),
        (24 * H, "24 hours", "24小时"),
        (1 * H, "1 hour", "1小时"),
        (3 * D, "3 days", "3天"),
        (7 * D, "7 days", "7天"),
        (90 * D, "90 days", "90天"),
        (2 * D + 3 * H, "2 days 3 hours", "2天3小时"),
        (H + timedelta(seconds=1), "1 hour 1 second", "1小时1秒钟"),
        (timedelta(minutes=90), "1 hour 30 minutes", "1小时30分钟"),
        (timedelta(0), "0 seconds", "0秒钟"),
        (timedelta(milliseconds=4), "0 seconds", "0秒钟"),
        (-2 * H, "-2 hours", "-2小时"),
    ],
)
def test_span_rounds_nothing(span, en, zh):
    assert values.span(span, Locale("en")) == en
    assert values.span(span, Locale.parse("zh_Hans")) == zh


def test_instant_is_told_in_utc_whatever_its_zone():
    at = datetime(2025, 12, 6, 0, 3, tzinfo=timezone(timedelta(hours=8)))

    assert values.instant(at, Locale("en")) == "Fri, Dec 5, 2025, 4:03\u202fPM UTC"
    assert values.instant(at, Locale.parse("zh_Hans")) == "2025年12月5日周五 16:03 UTC"
    assert values.instant(at, Locale("de")) == "Fr., 5. Dez. 2025, 16:03 UTC"
    assert values.instant(at, Locale("en")) == values.instant(at.astimezone(UTC), Locale("en"))


def test_day_and_number_follow_the_language():
    assert values.day(date(2025, 12, 5), Locale("en")) == "Dec 5, 2025"
    assert values.number(1234567, Locale("de")) == "1.234.567"


@pytest.mark.parametrize(
    ("items", "en", "zh"),
    [([], "", ""), (["a"], "a", "a"), (["a", "b"], "a and b", "a和b"), ("abc", "a, b, and c", "a、b和c")],
)
def test_enumeration_reads_as_a_sentence(items, en, zh):
    assert values.enumeration(list(items), Locale("en")) == en
    assert values.enumeration(list(items), Locale.parse("zh_Hans")) == zh
