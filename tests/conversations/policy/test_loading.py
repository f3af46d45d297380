"""How far packs extend one another, and exactly what is said of mistakes."""

from importlib.resources import files

import pytest

from conversations.policy import PackError, load

HOUSE = (files("conversations.policy") / "packs" / "tmall_global.toml").read_text(encoding="utf-8")


def chain(length):
    """Reads pack "0", which extends "1", and so on: `length` packs before the last, which is whole."""

    def read(name):
        return HOUSE if int(name) == length else f'extends = "{int(name) + 1}"\n'

    return read


def said(text, **others):
    with pytest.raises(PackError) as err:
        load("top", lambda name: {"top": text, **others}[name])
    return str(err.value)


def test_packs_extend_one_another_eight_times_at_most():
    assert load("0", chain(8)).id == "tmall_global"
    with pytest.raises(PackError, match="9: packs extend one another in a circle"):
        load("0", chain(9))


def test_a_pack_may_extend_one_without_rules():
    bare = HOUSE[: HOUSE.index("[[rules]]")]
    rule = '[[rules]]\nid = "a"\nkind = "evidence"\nsource = "s"\nat_least = 1\n'

    assert [r.id for r in load("top", lambda name: {"top": f'extends = "bare"\n{rule}', "bare": bare}[name]).rules] == [
        "a"
    ]
    assert said(bare) == "top: rules: Field required"


def test_mistakes_are_told_a_line_each_by_pack_and_field():
    assert said('extends = "house"\nfiles = 0\nrounds = 0\n', house=HOUSE) == (
        "top: rounds: Input should be greater than or equal to 1\ntop: files: Input should be greater than or equal to 1"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[rules]]\nkind = 3", "top: rule 1: id: a rule needs a name"),
        ('[[rules]]\nid = "a"\n[[rules]]\nid = "b"\n[[rules]]\nid = 3', "top: rule 3: id: a rule needs a name"),
        ('[[rules]]\nid = "a"\n[[rules]]\nid = "a"', "top: rule a: id: more than one rule is called so"),
        ("rules = 3", "top: rules: each rule is a table, [[rules]]"),
        ("rules = [3]", "top: rules: each rule is a table, [[rules]]"),
        ('[[rules]]\nid = "a"\nsource = "s"', "top: rule a: kind: Unable to extract tag using discriminator 'kind'"),
        ("drop = 3", "top: drop: a list of rules' ids"),
        ('drop = ["x", "y"]', "top: drop: there is no rule x, y"),
        ("[goods_back]\nreturn = 3", "top: goods_back.return: Input should be a valid tuple"),
        ('[deadlines]\nsettled = "1d"', "top: deadlines: settled waits for nobody"),
    ],
)
def test_each_mistake_is_told_in_these_words(text, told):
    assert said(f'extends = "house"\n{text}', house=HOUSE) == told


def test_every_remedy_says_when_its_goods_go_back():
    assert said(HOUSE.replace("refund = []\n", "")) == "top: goods_back: nothing for refund"


def test_a_rule_may_be_dropped_and_written_anew():
    anew = 'extends = "house"\ndrop = ["claims.all"]\n[[rules]]\nid = "claims.all"\nkind = "evidence"\nsource = "s"\nat_least = 1\n'

    assert load("top", lambda name: {"top": anew, "house": HOUSE}[name]).rules[-1].kind == "evidence"
