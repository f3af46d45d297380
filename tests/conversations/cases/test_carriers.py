"""Express numbers: what each carrier prints is taken, slips are found, and carriers we do not know are left alone."""

import pytest

from conversations.cases.carriers import CARRIERS, carrier_of, is_1z, is_s10, looks_right


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.names[0])
def test_every_example_is_one_of_its_carrier(carrier) -> None:
    for name in carrier.names:
        assert carrier_of(name) is carrier
        assert looks_right(name, carrier.example)


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.names[0])
def test_what_is_plainly_no_number_is_found(carrier) -> None:
    for number in ("12", "HELLO", "1" * 40, "----------", carrier.example + "X" * 20):
        assert not looks_right(carrier.names[0], number)


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("SF Express", "sf 1234 5678 90123"),
        ("sf-express", "SF1234567890123"),
        ("J&T", "JT1234567890123"),
        ("EMS", "RR473124829US"),  # UPU's own example of the standard
        ("China Post", "ee123456785cn"),
        ("UPS", "1Z5R89390357567127"),
        ("UPS", "1Z879E930346834440"),
        ("UPS", "1Z410E7W0392751591"),
        ("UPS", "1Z8V92A70367203024"),
        ("USPS", "9405511899223197428490"),
        ("DHL", "1234567890"),
        ("Hermes", "H-0001"),
        ("my cousin's van", "?"),
    ],
)
def test_numbers_as_they_are_written_are_taken(carrier: str, number: str) -> None:
    assert looks_right(carrier, number)


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("EMS", "RR473124828US"),  # one digit off
        ("EMS", "RR437124829US"),  # two digits swapped
        ("UPS", "1Z5R89390357567128"),
        ("UPS", "1Z5R89390375567127"),
        ("YunExpress", "YT261234567890123"),
        ("FedEx", "12345678901"),
        ("SF Express", "SF12345"),
    ],
)
def test_slips_are_found(carrier: str, number: str) -> None:
    assert not looks_right(carrier, number)


@pytest.mark.parametrize("serial", ["00000000", "00000004", "47312482", "12345678", "99999999", "00000001"])
def test_exactly_one_check_digit_of_a_postal_number_is_right(serial: str) -> None:
    assert sum(is_s10(f"RR{serial}{digit}CN") for digit in range(10)) == 1


def test_exactly_one_check_digit_of_a_ups_number_is_right() -> None:
    assert [digit for digit in range(10) if is_1z(f"1Z999AA1012345678{digit}")] == [4]
