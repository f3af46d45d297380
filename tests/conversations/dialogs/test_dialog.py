"""The engine: what is asked next, and going back without losing what matters."""

from dataclasses import dataclass

from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.dialog import Given, answer, back, is_answered, start


def test_a_dialog_starts_with_what_is_known():
    opened = start("offer", "A7KQ2M", kind="refund")

    assert (opened.name, opened.ref, opened.step, dict(opened.answers)) == ("offer", "A7KQ2M", "", {"kind": "refund"})


def test_an_answer_is_taken_down_and_can_be_taken_back():
    opened = answer(answer(start("d"), "a", Given(1)), "b", Given(2))

    assert (opened.answers["a"], opened.answers["b"], opened.answers["_trail"]) == (1, 2, ["a", "b"])
    once = back(opened)
    assert ("b" in once.answers, once.answers["_trail"]) == (False, ["a"])
    assert back(back(once)) == back(once)


def test_answering_changes_nothing_in_the_dialog_before():
    before = start("d", a=1)

    answer(before, "b", Given(2))

    assert dict(before.answers) == {"a": 1}


def test_an_answer_that_is_not_final_keeps_the_step_open():
    opened = answer(start("d"), "files", Given(["x"], is_final=False))

    assert (opened.answers["files"], is_answered(opened, "files")) == (["x"], False)
    done = answer(opened, "files", Given(["x"]))
    assert (is_answered(done, "files"), done.answers["_pending"], done.answers["_trail"]) == (True, [], ["files"])


def test_going_back_to_files_shows_them_to_be_added_to():
    opened = back(answer(start("d"), "files", Given(["x"])))

    assert (opened.answers["files"], is_answered(opened, "files")) == (["x"], False)


def test_going_back_takes_back_what_came_with_the_answer():
    opened = answer(start("d"), "number", Given("1001", also={"order": ["Acme", "1001"]}))

    assert "order" in opened.answers
    assert set(back(opened).answers) & {"number", "order"} == set()


def test_an_answer_may_take_others_back_and_they_are_nothing_to_go_back_to():
    opened = answer(answer(start("d"), "remedy", Given("return")), "reason", Given("faulty"))

    opened = answer(opened, "blocked", Given("reason", also={"reason": None, "blocked": None}))

    assert {"reason", "blocked"} & set(opened.answers) == set()
    assert opened.answers["_trail"] == ["remedy"]


def test_answering_again_moves_the_step_to_the_end_of_the_trail():
    opened = answer(answer(answer(start("d"), "a", Given(1)), "b", Given(2)), "a", Given(3))

    assert (opened.answers["a"], opened.answers["_trail"]) == (3, ["b", "a"])


@dataclass(frozen=True)
class Plain:
    id: str
    when: bool = True

    def applies(self, context):
        return self.when


def test_the_first_step_that_applies_and_is_not_answered_is_next(talk, build):
    begun = talk("take", build.at(State.ESCALATED), Role.ARBITRATOR)
    dialog = dialogs.Dialog("d", (Plain("a"), Plain("b", when=False), Plain("c")))

    asked = []
    while (step := dialogs.next_step(dialog, begun.context)) is not None:
        asked.append(step.id)
        begun.put(answer(begun.open, step.id, Given(True)))

    assert asked == ["a", "c"]


def test_back_is_offered_once_there_is_something_to_go_back_to(talk, build):
    asking = talk("ask", build.at(State.ARBITRATION), Role.ARBITRATOR)

    assert asking.labels == ["The buyer", "The seller", "Cancel"]
    asking.tap("The seller")
    assert asking.labels == ["‹ Back", "Cancel"]
    asking.tap("‹ Back")
    assert (asking.labels, asking.answers) == (["The buyer", "The seller", "Cancel"], {})


def test_a_complaint_keeps_everything(talk, build):
    asking = talk("ask", build.at(State.ARBITRATION), Role.ARBITRATOR)
    asking.tap("The seller")
    before = asking.open

    asking.say("?")

    assert asking.complaint is not None
    assert asking.open == before
