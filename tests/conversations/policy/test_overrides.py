"""A store's own policy: what it may change, what would be worse for a buyer, and what a case then pins."""

from datetime import timedelta

import pytest

from bot.policies import load
from conversations.cases.claim import Ground, Reason, Remedy
from conversations.cases.lifecycle import Position, waits_for
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State
from conversations.cases.verdict import Outcome
from conversations.policy import Pack, PackError, assess, for_store
from conversations.policy.loading import restore
from conversations.policy.rules import KINDS, Exclusion
from conversations.policy.rules.exclusion import Why

TMALL, LAW = load("tmall_global"), load("consumer_law")


def own(text, house=TMALL):
    return for_store(house, text, "own.toml")


def problems(text, house=TMALL):
    with pytest.raises(PackError) as err:
        own(text, house)
    lines = str(err.value).splitlines()
    assert all(line.startswith("own.toml: ") for line in lines)
    return [line.removeprefix("own.toml: ") for line in lines]


def rule(pack, name):
    return next(rule for rule in pack.rules if rule.id == name)


def changed(name, **fields):
    """The text that changes fields of one rule."""
    lines = [f"{field} = {value}" for field, value in fields.items()]
    return "\n".join(("[[rules]]", f'id = "{name}"', *lines))


# --- what it makes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("house", [TMALL, LAW], ids=["tmall_global", "consumer_law"])
def test_a_store_that_changes_nothing_has_the_house_s_rules_under_its_own_name(house):
    pack = own("", house)

    assert pack == house.model_copy(update={"id": f"{house.id}+store", "hash": pack.hash})
    assert pack.hash != house.hash


def test_a_store_s_figures_are_in_the_pack_and_all_others_stay():
    pack = own(
        'title = "Acme"\nfiles = 20\nrating = "60d"\ndrop = ["exchange.window"]\n'
        '[deadlines]\nawaiting_seller = "24h"\n[caps]\nUSD = "100"\nPLN = "300"\n[return_shipping]\nUSD = "15.01"\n'
        '[return_shipping_by]\nquality = { payer = "seller" }\n'
        + changed(
            "return.window", any_of='[{ since = "purchase", length = "30d" }, { since = "receipt", length = "7d" }]'
        )
    )

    assert (pack.title, pack.files, pack.rating) == ("Acme", 20, timedelta(days=60))
    assert pack.deadlines == {**TMALL.deadlines, State.AWAITING_SELLER: timedelta(hours=24)}
    assert pack.caps == {**TMALL.caps, "USD": "100", "PLN": "300"}
    assert pack.return_shipping == {**TMALL.return_shipping, "USD": "15.01"}
    shipping = pack.return_shipping_by[Ground.QUALITY]
    assert (shipping.payer, shipping.source) == (Role.SELLER, "store")
    assert pack.return_shipping_by[Ground.MISMATCH] == TMALL.return_shipping_by[Ground.MISMATCH]
    assert [r.id for r in pack.rules] == [r.id for r in TMALL.rules if r.id != "exchange.window"]
    assert [r for r in pack.rules if r.id != "return.window"] == [
        r for r in TMALL.rules if r.id not in ("return.window", "exchange.window")
    ]
    window = rule(pack, "return.window")
    assert ([(span.since, span.length.days) for span in window.any_of], window.source) == (
        [("purchase", 30), ("receipt", 7)],
        "store",
    )


def test_a_store_may_say_where_its_figures_come_from():
    pack = own(
        '[return_shipping_by]\nquality = { payer = "seller", source = "our promise" }\n'
        + changed("defect.evidence", source='"our word"')
    )

    assert rule(pack, "defect.evidence").source == "our word"
    assert pack.return_shipping_by[Ground.QUALITY].source == "our promise"


def test_a_verdict_goes_by_the_store_s_policy(build):
    kind = own(
        'drop = ["defect.evidence"]\n[return_shipping_by]\nquality = { payer = "seller" }\n'
        + changed("defect.window", any_of='[{ since = "receipt", length = "365d" }]')
    )
    claim, at = build.claim(reason=Reason.FAULTY, remedy=Remedy.RETURN), build.opened + timedelta(days=200)

    by_house, by_store = (assess(claim, build.order(), pack, at) for pack in (TMALL, kind))

    assert (by_house.outcome, by_house.return_shipping) == (Outcome.INELIGIBLE, Role.BUYER)
    assert (by_store.outcome, by_store.return_shipping) == (Outcome.ELIGIBLE, Role.SELLER)


def test_a_case_pins_the_store_s_policy_and_its_limits(build):
    pack = own('[deadlines]\nawaiting_seller = "12h"\n')

    case = build.open(pack=pack).case

    assert (case.policy, case.policy_hash) == ("tmall_global+store", pack.hash)
    assert case.due_at == build.opened + timedelta(hours=12)


def test_the_house_s_own_hash_is_no_part_of_the_content():
    assert own("", TMALL.model_copy(update={"hash": "another"})).hash == own("").hash


def test_the_hash_follows_the_content_of_house_and_store_alike():
    assert own('[caps]\nUSD = "71"\n').hash == own('# a remark\n[caps]\nUSD  =  "71"\n').hash
    assert own('[caps]\nUSD = "71"\n').hash != own('[caps]\nUSD = "72"\n').hash
    assert own("", TMALL).hash != own("", LAW).hash


@pytest.mark.parametrize("pack", [TMALL, LAW, own('[caps]\nUSD = "71"\n')], ids=lambda pack: pack.id)
def test_the_text_that_is_kept_of_a_pack_brings_it_back(pack):
    assert restore(pack.model_dump_json()) == pack


# --- what would be worse ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", ["id", "extends", "grounds", "goods_back", "recommend", "rounds", "transit", "hash", "anything"]
)
def test_what_the_whole_marketplace_has_in_common_a_store_cannot_change(key):
    assert problems(f'{key} = "x"') == [f"{key}: a store cannot change this"]


def test_every_closed_field_is_told():
    assert problems('rounds = 1\nid = "x"') == ["id: a store cannot change this", "rounds: a store cannot change this"]


@pytest.mark.parametrize("state", [state for state in State if state not in ENDS])
def test_a_buyer_s_time_may_grow_a_seller_s_shrink_and_any_other_stays(state):
    owners, limit = waits_for(Position(state=state)), TMALL.deadlines[state]
    second = timedelta(seconds=1)

    def is_refused(wait):
        text = f'[deadlines]\n{state} = "{int(wait.total_seconds())}s"\n'
        try:
            return own(text).deadlines[state] != wait
        except PackError as err:
            return str(err).startswith(f"own.toml: deadlines.{state}: ")

    shorter, same, longer = is_refused(limit - second), is_refused(limit), is_refused(limit + second)

    assert not same
    assert shorter is (owners != (Role.SELLER,))
    assert longer is (owners != (Role.BUYER,))


def test_it_is_told_whose_time_it_is():
    assert problems('[deadlines]\nat_odds = "6d"\nawaiting_seller = "49h"\nruled = "4d"\n') == [
        "deadlines.awaiting_seller: the seller's time may not be longer than 2d",
        "deadlines.at_odds: the buyer's time may not be shorter than 7d",
        "deadlines.ruled: not the store's alone, so it has to stay 3d",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[caps]\nUSD = "69.99"', "caps.USD: may not be less than 70"),
        ('[return_shipping]\nJPY = "1499"', "return_shipping.JPY: may not be less than 1500"),
        ("files = 9", "files: may not be fewer than 10"),
        ('rating = "29d"', "rating: may not be shorter than 30d"),
        (
            '[return_shipping_by]\nno_reason = { payer = "buyer" }',
            "return_shipping_by.no_reason: payer: the seller pays in the house policy",
        ),
    ],
)
def test_a_figure_that_would_be_worse_is_refused(text, told):
    assert problems(text) == [told]


@pytest.mark.parametrize("text", ['[caps]\nUSD = "70.00"', "files = 10", 'rating = "30d"', '[caps]\nUSD = "70.01"'])
def test_a_figure_that_is_no_worse_is_taken(text):
    assert own(text).id == "tmall_global+store"


def test_shipping_that_the_buyer_pays_may_stay_so():
    assert (
        own('[return_shipping_by]\nquality = { payer = "buyer" }').return_shipping_by[Ground.QUALITY].payer
        is Role.BUYER
    )


@pytest.mark.parametrize("name", [rule.id for rule in TMALL.rules])
def test_any_rule_may_be_dropped_since_rules_only_restrict(build, name):
    kind = own(f'drop = ["{name}"]')

    for remedy in Remedy:
        for reason in Reason:
            claim = build.claim(remedy=remedy, reason=reason, is_used=True)
            at = build.opened + timedelta(days=30)
            house, store = (assess(claim, build.order(), pack, at) for pack in (TMALL, kind))
            assert store.outcome <= house.outcome


def test_every_rule_that_cannot_be_dropped_is_told():
    assert problems('drop = ["no.such", "nor.this"]') == ["drop: there is no rule no.such, nor.this"]


@pytest.mark.parametrize("text", ['drop = ["no.such"]', 'drop = ["return.window", "no.such"]'])
def test_only_a_rule_that_is_there_can_be_dropped(text):
    assert problems(text) == ["drop: there is no rule no.such"]


@pytest.mark.parametrize("text", ['drop = "return.window"', "drop = 3", "drop = [3]"])
def test_what_is_dropped_is_a_list_of_names(text):
    assert problems(text) == ["drop: a list of rules' ids"]


def test_a_store_cannot_add_a_rule():
    assert problems(changed("more.evidence", kind='"evidence"', source='"x"', at_least="1")) == [
        "rule more.evidence: a store can change or drop the house's rules, not add any"
    ]


def test_a_dropped_rule_cannot_be_changed_as_well():
    assert problems('drop = ["defect.evidence"]\n' + changed("defect.evidence", at_least="1")) == [
        "rule defect.evidence: a store can change or drop the house's rules, not add any"
    ]


def test_a_rule_keeps_its_kind():
    assert problems(changed("defect.evidence", kind='"window"')) == ["rule defect.evidence: kind: has to stay evidence"]
    assert own(changed("defect.evidence", kind='"evidence"')).id == "tmall_global+store"


#: For each kind of rule: what is no worse (rule, field, value), and what is worse with the field and what is told.
FINE = [
    ("return.basis", "allowed", '["no_reason", "quality", "mismatch"]'),
    ("refund.basis", "allowed", '["quality", "mismatch", "no_reason"]'),
    ("return.basis", "barred", "[]"),
    ("return.window", "any_of", '[{ since = "receipt", length = "8d" }, { since = "purchase", length = "15d" }]'),
    ("exchange.window", "any_of", '[{ since = "receipt", length = "7d" }, { since = "purchase", length = "1d" }]'),
    ("exchange.window", "any_of", '[{ since = "receipt", length = "1d" }, { since = "receipt", length = "7d" }]'),
    ("return.unused", "needs", '"unused"'),
    ("return.product", "marked", '"returnable"'),
    ("goods.exclusions", "categories", "{}"),
    ("goods.exclusions", "categories", '{ sealed = ["software"], digital = ["downloads"] }'),
    ("defect.evidence", "at_least", "1"),
    ("refund.arrival", "patience", '"10d"'),
    ("refund.arrival", "patience", '"15d"'),
    ("claims.open", "at_most", "2"),
    ("claims.all", "at_most", "5"),
    ("claims.withdrawn", "at_most", "3"),
    ("claims.dismissed", "at_most", "0"),
    ("return.unused", "except_reasons", '["changed_mind"]'),
    ("exchange.unused", "grounds", '["no_reason"]'),
    ("defect.window", "remedies", '["refund"]'),
    ("defect.window", "remedies", '["refund", "return"]'),
    ("defect.evidence", "reasons", '["faulty"]'),
]
WORSE = [
    ("return.basis", "allowed", '["no_reason", "quality"]', "has to keep no_reason, quality, mismatch"),
    ("return.basis", "barred", '["not_arrived", "changed_mind"]', "may hold nothing but not_arrived"),
    ("refund.basis", "barred", '["damaged"]', "has to stay empty"),
    ("return.window", "any_of", '[{ since = "receipt", length = "30d" }]', "may not be shorter than 15d from purchase"),
    (
        "exchange.window",
        "any_of",
        '[{ since = "purchase", length = "90d" }]',
        "may not be shorter than 7d from receipt",
    ),
    (
        "exchange.window",
        "any_of",
        '[{ since = "receipt", length = "167h" }]',
        "may not be shorter than 7d from receipt",
    ),
    ("return.unused", "needs", '"packaging_intact"', "has to stay unused"),
    ("return.product", "marked", '"exchangeable"', "has to stay returnable"),
    (
        "goods.exclusions",
        "categories",
        '{ sealed = ["software", "shoes", "hats"] }',
        "sealed: a store can only remove exclusions, not add shoes, hats",
    ),
    ("defect.evidence", "at_least", "2", "may not be more than 1"),
    ("refund.arrival", "patience", '"361h"', "may not be longer than 15d"),
    ("claims.all", "at_most", "4", "may not be less than 5"),
    ("claims.open", "counting", '"all"', "has to stay open"),
    ("claims.withdrawn", "at_most", "1", "may not be less than 2"),
    ("claims.withdrawn", "after", '"lapsed"', "has to stay withdrawn"),
    ("return.unused", "remedies", "[]", "the rule may not cover more than it does in the house policy"),
    (
        "return.unused",
        "remedies",
        '["return", "refund"]',
        "the rule may not cover more than it does in the house policy",
    ),
    ("return.unused", "grounds", '["quality"]', "the rule may not cover more than it does in the house policy"),
    ("refund.arrival", "reasons", "[]", "the rule may not cover more than it does in the house policy"),
    ("defect.evidence", "except_reasons", "[]", "the rule may not cover more than it does in the house policy"),
]


@pytest.mark.parametrize(("name", "field", "value"), FINE)
def test_a_rule_may_become_kinder(name, field, value):
    assert rule(own(changed(name, **{field: value})), name).source == "store"


@pytest.mark.parametrize(("name", "field", "value", "told"), WORSE)
def test_a_rule_may_not_become_harsher_and_the_field_is_named(name, field, value, told):
    dot = "." if told.startswith("sealed") else ": "

    assert problems(changed(name, **{field: value})) == [f"rule {name}: {field}{dot}{told}"]


def test_the_tables_above_know_every_kind_of_rule():
    for table in (FINE, WORSE):
        assert {type(rule(TMALL, row[0])) for row in table} == set(KINDS)


def test_an_exclusion_the_house_does_not_have_cannot_be_added():
    lean = TMALL.model_copy(
        update={
            "rules": tuple(
                r.model_copy(update={"categories": {Why.DIGITAL: ("downloads",)}}) if isinstance(r, Exclusion) else r
                for r in TMALL.rules
            )
        }
    )

    assert problems(changed("goods.exclusions", categories='{ perishable = ["fruit"] }'), lean) == [
        "rule goods.exclusions: categories.perishable: a store can only remove exclusions, not add fruit"
    ]


def test_what_a_rule_may_bar_is_told_in_full():
    lax = TMALL.model_copy(
        update={
            "rules": tuple(
                r.model_copy(update={"barred": (Reason.NOT_ARRIVED, Reason.DAMAGED)}) if r.id == "return.basis" else r
                for r in TMALL.rules
            )
        }
    )

    assert problems(changed("return.basis", barred='["faulty"]'), lax) == [
        "rule return.basis: barred: may hold nothing but not_arrived, damaged"
    ]


def test_everything_that_would_be_worse_is_told_at_once():
    text = 'files = 1\n[caps]\nUSD = "1"\nEUR = "1"\n' + changed(
        "defect.evidence", at_least="3", except_reasons="[]", remedies='["refund"]'
    )

    assert problems(text) == [
        "rule defect.evidence: except_reasons: the rule may not cover more than it does in the house policy",
        "rule defect.evidence: at_least: may not be more than 1",
        "caps.USD: may not be less than 70",
        "caps.EUR: may not be less than 65",
        "files: may not be fewer than 10",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("= 3", "not TOML: "),
        ('files = "many"', "files: "),
        ("deadlines = 3", "deadlines: "),
        ('[deadlines]\nsoon = "1d"', "deadlines.soon"),
        ('[return_shipping_by]\nquality = "seller"', "return_shipping_by.quality: "),
        (
            '[return_shipping_by]\nquality = { payer = "arbitrator" }',
            "return_shipping_by.quality.payer: buyer or seller",
        ),
        (changed("claims.all", at_most="0"), "rule claims.all: at_most: "),
        (changed("claims.all", figure="3"), "rule claims.all: figure: "),
        ("rules = [3]", "rules: each rule is a table"),
        ("[[rules]]\nat_most = 3", "rule 1: id: a rule needs a name"),
        (changed("claims.all") + "\n" + changed("claims.all"), "rule claims.all: id: more than one rule is called so"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_rule_and_field(text, told):
    [line] = problems(text)

    assert line.startswith(told)


def test_a_store_s_pack_is_only_ever_named_after_its_house():
    assert own("").id == "tmall_global+store"
    with pytest.raises(ValueError, match="id"):
        Pack.model_validate({**TMALL.model_dump(), "id": "tmall+shop"})
