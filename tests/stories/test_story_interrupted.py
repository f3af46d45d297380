"""Claims told with interruptions: people leave and come back, change their minds, and do two things at once."""

from stories_bench import Bench, an_order
from stories_steps import claims_refund, items, names_order, opens_refund, two_parties

from conversations.phrase import Phrase


async def test_draft_waits_over_night_and_is_taken_up_again(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await names_order(bench, buyer, quantity=2)
    await buyer.say("2")
    await buyer.tap("Refund")
    await buyer.tap("It does not work")
    await buyer.photo("First photo")

    await bench.pass_time(days=1)
    await buyer.start()
    await buyer.sees("Welcome")
    await buyer.is_told(
        "Please show what happened", Phrase.counted("{n} file received so far.", "{n} files received so far.", 1)
    )
    await buyer.say("/new")
    await buyer.is_told("You have a claim that is not finished yet.")
    await buyer.tap("Go on with the claim")
    await buyer.video()
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.is_told("Please look it over", items(2))
    await buyer.tap("Send the claim")
    await seller.reads_on_card(await buyer.ref(), items(2))


async def test_link_goes_on_with_its_draft_and_drops_no_other_unasked(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    mug = await bench.order(an_order("1001"))
    bowl = await bench.order(an_order("1002", title="Green bowl"))
    await buyer.start(mug)
    await buyer.say("MUG7")
    await buyer.tap("Refund")
    await buyer.is_told("What went wrong?")

    await buyer.start(bowl)
    await buyer.is_told("You have a claim that is not finished yet.")
    await buyer.tap("Go on with the claim")
    await buyer.is_told("What went wrong?")
    await buyer.start(bowl)
    await buyer.tap("Begin anew")
    await buyer.is_told(Phrase("What is the code of order {number}?", number="1002"))
    await buyer.start(bowl)
    await buyer.is_told(Phrase("What is the code of order {number}?", number="1002"))
    await buyer.say("mug 7")
    await claims_refund(buyer)
    await seller.reads_on_card("Green bowl")


async def test_back_and_cancel_at_every_step(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await bench.order(an_order(quantity=2))
    await buyer.say("/new")
    prompts: list[str | Phrase] = [
        "What is the order number?",
        Phrase("What is the code of order {number}?", number="1001"),
    ]
    await buyer.cannot("‹ Back")
    await buyer.say("1001")
    await buyer.say("MUG7")
    for prompt, answer in (
        (Phrase("How many of “{item}”?", item="Blue mug"), Phrase("{n}", n=1)),
        ("What would you like?", "Return"),
        ("What went wrong?", "I changed my mind"),
        ("Are the goods unused?", "Yes, unused"),
        ("Is the packaging intact?", "Yes, intact"),
        ("Would you like to describe it in your own words?", "Leave out"),
    ):
        await buyer.is_told(prompt)
        await buyer.can("‹ Back", "Cancel")
        prompts.append(prompt)
        await buyer.tap(answer)
    await buyer.is_told("Please look it over")

    for prompt in reversed(prompts[2:]):
        await buyer.tap("‹ Back")
        await buyer.is_told(prompt)
    for answer in (Phrase("{n}", n=2), "Return", "I changed my mind", "No, used", "Yes, intact", "Leave out"):
        await buyer.tap(answer)
    await buyer.is_told("Please look it over", items(2), "The goods were used, so the seller decides.")
    await buyer.tap("Cancel")
    await buyer.is_told("Stopped. Nothing has been changed.")
    await buyer.can("Report a problem")
    await seller.say("/cases")
    await seller.is_told("You have no cases.")


async def test_cancel_leaves_each_step_without_a_trace(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, _ = await two_parties(bench, languages)
    await names_order(bench, buyer)
    answers = ("Refund", "It does not work", None, "That is all", "Leave out")
    for steps in range(len(answers) + 1):
        for answer in answers[:steps]:
            await (buyer.tap(answer) if answer else buyer.photo())
        await buyer.tap("Cancel")
        await buyer.is_told("Stopped. Nothing has been changed.")
        await buyer.say("/cancel")
        await buyer.is_told("There is nothing to stop. /help shows what you can do.")
        await buyer.say("/new 1001")
        await buyer.is_told("What would you like?")


async def test_two_cases_at_once_do_not_mix(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    mug = await opens_refund(bench, buyer, "1001")
    await names_order(bench, buyer, "1002", title="Green bowl")
    await seller.say("/offer compensation 4 Sorry for that.")
    await seller.tap("Make the offer")
    await buyer.sees("Sorry for that.")

    await buyer.say(f"/accept {mug}")
    await buyer.is_told("Accept this?")
    await buyer.tap("Yes, accept")
    await buyer.is_told("What would you like?")
    bowl = await claims_refund(buyer, words="Chipped.")
    assert bowl != mug
    await buyer.say("/cases")
    await buyer.is_told(mug, bowl, "Green bowl", "Blue mug")
    await seller.reads_on_card(bowl, "Chipped.")
    assert (await bench.case(mug))["state"] == "awaiting_refund"
    assert (await bench.case(bowl))["state"] == "awaiting_seller"


async def test_language_changes_in_the_middle(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await names_order(bench, buyer)
    await buyer.tap("Refund")
    await buyer.is_told("What went wrong?")

    await buyer.say("/language")
    buyer_now = ("zh-hans", "简体中文") if languages[0] == "en" else ("en", "English")
    await buyer.tap(Phrase("{language}", language=buyer_now[1]))
    buyer.language = buyer_now[0]
    await buyer.is_told("What went wrong?")
    await buyer.tap("It does not work")
    await buyer.is_told("Please show what happened")
    await buyer.photo()
    await buyer.tap("That is all")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    await buyer.reads_on_card("Waiting for the seller's answer")
    await seller.say("/approve")
    await seller.tap("Yes, approve")
    await buyer.reads_on_card("Agreed: the seller is to refund")


async def test_help_and_unknown_words_are_answered_where_one_is(bench: Bench, languages: tuple[str, str]) -> None:
    buyer, seller = await two_parties(bench, languages)
    await buyer.say("hello?")
    await buyer.is_told(
        "Tell us what is wrong with an order, and we take it from there. /help shows what else you can do."
    )
    await buyer.can("Report a problem")
    await buyer.say("/frobnicate")
    await buyer.is_told(
        Phrase("“/{command}” is not something you can do here. /help shows what is.", command="frobnicate")
    )

    await names_order(bench, buyer)
    await buyer.say("Hm.")
    await buyer.is_told("Please tap one of the buttons, or send its number.", "What would you like?")
    await buyer.say("/help")
    await buyer.sees("What you can do here")
    await buyer.is_told("What would you like?")
    await buyer.send(("voice.ogg", b"OggS\0\2", "audio/ogg"), kind="voice")
    await buyer.is_told("Only photos, videos and PDF files can be evidence. Please send it as one of these.")
    await buyer.say("I want my money back!!!")
    await buyer.is_told(
        "Did I understand you right?", Phrase("You have written: “{words}”", words="I want my money back!!!")
    )
    await buyer.tap("Yes, that is it")
    await buyer.is_told("What went wrong?")

    await seller.say("/help")
    await seller.is_told("Set where returns are sent")
    await seller.sees_not("Cases that wait for an arbitrator")
    await seller.say("/queue")
    await seller.is_told(Phrase("“/{command}” is not something you can do here. /help shows what is.", command="queue"))
