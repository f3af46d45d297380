import pytest
from babel.messages.catalog import Catalog

from locales import catalogues
from locales.phrases_in_code import misused_in


def catalog_of(language, **messages):
    catalog = Catalog(locale=language)
    for msgid, string in messages.items():
        catalog.add(msgid.replace("_", " "), string)
    return catalog


def template_of(*ids):
    catalog = Catalog()
    for msgid in ids:
        catalog.add(msgid)
    return catalog


def faults(language, template, *translations):
    catalog = Catalog(locale=language)
    for msgid, string, *flags in translations:
        catalog.add(msgid, string, flags=flags)
    return list(catalogues.faults(catalog, template))


def test_shipped_catalogues_are_whole():
    assert catalogues.problems() == []


def test_whole_catalogue_has_no_faults():
    template = template_of("Hello {name}", ("{n} day", "{n} days"))

    assert faults("zh_Hans", template, ("Hello {name}", "你好，{name}"), (("{n} day", "{n} days"), ("{n} 天",))) == []
    assert (
        faults("en", template, ("Hello {name}", "Hi {name}"), (("{n} day", "{n} days"), ("one day", "{n} days"))) == []
    )


@pytest.mark.parametrize(
    ("translation", "found"),
    [
        ((), ["missing: 'Hello {name}'"]),
        ((("Hello {name}", ""),), ["untranslated: 'Hello {name}'"]),
        ((("Hello {name}", "你好，{name}", "fuzzy"),), ["fuzzy: 'Hello {name}'"]),
        ((("Hello {name}", "你好"),), ["places ['name'] differ: 'Hello {name}'"]),
        ((("Hello {name}", "你好，{nom}"),), ["places ['name', 'nom'] differ: 'Hello {name}'"]),
        (
            (("Hello {name}", "你好，{name"),),
            ["places ['name'] differ: 'Hello {name}'", "a stray brace: 'Hello {name}'"],
        ),
        ((("Hello {name}", "你好，{name} "),), ["space at an end: 'Hello {name}'"]),
        ((("Hello {name}", "\u202e你好，{name}"),), ["a direction mark: 'Hello {name}'"]),
    ],
)
def test_faults_of_a_translation_are_found(translation, found):
    assert faults("zh_Hans", template_of("Hello {name}"), *translation) == found


def test_faults_of_plural_forms_are_found():
    template = template_of(("{n} day of {total}", "{n} days of {total}"))
    ids = ("{n} day of {total}", "{n} days of {total}")

    assert faults("ru", template, (ids, ("{n} день из {total}", "{n} дня из {total}"))) == [
        "2 plural forms instead of 3: '{n} day of {total}'"
    ]
    assert faults("ru", template, (ids, ("{n} день из {total}", "{n} дня", "{n} дней из {total}"))) == [
        "places ['total'] differ: '{n} day of {total}'"
    ]
    assert faults("ru", template, (ids, ("{n} день из {total}", "{n} дня из {total}", ""))) == [
        "untranslated: '{n} day of {total}'"
    ]


def test_extraction_finds_joined_literals_plurals_and_nested_phrases(tmp_path):
    (tmp_path / "bot").mkdir()
    (tmp_path / "conversations" / "deep").mkdir(parents=True)
    (tmp_path / "conversations" / "deep" / "code.py").write_text(
        'a = Phrase(\n    "one "\n    "two {x}",\n    x=Phrase("inner"),\n)\n'
        'b = Phrase.counted("{n} day", "{n} " "days", 3)\nc = other("not this")\n'
    )

    found = catalogues.extracted(tmp_path)

    messages = {message.id: message.locations for message in found if message.id}
    where = [("conversations/deep/code.py", 0)]
    assert messages == {"one two {x}": where, "inner": where, ("{n} day", "{n} days"): where}


def test_carrying_keeps_translations_and_drops_what_is_gone():
    template = template_of("Stays", "New", "{amount}", ("{n} day", "{n} days"))
    old = catalog_of("zh_Hans", Stays="保留", Gone="没了")

    new = catalogues.carried(template, old, "zh_Hans")

    assert {message.id: message.string for message in new if message.id} == {
        "Stays": "保留",
        "New": "",
        "{amount}": "{amount}",
        ("{n} day", "{n} days"): ("",),
    }


def test_english_translates_itself():
    new = catalogues.carried(template_of("New", ("{n} day", "{n} days")), Catalog(locale="en"), "en")

    assert {message.id: message.string for message in new if message.id} == {
        "New": "New",
        ("{n} day", "{n} days"): ("{n} day", "{n} days"),
    }


def test_files_carry_no_dates_and_no_lines():
    template = Catalog()
    template.add("B", locations=[("bot/b.py", 7)])
    template.add("A", locations=[("bot/b.py", 3), ("bot/a.py", 1)])

    text = catalogues.text_of(template)

    assert text.partition("\n\n")[2] == (
        '#: bot/a.py bot/b.py\nmsgid "A"\nmsgstr ""\n\n#: bot/b.py\nmsgid "B"\nmsgstr ""\n'
    )
    assert "Date" not in text


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('Phrase("a {b}", b=1)', []),
        ('Phrase("a {b}", **params)', []),
        ('Phrase.counted("{n} a", "{n} as", count, more=2)', ["no place for ['more'] in '{n} a'"]),
        ('Phrase("a {b}")', ["no value for ['b'] in 'a {b}'"]),
        ('Phrase("a", b=1)', ["no place for ['b'] in 'a'"]),
        ('Phrase(f"a {b}")', ["not a literal, cannot be extracted"]),
        ('Phrase("a" if b else "c")', ["not a literal, cannot be extracted"]),
        ('Phrase("a {b!r}", b=1)', ["no place for ['b'] in 'a {b!r}'", "a stray brace in 'a {b!r}'"]),
    ],
)
def test_misused_phrases_are_found(code, found):
    assert [fault for _line, fault in misused_in(code)] == found
