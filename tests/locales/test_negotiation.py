import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locales import Language, languages, negotiate, own_name
from locales.negotiation import best

FOURTEEN = ("en", "ar", "de", "es", "fr", "id", "ja", "ko", "pt_BR", "ru", "tr", "vi", "zh_Hans", "zh_Hant")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh_Hans"),
        ("zh-CN", "zh_Hans"),
        ("zh-SG", "zh_Hans"),
        ("zh_hans", "zh_Hans"),
        ("zh-tw", "zh_Hant"),
        ("zh-HK", "zh_Hant"),
        ("ZH-MO", "zh_Hant"),
        ("zh-hant", "zh_Hant"),
        ("zh-Hant-CN", "zh_Hant"),
        ("zh-Hans-HK", "zh_Hans"),
        ("yue", "zh_Hant"),
        ("cmn", "zh_Hans"),
        ("pt", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("es-419", "es"),
        ("de-CH-1996", "de"),
        ("in", "id"),
        ("in-ID", "id"),
        ("iw", "en"),
        ("ja_JP.UTF-8", "ja"),
        ("tr-u-ca-buddhist", "tr"),
        ("fr-x-zh", "fr"),
        ("sr-Latn", "en"),
        ("xx", "en"),
        ("x-klingon", "en"),
        ("", "en"),
        ("日本", "en"),
        ("../../etc/passwd", "en"),
        ("-", "en"),
        ("a" * 10_000, "en"),
    ],
)
def test_negotiation_finds_the_nearest_language(tag, language):
    assert best(tag, FOURTEEN) == language


@pytest.mark.parametrize("tag", FOURTEEN)
def test_negotiation_keeps_a_shipped_tag(tag):
    assert best(tag, FOURTEEN) == tag


def test_negotiation_gives_traditional_readers_simplified_before_english():
    assert best("zh-TW", ("en", "zh_Hans")) == "zh_Hans"


@settings(deadline=None)
@given(st.text(max_size=40))
def test_negotiation_never_fails(tag):
    assert negotiate(tag) in {language.tag for language in languages()}


def test_languages_are_named_in_themselves_english_first():
    assert languages()[0] == Language("en", "English")
    assert Language("zh_Hans", "简体中文") in languages()


@pytest.mark.parametrize(
    ("tag", "name"), [("pt_BR", "Português (Brasil)"), ("id", "Bahasa Indonesia"), ("ru", "Русский"), ("ja", "日本語")]
)
def test_own_name_is_what_its_readers_write(tag, name):
    assert own_name(tag) == name
