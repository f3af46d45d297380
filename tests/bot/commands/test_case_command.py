from conversations.cases.lifecycle import Act
from conversations.cases.roles import Role


def test_case_show_as_json_keeps_its_contract(open_claim):
    desk = open_claim("A7KQ2M", (Act(move="approve"), Role.SELLER))

    assert desk.json("case", "show", "A7K-Q2M") == {
        "ref": "A7K-Q2M",
        "state": "awaiting_return",
        "waits_for": ["buyer"],
        "due_at": "2024-03-23T13:00:00+00:00",
        "remedy": "return",
        "ground": "no_reason",
        "terms": {
            "kind": "return_refund",
            "amount_minor": 5696,
            "currency": "EUR",
            "items": [{"item_no": "1", "quantity": 1}],
            "goods_back": True,
            "shipping": "seller",
            "shipping_amount_minor": 1200,
            "send": "nothing",
        },
        "facts": [
            {"n": 1, "at": "2024-03-16T12:00:00+00:00", "who": "buyer", "what": "CaseOpened"},
            {"n": 2, "at": "2024-03-16T13:00:00+00:00", "who": "seller", "what": "ClaimApproved"},
        ],
    }


def test_case_show_has_no_terms_and_no_words_before_an_agreement(open_claim):
    desk = open_claim("A7KQ2M", (Act(move="refuse", text="The buyer is lying"), Role.SELLER))

    record = desk.json("case", "show", "a7kq2m")

    assert record["terms"] is None
    assert "lying" not in desk.out("case", "show", "A7KQ2M")
    assert "lying" not in desk.out("case", "show", "A7KQ2M", "--json")


def test_case_waits_for_arbitrators_until_one_takes_it(open_claim):
    escalated = ((Act(move="refuse", text="no"), Role.SELLER), (Act(move="escalate"), Role.BUYER))
    open_claim("A7KQ2M", *escalated)
    desk = open_claim("B7KQ2M", *escalated, (Act(move="take"), Role.ARBITRATOR))

    waiting = {record["state"]: record["waits_for"] for record in desk.json("case", "list")}
    assert waiting == {"escalated": ["arbitrators"], "arbitration": ["arbitrator"]}


def test_case_that_ended_waits_for_nobody(open_claim):
    desk = open_claim("A7KQ2M", (Act(move="withdraw"), Role.BUYER))

    record = desk.json("case", "show", "A7KQ2M")

    assert (record["state"], record["waits_for"], record["due_at"]) == ("closed", [], None)
    assert "closed, waits for nobody\n" in desk.out("case", "show", "A7KQ2M")


def test_case_list_narrows_by_state_and_store(open_claim):
    open_claim("A7KQ2M")
    desk = open_claim("B7KQ2M", (Act(move="approve"), Role.SELLER))

    def refs(*options):
        return [record["ref"] for record in desk.json("case", "list", *options)]

    assert sorted(refs()) == ["A7K-Q2M", "B7K-Q2M"]
    assert refs("--state", "awaiting_seller") == ["A7K-Q2M"]
    assert refs("--store", "Gulf Dates") == []
    assert "there is no store 'Nobody'" in desk.err("case", "list", "--store", "Nobody")


def test_case_list_as_text_is_a_table(open_claim):
    lines = open_claim("A7KQ2M").out("case", "list").splitlines()

    assert lines == [
        "case     state            waits for  due (UTC)         remedy  order",
        "A7K-Q2M  awaiting_seller  seller     2024-03-18 12:00  return  Nordic Home/NH-20240311-001",
    ]


def test_case_commands_on_an_empty_database(desk):
    assert desk.json("case", "list") == []
    assert desk.err("case", "show", "A7K-Q2M") == "Error: there is no case A7K-Q2M\n"
    assert desk.err("case", "show", "'; --") == "Error: there is no case '; --\n"
