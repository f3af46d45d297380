"""A problem with the replacement: a new case that knows the former one, with windows of its own."""

from stories_bench import Bench, Chat
from stories_steps import approves, claims_refund, items, names_order, refunds, sends, two_parties, usd

from conversations.phrase import Phrase

PROBLEM = "A problem with the replacement"
NOTHING_LEFT = "Everything in this order is part of a case already."


async def exchanges_one_of_two(bench: Bench, buyer: Chat, seller: Chat) -> str:
    """One of two mugs is exchanged, down to its receipt."""
    await names_order(bench, buyer, quantity=2)
    await buyer.say("1")
    await buyer.tap("Exchange")
    await buyer.tap("It does not work")
    await buyer.tap("Yes, unused")
    await buyer.tap("Yes, intact")
    await buyer.photo()
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    ref = await buyer.ref()
    await approves(seller)
    await sends(buyer, "I have sent it back", "DHL", "JD014600003828")
    await seller.tap("The goods are back")
    await seller.tap("Yes, they are back")
    await sends(seller, "I have sent the goods", "UPS", "1Z999AA10123456784")
    await buyer.tap("I have received it")
    await buyer.tap("Yes, all is well")
    await buyer.reads_on_card("Settled")
    return ref


async def test_problem_with_the_replacement_is_a_linked_case_that_ends_in_a_refund(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    former = await exchanges_one_of_two(bench, buyer, seller)

    await buyer.tap(PROBLEM)
    await buyer.sees_not("What is the order number?")
    ref = await claims_refund(buyer, words="The new one leaks as well.")
    assert ref != former
    for chat in (buyer, seller):
        named = Phrase("About the replacement sent in case {ref}", ref=former)
        await chat.reads_on_card(ref, named, items(1), usd("20.00"), "The new one leaks as well.")

    await approves(seller)
    await refunds(seller, "20.00", "TX-1")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    for chat in (buyer, seller):
        await chat.reads_on_card(ref, "Settled", "TX-1")

    case, old = await bench.case(ref), await bench.case(former)
    assert (case["state"], case["remedy"], case["terms"]["amount_minor"]) == ("settled", "refund", 2000)
    assert (old["state"], old["terms"]["kind"]) == ("settled", "exchange")


async def test_same_unit_cannot_be_claimed_twice_through_linked_cases(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    former = await exchanges_one_of_two(bench, buyer, seller)
    await buyer.tap(PROBLEM)
    linked = await claims_refund(buyer)

    await buyer.say(f"/problem {former}")
    await buyer.is_told(NOTHING_LEFT)
    await buyer.tap("Cancel")
    await buyer.say("/new 1001")  # the other unit is still there, and no more than that
    await buyer.is_told("What would you like?")
    await claims_refund(buyer)
    await buyer.say("/new 1001")
    await buyer.is_told(NOTHING_LEFT)
    await buyer.tap("Cancel")

    await buyer.say(f"/withdraw {linked}")
    await buyer.tap("Yes, withdraw it")
    await buyer.say(f"/problem {former}")
    await buyer.is_told("What would you like?")  # a closed case releases its unit


async def test_windows_of_the_replacement_run_from_its_receipt(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    former = await exchanges_one_of_two(bench, buyer, seller)
    await bench.pass_time(days=6, hours=12)

    await buyer.say("/new 1001")  # the unit that was never exchanged: 15 days from purchase and 7 from receipt are over
    await buyer.tap("Return")
    await buyer.tap("I changed my mind")
    await buyer.is_told("This claim is not possible")
    await buyer.tap("Cancel")

    await buyer.say(f"/case {former}")
    await buyer.tap(PROBLEM)
    await buyer.tap("Return")
    await buyer.tap("I changed my mind")
    await buyer.tap("Yes, unused")
    await buyer.tap("Yes, intact")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    await seller.reads_on_card("The policy supports this claim.", usd("20.00"))

    await approves(seller)
    await sends(buyer, "I have sent it back", "DHL", "JD014600003829")
    await seller.tap("The goods are back")
    await seller.tap("Yes, they are back")
    await refunds(seller, "35.00", "TX-2")  # the price, and what sending it back may cost
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    await buyer.reads_on_card("Settled", "TX-2", Phrase("About the replacement sent in case {ref}", ref=former))


async def test_replacement_that_came_too_long_ago_is_no_longer_claimed(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    await exchanges_one_of_two(bench, buyer, seller)
    await bench.pass_time(days=7, hours=1)

    await buyer.tap(PROBLEM)
    await buyer.tap("Return")
    await buyer.tap("I changed my mind")

    await buyer.is_told("This claim is not possible")
    await buyer.can("Choose another reason")
    await buyer.cannot("Yes, unused")
