"""A rating with its answer, the line that other buyers read, and what the seller learns: asked for, and every week."""

from collections.abc import Sequence

from stories_bench import STORE, Bench, Chat
from stories_steps import opens_refund, refuses, two_parties

from conversations.phrase import Phrase


def stars(n: int) -> Phrase:
    return Phrase.counted("{n} star", "{n} stars", n)


async def rates(buyer: Chat, service: int, outcome: int, words: str) -> None:
    await buyer.tap("Rate the service")
    await buyer.tap(stars(service))
    await buyer.tap(stars(outcome))
    await buyer.say(words)


async def withdraws(buyer: Chat) -> None:
    await buyer.tap("Withdraw the claim")
    await buyer.tap("Yes, withdraw it")


async def test_a_rating_is_answered_and_the_store_reads_its_report(bench: Bench, languages: Sequence[str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await opens_refund(bench, buyer)
    await refuses(seller)
    await withdraws(buyer)

    await rates(buyer, 4, 2, "Kind, but no help.")
    await buyer.sees("Thank you. Your rating has been recorded.")
    rated = Phrase.counted(
        "The buyer rates the service: {n} star of 5", "The buyer rates the service: {n} stars of 5", 4
    )
    await seller.is_told(Phrase("{marks}; the outcome: {outcome} of 5", marks=rated, outcome=2))
    assert "Kind, but no help." in (await seller.texts())[-1]

    await buyer.tap("Change the rating")
    await buyer.tap(stars(5))
    await buyer.tap(stars(2))
    await buyer.tap("Leave out")
    await seller.tap("Answer the rating")
    await seller.say("We are sorry.")
    await buyer.sees(Phrase("The seller answers the rating: “{words}”", words="We are sorry."))
    await buyer.reads_on_card(Phrase("The store's answer: “{words}”", words="We are sorry."))
    await seller.say("/respond Again")
    nothing = "You have no case for that now. /cases shows all of yours."
    is_in_topic = bench.has_topics and not seller.is_in_group  # which is closed at the end
    await seller.is_told("Your store has answered this rating already." if is_in_topic else nothing)

    await bench.pass_time(minutes=5)
    await seller.say("/report 7")
    shown = (await seller.messages())[-2:]
    assert shown[0]["photo"]
    assert shown[0]["caption"]
    await seller.is_told(
        Phrase.counted("{store}: the last {n} day", "{store}: the last {n} days", 7, store=STORE),
        "What buyers ask for",
        Phrase("Deadlines met: {share}", share=Phrase("{hits} of {of}", hits=1, of=1)),
        Phrase.counted("{n} rating, too few for a figure", "{n} ratings, too few for a figure", 1),
    )


async def test_another_buyer_reads_how_the_store_stands(bench: Bench, languages: Sequence[str]) -> None:
    buyer, _seller = await two_parties(bench, languages)
    await opens_refund(bench, buyer)
    await withdraws(buyer)

    await buyer.say("/case")
    await buyer.sees(
        Phrase("Store {store}: {points}.", store=STORE, points=(Phrase("few ratings so far"),)),
    )


async def test_the_week_is_told_on_monday_to_those_who_want_it(bench: Bench, languages: Sequence[str]) -> None:
    buyer = await bench.buyer(language=languages[0])
    seller = await bench.seller(language=languages[1], wants_digests=True)
    other = await bench.seller("Olga", wants_digests=True)
    await other.say("/report off")
    await bench.digests()  # both are noted
    await opens_refund(bench, buyer)

    await bench.clock.advance(bench.until_monday())
    await bench.digests()
    await bench.digests()

    weekly = Phrase.counted("{store}: the last {n} day", "{store}: the last {n} days", 7, store=STORE)
    assert sum(seller.reads(weekly) in text for text in await seller.texts()) == 1
    await seller.can("No weekly reports")
    await other.sees_not(weekly)
