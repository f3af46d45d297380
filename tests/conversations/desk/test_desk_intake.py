"""From a link or a number to a case at the store."""

from dataclasses import replace
from datetime import timedelta

from conversations.cases.claim import Claimed
from conversations.cases.evidence import MAX_SIZE
from conversations.cases.money import Money
from conversations.cases.orders import Item, OrderKey
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.messages import Card, Exhibits, Notice, Placing
from conversations.ports import LinkPurpose

MAX_BYTES = 55  # of the 64 that a messenger carries, nine are for the seal
CODE = "K7Q2-MX4P"


async def test_a_link_and_the_code_open_the_order(house, buyer):
    token = await house.link(LinkPurpose.ORDER, "Acme", "1001")

    await buyer.say(f"/start {token}")
    assert buyer.asks == "What is the code of order 1001?"
    await buyer.say("k7q2 mx4p")

    assert buyer.asks == "Which items are concerned?"


async def test_the_link_alone_opens_nothing(house, buyer):
    token = await house.link(LinkPurpose.ORDER, "Acme", "1001")

    await buyer.say(f"/start {token}")
    await buyer.say("WRONG")

    assert "Blue mug" not in buyer.everything


async def test_a_link_is_good_once(house, buyer):
    token = await house.link(LinkPurpose.ORDER, "Acme", "1001")
    await buyer.say(f"/start {token}")
    await buyer.say(CODE)

    thief = await house.person(666, "Eve")
    await thief.say(f"/start {token}")

    assert thief.read.startswith("This link has been used or has expired.")


async def test_a_number_and_the_code_open_the_order(house, buyer):
    await buyer.say("/new")
    await buyer.say("#1001")
    await buyer.say(CODE)

    assert buyer.asks == "Which items are concerned?"


async def test_an_order_is_asked_for_its_code_once(house, buyer):
    await buyer.say("/new 1001")
    await buyer.say(CODE)
    await buyer.say("/cancel")

    await buyer.say("/new")
    assert "1001 · Blue mug" in buyer.labels
    await buyer.tap("1001 · Blue mug")

    assert buyer.asks == "Which items are concerned?"


async def test_a_bound_order_is_named_as_people_write_it(house, buyer):
    order = house.build.order(key=OrderKey("Bolt", "#2002"))
    await house.add(order)
    await house.bind(buyer, order)

    await buyer.say("/new 2002")

    assert buyer.asks == "Which items are concerned?"


async def test_a_link_opens_the_order_of_its_store_and_no_other_of_that_number(house, buyer):
    await house.add(house.build.order(key=OrderKey("Bolt", "1001"), code="ZZZZ"))
    await house.bind(buyer, house.build.order())
    token = await house.link(LinkPurpose.ORDER, "Bolt", "1001")

    await buyer.say(f"/start {token}")

    assert buyer.asks == "What is the code of order 1001?"


async def test_an_orders_link_is_not_used_up_by_the_command_for_invitations(house, buyer):
    token = await house.link(LinkPurpose.ORDER, "Acme", "1001")
    eve = await house.person(666, "Eve")

    await eve.say(f"/join {token}")
    await buyer.say(f"/start {token}")

    assert buyer.asks == "What is the code of order 1001?"


# --- guessing --------------------------------------------------------------------------------------------------


async def test_five_wrong_codes_lock_without_telling_whether_the_order_exists(house, buyer):
    eve = await house.person(666, "Eve")

    for chat, number in ((buyer, "1001"), (eve, "9999")):
        await chat.say(f"/new {number}")
        for _ in range(5):
            await chat.say("WRONG")

    assert buyer.read == ""
    assert [house.text(out.body).replace("1001", "N") for out in buyer.heard] == [
        house.text(out.body).replace("9999", "N") for out in eve.heard
    ]
    assert eve.read.startswith("Too many wrong codes.")


async def test_whoever_is_locked_cannot_go_on_with_the_right_code(house, buyer):
    token = await house.link(LinkPurpose.ORDER, "Acme", "1001")
    await buyer.say("/new 1001")
    for _ in range(5):
        await buyer.say("WRONG")

    for way in (CODE, "/new 1001", "/new", f"/start {token}", "/resume"):
        await buyer.say(way)
        assert "Which items" not in buyer.read
        assert buyer.question is None


async def test_a_lock_opens_after_an_hour(house, buyer):
    await buyer.say("/new 1001")
    for _ in range(5):
        await buyer.say("WRONG")

    house.time += timedelta(hours=1, seconds=1)
    await buyer.say("/new 1001")
    await buyer.say(CODE)

    assert buyer.asks == "Which items are concerned?"


async def test_wrong_codes_count_across_orders_and_drafts(house, buyer):
    for number in ("1001", "1002", "1003", "1004", "1005"):
        await buyer.say("/cancel")
        await buyer.say(f"/new {number}")
        await buyer.say("WRONG")

    assert buyer.read.startswith("Too many wrong codes.")


# --- opening ---------------------------------------------------------------------------------------------------


async def test_a_claim_becomes_a_case_that_both_sides_see(house, buyer, seller, claim_return):
    ref = await claim_return()
    case = await house.case(ref)

    assert (case.state, case.store, case.paid) == (State.AWAITING_SELLER, "Acme", Money(4000, "USD"))
    assert case.claim.items == (Claimed("1", 2),)
    assert (case.policy, case.policy_hash) == (house.build.pack.id, house.build.pack.hash)
    assert await house.journal(ref) == ["CaseOpened"]
    assert (buyer.card(ref).due_at, seller.card(ref).due_at) == (case.due_at, case.due_at)
    assert "Approve" in seller.labels
    assert await house.alarm() == house.time + timedelta(hours=24)


async def test_evidence_given_with_the_claim_is_numbered_and_shown_to_the_seller(house, buyer, seller, photo):
    await house.bind(buyer, house.build.order())
    await buyer.say("/new 1001")
    for step in ("☐ 2 × Blue mug", "Go on", "1", "Refund", "It arrived damaged"):
        await buyer.tap(step)
    await buyer.say("the handle", photo(1))
    await buyer.say("", photo(2))
    for step in ("That is all", "Leave out", "Send the claim"):
        await buyer.tap(step)

    [case] = await house.cases()
    assert [(item.name, item.by, item.caption) for item in await house.evidence(case.ref)] == [
        ("E1", Role.BUYER, "the handle"),
        ("E2", Role.BUYER, "the handle"),
    ]
    assert seller.bodies(Exhibits) == []
    assert (case.claim.evidence, case.evidence_needed) == (2, 1)
    assert await house.journal(case.ref) == ["CaseOpened", "EvidenceAdded", "EvidenceAdded"]
    for n in (1, 2):
        await house.look_into(case.ref, n)
        assert [exhibit.files[0].file_id for exhibit in seller.bodies(Exhibits)] == [f"f{n}"]


async def test_without_a_seller_in_the_chat_the_operator_is_told(house, buyer, operator, claim_return):
    ref = await claim_return()

    [notice] = operator.bodies(Notice)
    assert f"Case {ref[:3]}-{ref[3:]}: nobody of store Acme is in the chat" in house.text(notice)


async def test_a_buyer_who_also_sells_for_the_store_is_only_the_buyer(house, buyer, claim_return):
    owner = await house.person(500, "Both", stores=frozenset({"Acme"}))

    ref = await claim_return(owner)

    assert "Approve" not in owner.everything
    assert "Withdraw the claim" in owner.labels
    await owner.say(f"/approve {ref}")
    assert (await house.case(ref)).state is State.AWAITING_SELLER


# --- drafts ----------------------------------------------------------------------------------------------------


async def test_a_draft_is_resumed_the_next_day(house, buyer, claim_return):
    await house.bind(buyer, house.build.order())
    await buyer.say("/new 1001")
    await buyer.tap("☐ 2 × Blue mug")
    await buyer.tap("Go on")
    await buyer.tap("2")
    await buyer.tap("Return")

    house.time += timedelta(days=1)
    await buyer.say("/new")
    assert buyer.labels == ["Go on with the claim", "Begin anew"]
    await buyer.tap("Go on with the claim")

    assert buyer.asks == "What went wrong?"
    for step in ("I changed my mind", "Yes, unused", "Yes, intact", "Leave out", "Send the claim"):
        await buyer.tap(step)
    assert [case.claim.items for case in await house.cases()] == [(Claimed("1", 2),)]


async def test_a_draft_is_begun_anew(house, buyer):
    await house.bind(buyer, house.build.order())
    await buyer.say("/new 1001")
    await buyer.tap("☐ 2 × Blue mug")

    await buyer.say("/new")
    await buyer.tap("Begin anew")

    assert buyer.asks == "Which order is it about?"


async def test_a_draft_whose_window_has_passed_says_so(house, buyer):
    await house.bind(buyer, house.build.order())
    await buyer.say("/new 1001")
    for step in ("☐ 2 × Blue mug", "Go on", "2", "Return", "I changed my mind", "Yes, unused", "Yes, intact"):
        await buyer.tap(step)

    house.time += timedelta(days=30)
    await buyer.tap("Leave out")

    assert buyer.asks == "This claim is not possible"


async def test_cancel_drops_the_draft(house, buyer):
    await buyer.say("/new")
    await buyer.tap("Cancel")

    assert "Stopped. Nothing has been changed." in buyer.read
    await buyer.say("/resume")
    assert buyer.asks == "What is the order number?"


async def test_a_press_under_an_old_question_shows_the_one_that_is_open(house, buyer):
    await house.bind(buyer, house.build.order())
    await buyer.say("/new 1001")
    old = buyer.button("☐ 2 × Blue mug").do
    for step in ("☐ 2 × Blue mug", "Go on", "2", "Return"):
        await buyer.tap(step)

    await buyer.press(old)

    assert buyer.asks == "What went wrong?"
    assert "This question has moved on" in buyer.read


async def test_a_press_under_a_question_that_is_done_says_so(house, buyer, claim_return):
    ref = await claim_return()
    old = buyer.button("Send the claim").do

    await buyer.press(old)

    assert buyer.read == "This question has been dealt with already."
    assert [case.ref for case in await house.cases()] == [ref]


# --- at most once ----------------------------------------------------------------------------------------------


async def test_a_quantity_is_claimed_at_most_once(house, buyer, claim_return):
    await claim_return()

    await buyer.say("/new 1001")

    assert "Blue mug" not in "".join(buyer.labels)
    assert buyer.asks == "What would you like?"  # the scarf is all that is left


async def test_a_closed_case_releases_what_it_claimed(house, buyer, claim_return):
    ref = await claim_return()
    await buyer.say(f"/withdraw {ref}")
    await buyer.tap("Yes, withdraw it")

    await buyer.say("/new 1001")

    assert "☐ 2 × Blue mug" in buyer.labels


async def test_a_settled_case_keeps_what_it_claimed(house, buyer, at):
    await house.bind(buyer, house.build.order())
    await at(State.SETTLED)

    await buyer.say("/new 1001")

    assert "Blue mug" not in "".join(buyer.labels)


async def test_an_album_is_asked_about_once(house, buyer, photo):
    await house.bind(buyer, house.build.order())
    await buyer.say("/new 1001")
    for step in ("☐ 1 × Red scarf", "Go on", "Refund", "It arrived damaged"):
        await buyer.tap(step)
    await buyer.say("the tear", replace(photo(1), album="7"))
    assert [out.placing for out in buyer.now] == [Placing.BELOW]

    await buyer.say("", replace(photo(2), album="7"))
    assert [(out.slot, out.placing) for out in buyer.now] == [("question", Placing.REPLACE)]
    assert "2 files received so far." in buyer.read
    await buyer.say("", replace(photo(3, size=MAX_SIZE + 1), album="7"))
    assert [(out.slot, out.placing) for out in buyer.now] == [("album:7", Placing.REPLACE)]
    assert "larger than 20 MB" in buyer.read
    await buyer.say("", photo(4))
    assert [out.placing for out in buyer.now] == [Placing.BELOW]
    assert "3 files received so far." in buyer.read


async def test_an_album_waits_together_for_its_case_to_be_named(house, at, buyer, seller, photo):
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.AT_ODDS, ref="BBBBBB")
    await seller.say("the parcel", replace(photo(1), album="7"))
    assert seller.asks == "Which case is this about?"

    await seller.say("its label", replace(photo(2), album="7"))
    assert seller.now == []
    await seller.tap("AAA-AAA · No agreement yet")

    assert [(item.file.file_id, item.caption) for item in await house.evidence("AAAAAA")] == [
        ("f1", "the parcel\nits label"),
        ("f2", "the parcel\nits label"),
    ]


async def test_a_claim_is_in_time_where_its_time_ended_while_the_service_was_away(house, buyer, claim_return):
    ends = house.build.order().purchased_at + timedelta(days=15)
    gap = await house.away(ends - timedelta(hours=3), ends + timedelta(hours=2))
    house.time = gap.until

    case = await house.case(await claim_return())

    [found] = [finding.found for finding in case.verdict.findings if finding.rule == "return.window"]
    assert (
        house.plain(found)
        == f"In time: open until {gap.until:%Y-%m-%d %H:%M}, since this service could not be reached."
    )


async def test_a_case_goes_on_naming_what_the_store_has_taken_out_of_the_order(house, buyer, seller, claim_return):
    ref = await claim_return()
    before = house.text(buyer.card(ref))
    order = house.build.order()
    await house.add(replace(order, items=order.items[1:]))

    await buyer.say(f"/case {ref}")
    await seller.say("/cases")

    assert house.text(buyer.card(ref)) == before
    assert "Blue mug" in before
    assert "Blue mug" in seller.read


async def test_a_draft_on_what_is_no_longer_part_of_the_order_asks_again(house, buyer, claim_return):
    order = house.build.order()
    await house.bind(buyer, order)
    await buyer.say("/new 1001")
    for step in ("☐ 2 × Blue mug", "Go on", "2", "Return", "I changed my mind"):
        await buyer.tap(step)
    await house.add(replace(order, items=(replace(order.items[0], no="7", title="Green mug"), order.items[1])))

    await buyer.tap("Yes, unused")
    assert buyer.asks == "This order has changed"
    await buyer.tap("Choose the items again")

    assert buyer.labels[:2] == ["☐ 2 × Green mug", "☐ 1 × Red scarf"]


async def test_two_cases_of_one_order_never_promise_more_than_was_paid(house, buyer):
    order = house.build.order(discount=Money(1001, "USD"), shipping=Money(500, "USD"))
    await house.add(order)
    await house.bind(buyer, order)
    for step in (("☐ 2 × Blue mug", "Go on", "1"), ("☐ 1 × Blue mug", "Go on"), ()):
        await buyer.say("/new 1001")
        for label in (
            *step,
            "Return",
            "I changed my mind",
            "Yes, unused",
            "Yes, intact",
            "Leave out",
            "Send the claim",
        ):
            await buyer.tap(label)

    cases = await house.cases()
    assert len(cases) == 3
    assert sum(case.paid.minor for case in cases) == order.paid.minor == 7000 - 1001 + 500


async def test_an_order_bound_to_nobody_opens_no_case(house, buyer):
    async with house.db.work() as work:
        from conversations.dialogs.dialog import start

        answers = {"order": ["Acme", "1001"], "items": ["1"], "quantities": {"1": 2}, "remedy": "return"}
        answers |= {"reason": "changed_mind", "unused": "yes", "intact": "yes", "words": ""}
        await work.dialogs.keep(await house.id_of(buyer), (replace(start("intake", **answers), step="sure"),))

    await buyer.press("1:a:intake::sure:.")

    assert "can no longer be claimed" in buyer.read
    assert await house.cases() == []


async def test_the_sellers_card_comes_once_and_in_one_place(house, seller, buyer, claim_return):
    ref = await claim_return()

    assert {out.slot for out in seller.heard if isinstance(out.body, Card)} == {f"card:{ref}"}


async def test_buttons_carry_no_number_of_the_shop_however_long_it_is(house, buyer, seller):
    """Numbers of items, orders and stores are as long as the shop likes; a button has 55 bytes for all that it says."""
    store, number = "Løng " * 20 + "store", "#長" * 32
    items = tuple(
        Item(no=f"{n}-{'品' * 300}", title=f"Mug {n}", quantity=2, unit_price=Money(2000, "USD"), exchangeable=True)
        for n in range(30)
    )
    await house.add(replace(house.build.order(), key=OrderKey(store, number), items=items))
    await house.person(201, "Ida", stores=frozenset({store, "Acme"}))
    ida = house.chats[max(house.chats)]

    await buyer.say("/new")
    await buyer.say(number)
    await buyer.say(CODE)
    await buyer.tap("☐ 2 × Mug 3")
    await buyer.say("30")
    await buyer.tap("Go on")
    await buyer.tap("2")
    await buyer.tap("1")
    for label in ("Return", "I changed my mind", "Yes, unused", "Yes, intact", "Leave out", "Send the claim"):
        await buyer.tap(label)

    [case] = await house.cases()
    assert case.claim.items == (Claimed(items[3].no, 2), Claimed(items[29].no, 1))
    await buyer.say("/new")
    await buyer.tap(next(label for label in buyer.labels if number in label))
    assert buyer.asks == "Which items are concerned?"
    await ida.say("/report")
    await ida.tap(store)
    carried = [choice.do for chat in (buyer, ida) for out in chat.heard for choice in choices_of(out.body)]
    assert len(carried) > 60
    assert max(len(do.encode()) for do in carried) <= MAX_BYTES


def choices_of(body):
    return [choice for row in getattr(body, "choices", ()) for choice in row]
