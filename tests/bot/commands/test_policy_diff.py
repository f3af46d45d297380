"""`policy diff`: past cases judged by two policies."""

from datetime import UTC, datetime, timedelta

from conversations.cases.lifecycle import Act
from conversations.cases.orders import OrderKey
from conversations.cases.roles import Role

KEY = OrderKey("Nordic Home", "NH-20240311-001")  # bought 11 March 2024, received 15 March
EARLY, LATE = datetime(2024, 3, 16, 12, tzinfo=UTC), datetime(2024, 3, 24, 12, tzinfo=UTC)
WITHDRAWN = (Act(move="withdraw"), Role.BUYER)


def test_policy_diff_names_the_cases_judged_otherwise_and_the_rules(stocked, open_claim):
    open_claim("A7KQ2M", at=EARLY)
    open_claim("B7KQ2M", at=LATE)

    assert stocked.json("policy", "diff", "tmall_global", "consumer_law") == [
        {
            "ref": "A7KQ2M",
            "opened_at": "2024-03-16T12:00:00+00:00",
            "outcome": ["eligible", "eligible"],
            "return_shipping": ["seller", "buyer"],
            "goods_back": [True, True],
            "rules": [],
        },
        {
            "ref": "B7KQ2M",
            "opened_at": "2024-03-24T12:00:00+00:00",
            "outcome": ["eligible", "ineligible"],
            "return_shipping": ["seller", "buyer"],
            "goods_back": [True, True],
            "rules": ["return.window"],
        },
    ]


def test_policy_diff_as_text_says_what_changes(stocked, open_claim):
    open_claim("A7KQ2M", at=EARLY)
    open_claim("B7KQ2M", at=LATE)

    assert stocked.out("policy", "diff", "tmall_global", "consumer_law", "--since", "2024-03-24T12:00:00Z") == (
        "B7K-Q2M  2024-03-24 12:00  return for changed_mind\n"
        "  outcome: eligible → ineligible\n"
        "  return shipping: seller → buyer\n"
        "  rules: return.window\n"
        "1 of 1 cases would have been judged otherwise.\n"
    )


def test_policy_diff_of_one_policy_with_itself_finds_nothing(stocked, open_claim):
    open_claim("A7KQ2M", at=EARLY)

    assert stocked.out("policy", "diff", "tmall_global", "tmall_global") == (
        "0 of 1 cases would have been judged otherwise.\n"
    )


def test_policy_diff_counts_what_had_been_claimed_by_then(stocked, open_claim, tmp_path):
    strict = tmp_path / "strict.toml"
    strict.write_text(
        'extends = "tmall_global"\nid = "strict"\ntitle = "Strict"\n'
        '[[rules]]\nid = "claims.withdrawn"\nkind = "resubmission"\nsource = "house"\nafter = "withdrawn"\nat_most = 0\n'
    )
    open_claim("A7KQ2M", WITHDRAWN, at=EARLY)
    open_claim("B7KQ2M", WITHDRAWN, at=EARLY + timedelta(hours=2))  # the other of two units
    open_claim("C7KQ2M", at=EARLY + timedelta(hours=4))

    found = stocked.json("policy", "diff", "tmall_global", str(strict))

    assert [(case["ref"], case["outcome"], case["rules"]) for case in found] == [
        ("C7KQ2M", ["eligible", "ineligible"], ["claims.withdrawn"])
    ]


def test_policy_diff_judges_a_claim_on_a_replacement_from_its_receipt(stocked, open_claim):
    """The former case brought nothing here, so nothing was received: no window has begun under either policy."""
    open_claim("A7KQ2M", at=EARLY)
    open_claim("B7KQ2M", at=LATE, linked="A7KQ2M")

    found = stocked.json("policy", "diff", "tmall_global", "consumer_law")

    assert [(case["ref"], case["outcome"]) for case in found] == [
        ("A7KQ2M", ["eligible", "eligible"]),
        ("B7KQ2M", ["eligible", "eligible"]),
    ]


def test_policy_diff_of_what_is_no_policy(stocked):
    assert "nope: no such policy" in stocked.err("policy", "diff", "tmall_global", "nope")


def test_policy_explain_counts_the_order_s_cases_when_asked_to(stocked, open_claim):
    open_claim("A7KQ2M", at=EARLY)
    claim = ("policy", "explain", KEY.number, "--remedy", "return", "--reason", "changed_mind", "--item", "1")

    whole = stocked.json(*claim, "--at", "2024-03-17", "--history")
    half = stocked.json(*claim, "--quantity", "1", "--at", "2024-03-17", "--history")
    before = stocked.json(*claim, "--at", "2024-03-16T11:59:59Z", "--history")
    alone = stocked.json(*claim, "--at", "2024-03-17")

    assert [verdict["outcome"] for verdict in (whole, half, before, alone)] == [
        "ineligible",
        "eligible",
        "eligible",
        "eligible",
    ]
    assert [rule["id"] for rule in whole["rules"] if not rule["holds"]] == ["claims.open"]
