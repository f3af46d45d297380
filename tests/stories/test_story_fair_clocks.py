"""Fair clocks: a festival, a question by the arbitrator, a day without the service, a party who is gone."""

from datetime import datetime, timedelta

from stories_bench import NOW, STORE, Bench
from stories_steps import approves, calls_arbitrator, opens_refund, opens_return, refuses, takes, two_parties

from conversations.phrase import Phrase

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REMINDER = "A reminder: this case waits for you. Time left: {left}."
GONE = "This service could not be reached from {began} to {ended}, so there is time until {due}."


def default(due: datetime, otherwise: str) -> tuple[Phrase, ...]:
    """Whose turn it is, until when, and what happens otherwise."""
    return Phrase("It is your turn."), Phrase("{due}", due=due), Phrase(otherwise)


async def test_owners_are_reminded_of_what_is_left_and_a_festival_moves_the_deadline(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_return(bench, buyer)

    await bench.pass_time(hours=24)
    await seller.is_told(Phrase(REMINDER, left=24 * HOUR), *default(NOW + 2 * DAY, "the claim counts as approved"))

    extend = ("deadlines", "extend", "--store", STORE, "--by", "3d", "--reason", "Harvest festival")
    said = await bench.command(*extend, "--from", "2026-11-26", "--to", "2026-11-26")
    assert f"1 running deadline of {STORE}: {ref}" in said
    await seller.is_told(
        Phrase("The time to act is longer by {span}: until {due}", span=3 * DAY, due=NOW + 5 * DAY),
        "Harvest festival",
        *default(NOW + 5 * DAY, "the claim counts as approved"),
    )
    for chat in (buyer, seller):
        await chat.reads_on_card(Phrase("{due}", due=NOW + 5 * DAY))

    said = await bench.command(*extend, "--from", "2026-11-26", "--to", "2026-11-26")
    assert "was made before" in said

    await bench.pass_time(days=3)
    assert (await bench.case(ref))["state"] == "awaiting_seller"
    await bench.command("deadlines", "extend", "--all", "--from", "2026-12-06", "--to", "2026-12-06", "--by", "2d")
    await bench.pass_time(days=1)
    case = await bench.case(ref)
    assert (case["state"], case["due_at"]) == ("awaiting_return", (NOW + 14 * DAY).isoformat())
    await buyer.is_told(*default(NOW + 14 * DAY, "the case is closed"))
    assert [fact["what"] for fact in case["facts"]].count("DeadlineExtended") == 2


async def test_the_arbitrators_clock_stands_still_while_a_party_owes_an_answer(bench: Bench) -> None:
    buyer, seller = await two_parties(bench)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await calls_arbitrator(buyer)
    await takes(arbitrator, ref)
    await bench.pass_time(hours=10)
    await arbitrator.tap("Ask a party")
    await arbitrator.tap("The seller")
    await arbitrator.say("How was it packed?")

    await bench.pass_time(hours=71)
    assert (await bench.case(ref))["state"] == "evidence_requested"
    await bench.pass_time(hours=1)

    case = await bench.case(ref)
    assert (case["state"], case["due_at"]) == ("arbitration", (NOW + 82 * HOUR + 38 * HOUR).isoformat())
    await arbitrator.is_told(*default(NOW + 120 * HOUR, "the case goes back to the queue"))

    await bench.pass_time(hours=36)
    await arbitrator.tap("Ask a party")
    await arbitrator.tap("The seller")
    await arbitrator.say("And who packed it?")
    await seller.say("I did.")
    assert (await bench.case(ref))["due_at"] == (NOW + 118 * HOUR + 4 * HOUR).isoformat()


async def test_nobody_loses_a_right_because_the_service_was_away(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_return(bench, buyer)
    await bench.pass_time(hours=46)

    await bench.be_away(hours=5)

    back = NOW + 51 * HOUR
    assert (await bench.case(ref))["due_at"] == (back + 5 * HOUR).isoformat()
    await seller.is_told(
        Phrase(GONE, began=NOW + 46 * HOUR, ended=back, due=back + 5 * HOUR),
        *default(back + 5 * HOUR, "the claim counts as approved"),
    )
    for chat in (buyer, seller):
        await chat.reads_on_card("Waiting for the seller's answer", Phrase("{due}", due=back + 5 * HOUR))

    await bench.be_away(minutes=4)  # nobody would notice, and nothing changes
    assert (await bench.case(ref))["due_at"] == (back + 5 * HOUR).isoformat()

    await bench.pass_time(hours=4)
    await refuses(seller)
    case = await bench.case(ref)
    assert (case["state"], case["waits_for"]) == ("at_odds", ["buyer"])
    assert [fact["what"] for fact in case["facts"]].count("GraceGiven") == 1


async def test_after_the_grace_the_default_applies_and_a_moved_clock_is_no_outage(bench: Bench) -> None:
    buyer, _ = await two_parties(bench)
    ref = await opens_return(bench, buyer)
    await bench.pass_time(hours=47)
    await bench.be_away(days=9)

    assert (await bench.case(ref))["due_at"] == (NOW + 47 * HOUR + 10 * DAY).isoformat()
    await bench.pass_time(days=1)
    assert (await bench.case(ref))["state"] == "awaiting_return"

    await bench.pass_time(days=7)

    case = await bench.case(ref)
    assert (case["state"], [fact["what"] for fact in case["facts"]].count("GraceGiven")) == ("closed", 1)


async def test_a_party_who_is_gone_is_said_once_and_stands_on_the_card_until_they_return(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    await opens_return(bench, buyer)
    gone = "The buyer cannot be reached at the moment"
    await buyer.block()
    await approves(seller)

    await seller.reads_on_card(gone)
    noticed = seller.reads(
        Phrase("{party} cannot be reached in the chat at the moment. Deadlines go on.", party=Phrase("The buyer"))
    )
    assert sum(noticed in text for text in await seller.texts()) == 1

    await bench.pass_time(days=6, hours=1)  # two reminders that do not arrive
    assert sum(noticed in text for text in await seller.texts()) == 1

    await buyer.unblock()

    await buyer.is_told("Welcome back. What was sent to you meanwhile did not arrive; please look into your cases.")
    assert seller.reads(gone) not in await seller.card()
    await seller.is_told(Phrase("{party} can be reached again.", party=Phrase("The buyer")))
    await buyer.tap("My cases")
