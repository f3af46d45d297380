from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from babel import Locale

from conversations.cases.money import Money
from conversations.phrase import Phrase
from locales import languages, plain, values
from locales.catalogues import paths, read

H, D = timedelta(hours=1), timedelta(days=1)
TAGS = [language.tag for language in languages()]


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

    for tag in TAGS:
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


def test_a_number_has_the_decimals_it_was_given_in_the_language_s_own_writing():
    mark = Decimal("4.6")

    assert [values.number(mark, Locale(tag)) for tag in ("en", "de")] == ["4.6", "4,6"]


def test_instant_is_told_in_utc_whatever_its_zone():
    at = datetime(2025, 12, 6, 0, 3, tzinfo=timezone(timedelta(hours=8)))

    assert values.instant(at, Locale("en")) == "Fri, Dec 5, 2025, 4:03\u202fPM UTC"
    assert values.instant(at, Locale.parse("zh_Hans")) == "2025年12月5日周五 16:03 UTC"
    assert values.instant(at, Locale("de")) == "Fr., 5. Dez. 2025, 16:03 UTC"
    assert values.instant(at, Locale("en")) == values.instant(at.astimezone(UTC), Locale("en"))


@pytest.mark.parametrize(
    ("tag", "span", "instant"),
    [
        ("ja", "2日3時間", "2025年12月5日(金) 16:03 UTC"),
        ("ko", "2일 3시간", "2025년 12월 5일 (금) 오후 4:03 UTC"),
        ("vi", "2 ngày 3 giờ", "16:03 UTC Th 6, 5 thg 12, 2025"),
        ("ar", "يومان و3 ساعات", "الجمعة، 5 ديسمبر 2025، 4:03 م UTC"),
        ("fr", "2 jours 3 heures", "ven. 5 déc. 2025, 16:03 UTC"),
    ],
)
def test_spans_and_instants_read_as_their_language_writes_them(tag, span, instant):
    at = datetime(2025, 12, 5, 16, 3, tzinfo=UTC)

    assert values.span(2 * D + 3 * H, Locale.parse(tag)).replace("\xa0", " ") == span
    assert values.instant(at, Locale.parse(tag)).replace("\u202f", " ").replace("\xa0", " ") == instant


#: Numbers and their plural forms as the catalogue's header orders them: none, one, two, 3-10, hundreds, 11-99.
ARABIC = [(0, 0), (1, 1), (2, 2), (3, 3), (10, 3), (11, 5), (99, 5), (100, 4), (102, 4), (103, 3), (111, 5)]


@pytest.mark.parametrize(("n", "form"), ARABIC)
def test_arabic_takes_the_plural_form_of_each_number(n, form):
    one, many = "({n} earlier entry is left out.)", "({n} earlier entries are left out.)"
    forms = read(paths()["ar"], "ar").get(one).string

    assert len(set(forms)) == 6
    assert plain(Phrase.counted(one, many, n), "ar") == forms[form].replace("{n}", values.number(n, Locale("ar")))


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
