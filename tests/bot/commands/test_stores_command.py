import pytest

from bot import policies
from conversations.policy import for_store

KIND = """
[[rules]]
id = "return.window"
any_of = [{ since = "purchase", length = "30d" }, { since = "receipt", length = "30d" }]
"""
HARSH = """
[deadlines]
awaiting_return = "1d"

[[rules]]
id = "defect.evidence"
at_least = 2
"""


@pytest.fixture
def file(tmp_path):
    """Writes a store's own policy into a file."""

    def written(text):
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def test_stores_set_is_shown_by_list(stocked):
    assert stocked.out("stores", "set", "Nordic Home", "--return-address", "Fjordveien 1, Bergen") == (
        "Returns to Nordic Home go to: Fjordveien 1, Bergen\n"
    )

    addresses = {store["store"]: store["return_address"] for store in stocked.json("stores", "list")}
    assert addresses["Nordic Home"] == "Fjordveien 1, Bergen"
    assert addresses["Gulf Dates"] is None
    assert "Nordic Home        Fjordveien 1, Bergen" in stocked.out("stores", "list")


def test_stores_set_survives_the_next_import(stocked):
    from pathlib import Path

    stocked("stores", "set", "Nordic Home", "--return-address", "Fjordveien 1")
    stocked("orders", "import", str(Path(__file__).parents[1] / "orderfiles" / "samples" / "generic.csv"))

    assert {"store": "Nordic Home", "return_address": "Fjordveien 1", "policy": None} in stocked.json("stores", "list")


def test_stores_set_before_any_order_notes_it(desk):
    result = desk("stores", "set", "Nordic Home", "--return-address", "Fjordveien 1")

    assert result.exit_code == 0
    assert "no order of a store called 'Nordic Home'" in result.stderr
    assert desk.json("stores", "list") == [{"store": "Nordic Home", "return_address": "Fjordveien 1", "policy": None}]


def test_stores_set_needs_an_address(desk):
    assert desk("stores", "set", "Nordic Home", "--return-address", " ").exit_code == 2


def test_stores_policy_is_kept_shown_and_cleared(stocked, file):
    pack = for_store(policies.load("tmall_global"), KIND, "own.toml")
    named = f"tmall_global+store {pack.hash[:12]}"

    said = stocked.out("stores", "policy", "Nordic Home", file(KIND))
    kept = {store["store"]: store["policy"] for store in stocked.json("stores", "list")}
    printed = stocked.out("stores", "policy", "Nordic Home")
    listed = stocked.out("stores", "list")
    stocked("stores", "set", "Nordic Home", "--return-address", "Fjordveien 1")
    with_address = {store["store"]: store["policy"] for store in stocked.json("stores", "list")}
    stocked.out("stores", "policy", "Nordic Home", "--clear")
    cleared = {store["store"]: store["policy"] for store in stocked.json("stores", "list")}

    assert said == f"New cases of Nordic Home are judged by {named}\n"
    assert (kept["Nordic Home"], kept["Gulf Dates"]) == (named, None)
    assert printed == KIND
    assert named in listed
    assert with_address["Nordic Home"] == named
    assert cleared["Nordic Home"] is None


def test_stores_policy_that_is_worse_for_buyers_is_refused_line_by_line(stocked, file):
    path = file(HARSH)

    assert stocked.err("stores", "policy", "Nordic Home", path) == (
        f"Error: {path}: rule defect.evidence: at_least: may not be more than 1\n"
        f"{path}: deadlines.awaiting_return: the buyer's time may not be shorter than 7d\n"
    )
    assert {store["policy"] for store in stocked.json("stores", "list")} == {None}


def test_stores_policy_that_no_longer_fits_the_house_is_listed_as_not_used(stocked, file):
    stocked.out("stores", "policy", "Nordic Home", file('[[rules]]\nid = "defect.evidence"\nsource = "§1"\n'))
    kinder = file('extends = "tmall_global"\nid = "kinder"\ntitle = "Kinder"\ndrop = ["defect.evidence"]\n')

    listed = stocked("stores", "list", AFTERSALES_POLICY=kinder).stdout

    assert "not used: Nordic Home: rule defect.evidence: a store can change or drop the house's rules" in listed


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("Nowhere", "own.toml"), 1, "there is no store 'Nowhere'"),
        (("Nordic Home",), 1, "Nordic Home has no policy of its own"),
        (("Nordic Home", "own.toml", "--clear"), 2, "either FILE or --clear"),
        (("Nordic Home", "missing.toml"), 2, "does not exist"),
    ],
)
def test_stores_policy_explains_what_is_wrong(stocked, file, args, code, told):
    own = file(KIND)

    result = stocked("stores", "policy", *(own if arg == "own.toml" else arg for arg in args))

    assert result.exit_code == code
    assert told in result.stderr


def test_stores_policy_in_another_encoding_is_refused(stocked, tmp_path):
    path = tmp_path / "gbk.toml"
    path.write_bytes('title = "商店"'.encode("gbk"))

    assert f"{path}: cannot be read" in stocked.err("stores", "policy", "Nordic Home", str(path))


def test_policy_explain_goes_by_the_policy_of_the_order_s_store(stocked, file):
    late = (
        "policy",
        "explain",
        "NH-20240311-001",
        "--remedy",
        "return",
        "--reason",
        "changed_mind",
        "--at",
        "2024-04-05",
    )
    before = stocked.json(*late)["outcome"]

    stocked.out("stores", "policy", "Nordic Home", file(KIND))

    assert (before, stocked.json(*late)["outcome"]) == ("ineligible", "eligible")
