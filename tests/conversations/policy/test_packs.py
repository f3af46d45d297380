"""Packs as data: what is in the shipped ones, how they extend one another, and how mistakes are told."""

from datetime import timedelta

import pytest

from bot.policies import load as load_shipped
from bot.policies import shipped
from conversations.cases.deadlines import DEFAULTS
from conversations.policy import PackError, load
from conversations.policy.durations import parse, spell
from conversations.policy.rules import KINDS

SMALL = """
id = "small"
title = "Small"

[grounds]
changed_mind = "no_reason"
faulty = "quality"
damaged = "quality"
parts_missing = "quality"
wrong_item = "mismatch"
not_as_described = "mismatch"
not_arrived = "mismatch"

[goods_back]
return = ["no_reason"]
exchange = []
refund = []

[return_shipping_by]
no_reason = { payer = "seller", source = "s" }
quality = { payer = "buyer", source = "s" }
mismatch = { payer = "buyer", source = "s" }

[deadlines]
awaiting_seller = "60s"
negotiating = "24h"
at_odds = "7d"
awaiting_return = "7d"
returning = "10d"
awaiting_replacement = "7d"
replacing = "10d"
awaiting_refund = "7d"
refunding = "3d"
breached = "24h"
escalated = "24h"
arbitration = "48h"
evidence_requested = "72h"
ruled = "3d"

[caps]
USD = "70"

[[rules]]
id = "return.window"
kind = "window"
source = "s"
remedies = ["return"]
any_of = [{ since = "receipt", length = "7d" }]

[[rules]]
id = "return.unused"
kind = "condition"
source = "s"
needs = "unused"
"""


def pack(**texts: str):
    return load("top", lambda name: texts[name])


def problem(text: str, **others: str) -> str:
    with pytest.raises(PackError) as found:
        pack(top=text, **others)
    return str(found.value)


# --- what ships ------------------------------------------------------------------------------------------------


def test_two_packs_ship():
    assert shipped() == ("consumer_law", "tmall_global")


@pytest.mark.parametrize("name", ["tmall_global", "consumer_law"])
def test_a_shipped_pack_waits_in_every_state_and_says_where_each_rule_comes_from(name):
    loaded = load_shipped(name)

    assert loaded.id == name
    assert set(loaded.limits.waits) == set(DEFAULTS)
    assert all(rule.source for rule in loaded.rules)
    assert {type(rule) for rule in loaded.rules} <= set(KINDS)
    assert len({rule.id for rule in loaded.rules}) == len(loaded.rules)


def test_the_law_differs_only_where_it_says_so():
    ours, law = load_shipped("tmall_global"), load_shipped("consumer_law")

    changed = {rule.id for rule in law.rules} ^ {rule.id for rule in ours.rules}
    by_id = {rule.id: rule for rule in ours.rules}
    assert changed == set()
    assert [rule.id for rule in law.rules if by_id[rule.id] != rule] == ["return.window"]
    assert law.limits == ours.limits
    assert (len(ours.recommend), law.recommend) == (1, ())


def test_limits_are_in_minor_units_of_each_currency():
    limits = load_shipped("tmall_global").limits

    assert (limits.rounds, limits.files, limits.rating) == (3, 10, timedelta(days=30))
    assert (limits.caps["CNY"], limits.caps["JPY"], limits.caps["USD"]) == (50000, 10000, 7000)
    assert (limits.return_shipping["CNY"], limits.return_shipping["KRW"]) == (3000, 12000)


# --- extending -------------------------------------------------------------------------------------------------


def test_a_pack_takes_over_what_it_does_not_say():
    mine = pack(top='extends = "small"\nid = "mine"\n[deadlines]\nat_odds = "1d"\n[caps]\nEUR = "5"', small=SMALL)

    base = pack(top=SMALL)
    assert (mine.id, mine.title, mine.rules) == ("mine", "Small", base.rules)
    assert mine.limits.waits == {**base.limits.waits, "at_odds": timedelta(days=1)}
    assert mine.limits.caps == {"USD": 7000, "EUR": 500}


def test_a_rule_of_the_same_id_takes_the_place_of_the_inherited_one():
    text = """
    extends = "small"
    [[rules]]
    id = "return.window"
    kind = "window"
    source = "mine"
    any_of = [{ since = "receipt", length = "14d" }]
    [[rules]]
    id = "more"
    kind = "evidence"
    source = "mine"
    at_least = 2
    """

    mine = pack(top=text, small=SMALL)

    assert [(rule.id, rule.source) for rule in mine.rules] == [
        ("return.window", "mine"),
        ("return.unused", "s"),
        ("more", "mine"),
    ]


def test_drop_removes_inherited_rules():
    mine = pack(top='extends = "small"\ndrop = ["return.unused"]', small=SMALL)

    assert [rule.id for rule in mine.rules] == ["return.window"]


def test_packs_extend_packs_that_extend_packs():
    mine = pack(top='extends = "mid"\nrounds = 1', mid='extends = "small"\nfiles = 4', small=SMALL)

    assert (mine.rounds, mine.files, mine.id) == (1, 4, "small")


def test_packs_in_a_circle_are_refused():
    assert problem('extends = "b"', b='extends = "top"').endswith("packs extend one another in a circle")


def test_a_pack_that_extends_itself_is_refused():
    assert "circle" in problem('extends = "top"')


# --- the hash --------------------------------------------------------------------------------------------------


def test_the_hash_is_that_of_the_content_and_not_of_how_it_is_written():
    same = SMALL.replace('title = "Small"\n', "").replace('id = "small"', '# words\n  title="Small"\nid = "small"')

    assert pack(top=SMALL).hash == pack(top=same).hash
    assert len(pack(top=SMALL).hash) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('length = "7d"', 'length = "8d"'),
        ('USD = "70"', 'USD = "71"'),
        ('awaiting_seller = "60s"', 'awaiting_seller = "61s"'),
        ('source = "s"', 'source = "t"'),
        ('title = "Small"', 'title = "Tiny"'),
        ('payer = "seller"', 'payer = "buyer"'),
    ],
)
def test_the_hash_changes_with_the_content(old, new):
    assert pack(top=SMALL).hash != pack(top=SMALL.replace(old, new, 1)).hash


def test_the_hash_cannot_be_written_into_the_file():
    claimed = pack(top=f'hash = "{"0" * 64}"\n{SMALL}')

    assert claimed.hash not in ("0" * 64, "")


def test_the_hash_of_a_pack_changes_with_the_one_it_extends():
    text = 'extends = "small"\nid = "mine"'

    assert pack(top=text, small=SMALL).hash != pack(top=text, small=SMALL.replace('"7d"', '"8d"')).hash


# --- mistakes --------------------------------------------------------------------------------------------------

_WINDOW = 'any_of = [{ since = "receipt", length = "7d" }]'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (_WINDOW, "", "top: rule return.window: any_of: Field required"),
        (_WINDOW, "any_of = []", "top: rule return.window: any_of: "),
        ('length = "7d"', 'length = "7 days"', "top: rule return.window: any_of.0.length: not a duration"),
        ('since = "receipt"', 'since = "monday"', "top: rule return.window: any_of.0.since: "),
        ('kind = "window"', 'kind = "widow"', "top: rule return.window: kind: "),
        ('kind = "window"\n', "", "top: rule return.window: kind: "),
        ('needs = "unused"', 'needs = "clean"', "top: rule return.unused: needs: "),
        ('needs = "unused"', 'needs = "unused"\nneed = 1', "top: rule return.unused: need: Extra inputs"),
        ('remedies = ["return"]', 'remedies = ["repair"]', "top: rule return.window: remedies.0: "),
        ('id = "return.unused"\n', "", "top: rule 2: id: a rule needs a name"),
        ('id = "return.unused"', 'id = "return.window"', "top: rule return.window: id: more than one rule"),
        ('title = "Small"\n', "", "top: title: Field required"),
        ('id = "small"', 'id = "Small Pack"', "top: id: "),
        ('title = "Small"', 'title = "Small"\nround = 3', "top: round: Extra inputs"),
        ('title = "Small"', 'title = "Small"\nrounds = 0', "top: rounds: "),
        ('title = "Small"', 'title = "Small"\nfiles = "many"', "top: files: "),
        ('title = "Small"', 'title = "Small"\nrating = "0d"', "top: rating: not a duration"),
        ('USD = "70"', 'USD = "-1"', "top: caps: not an amount in USD"),
        ('USD = "70"', 'USD = "1.0051"', "top: caps: too many decimals for USD"),
        ('USD = "70"', 'usd = "70"', "top: caps: not an ISO 4217 code: 'usd'"),
        ('changed_mind = "no_reason"\n', "", "top: grounds: no ground for changed_mind"),
        ('changed_mind = "no_reason"', 'changed_mind = "whim"', "top: grounds.changed_mind: "),
        ("refund = []\n", "", "top: goods_back: nothing for refund"),
        ('at_odds = "7d"\n', "", "top: deadlines: none for at_odds"),
        ('at_odds = "7d"', 'at_odds = "7d"\nsettled = "1d"', "top: deadlines: settled waits for nobody"),
        ('at_odds = "7d"', 'at_odds = "9999999d"', "top: deadlines.at_odds: longer than ten years"),
        ('at_odds = "7d"', "at_odds = 7", "top: deadlines.at_odds: not a duration"),
        ('payer = "seller"', 'payer = "clock"', "top: return_shipping_by.no_reason.payer: buyer or seller"),
        ('mismatch = { payer = "buyer", source = "s" }\n', "", "top: return_shipping_by: none for mismatch"),
        ("[caps]", "[caps", "top: not TOML: "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_pack_rule_and_field(old, new, said):
    text = SMALL.replace(old, new, 1)
    assert text != SMALL

    assert said in problem(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rules = ["x"]', "top: rules: each rule is a table"),
        ("rules = 5", "top: rules: each rule is a table"),
        ('[rules]\nid = "x"', "top: rules: each rule is a table"),
        ("drop = 5", "top: drop: a list of rules' ids"),
        ("drop = [5]", "top: drop: a list of rules' ids"),
        ('drop = ["no.such"]', "top: drop: there is no rule no.such"),
        ("caps = 5", "top: caps: "),
        ('[[rules]]\nkind = "window"', "top: rule 1: id: a rule needs a name"),
    ],
)
def test_a_mistake_in_an_extending_pack_is_told_as_well(text, said):
    assert said in problem(f'extends = "small"\n{text}', small=SMALL)


def test_all_mistakes_are_told_at_once():
    said = problem(SMALL.replace('needs = "unused"', 'needs = "?"').replace('title = "Small"\n', ""))

    assert len(said.splitlines()) == 2


def test_drop_needs_something_to_drop_from():
    assert "top: drop: " in problem(f'drop = ["return.window"]\n{SMALL}')


@pytest.mark.parametrize("name", ["no_such", "missing.toml"])
def test_a_policy_that_is_not_there_is_said_to_be_missing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(PackError, match=name):
        load_shipped(name)


def test_a_file_may_extend_a_shipped_pack_or_one_beside_it(tmp_path):
    (tmp_path / "base.toml").write_text('extends = "tmall_global"\nid = "base"\nrounds = 5')
    (tmp_path / "mine.toml").write_text('extends = "base.toml"\nid = "mine"')

    mine = load_shipped(str(tmp_path / "mine.toml"))

    assert (mine.id, mine.rounds, mine.files) == ("mine", 5, 10)


# --- durations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("48h", timedelta(hours=48)),
        ("7d", timedelta(days=7)),
        (" 7 d ", timedelta(days=7)),
        (timedelta(days=1), timedelta(days=1)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text, span):
    assert parse(text) == span


@pytest.mark.parametrize(
    "text", ["", "7", "d", "0d", "-1d", "1.5d", "7w", "7D", "1d 2h", "12345678s", "4000d", None, 7]
)
def test_anything_else_is_no_duration(text):
    with pytest.raises(ValueError, match=r"not a duration|longer than"):
        parse(text)


@pytest.mark.parametrize("text", ["90s", "30m", "49h", "7d", "3653d"])
def test_a_duration_is_spelled_as_it_was_written(text):
    assert spell(parse(text)) == text
