"""What is typed after a command, as answers of its dialog."""

import pytest

from conversations.cases.states import State
from conversations.dialogs.arguments import bare, command_in, prefill, reference

TABLE = [
    ("offer", "", {}),
    ("offer", "refund", {"kind": "refund"}),
    ("offer", "REFUND 12.50", {"kind": "refund", "amount": 1250, "goods": "no", "words": ""}),
    ("offer", "refund 12.50 goods", {"kind": "refund", "amount": 1250, "goods": "yes", "words": ""}),
    (
        "offer",
        "refund 12.50 my best offer",
        {"kind": "refund", "amount": 1250, "goods": "no", "words": "my best offer"},
    ),
    ("offer", "refund 12.50 USD my best", {"kind": "refund", "amount": 1250, "goods": "no", "words": "my best"}),
    ("offer", "refund usd 12.50 return", {"kind": "refund", "amount": 1250, "goods": "yes", "words": ""}),
    ("offer", "refund lots", {"kind": "refund"}),
    ("offer", "refund 40.01 my best", {"kind": "refund"}),
    ("offer", "refund 0", {"kind": "refund"}),
    ("offer", "refund 12 EUR", {"kind": "refund", "amount": 1200, "goods": "no", "words": "EUR"}),
    ("offer", "compensation 5 goods", {"kind": "compensation", "amount": 500, "words": "goods"}),
    ("rule", "dismissal goods were worn", {"kind": "dismissal", "template": "goods were worn"}),
    ("offer", "compensation 5", {"kind": "compensation", "amount": 500, "words": ""}),
    ("offer", "return_refund 5", {"kind": "return_refund", "amount": 500, "words": ""}),
    ("offer", "exchange", {"kind": "exchange", "goods": "no", "replacement": "same", "words": ""}),
    (
        "offer",
        "exchange goods quickly",
        {"kind": "exchange", "goods": "yes", "replacement": "same", "words": "quickly"},
    ),
    ("offer", "money 5", {}),
    ("propose", "compensation 5 fair to both", {"kind": "compensation", "amount": 500, "words": "fair to both"}),
    ("rule", "dismissal", {"kind": "dismissal"}),
    ("rule", "dismissal E1 shows normal wear", {"kind": "dismissal", "template": "E1 shows normal wear"}),
    ("rule", "refund 40 no", {"kind": "refund", "amount": 4000, "goods": "no"}),
    ("ship", "DHL RX123", {"carrier": "DHL", "number": "RX123"}),
    ("ship", "SF Express RX123", {"carrier": "SF Express", "number": "RX123"}),
    ("ship", "RX123", {"number": "RX123"}),
    ("send_goods", "UPS 1Z", {"carrier": "UPS", "number": "1Z"}),
    ("refund", "5 TX-1", {"amount": 500, "number": "TX-1", "method": None}),
    ("refund", "5 USD TX-1", {"amount": 500, "number": "TX-1", "method": None}),
    ("refund", "USD 5 TX-1", {"amount": 500, "number": "TX-1", "method": None}),
    ("refund", "5 USD", {"amount": 500}),
    ("refund", "5", {"amount": 500}),
    ("refund", "TX-1", {}),
    ("refund", "USD", {}),
    ("dispute_refund", "0", {"amount": 0}),
    ("dispute_refund", "some", {}),
    ("enforce", "P-1", {"number": "P-1"}),
    ("ask", "buyer when did it break?", {"party": "buyer", "words": "when did it break?"}),
    ("ask", "Seller", {"party": "seller"}),
    ("ask", "them all", {}),
    ("refuse", "worn out", {"words": "worn out"}),
    ("decline", "too little", {"words": "too little"}),
    ("escalate", "help", {"words": "help"}),
    ("answer", "last week\nat noon", {"words": "last week\nat noon"}),
    ("appeal", "the photo is old", {"words": "the photo is old"}),
    ("dispute_goods", "broken", {"words": "broken"}),
    ("approve", "please", {}),
    ("withdraw", "now", {}),
    ("take", "it", {}),
]


@pytest.mark.parametrize(("move", "text", "answers"), TABLE)
def test_prefill_reads_what_is_clear_and_leaves_the_rest_to_be_asked(build, move, text, answers):
    assert prefill(move, text, build.at(State.AT_ODDS)) == answers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A7K-Q2M", ("A7KQ2M", True)),
        ("a7kq2m", ("A7KQ2M", False)),
        ("\u2068A7K-Q2M\u2069", ("A7KQ2M", True)),
        (" A7KQ2M ", ("A7KQ2M", False)),
        ("A7K-Q2", None),
        ("A7KQ2MX", None),
        ("A7K Q2M", None),
        ("A1K-Q2M", None),
        ("AOK-Q2M", None),
        ("", None),
    ],
)
def test_a_reference_is_six_signs_with_a_dash_or_without(text, found):
    assert reference(text) == found


def test_what_is_pasted_loses_the_marks_around_it():
    assert bare("\u2068 Acme 1 \u2069\n") == "Acme 1"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/help", ("help", "")),
        ("/Reply@OurBot  hello \nthere ", ("reply", "hello \nthere")),
        ("/reply\nhello there", ("reply", "hello there")),
        ("/reply@OurBot\nhello", ("reply", "hello")),
        ("/ help", ("", "help")),
        ("help", ("", "")),
    ],
)
def test_a_command_is_read_with_what_follows_it(text, command):
    assert command_in(text) == command
