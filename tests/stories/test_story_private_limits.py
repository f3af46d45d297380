"""Private limits: each side tells the desk alone how far it would go, and learns only whether both would agree."""

import pytest
from stories_bench import Bench, Chat
from stories_steps import calls_arbitrator, opens_refund, refunds, takes, two_parties, usd

from conversations.cases.roles import Role
from conversations.phrase import Phrase
from conversations.vocabulary import ROLES, in_one_line

NOTED = "Noted, for nobody else to see. If what you both would accept meets, we will tell you both."

MEET = Phrase(
    "You would both accept this: {terms}. It counts once each of you has accepted it.",
    terms=in_one_line(
        (Phrase("Compensation, goods stay with the buyer"), Phrase("{amount} to the buyer", amount=usd("9.99")))
    ),
)


async def sets_limit(chat: Chat, amount: str) -> None:
    """By the button of the card."""
    await chat.tap("Private limit")
    await chat.is_told(
        "Nobody else will ever see it. If what you both would accept meets, we offer both of you the middle."
    )
    await chat.say(amount)


async def shows_nothing_of(chat: Chat, *amounts: str) -> None:
    """Nothing the bot said holds one of the amounts, however it is written."""
    said = "\n".join([*await chat.texts(), *await chat.buttons()])
    for amount in amounts:
        for written in (amount, amount.replace(".", ","), amount.replace(".", "")):
            assert written not in said, await chat.transcript()
    for role in (Role.BUYER, Role.SELLER):
        await chat.sees_not(Phrase("{party} set a private limit.", party=ROLES[role]))


async def shows_whole_history(chat: Chat) -> None:
    """The newest history in the chat leaves no gap at which something could be guessed."""
    await chat.tap("History")
    numbers = [line.partition(".")[0] for line in (await chat.texts())[-1].split("\n")]
    numbers = [int(number) for number in numbers if number.isdecimal()]
    assert numbers == list(range(1, len(numbers) + 1)), await chat.transcript()
    assert numbers


async def test_limits_that_meet_are_offered_the_middle_and_settled(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    before = await buyer.messages()

    await seller.say("/limit")
    await seller.is_told("What is the most you would pay if the buyer keeps the goods?")
    await seller.say("12.34")
    await seller.is_told(NOTED)
    assert await buyer.messages() == before

    await buyer.tap("Private limit")
    await buyer.is_told("What is the least you would take and keep the goods?")
    await buyer.say("7.65")
    for chat in (buyer, seller):
        await chat.sees(MEET)
        await chat.reads_on_card("You would both agree to this", "Compensation, goods stay with the buyer", usd("9.99"))
        await chat.cannot("Private limit")

    await buyer.tap("Accept")
    await buyer.tap("Yes, accept")
    await buyer.is_told("You accepted the proposal. It counts once the other side accepts it too.")
    assert (await bench.case(ref))["state"] == "negotiating"
    await seller.tap("Accept")
    await seller.tap("Yes, accept")
    await seller.reads_on_card("Agreed: the seller is to refund", usd("9.99"))

    await refunds(seller, "9.99", "TX-1")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    for chat in (buyer, seller):
        await chat.reads_on_card("Settled", "TX-1", usd("9.99"))
        await shows_whole_history(chat)
    await shows_nothing_of(buyer, "12.34")
    await shows_nothing_of(seller, "7.65")

    case = await bench.case(ref)
    assert (case["state"], case["terms"]["kind"], case["terms"]["amount_minor"]) == ("settled", "compensation", 999)


async def test_limits_that_do_not_meet_tell_nobody_anything(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)

    hers = await buyer.messages()
    await sets_limit(seller, "3.21")
    await seller.is_told(NOTED)
    await sets_limit(seller, "4.32")
    await seller.is_told(NOTED)
    assert await buyer.messages() == hers

    his = await seller.messages()
    await sets_limit(buyer, "17.89")
    await buyer.is_told(NOTED)
    assert await seller.messages() == his

    await sets_limit(seller, "18.76")  # which would have met
    await seller.is_told("You have set it twice, so it stays: more tries could reveal the other side's limit.")
    assert (await bench.case(ref))["state"] == "awaiting_seller"

    await seller.tap("Refuse")
    await seller.say("It worked when we sent it.")
    await calls_arbitrator(buyer)
    await takes(arbitrator, ref)
    await arbitrator.say(f"/casefile {ref}")
    for chat in (buyer, seller, arbitrator):
        await shows_whole_history(chat)
    await shows_nothing_of(buyer, "3.21", "4.32", "18.76")
    await shows_nothing_of(seller, "17.89")
    await shows_nothing_of(arbitrator, "3.21", "4.32", "18.76", "17.89")


@pytest.mark.parametrize("decliner", ["buyer", "seller"])
async def test_either_side_may_decline_the_middle(bench: Bench, languages: tuple[str, str], decliner: str) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_refund(bench, buyer)
    await sets_limit(buyer, "6.01")
    await sets_limit(seller, "8.03")
    declines, hears = (buyer, seller) if decliner == "buyer" else (seller, buyer)

    await declines.tap("Decline")
    await declines.tap("Leave out")

    await declines.is_told("You declined the offer.")
    await hears.is_told(Phrase("{party} declined the offer", party=ROLES[Role(decliner)]))
    for chat in (buyer, seller):
        await chat.reads_on_card("No agreement yet")
        await chat.cannot("Private limit")
    await seller.say(f"/limit {ref}")
    await seller.is_told("A private limit can be set while both sides are still talking, until both limits have met.")
    await shows_nothing_of(buyer, "8.03")
    await shows_nothing_of(seller, "6.01")
    assert (await bench.case(ref))["state"] == "at_odds"
