"""Each kind of step: what it takes, and what it says to anything else. Nothing is lost by a bad answer."""

import pytest

from conversations import presses
from conversations.cases.evidence import MAX_SIZE, FileKind
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.dialogs.dialog import Complaint, Dialog, Given
from conversations.dialogs.steps import Amount, Confirm, Files, Mark, Option, Pick, Write, fitting, words_of
from conversations.messages import Said
from conversations.phrase import Phrase


@pytest.fixture
def context(talk, build):
    return talk("take", build.at(State.ESCALATED), Role.ARBITRATOR).context


def said(text: str = "", *files) -> Said:
    return Said(message=1, text=text, files=files)


def complaint(step, context, reply) -> str:
    given = step.take(context, reply)
    assert isinstance(given, Complaint), given
    return given.why.msgid


# --- pick ------------------------------------------------------------------------------------------------------

PICK = Pick(
    id="p",
    prompt=Phrase("Which?"),
    options=lambda _: [Option("x", Phrase("X")), Option("y", Phrase("Y"))],
    also=lambda context, value: {"also": value} if value == "y" else {},
)
FREE = Pick(id="p", prompt=Phrase("Which?"), options=PICK.options, free=True, shortest=2, longest=5)


@pytest.mark.parametrize(
    ("reply", "value"), [("x", "x"), ("y", "y"), (said("1"), "x"), (said(" 2 "), "y"), (said("２"), "y")]
)
def test_pick_takes_a_button_or_its_number(context, reply, value):
    assert PICK.take(context, reply) == Given(value, also={"also": "y"} if value == "y" else {})


@pytest.mark.parametrize(
    "reply", ["z", "1", "", said("3"), said("0"), said("-1"), said("x"), said(""), said("9" * 5000)]
)
def test_pick_takes_nothing_else(context, reply):
    assert complaint(PICK, context, reply) == "Please tap one of the buttons, or send its number."


def test_pick_takes_own_words_where_they_are_free(context):
    assert FREE.take(context, said("DHL")) == Given("DHL")
    assert FREE.take(context, said("1")) == Given("x")
    assert complaint(FREE, context, said("D")) == "Please use between {least} and {most} characters."
    assert complaint(FREE, context, said("DHL Express")) == "Please use between {least} and {most} characters."
    assert complaint(FREE, context, "DHL") == "Please tap one of the buttons, or send its number."


# --- mark ------------------------------------------------------------------------------------------------------

MARK = Mark(
    id="m", prompt=Phrase("Which?"), options=lambda _: [Option("x" * 100, Phrase("X")), Option("y", Phrase("Y"))]
)


def test_mark_takes_one_after_another_until_done(talk, build):
    marking = talk("take", build.at(State.ESCALATED), Role.ARBITRATOR)
    marking.dialog = Dialog("take", (MARK,))

    assert marking.labels[-1] == "Cancel"
    marking.tap("☐ Y")
    marking.say("1")
    assert marking.answers == {"m": ["y", "x" * 100]}
    marking.tap("☑ Y")
    assert marking.answers == {"m": ["x" * 100]}
    marking.tap("Go on")
    assert (marking.answers, marking.step) == ({"m": ["x" * 100]}, None)


@pytest.mark.parametrize("reply", [presses.DONE, "2", "z", said("3"), said("0"), said("x"), said("")])
def test_mark_takes_nothing_else(context, reply):
    assert complaint(MARK, context, reply) == "Please tap what applies, or send its number, then “Go on”."


# --- write -----------------------------------------------------------------------------------------------------

WRITE = Write(id="w", prompt=Phrase("What?"), shortest=3, longest=10)
LEAVE = Write(id="w", prompt=Phrase("What?"), optional=True)


def test_write_takes_words(context):
    assert WRITE.take(context, said("  broken\u2069 ")) == Given("broken")
    assert WRITE.take(context, said("0123456789")) == Given("0123456789")
    assert LEAVE.take(context, presses.SKIP) == Given("")


@pytest.mark.parametrize("reply", [said("ab"), said("   "), said(""), ".", "x", presses.SKIP])
def test_write_wants_words_enough(context, reply):
    assert complaint(WRITE, context, reply) == "Please write it as a message."


def test_write_wants_no_more_than_fits(context):
    given = WRITE.take(context, said("01234567890"))

    assert given == Complaint(
        Phrase("That is {count} characters; please keep it to {most}.", count=11, most=10),
    )


def test_write_may_be_left_out_only_where_that_is_said(context):
    assert [c.label.msgid for row in LEAVE.ask(context).choices for c in row] == ["Leave out"]
    assert WRITE.ask(context).choices == ()


def test_what_was_typed_after_a_command_has_to_fit_as_well():
    dialog = Dialog("d", (WRITE, FREE))

    assert fitting(dialog, {"w": "ab", "p": "D", "turn": 3}) == {"turn": 3}
    assert fitting(dialog, {"w": "abc", "p": "DHL", "turn": 3}) == {"w": "abc", "p": "DHL", "turn": 3}
    assert fitting(Dialog("d", (LEAVE,)), {"w": ""}) == {"w": ""}
    assert fitting(Dialog("d", (WRITE,)), {"w": ""}) == {}
    assert fitting(Dialog("d", (PICK,)), {"p": "whatever"}) == {"p": "whatever"}


# --- amount ----------------------------------------------------------------------------------------------------


@pytest.fixture
def amount(build):
    return Amount(id="a", prompt=Phrase("How much?"), most=lambda _: build.usd(5000))


@pytest.mark.parametrize(
    ("reply", "minor"),
    [("1", 1), ("5000", 5000), (said("50"), 5000), (said("0.01"), 1), (said("USD 12,50"), 1250), (said("１２"), 1200)],
)
def test_amount_takes_money_up_to_the_most(context, amount, reply, minor):
    assert amount.take(context, reply) == Given(minor)


@pytest.mark.parametrize("reply", ["0", "5001", "-1", said("50.01"), said("0"), said("1,000")])
def test_amount_says_what_the_most_is(context, amount, reply):
    assert complaint(amount, context, reply) == "It can be up to {most}."


@pytest.mark.parametrize(
    "reply", ["x", "", presses.SKIP, presses.DONE, said("12 EUR"), said("ten"), said(""), said("-3")]
)
def test_amount_says_what_an_amount_looks_like(context, amount, reply):
    assert complaint(amount, context, reply) == "Please send an amount in {currency}, such as 12."


def test_amount_may_be_nothing_where_that_is_an_answer(context, build):
    nothing = Amount(id="a", prompt=Phrase("How much?"), most=lambda _: build.usd(5000), least=0)

    assert nothing.take(context, "0") == Given(0)


# --- files -----------------------------------------------------------------------------------------------------


def files(least: int = 1, most: int = 3) -> Dialog:
    step = Files(
        id="files",
        prompt=Phrase("Show it"),
        checklist=lambda _: (),
        at_least=lambda _: least,
        at_most=lambda _: most,
    )
    return Dialog("take", (step,))


@pytest.fixture
def showing(talk, build):
    begun = talk("take", build.at(State.ESCALATED), Role.ARBITRATOR)
    begun.dialog = files()
    return begun


def names(showing) -> list[str]:
    return [file["file_id"] for file in showing.answers.get("files", ())]


def test_files_are_collected_until_that_is_all(showing, a_photo):
    assert "That is all" not in showing.labels
    showing.say("look", a_photo(1))
    showing.say("", a_photo(2, kind=FileKind.VIDEO), a_photo(3, kind=FileKind.DOCUMENT, mime="application/pdf"))

    assert names(showing) == ["f1", "f2", "f3"]
    assert (showing.answers["caption"], showing.step.id) == ("look", "files")
    showing.tap("That is all")
    assert (names(showing), showing.step) == (["f1", "f2", "f3"], None)


def test_the_same_file_twice_is_one(showing, a_photo):
    showing.say("", a_photo(1))
    showing.say("", a_photo(1))

    assert names(showing) == ["f1"]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda photo: (photo(9, kind=FileKind.VOICE),), "Only photos, videos and PDF files can be evidence."),
        (lambda photo: (photo(9, kind=FileKind.STICKER),), "Only photos, videos and PDF files can be evidence."),
        (lambda photo: (photo(9, size=MAX_SIZE + 1),), "That file is larger than 20 MB."),
        (lambda photo: tuple(photo(n) for n in range(5, 9)), "At most {count} files can be given at once"),
    ],
)
def test_what_cannot_be_evidence_is_said_and_the_rest_kept(showing, a_photo, make, why):
    showing.say("", a_photo(1))

    showing.say("here", *make(a_photo))

    assert showing.complaint.why.msgid.startswith(why)
    assert (names(showing), showing.step.id) == (["f1"], "files")


def test_a_file_of_just_20_mb_is_taken(showing, a_photo):
    showing.say("", a_photo(1, size=MAX_SIZE))

    assert names(showing) == ["f1"]


@pytest.mark.parametrize("reply", ["no such button", Said(message=1, text=" ")])
def test_what_is_nothing_at_all_is_asked_for_again(showing, reply):
    showing.give(reply)

    assert showing.complaint.why.msgid == "Please send a photo, a video or a PDF file here."


def test_captions_add_up(showing, a_photo):
    showing.say("the crack", a_photo(1))
    showing.say("the label", a_photo(2))

    assert showing.answers["caption"] == "the crack\nthe label"


def test_words_that_come_alone_are_kept(showing):
    showing.say("It fell")
    showing.say("off the shelf")

    assert showing.complaint is None
    assert showing.plain(showing.question.lines[0]) == "Noted, your words are kept: “It fell\noff the shelf”"
    assert words_of(showing.answers) == "It fell\noff the shelf"


def test_no_more_words_are_kept_than_fit(showing):
    showing.say("a" * 990)
    showing.say("b" * 11)

    assert showing.plain(showing.complaint.why) == "That is 11 characters; please keep it to 10."
    assert words_of(showing.answers) == "a" * 990


def test_files_that_are_needed_cannot_be_left_out(showing):
    showing.give(presses.DONE)

    assert showing.complaint is not None


def test_files_that_are_not_needed_can(showing):
    showing.dialog = files(least=0)

    showing.tap("Go on without evidence")

    assert (names(showing), showing.step) == ([], None)


# --- confirm ---------------------------------------------------------------------------------------------------

CONFIRM = Confirm(prompt=Phrase("Sure?"), lines=lambda _: (), label=Phrase("Yes"))


def test_confirm_takes_its_button_and_nothing_else(context):
    assert CONFIRM.take(context, presses.DONE) == Given(True)
    for reply in (said("yes"), said("."), "yes", ""):
        assert complaint(CONFIRM, context, reply) == "Please tap the button to confirm, or Cancel."
