"""Goods that are not taken back without a fault, by the words of their category."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from bot.policies import load
from conversations.cases.claim import Claimed, Reason, Remedy
from conversations.cases.verdict import Outcome
from conversations.policy import assess
from conversations.policy.rules import Need
from conversations.policy.rules.exclusion import Exclusion, Why, bears, plain

TMALL, LAW = load("tmall_global"), load("consumer_law")
PACKS = pytest.mark.parametrize("pack", [TMALL, LAW], ids=["tmall_global", "consumer_law"])
MADE = "Made to order, so not taken back without a fault: {items}."
SPOILS = "Spoils quickly, so not taken back without a fault: {items}."
SEAL = "Its seal was opened, so not taken back without a fault: {items}."
DATA = "Delivered as data, so not taken back without a fault: {items}."

#: category -> what is found of it, unopened and opened
CATEGORIES = {
    "Gifts > Custom mugs": (MADE, MADE),
    "Custom-made furniture": (MADE, MADE),
    "家居/定制窗帘": (MADE, MADE),
    "Groceries / Seafood": (SPOILS, SPOILS),
    "生鲜水果": (SPOILS, SPOILS),
    "水产肉类/新鲜蔬果/熟食": (SPOILS, SPOILS),
    "Beauty > Skin care": (None, SEAL),
    "Underwear": (None, SEAL),
    "ＤＶＤｓ": (None, SEAL),
    "美容护肤/面膜": (None, SEAL),
    "电脑软件": (None, SEAL),
    "音像": (None, SEAL),
    "E-books": (DATA, DATA),
    "虚拟商品/点卡": (DATA, DATA),
    "Kitchen": (None, None),
    "Meat grinders": (None, None),
    "厨房/水果刀": (None, None),
    "Customs forms": (None, None),
    "Software shelves": (None, None),
}


def judge(build, pack=TMALL, *, category, **claim):
    order = build.order()
    order = replace(order, items=tuple(replace(item, category=category, exchangeable=True) for item in order.items))
    return assess(build.claim(**claim), order, pack, build.opened)


def found(verdict):
    [finding] = [finding for finding in verdict.findings if finding.rule == "goods.exclusions"]
    return finding


@PACKS
@pytest.mark.parametrize("remedy", [Remedy.RETURN, Remedy.EXCHANGE])
@pytest.mark.parametrize("category", CATEGORIES)
def test_each_kind_of_goods_is_taken_back_or_not_with_its_reason(build, pack, remedy, category):
    for opened, told in zip((False, True), CATEGORIES[category], strict=True):
        finding = found(judge(build, pack, category=category, remedy=remedy, is_opened=opened))

        assert finding.holds is (told is None)
        assert finding.found.msgid == (told or "Goods of this kind are taken back.")
        assert finding.outcome is (Outcome.ELIGIBLE if told is None else Outcome.INELIGIBLE)
        assert finding.source == "house"


@PACKS
@pytest.mark.parametrize("reason", [Reason.FAULTY, Reason.WRONG_ITEM, Reason.NOT_AS_DESCRIBED, Reason.DAMAGED])
@pytest.mark.parametrize("remedy", list(Remedy))
@pytest.mark.parametrize("category", CATEGORIES)
def test_what_is_faulty_or_not_as_described_is_never_excluded(build, pack, category, remedy, reason):
    verdict = judge(build, pack, category=category, remedy=remedy, reason=reason, evidence=1, is_opened=True)

    assert "goods.exclusions" not in [finding.rule for finding in verdict.findings]
    assert verdict.outcome < Outcome.NEEDS_EVIDENCE


def test_goods_of_no_known_category_are_not_looked_at(build):
    verdict = judge(build, category="")

    assert "goods.exclusions" not in [finding.rule for finding in verdict.findings]


def test_every_reason_that_applies_is_told_with_its_items(build):
    order = build.order()
    mug, scarf = order.items
    order = replace(order, items=(replace(mug, category="Custom mugs"), replace(scarf, category="Underwear")))
    both = build.claim(items=(Claimed("1", 1), Claimed("2", 1)), is_opened=True)

    finding = found(assess(both, order, TMALL, build.opened))

    assert finding.found.msgid == "{found} {more}"
    assert (finding.found.params["found"].msgid, finding.found.params["found"].params) == (
        MADE,
        {"items": ("Blue mug",)},
    )
    assert (finding.found.params["more"].msgid, finding.found.params["more"].params) == (
        SEAL,
        {"items": ("Red scarf",)},
    )


def test_one_item_that_is_not_taken_back_bars_the_claim_and_another_reason_is_the_way(build):
    verdict = judge(build, category="Flowers")

    assert (verdict.outcome, verdict.instead) == (Outcome.INELIGIBLE, ())


def test_what_has_to_be_asked_before_a_rule_can_judge():
    asking = {rule.id: rule.asks for rule in TMALL.rules if rule.asks}

    assert asking == {
        "return.unused": Need.UNUSED,
        "return.packaging": Need.PACKAGING_INTACT,
        "exchange.unused": Need.UNUSED,
        "exchange.packaging": Need.PACKAGING_INTACT,
        "goods.exclusions": Need.PACKAGING_INTACT,
    }


def test_of_excluded_goods_only_a_seal_has_to_be_asked_about():
    rule = next(rule for rule in TMALL.rules if rule.id == "goods.exclusions")
    unsealed = rule.model_copy(update={"categories": {Why.DIGITAL: ("downloads",), Why.SEALED: ()}})

    assert (rule.asks, unsealed.asks) == (Need.PACKAGING_INTACT, None)


@pytest.mark.parametrize(
    ("category", "word", "is_borne"),
    [
        ("Music", "music", True),
        ("Home > Music", "music", True),
        ("Music > Pianos", "music", True),  # any part of the category
        ("Music stands", "music", False),  # what a thing is stands last
        ("Music stands", "music*", True),
        ("Sheet-music stands", "music*", True),
        ("Musical", "music*", False),  # whole words only
        ("Sheetmusic", "music", False),
        ("  SHEET   music ", "Music", True),
        ("CDs & DVDs", "cds", True),
        ("E_Books", "e-books", True),
        ("音乐CD", "cd", False),
        ("新鲜水果", "水果", True),
        ("水果刀", "水果", False),
        ("水果刀", "水果*", True),
        ("水果刀", "水*", True),
        ("食品／水果、蔬菜", "水果", True),
        ("食品；水果", "水果", True),
        ("", "水果", False),
    ],
)
def test_a_category_bears_a_word_that_names_what_the_goods_are(category, word, is_borne):
    assert bears(category, word) is is_borne


def test_plain_text_has_no_case_no_width_and_no_marks():
    assert plain("  Ｓkin-Care_ & 护肤 ") == "skin care 护肤"


def rule(**changes):
    return Exclusion.model_validate(
        {"id": "x", "kind": "exclusion", "source": "house", "categories": {"digital": ["downloads"]}, **changes}
    )


def test_an_exclusion_can_only_be_about_claims_without_a_reason():
    assert rule().grounds == ("no_reason",)
    with pytest.raises(ValidationError, match="on the ground no_reason only"):
        rule(grounds=["no_reason", "quality"])
    with pytest.raises(ValidationError, match="on the ground no_reason only"):
        rule(grounds=[])


@pytest.mark.parametrize("word", ["", "*", " - "])
def test_an_exclusion_has_words(word):
    with pytest.raises(ValidationError, match=r"digital: .* is not a word"):
        rule(categories={"digital": ["downloads", word]})
