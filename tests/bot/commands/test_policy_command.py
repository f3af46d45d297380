import pytest

from bot import policies
from conversations.policy import for_store

ORDER = "NH-20240311-001"  # bought 11 March 2024, received 15 March


def test_policy_explain_prints_the_verdict_as_json(stocked):
    verdict = stocked.json(
        "policy", "explain", ORDER, "--remedy", "exchange", "--reason", "changed_mind", "--at", "2024-03-30"
    )

    window = [rule for rule in verdict["rules"] if rule["id"] == "exchange.window"]
    assert list(verdict) == ["outcome", "rules", "return_shipping", "instead"]
    assert verdict["outcome"] == "ineligible"
    assert [(rule["holds"], rule["source"]) for rule in window] == [(False, "§1")]
    assert "2024" in window[0]["found"]
    assert "\u2068" not in window[0]["found"]
    assert verdict["instead"] == []


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        ("2024-03-26T08:14:22Z", "eligible"),  # 15 days from the purchase, to the second
        ("2024-03-26T16:14:22+08:00", "eligible"),
        ("2024-03-26T08:14:23", "ineligible"),
    ],
)
def test_policy_explain_judges_at_the_instant_asked_for(stocked, at, outcome):
    verdict = stocked.json("policy", "explain", ORDER, "--remedy", "return", "--reason", "changed_mind", "--at", at)

    assert verdict["outcome"] == outcome
    assert verdict["return_shipping"] == "seller"


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ((), "needs_evidence"),
        (("--evidence", "1"), "eligible"),
    ],
)
def test_policy_explain_counts_evidence(stocked, options, outcome):
    verdict = stocked.json(
        "policy", "explain", ORDER, "--remedy", "refund", "--reason", "faulty", "--at", "2024-03-20", *options
    )

    assert (verdict["outcome"], verdict["return_shipping"]) == (outcome, None)


@pytest.mark.parametrize("option", ["--used", "--opened"])
def test_policy_explain_knows_the_condition_of_the_goods(stocked, option):
    verdict = stocked.json(
        "policy", "explain", ORDER, "--remedy", "return", "--reason", "changed_mind", "--at", "2024-03-16", option
    )

    assert verdict["outcome"] == "discretionary"


def test_policy_explain_judges_the_items_named(stocked):
    exchange = ("policy", "explain", ORDER, "--remedy", "exchange", "--reason", "changed_mind", "--at", "2024-03-16")

    assert stocked.json(*exchange, "--item", "1", "--quantity", "1")["outcome"] == "eligible"
    assert stocked.json(*exchange, "--item", "2")["outcome"] == "ineligible"


def test_policy_explain_follows_the_pack_of_the_settings(stocked):
    result = stocked(
        *("policy", "explain", ORDER, "--remedy", "return", "--reason", "changed_mind", "--at", "2024-03-26", "--json"),
        AFTERSALES_POLICY="consumer_law",
    )

    assert '"outcome": "ineligible"' in result.stdout


def test_policy_explain_as_text_names_every_rule(stocked):
    text = stocked.out(
        "policy", "explain", ORDER, "--remedy", "return", "--reason", "faulty", "--item", "2", "--at", "2024-03-20"
    )

    assert text.splitlines()[:3] == [
        "Order NH-20240311-001 of Nordic Home, by tmall_global at 2024-03-20 00:00 UTC",
        "  1 × Beeswax candle set of 6",
        "return for faulty (quality): needs_evidence",
    ]
    assert "✗ defect.evidence" in text
    assert "✓ defect.window" in text
    assert text.endswith("Open instead: refund\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--item", "9"), "order NH-20240311-001 has no item 9; there are: 1, 2"),
        (("--item", "1", "--quantity", "3"), "2 of item 1 were bought, not 3"),
    ],
)
def test_policy_explain_refuses_what_was_not_bought(stocked, options, told):
    said = stocked.err("policy", "explain", ORDER, "--remedy", "return", "--reason", "faulty", *options)

    assert said == f"Error: {told}\n"


@pytest.mark.parametrize(
    "options",
    [
        ("--remedy", "return", "--reason", "bored"),
        ("--remedy", "gift", "--reason", "faulty"),
        ("--remedy", "return", "--reason", "faulty", "--at", "soon"),
        ("--remedy", "return", "--reason", "faulty", "--quantity", "0"),
    ],
)
def test_policy_explain_refuses_unknown_words(stocked, options):
    assert stocked("policy", "explain", ORDER, *options).exit_code == 2


def test_policy_list_marks_the_one_in_use(desk):
    lines = desk.out("policy", "list").splitlines()

    assert [line.split()[:2] for line in lines] == [
        ["consumer_law", "Common"],
        ["*", "tmall_global"],
    ]


def test_policy_that_is_not_there_is_named(desk):
    assert "nope: no such policy" in desk.err("policy", "list", AFTERSALES_POLICY="nope")


def test_policy_check_says_what_it_found_of_a_good_one(desk):
    pack = policies.load("consumer_law")

    assert desk.out("policy", "check", "consumer_law") == f"ok consumer_law {pack.hash} {len(pack.rules)} rules\n"


def test_policy_check_names_file_rule_and_field(desk, tmp_path):
    path = tmp_path / "shop.toml"
    path.write_text(
        'extends = "tmall_global"\nid = "shop"\ntitle = "Shop"\n'
        '[deadlines]\nat_odds = "soon"\n'
        '[[rules]]\nid = "return.window"\nkind = "window"\nsource = "§1"\nany_of = [{ since = "receipt", length = "0d" }]\n'
    )

    assert desk.err("policy", "check", str(path)) == (
        f"Error: {path}: deadlines.at_odds: not a duration such as 48h or 7d: 'soon'\n"
        f"{path}: rule return.window: any_of.0.length: not a duration such as 48h or 7d: '0d'\n"
    )


def test_policy_check_of_a_store_s_own_goes_by_the_house_policy(desk, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('drop = ["exchange.window"]\n[return_shipping]\nUSD = "20"\n')
    own = for_store(policies.load("tmall_global"), path.read_text(), "own.toml")

    assert desk.out("policy", "check", "--for-store", str(path)) == (
        f"ok tmall_global+store {own.hash} {len(own.rules)} rules\n"
    )
    path.write_text('[return_shipping]\nUSD = "14.99"\n')
    assert desk.err("policy", "check", "--for-store", str(path)) == (
        f"Error: {path}: return_shipping.USD: may not be less than 15\n"
    )


def test_policy_check_of_a_file_that_is_not_there(desk):
    assert "missing.toml: cannot be read" in desk.err("policy", "check", "missing.toml")
