"""Moves by buttons and by commands: who may make them, who hears of them, and what becomes of the cards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.cases.case import THE_CLOCK
from conversations.cases.lifecycle import MOVES, NAMES
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind
from conversations.desk.commands import NO_CASE
from conversations.messages import Card, Dossier, Exhibits, Notice, Placing, Question, Toast

REF = "A7KQ2M"


# --- buttons ---------------------------------------------------------------------------------------------------


async def test_a_button_makes_its_move_and_both_cards_follow(house, at, buyer, seller):
    await at(State.AT_ODDS)
    await buyer.say("/case")

    await buyer.tap("Call an arbitrator")
    await buyer.say("they do not answer")

    case = await house.case(REF)
    assert case.state is State.ESCALATED
    assert (buyer.card(REF).due_at, seller.card(REF).due_at) == (case.due_at, case.due_at)
    assert "The buyer called an arbitrator: “they do not answer”" in seller.read
    assert "An arbitrator has been called." in buyer.read


async def test_a_stale_button_shows_where_the_case_stands(house, at, buyer, seller):
    await at(State.AT_ODDS)
    await buyer.say("/case")
    old = buyer.button("Make an offer").do
    await buyer.say("/escalate")
    await buyer.say("help")

    await buyer.press(old)

    [toast] = buyer.bodies(Toast)
    assert house.plain(toast.text) == "This has moved on; here is where the case stands now."
    [card] = buyer.bodies(Card)
    assert house.plain(card.state) == "Waiting for an arbitrator"
    assert buyer.question is None


@pytest.mark.parametrize("does", ["1:m:{}:1:escalate", "1:c:case:{}"])
async def test_a_button_of_somebody_elses_case_answers_like_one_of_no_case(house, at, buyer, seller, does):
    await at(State.AT_ODDS)
    eve = await house.person(666, "Eve")

    await eve.press(does.format(REF))
    theirs = [house.text(out.body) for out in eve.now]
    await eve.press(does.format("ZZZZZZ"))

    assert theirs == [house.text(out.body) for out in eve.now]
    assert "/cases shows" in eve.read
    assert (await house.case(REF)).state is State.AT_ODDS


async def test_a_command_about_somebody_elses_case_answers_like_one_about_none(house, at, buyer, seller, arbitrator):
    await at(State.AT_ODDS)
    eve = await house.person(666, "Eve", stores=frozenset({"Bolt"}))

    for chat in (eve, arbitrator):
        for name in ("case", "record", "evidence", "reply", "escalate", "approve", "offer", "note", "casefile", "rate"):
            await chat.say(f"/{name} A7K-Q2M hello there")
            theirs = [house.text(out.body) for out in chat.now]
            await chat.say(f"/{name} ZZZ-ZZZ hello there")
            assert theirs == [house.text(out.body) for out in chat.now]


async def test_a_button_of_another_version_says_so(house, buyer):
    await buyer.press("7:m:A7KQ2M:1:escalate")

    assert "This button is from an older version." in buyer.read


async def test_a_question_of_one_case_is_not_answered_by_the_button_of_another(house, at, buyer, seller):
    await at(State.AWAITING_SELLER, ref="AAAAAA")
    await at(State.AWAITING_SELLER, ref="BBBBBB")
    await seller.say("/approve AAA-AAA")
    first = seller.button("Yes, approve").do
    await seller.say("/approve BBB-BBB")

    await seller.press(first)

    states = {ref: (await house.case(ref)).state for ref in ("AAAAAA", "BBBBBB")}
    assert states == {"AAAAAA": State.AWAITING_RETURN, "BBBBBB": State.AWAITING_SELLER}


async def test_two_presses_on_the_same_confirmation_make_one_move(house, at, buyer, seller):
    await at(State.AWAITING_SELLER)
    await seller.say("/approve")
    again = seller.button("Yes, approve").do

    await seller.press(again)
    await seller.press(again)

    assert await house.journal(REF) == ["ClaimApproved"]
    assert seller.read == "This question has been dealt with already."


async def test_what_was_confirmed_too_late_is_not_done(house, at, buyer, seller):
    await at(State.AWAITING_SELLER)
    await seller.say("/approve")
    await buyer.say("/withdraw")
    await buyer.tap("Yes, withdraw it")

    await seller.tap("Yes, approve")

    assert (await house.case(REF)).state is State.CLOSED
    assert "The case has moved on meanwhile, so this was not done." in seller.read


async def test_an_acceptance_agrees_to_what_was_shown_and_nothing_else(house, at, buyer, seller):
    await at(State.NEGOTIATING)
    await buyer.say("/accept")
    case = await house.case(REF)
    lapsed = house.build.walk(case, ("lapse", THE_CLOCK))
    await house.put(house.build.walk(lapsed, ("offer", house.build.seller, {"terms": house.build.terms(amount=1)})))

    await buyer.tap("Yes, accept")

    assert (await house.case(REF)).state is State.NEGOTIATING
    assert "moved on meanwhile" in buyer.read


# --- commands --------------------------------------------------------------------------------------------------

TYPED = [
    ("seller", State.AWAITING_SELLER, "/refuse It was worn when it came", State.AT_ODDS),
    ("seller", State.AWAITING_SELLER, "/offer A7K-Q2M compensation 12 my best", None),
    ("buyer", State.AT_ODDS, "/escalate they do not answer", State.ESCALATED),
    ("buyer", State.AWAITING_RETURN, "/ship A7KQ2M SF Express SF1234567890123", State.RETURNING),
    ("seller", State.AWAITING_REPLACEMENT, "/send_goods UPS 1Z999AA10123456784", State.REPLACING),
    ("seller", State.AWAITING_REFUND, "/refund 55 TX-1", State.REFUNDING),
    ("seller", State.AWAITING_REFUND, "/refund 5.50 USD TX-1", State.AWAITING_REFUND),
    ("buyer", State.REFUNDING, "/dispute_refund 10", State.BREACHED),
    ("arbitrator", State.ESCALATED, "/take A7K-Q2M", State.ARBITRATION),
    ("arbitrator", State.ARBITRATION, "/ask buyer When did it break?", State.EVIDENCE_REQUESTED),
    ("arbitrator", State.ARBITRATION, "/release", State.ESCALATED),
    ("buyer", State.NEGOTIATING, "/decline too little", State.AT_ODDS),
]


@pytest.mark.parametrize(("who", "state", "typed", "after"), TYPED)
async def test_a_command_with_all_it_needs_makes_its_move(
    house, at, buyer, seller, arbitrator, who, state, typed, after
):
    await at(state)
    chat = {"buyer": buyer, "seller": seller, "arbitrator": arbitrator}[who]

    await chat.say(typed)
    if after is None:
        await chat.tap("Make the offer")

    assert (await house.case(REF)).state is (after or State.NEGOTIATING)


ASKED = [
    ("seller", State.AWAITING_SELLER, "/refuse", "Why do you refuse?"),
    ("seller", State.AWAITING_SELLER, "/refuse no", "Why do you refuse?"),
    ("seller", State.AWAITING_SELLER, "/offer", "What should it be?"),
    ("seller", State.AWAITING_SELLER, "/offer refund", "How much money?"),
    ("buyer", State.AWAITING_RETURN, "/ship", "Which carrier takes the goods back?"),
    ("buyer", State.AWAITING_RETURN, "/ship RX12345", "Which carrier takes the goods back?"),
    ("buyer", State.AWAITING_RETURN, "/ship DHL 1", "What is the express number?"),
    ("seller", State.AWAITING_REFUND, "/refund", "How much have you refunded?"),
    ("seller", State.AWAITING_REFUND, "/refund 55", "What is the transaction number of the payment?"),
    ("seller", State.AWAITING_REFUND, "/refund all of it", "How much have you refunded?"),
    ("arbitrator", State.ARBITRATION, "/ask", "Whom do you ask?"),
    ("arbitrator", State.ARBITRATION, "/ask seller", "What do you want to know?"),
    ("arbitrator", State.ARBITRATION, "/rule", "What should it be?"),
    ("arbitrator", State.ARBITRATION, "/rule dismissal short", "Which rules and evidence do you rely on?"),
    ("buyer", State.RULED, "/appeal it is wrong", "Please give the new evidence"),
    ("buyer", State.EVIDENCE_REQUESTED, "/answer in May", "Would you like to add evidence?"),
]


@pytest.mark.parametrize(("who", "state", "typed", "asks"), ASKED)
async def test_a_command_asks_for_what_it_was_not_told(house, at, buyer, seller, arbitrator, who, state, typed, asks):
    await at(state)
    chat = {"buyer": buyer, "seller": seller, "arbitrator": arbitrator}[who]

    await chat.say(typed)

    assert chat.asks == asks
    assert (await house.case(REF)).state is state


def _roles(name: str) -> set[Role]:
    return {role for move in MOVES if move.name == name for role in move.roles}


@pytest.mark.parametrize("name", NAMES)
async def test_a_command_of_another_role_is_not_known(house, at, buyer, seller, arbitrator, name):
    await at(State.ARBITRATION)
    chats = {Role.BUYER: buyer, Role.SELLER: seller, Role.ARBITRATOR: arbitrator}

    for role, chat in chats.items():
        if role not in _roles(name) and not (role is not Role.BUYER and Role.BUYER in _roles(name)):
            await chat.say(f"/{name} A7K-Q2M")
            assert chat.read == f"“/{name}” is not something you can do here. /help shows what is."
    assert (await house.case(REF)).state is State.ARBITRATION


async def test_a_buyers_command_of_the_seller_in_that_case_is_not_possible(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await seller.say("/withdraw A7K-Q2M")

    assert "“Withdraw the claim” is not possible now: No agreement yet." in seller.read
    assert (await house.case(REF)).state is State.AT_ODDS


async def test_an_arbitrator_who_is_a_party_has_no_arbitrators_commands_there(house, at, buyer, seller):
    owner = await house.person(700, "Olga", stores=frozenset({"Acme"}), is_arbitrator=True)
    await at(State.AT_ODDS)

    await owner.say("/note A7K-Q2M a private thought")

    assert owner.question is None
    assert await house.journal(REF) == []
    assert "is not something you can do" in owner.read


async def test_a_seller_of_another_store_sets_no_address_as_a_buyer(house, at, buyer, seller):
    other = await house.person(700, "Olga", stores=frozenset({"Bolt"}))
    case = await at(State.AT_ODDS)
    await house.put(replace(case, buyer=await house.id_of(other)))

    await other.say("/address A7K-Q2M Somewhere else 12, Berlin")

    assert "is not something you can do" in other.read
    assert "Somewhere" not in seller.everything


async def test_a_seller_does_not_rate(house, at, buyer, seller):
    await at(State.SETTLED)

    await seller.say("/rate A7K-Q2M")

    assert "is not something you can do" in seller.read


async def test_a_move_that_is_closed_says_what_is_open(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("/ship")

    assert "“I have sent it back” is not possible now: No agreement yet." in buyer.read
    assert "Call an arbitrator" in buyer.read


async def test_a_command_for_one_of_two_cases_asks_and_goes_on(house, at, buyer, seller):
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.AT_ODDS, ref="BBBBBB")

    await buyer.say("/offer compensation 12 please")
    await buyer.tap("AAA-AAA · No agreement yet")

    assert [question.prompt.msgid for question in buyer.bodies(Question)] == ["Make this offer?"]
    await buyer.tap("Make the offer")
    assert (await house.case("AAAAAA")).state is State.NEGOTIATING


async def test_a_command_that_only_one_of_two_cases_suits_is_about_that_one(house, at, buyer, seller):
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.AWAITING_RETURN, ref="BBBBBB")

    await buyer.say("/ship DHL JD014600003828")

    assert (await house.case("BBBBBB")).state is State.RETURNING


async def test_an_interrupted_question_is_asked_again(house, at, buyer, seller):
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.AT_ODDS, ref="BBBBBB")
    await buyer.say("/escalate AAA-AAA")

    await buyer.say("/offer BBB-BBB compensation 12 please")
    await buyer.tap("Make the offer")

    assert buyer.asks == "What should the arbitrator know?"
    await buyer.say("they do not answer")
    assert [(await house.case(ref)).state for ref in ("AAAAAA", "BBBBBB")] == [State.ESCALATED, State.NEGOTIATING]


@pytest.mark.parametrize("typed", ["/nonsense", "/", "/approve@thebot", "/withdraw_all A7K-Q2M"])
async def test_unknown_input_gets_a_helpful_answer(house, buyer, typed):
    await buyer.say(typed)

    assert "/help shows what is." in buyer.read


async def test_a_command_may_name_the_bot(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("/Escalate@AftersalesBot A7K-Q2M help")

    assert (await house.case(REF)).state is State.ESCALATED


# --- money -----------------------------------------------------------------------------------------------------


async def test_more_than_was_paid_is_refused_with_the_reason(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await seller.say("/offer compensation 41")
    assert seller.asks == "How much money?"
    await seller.say("41")

    assert "It can be up to 40.00 USD." in seller.read
    assert (await house.case(REF)).state is State.AT_ODDS


async def test_too_much_refunded_is_refused(house, at, buyer, seller):
    await at(State.AWAITING_REFUND)

    await seller.say("/refund 56 TX-1")

    assert "A refund can be up to 55.00 USD, what is still due." in seller.read


# --- returns need an address -----------------------------------------------------------------------------------


async def test_an_approval_asks_where_to_and_the_buyer_reads_it(house, at, buyer, seller):
    await house.set_address(address=None)
    await at(State.AWAITING_SELLER)

    await seller.say("/approve")
    assert seller.asks == "Where should returns to your store be sent?"
    await seller.say("Acme, Kai 7, Bremen")
    await seller.tap("Yes, approve")

    assert "Acme, Kai 7, Bremen" in house.text(buyer.card(REF))


async def test_a_ruling_of_a_return_asks_the_seller_for_an_address(house, at, buyer, seller, arbitrator):
    await house.set_address(address=None)
    case = await at(State.ARBITRATION)
    ruled = house.build.walk(
        case, ("rule", house.build.arbitrator, {"terms": house.build.terms(Kind.RETURN_REFUND), "text": "because"})
    )
    await house.put(replace(ruled, arbitrator=case.arbitrator))
    await buyer.say("/accept")
    await buyer.tap("Yes, accept")

    await seller.say("/accept")
    await seller.tap("Yes, accept")
    assert "The buyer cannot send the goods back before your store names a return address." in seller.read
    await seller.tap("Give the return address")
    await seller.say("Acme, Kai 7, Bremen")

    assert "Acme, Kai 7, Bremen" in house.text(buyer.card(REF))


# --- arbitrators -----------------------------------------------------------------------------------------------


async def test_the_queue_is_every_arbitrators(house, at, buyer, seller, arbitrator, another):
    await at(State.AT_ODDS)
    await buyer.say("/escalate help")

    for chat in (arbitrator, another):
        assert [(out.placing, house.plain(out.body.state)) for out in chat.now if isinstance(out.body, Card)] == [
            (Placing.BELOW, "Waiting for an arbitrator")
        ]
    for chat in (arbitrator, another):
        await chat.say("/queue")
        assert "Case A7K-Q2M · Blue mug: Waiting for an arbitrator." in chat.read


async def test_a_case_that_is_taken_leaves_the_others_chats(house, at, buyer, seller, arbitrator, another):
    await at(State.ESCALATED)

    await arbitrator.say("/take A7K-Q2M")

    [notice] = another.bodies(Notice)
    assert house.text(notice) == "Case A7K-Q2M has been taken by another arbitrator."
    assert another.now[0].slot == "card:A7KQ2M"
    await another.say("/case A7K-Q2M")
    assert another.read == house.plain(NO_CASE)
    assert "Give a ruling" in [house.plain(c.label) for row in arbitrator.card(REF).choices for c in row]


@pytest.mark.parametrize(
    ("state", "who", "typed", "label"),
    [
        (State.ESCALATED, "buyer", "/withdraw", "Yes, withdraw it"),
        (State.BREACHED, "seller", "/refund 55 TX-1", None),
    ],
)
async def test_a_case_that_is_settled_without_them_leaves_the_arbitrators_chats(
    house, at, buyer, seller, arbitrator, another, state, who, typed, label
):
    await at(state)
    chat = {"buyer": buyer, "seller": seller}[who]

    await chat.say(typed)
    if label:
        await chat.tap(label)

    for free in (arbitrator, another):
        assert [out.slot for out in free.now] == ["card:A7KQ2M"]
        assert "A7K-Q2M" in free.read
        assert not getattr(free.now[0].body, "choices", ())


async def test_whoever_enforces_is_answered_and_sees_the_end(house, at, buyer, seller, arbitrator, another):
    await at(State.BREACHED)

    await arbitrator.say("/enforce A7K-Q2M P-0001")
    await arbitrator.tap("Enforce it")

    assert (await house.case(REF)).state is State.SETTLED
    assert "Recorded: V2: 55.00 USD paid by the platform, number P-0001." in arbitrator.read
    assert house.plain(arbitrator.card(REF).state) == "Settled"
    assert "The platform has paid in the seller's place." in buyer.read


async def test_an_appeal_is_anothers(house, at, buyer, seller, arbitrator, another, photo):
    await at(State.RULED)

    await buyer.say("/appeal the photo shows another mug")
    await buyer.say("", photo(1))
    await buyer.tap("That is all")

    assert (await house.case(REF)).state is State.ESCALATED
    assert another.button("Take this case", another.now)
    await arbitrator.say("/queue")
    assert arbitrator.read == "No case waits for an arbitrator."
    await arbitrator.say("/take A7K-Q2M")
    assert arbitrator.read == house.plain(NO_CASE)
    await another.say("/take A7K-Q2M")
    assert (await house.case(REF)).arbitrator == await house.id_of(another)


async def test_a_party_is_never_the_arbitrator(house, at, seller):
    judge = await house.person(700, "Jo", is_arbitrator=True)
    owner = await house.person(701, "Olga", is_arbitrator=True, stores=frozenset({"Acme"}))
    case = house.build.at(State.ESCALATED)
    await house.put(replace(case, buyer=await house.id_of(judge)))

    for chat in (judge, owner):
        await chat.say("/queue")
        assert chat.read == "No case waits for an arbitrator."
        await chat.say("/take A7K-Q2M")
        assert (await house.case(REF)).state is State.ESCALATED


async def test_a_question_reaches_the_party_asked_and_the_answer_the_arbitrator(
    house, at, buyer, seller, arbitrator, photo
):
    await at(State.ARBITRATION)

    await arbitrator.say("/ask seller How was it packed?")
    assert "The arbitrator asks the seller: “How was it packed?”" in seller.read
    await seller.say("/answer in foam")
    await seller.say("", photo(1))
    await seller.tap("That is all")

    assert "The seller answered the arbitrator: “in foam”" in arbitrator.read
    assert [item.by for item in await house.evidence(REF)] == [Role.SELLER]


async def test_the_casefile_holds_record_and_evidence(house, at, buyer, seller, arbitrator, photo):
    await at(State.AT_ODDS)
    await buyer.say("broken", photo(1))
    await house.look_into(REF, 1)
    await buyer.say("/escalate please look")
    await arbitrator.say("/take A7K-Q2M")

    await arbitrator.say("/casefile")

    assert len(arbitrator.bodies(Card)) == len(arbitrator.bodies(Exhibits)) == 1
    assert "The buyer called an arbitrator: “please look”" in arbitrator.read
    assert [dossier.reader for dossier in arbitrator.bodies(Dossier)] == [Role.ARBITRATOR]


async def test_each_party_gets_the_case_file_as_it_may_see_it(house, at, buyer, seller, arbitrator):
    owner = await house.person(700, "Olga", stores=frozenset({"Acme"}), is_arbitrator=True)
    await at(State.SETTLED)

    for chat, role in ((buyer, Role.BUYER), (seller, Role.SELLER), (owner, Role.SELLER)):
        await chat.say("/casefile A7K-Q2M")
        [dossier] = chat.bodies(Dossier)
        assert (dossier.ref, dossier.reader) == (REF, role)
        assert house.plain(dossier.caption) == "Case file A7K-Q2M"
        assert chat.bodies(Card) == chat.bodies(Exhibits) == []
        assert "The case file is being made" in chat.read
    await arbitrator.say("/casefile A7K-Q2M")
    assert arbitrator.bodies(Dossier) == []


# --- notes -----------------------------------------------------------------------------------------------------


async def test_a_private_note_is_never_in_a_partys_record(house, at, buyer, seller, arbitrator):
    await at(State.ARBITRATION)

    await arbitrator.say("/note the photo looks edited")
    await arbitrator.say("/ask")
    await arbitrator.tap("The buyer")
    await arbitrator.say("Who took the photo?")

    await arbitrator.say("/record")
    assert "Private note: “the photo looks edited”" in arbitrator.read
    for chat in (buyer, seller):
        await chat.say("/record A7K-Q2M")
        assert "Who took the photo?" in chat.read
        assert "edited" not in chat.everything


async def test_a_partys_record_shows_no_gap_where_a_note_is(house, at, buyer, seller, arbitrator):
    await at(State.ARBITRATION)
    await arbitrator.say("/note one")
    await arbitrator.say("/ask buyer When did it break?")
    await arbitrator.say("/note two")
    await buyer.say("in May")

    await buyer.say("/record")

    assert [line.params["n"] for line in buyer.bodies(Notice)[0].lines] == [1, 2]


# --- the end ---------------------------------------------------------------------------------------------------


async def test_a_settled_case_is_rated_once(house, at, buyer, seller):
    await at(State.REFUNDING)
    await buyer.say("/confirm_refund")
    await buyer.tap("Yes, it has arrived")
    assert (await house.case(REF)).state is State.SETTLED

    await buyer.say("/rate")
    await buyer.tap("4 stars")
    assert buyer.asks == "And how content are you with the outcome?"
    await buyer.tap("2 stars")
    await buyer.say("quick and kind")

    rating = (await house.case(REF)).rating
    assert rating == Rating(stars=4, outcome=2, words="quick and kind", at=house.time)
    assert "The buyer rates the service: 4 stars of 5; the outcome: 2 of 5: “quick and kind”" in seller.read
    house.time += timedelta(days=1, seconds=1)
    await buyer.say("/rate A7K-Q2M")
    assert buyer.read == "You have rated this case already. Thank you."


async def rated(buyer, stars=4, outcome=2, words="quick and kind"):
    """The buyer rates the case that was at its end."""
    await buyer.say("/rate A7K-Q2M")
    await buyer.tap(f"{stars} stars")
    await buyer.tap(f"{outcome} stars")
    await buyer.say(words)


async def test_a_rating_can_be_changed_for_a_day(house, at, buyer, seller):
    await at(State.SETTLED)
    await rated(buyer)
    first = house.time

    house.time += timedelta(days=1)
    await buyer.tap("Change the rating")
    await buyer.tap("5 stars")
    await buyer.tap("3 stars")
    await buyer.tap("Leave out")

    assert (await house.case(REF)).rating == Rating(stars=5, outcome=3, at=first)
    assert "Your rating has been changed." in buyer.read
    assert "The buyer has changed the rating." in seller.read
    assert (await house.journal(REF))[-2:] == ["ServiceRated", "RatingChanged"]


async def test_a_seller_answers_a_rating_once_and_the_buyer_reads_it(house, at, buyer, seller):
    await at(State.SETTLED)
    await seller.say("/respond A7K-Q2M")
    assert seller.read == "The buyer has not rated this case, so there is nothing to answer yet."
    await rated(buyer)

    await seller.tap("Answer the rating")
    assert seller.asks == "What would you like to answer to the rating?"
    await seller.say("Thank you, come again")

    rating = (await house.case(REF)).rating
    assert (rating.answer, rating.answered_at) == ("Thank you, come again", house.time)
    assert "The seller answers the rating: “Thank you, come again”" in buyer.read
    assert "Answer the rating" not in seller.labels
    await seller.say("/respond A7K-Q2M once more")
    assert seller.read == "Your store has answered this rating already."


async def test_a_changed_rating_keeps_its_answer(house, at, buyer, seller):
    await at(State.SETTLED)
    await rated(buyer)
    await seller.say("/respond A7K-Q2M Sorry for that")

    await rated(buyer, stars=5, words="better now")

    rating = (await house.case(REF)).rating
    assert (rating.stars, rating.answer) == (5, "Sorry for that")
    assert [type(fact).__name__ for fact in [e.fact for e in await house.entries(REF)][-3:]] == [
        "ServiceRated",
        "RatingAnswered",
        "RatingChanged",
    ]


async def test_two_sellers_answer_and_the_second_is_told(house, at, buyer, seller):
    await at(State.SETTLED)
    await rated(buyer)
    other = await house.person(201, "Bo", stores=frozenset({"Acme"}))
    await other.say("/respond A7K-Q2M")
    await seller.say("/respond A7K-Q2M First")

    await other.say("Second")

    assert "Your store has answered this rating already." in other.read
    assert (await house.case(REF)).rating.answer == "First"


async def test_respond_finds_the_only_case_with_an_unanswered_rating(house, at, buyer, seller):
    await at(State.SETTLED)
    await at(State.CLOSED, ref="BBBBBB")
    await rated(buyer)

    await seller.say("/respond Gladly")

    assert (await house.case(REF)).rating.answer == "Gladly"


async def test_a_rating_stands_on_both_cards(house, at, buyer, seller):
    await at(State.SETTLED)
    await rated(buyer)
    await seller.say("/respond A7K-Q2M Gladly")

    for chat in (buyer, seller):
        text = house.text(chat.card(REF))
        assert "The service: 4 of 5\nThe outcome: 2 of 5\n“quick and kind”\nThe store's answer: “Gladly”" in text


async def test_a_dismissed_case_is_rated_too(house, at, buyer, seller):
    await at(State.CLOSED)

    await buyer.say("/rate A7K-Q2M")

    assert buyer.asks == "How was the after-sales service?"


async def test_a_rating_has_thirty_days(house, at, buyer, seller):
    case = await at(State.SETTLED)

    house.time = case.ended_at + case.limits.rating
    await buyer.say("/rate A7K-Q2M")
    assert buyer.asks == "How was the after-sales service?"
    house.time = case.ended_at + case.limits.rating.__class__(days=30, seconds=1)
    await buyer.say("/cancel")
    await buyer.say("/rate A7K-Q2M")
    assert "The time for a rating has passed." in buyer.read


async def test_a_rating_has_longer_where_its_time_ended_while_the_service_was_away(house, at, buyer, seller):
    case = await at(State.SETTLED)
    ends = case.ended_at + case.limits.rating
    gap = await house.away(ends - timedelta(hours=3), ends + timedelta(hours=2))

    house.time = gap.until
    await buyer.say("/rate A7K-Q2M")

    assert buyer.asks == "How was the after-sales service?"


async def test_an_open_case_is_not_rated(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("/rate A7K-Q2M")

    assert "You can rate the service once the case has ended." in buyer.read
