"""What a store makes of the policy, what is not taken back at all, and how often a claim can be made again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from stories_bench import NOW, STORE, Bench, an_order
from stories_steps import opens_return, two_parties

from bot import policies
from conversations.phrase import Phrase
from conversations.policy import for_store

OWN = """
[deadlines]
awaiting_seller = "12h"

[[rules]]
id = "return.window"
any_of = [{ since = "purchase", length = "60d" }, { since = "receipt", length = "60d" }]
"""


async def test_a_store_kinder_than_the_house_takes_back_what_the_house_would_not(
    bench: Bench, languages: tuple[str, str], tmp_path: Path
) -> None:
    buyer, seller = await two_parties(bench, languages)
    file = tmp_path / "own.toml"
    file.write_text(OWN)
    await bench.command("stores", "policy", STORE, str(file))

    dates = {"purchased_at": NOW - timedelta(days=50), "delivered_at": NOW - timedelta(days=40)}
    ref = await opens_return(bench, buyer, **dates)

    own = for_store(policies.load("tmall_global"), OWN, "own.toml")
    assert (await bench.case(ref))["due_at"] == (NOW + timedelta(hours=12)).isoformat()
    async with bench.bot.db.reading() as work:
        case = await work.cases.get(ref.replace("-", ""))
        assert case is not None
        assert (case.policy, case.policy_hash) == ("tmall_global+store", own.hash)
        assert await work.packs.text(own.hash) == own.model_dump_json()
    await seller.reads_on_card(
        "The policy supports this claim.", Phrase("In time: open until {until}.", until=NOW + timedelta(days=20))
    )

    await bench.command("stores", "policy", STORE, "--clear")

    assert (await bench.case(ref))["due_at"] == (NOW + timedelta(hours=12)).isoformat()


async def test_cosmetics_are_taken_back_until_they_are_opened(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, _ = await two_parties(bench, languages)
    order = an_order(title="Night cream")
    cream = replace(order.items[0], category="Beauty > Skin care")
    await buyer.start(await bench.order(replace(order, items=(cream,))))
    await buyer.say("MUG7")

    await buyer.tap("Return")
    await buyer.tap("I changed my mind")
    await buyer.tap("Yes, unused")
    await buyer.tap("No, opened or damaged")

    await buyer.is_told(
        "This claim is not possible",
        Phrase("Its seal was opened, so not taken back without a fault: {items}.", items=("Night cream",)),
    )
    await buyer.cannot("Send the claim")
    await buyer.tap("Choose another reason")
    await buyer.tap("It does not work")
    await buyer.is_told("Please show what happened")


async def test_a_claim_withdrawn_three_times_cannot_be_made_again(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, _ = await two_parties(bench, languages)
    for _ in range(3):
        await opens_return(bench, buyer)
        await buyer.say("/withdraw")
        await buyer.tap("Yes, withdraw it")

    await buyer.say("/new 1001")
    await buyer.tap("Return")
    await buyer.tap("I changed my mind")

    await buyer.is_told(
        "This claim is not possible",
        Phrase.counted(
            "A claim that was given up can be made again {n} time: {items}. Another reason may still be open.",
            "A claim that was given up can be made again {n} times: {items}. Another reason may still be open.",
            2,
            items=("Blue mug",),
        ),
    )
    await buyer.tap("Choose another reason")
    await buyer.tap("It does not work")
    await buyer.is_told("Please show what happened")
