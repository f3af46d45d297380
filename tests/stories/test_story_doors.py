"""Who comes in and who is out of reach: links, invitations, codes, blocks, and buttons that have had their time."""

from stories_bench import STORE, Bench, an_order
from stories_steps import approves, names_order, offers_money, opens_refund, two_parties

from conversations.phrase import Phrase
from conversations.ports import Link, LinkPurpose


async def test_blocked_bot_is_told_to_the_other_side_and_so_is_the_return(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)

    await seller.block()
    away = Phrase("{party} cannot be reached in the chat at the moment. Deadlines go on.", party=Phrase("The seller"))
    await buyer.is_told(away)
    await buyer.reads_on_card("The seller cannot be reached at the moment")
    await seller.start()
    await buyer.is_told(Phrase("{party} can be reached again.", party=Phrase("The seller")))

    await buyer.block()
    await seller.is_told(
        Phrase("{party} cannot be reached in the chat at the moment. Deadlines go on.", party=Phrase("The buyer"))
    )
    await approves(seller)
    await buyer.unblock()
    await seller.is_told(Phrase("{party} can be reached again.", party=Phrase("The buyer")))
    await buyer.say(f"/case {ref}")
    await buyer.reads_on_card("Agreed: the seller is to refund")


async def test_late_press_shows_where_the_case_stands(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    colleague = await bench.seller("Ida", languages[0])
    ref = await opens_refund(bench, buyer)
    approve = await seller.button("Approve")
    assert approve is not None

    await offers_money(colleague, "5")
    await seller.press_late(*approve)
    assert await seller.toast() == seller.reads("This has moved on; here is where the case stands now.")
    await seller.is_told("An offer is on the table")
    await seller.cannot("Yes, approve")
    assert (await bench.case(ref))["state"] == "negotiating"

    foreign = await bench.buyer("Max", languages[1])
    await foreign.start()
    await foreign.press_late((await foreign.messages())[-1]["message_id"], approve[1])
    assert await foreign.toast() == foreign.reads("This has moved on. Please use the newest message, or /cases.")
    await foreign.press_late((await foreign.messages())[-1]["message_id"], "0:something:old")
    assert await foreign.toast() == foreign.reads(
        "This button is from an older version. Please use the newest message, or /cases."
    )


async def test_approval_begun_before_an_offer_is_not_made_after_it(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    colleague = await bench.seller("Ida", languages[0])
    ref = await opens_refund(bench, buyer)
    await seller.tap("Approve")
    await offers_money(colleague, "5")

    await seller.tap("Yes, approve")
    await seller.sees("The case has moved on meanwhile, so this was not done. Here is where it stands now.")
    await buyer.sees_not("Refund, goods stay with the buyer")
    assert (await bench.case(ref))["state"] == "negotiating"


async def test_question_that_was_answered_is_not_answered_twice(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await names_order(bench, buyer)
    refund = await buyer.button("Refund")
    assert refund is not None
    await buyer.tap("Return")
    await buyer.press_late(*refund)
    assert await buyer.toast() == buyer.reads("This question has moved on; here is the open one.")
    await buyer.is_told("What went wrong?")

    await buyer.tap("Cancel")
    await buyer.press_late(*refund)
    assert await buyer.toast() == buyer.reads("This question has been dealt with already.")
    await seller.say("/cases")
    await seller.is_told("You have no cases.")


async def test_invitation_is_good_for_one(bench: Bench, languages: tuple[str, str]) -> None:
    async with bench.bot.db.work() as work:
        token = await work.links.issue(Link(purpose=LinkPurpose.SELLER, store=STORE), expires_at=None)
    first = await bench.buyer("Oskar", languages[0])
    second = await bench.buyer("Ida", languages[1])

    await first.start(token)
    await first.is_told(Phrase("You have been invited to answer for store {store}.", store=STORE))
    await second.start(token)
    await first.tap("Accept the invitation")
    await first.is_told(Phrase("You now answer for store {store}. New cases will appear here.", store=STORE))
    await second.tap("Accept the invitation")
    await second.is_told("This invitation has been used or has expired. Please ask for a new one.")
    await second.start(token)
    await second.is_told("This link has been used or has expired. Please ask for a new one.")

    buyer = await bench.buyer("Mia")
    await opens_refund(bench, buyer)
    await first.can("Approve")
    await second.cannot("Approve")


async def test_wrong_code_five_times_has_to_wait(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, _ = await two_parties(bench, languages)
    await buyer.start(await bench.order(an_order()))
    for code in ("MUG1", "MUG2", "MUG3", "MUG4"):
        await buyer.say(code)
        await buyer.is_told(Phrase("What is the code of order {number}?", number="1001"))
        await buyer.sees_not("Which items are concerned?", "Blue mug")
    await buyer.say("MUG5")
    locked = "Too many wrong codes. Please wait an hour and try again, or ask the shop to send you the code anew."
    await buyer.is_told(locked)
    await buyer.say("/new 1001")
    await buyer.is_told(locked)
    await buyer.say("MUG7")
    await buyer.cannot("Refund")

    await bench.pass_time(hours=1, seconds=1)
    await buyer.say("/new 1001")
    await buyer.say("MUG7")
    await buyer.is_told("What would you like?")


async def test_number_and_code_that_do_not_match_are_answered_like_an_absent_order(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, _ = await two_parties(bench, languages)
    await bench.order(an_order("1001"))
    wrong = (
        "This number and code do not belong together. Please check both in the shop's confirmation, then send "
        "the code again, or go back to change the number."
    )
    for number in ("1001", "9999"):
        await buyer.say("/new")
        await buyer.say(number)
        await buyer.is_told(Phrase("What is the code of order {number}?", number=number))
        await buyer.say("NOPE")
        await buyer.is_told(wrong)
        await buyer.tap("Cancel")


async def test_buyer_can_be_nobody_elses_buyer(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    stranger = await bench.buyer("Max", languages[1])
    link = await bench.order(an_order())
    await buyer.start(link)
    await buyer.say("MUG7")
    await stranger.start(link)
    await stranger.is_told("This link has been used or has expired. Please ask for a new one.")
    await stranger.say("/new 1001")
    await stranger.is_told(Phrase("What is the code of order {number}?", number="1001"))
    await stranger.sees_not("Blue mug")
    await seller.sees_not("Blue mug")
