"""What happens in more than one story, told once: a claim is opened, an arbitrator called, a ruling given."""

from __future__ import annotations

from collections.abc import Sequence

from stories_bench import Bench, Chat, an_order

from conversations.cases.money import Money
from conversations.phrase import Phrase

EN_ZH = ("en", "zh-hans")


def usd(amount: str) -> Phrase:
    """An amount as each reader writes it."""
    return Phrase("{amount}", amount=Money.parse(amount, "USD"))


def items(count: int, item: str = "Blue mug") -> Phrase:
    return Phrase("{count} × {item}", count=count, item=item)


def all_of_it(amount: str) -> Phrase:
    return Phrase("All of it: {amount}", amount=Money.parse(amount, "USD"))


async def two_parties(bench: Bench, languages: Sequence[str] = EN_ZH) -> tuple[Chat, Chat]:
    """A buyer and a seller, in their languages."""
    seller = await bench.seller(language=languages[1])
    return await bench.buyer(language=languages[0]), seller


async def names_order(bench: Bench, buyer: Chat, number: str = "1001", **changes: object) -> None:
    """The buyer comes by the link of their order and completes it with its code."""
    await buyer.start(await bench.order(an_order(number, **changes)))
    await buyer.say("MUG7")


async def claims_refund(buyer: Chat, *, reason: str = "It does not work", words: str = "The handle came off.") -> str:
    """From the question for the remedy to an open case, with one photo. Gives its reference."""
    await buyer.tap("Refund")
    await buyer.tap(reason)
    await buyer.photo("The fault")
    await buyer.tap("That is all")
    await buyer.say(words)
    await buyer.tap("Send the claim")
    return await buyer.ref()


async def opens_refund(bench: Bench, buyer: Chat, number: str = "1001", **changes: object) -> str:
    """A refund for faulty goods: evidence is given, nothing goes back."""
    await names_order(bench, buyer, number, **changes)
    return await claims_refund(buyer)


async def opens_return(bench: Bench, buyer: Chat, number: str = "1001", **changes: object) -> str:
    """A return without a reason, for goods as new."""
    await names_order(bench, buyer, number, **changes)
    await buyer.tap("Return")
    await buyer.tap("I changed my mind")
    await buyer.tap("Yes, unused")
    await buyer.tap("Yes, intact")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    return await buyer.ref()


async def opens_exchange(bench: Bench, buyer: Chat, number: str = "1001", **changes: object) -> str:
    """An exchange of goods that do not work."""
    await names_order(bench, buyer, number, **changes)
    await buyer.tap("Exchange")
    await buyer.tap("It does not work")
    await buyer.tap("Yes, unused")
    await buyer.tap("Yes, intact")
    await buyer.photo()
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    return await buyer.ref()


async def approves(seller: Chat) -> None:
    await seller.tap("Approve")
    await seller.tap("Yes, approve")


async def refuses(seller: Chat, why: str = "The mug was fine when it left us.") -> None:
    await seller.tap("Refuse")
    await seller.say(why)


async def sends(chat: Chat, button: str, carrier: str, number: str) -> None:
    """A parcel goes one way or the other."""
    await chat.tap(button)
    await chat.tap(Phrase("{carrier}", carrier=carrier))
    await chat.say(number)


async def refunds(seller: Chat, amount: str, number: str) -> None:
    """All that is due."""
    await seller.tap("I have refunded")
    await seller.tap(all_of_it(amount))
    await seller.say(number)
    await seller.tap("bank transfer")


async def offers_money(chat: Chat, amount: str, words: str = "") -> None:
    """Compensation; the goods stay with the buyer."""
    await chat.tap("Make an offer")
    await chat.tap("Compensation, the buyer keeps the goods")
    await chat.say(amount)
    await (chat.say(words) if words else chat.tap("Leave out"))
    await chat.tap("Make the offer")


async def calls_arbitrator(chat: Chat, words: str = "") -> None:
    await chat.tap("Call an arbitrator")
    await (chat.say(words) if words else chat.tap("Leave out"))


async def takes(arbitrator: Chat, ref: str) -> None:
    """The arbitrator takes the case out of the queue."""
    await arbitrator.say("/queue")
    await arbitrator.tap(Phrase("{ref}", ref=ref))
    await arbitrator.tap("Take this case")


async def rules(arbitrator: Chat, kind: str, amount: str | None, *, goods_back: bool | None, reasons: str) -> None:
    """A ruling that relies on the first exhibit, for reasons in the arbitrator's own words."""
    await arbitrator.tap("Give a ruling")
    await arbitrator.tap(kind)
    if amount is not None:
        await arbitrator.say(amount)
    if goods_back is not None:
        await arbitrator.tap("Yes, they go back" if goods_back else "No, the buyer keeps them")
    await arbitrator.say("1")
    await arbitrator.tap("Go on")
    await arbitrator.say(reasons)
    await arbitrator.tap("Give the ruling")
