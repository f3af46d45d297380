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

    assert {"store": "Nordic Home", "return_address": "Fjordveien 1"} in stocked.json("stores", "list")


def test_stores_set_before_any_order_notes_it(desk):
    result = desk("stores", "set", "Nordic Home", "--return-address", "Fjordveien 1")

    assert result.exit_code == 0
    assert "no order of a store called 'Nordic Home'" in result.stderr
    assert desk.json("stores", "list") == [{"store": "Nordic Home", "return_address": "Fjordveien 1"}]


def test_stores_set_needs_an_address(desk):
    assert desk("stores", "set", "Nordic Home", "--return-address", " ").exit_code == 2
