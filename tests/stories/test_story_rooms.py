"""Groups that hear for a store and for the arbitrators."""

from collections.abc import Sequence

from stories_bench import Bench
from stories_rooms import group, links
from stories_steps import opens_refund, two_parties

from conversations.phrase import Phrase


async def test_a_store_links_a_group_and_answers_there(bench: Bench, languages: Sequence[str]) -> None:
    buyer, oskar = await two_parties(bench, languages)
    ida = await bench.seller("Ida", languages[1])
    desk, second = await group(bench, "Nordlicht desk", oskar, members=(ida,))
    await links(bench, desk)
    what = Phrase("what concerns the cases of store {store}", store="Nordlicht")
    await desk.sees(Phrase("This group is linked. It hears {what}.", what=what))
    ref = await opens_refund(bench, buyer)
    print(await desk.transcript())
    await second.tap("Refuse")
    await second.answer("The mug was fine when it left us.")
    print(await desk.transcript())
    await buyer.sees(Phrase("{ref}", ref=ref))
    print(await buyer.transcript())
    print(await oskar.transcript())
