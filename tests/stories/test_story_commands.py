"""Whole cases by commands alone, and commands for those who may not: they learn nothing by trying."""

from stories_bench import Bench
from stories_steps import calls_arbitrator, items, opens_refund, opens_return, refuses, two_parties, usd

from conversations.phrase import Phrase

NO_CASE = "There is no such case among yours. /cases shows them all."


async def test_return_is_settled_by_commands_alone(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    ref = await opens_return(bench, buyer)

    await seller.say(f"/offer {ref} compensation 5 Keep it, please.")
    await seller.is_told("Make this offer?", usd("5.00"))
    await seller.tap("Make the offer")
    await buyer.is_told(usd("5.00"), "Keep it, please.")
    await buyer.say(f"/offer {ref.lower()} return_refund USD 20")
    await buyer.is_told("Who pays for sending them back?")
    await buyer.say("1")
    await buyer.is_told("Make this offer?", "Return and refund")
    await buyer.tap("Make the offer")
    await seller.say(f"/accept {ref.replace('-', '')}")
    await seller.tap("Yes, accept")
    await buyer.reads_on_card("Agreed: the goods are to be sent back")

    await buyer.say(f"/ship {ref} SF Express SF1234567890123")
    await seller.is_told("SF Express", "SF1234567890123")
    await seller.say(f"/receive {ref}")
    await seller.tap("Yes, they are back")
    await seller.say(f"/refund {ref} 10 TX-1")
    await buyer.is_told("TX-1", usd("25.00"))
    await seller.say(f"/refund {ref} $25.00 TX-2")
    await buyer.say(f"/confirm_refund {ref}")
    await buyer.tap("Yes, it has arrived")
    for chat in (buyer, seller):
        await chat.reads_on_card("Settled", "SF1234567890123", "TX-1", "TX-2")
    await buyer.say(f"/rate {ref}")
    await buyer.say("1")
    await buyer.say("1")
    await buyer.tap("Leave out")
    await seller.say(f"/record {ref}")
    await seller.is_told(Phrase("History of case {ref}", ref=ref), "TX-2")
    assert (await bench.case(ref))["state"] == "settled"


async def test_dispute_is_decided_by_commands_alone(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await seller.say(f"/refuse {ref} It was fine.")
    await buyer.is_told("It was fine.")
    await buyer.say(f"/escalate {ref} It was not.")
    await seller.is_told("It was not.")

    await arbitrator.say(f"/take {ref}")
    await arbitrator.say(f"/ask {ref} buyer Since when?")
    await buyer.is_told("Since when?")
    await buyer.say(f"/answer {ref} Since Monday.")
    await buyer.tap("Go on without evidence")
    await arbitrator.is_told("Since Monday.")
    await arbitrator.say(f"/propose {ref} compensation 7 Half way.")
    await arbitrator.tap("Propose it")
    await buyer.is_told(usd("7.00"), "Half way.")
    await buyer.say(f"/decline {ref} Too little.")
    await seller.is_told("Too little.")
    await arbitrator.say(f"/rule {ref} refund 20 E1 shows the break clearly.")
    await arbitrator.say("1")
    await arbitrator.tap("Go on")
    await arbitrator.is_told("Give this ruling?", usd("20.00"), "E1 shows the break clearly.")
    await arbitrator.tap("Give the ruling")
    for party in (buyer, seller):
        await party.sees(usd("20.00"), "E1 shows the break clearly.")
        await party.say(f"/accept {ref}")
        await party.tap("Yes, accept")
    assert (await bench.case(ref))["state"] == "awaiting_refund"


async def test_what_a_command_lacks_is_asked_for(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await opens_refund(bench, buyer)

    await seller.say("/offer")
    await seller.is_told("What should it be?")
    await seller.say("/offer compensation")
    await seller.is_told("How much money?")
    await seller.say("/offer compensation 99")
    await seller.is_told("How much money?")
    await seller.say("/cancel")
    await seller.say("/refuse")
    await seller.is_told("Why do you refuse?")
    await seller.say("no")
    await seller.is_told("Why do you refuse?")
    await seller.say("It was fine when it left us.")
    await buyer.is_told("It was fine when it left us.")


async def test_wrong_roles_and_foreign_or_absent_cases_are_answered_alike(
    bench: Bench, languages: tuple[str, str]
) -> None:
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    stranger = await bench.buyer("Max", languages[1])
    ref = await opens_refund(bench, buyer)

    def unknown(command: str) -> Phrase:
        return Phrase("“/{command}” is not something you can do here. /help shows what is.", command=command)

    for command in ("approve", "take", "rule", "queue", "note", "frobnicate"):
        await stranger.say(f"/{command} {ref}")
        await stranger.is_told(unknown(command))
    for where in (ref, "ZZZ-ZZ9"):
        for command in (f"/ship {where} DHL 12345", f"/withdraw {where}", f"/accept {where}", f"/case {where}"):
            await stranger.say(command)
            await stranger.is_told(NO_CASE)
    for command in (f"/take {ref}", f"/note {ref} hm", f"/casefile {ref}"):
        await arbitrator.say(command)
        await arbitrator.is_told(NO_CASE)
    await arbitrator.sees_not(items(1))

    await buyer.say(f"/confirm_refund {ref}")
    await buyer.is_told(
        Phrase(
            "“{move}” is not possible now: {state}.",
            move=Phrase("The money has arrived"),
            state=Phrase("Waiting for the seller's answer"),
        )
    )
    await refuses(seller)
    await calls_arbitrator(buyer)
    await arbitrator.say(f"/rule {ref} refund 20 Just so, without reading.")
    await arbitrator.is_told(
        Phrase(
            "“{move}” is not possible now: {state}.",
            move=Phrase("Give a ruling"),
            state=Phrase("Waiting for an arbitrator"),
        )
    )
    whats = [fact["what"] for fact in (await bench.case(ref))["facts"]]
    assert whats == ["CaseOpened", "EvidenceAdded", "EvidenceFiled", "ClaimRefused", "CaseEscalated"]
