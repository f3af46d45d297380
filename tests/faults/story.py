"""What people do while the bot is killed: two claims with photos, words passed on and changed, a deadline, a refund."""

from __future__ import annotations

import re

from faults_bench import Bench


async def tell(bench: Bench) -> None:
    """The whole story. Everybody waits until the bot has answered, but the two buyers do not wait for each other."""
    mia, max_, oskar = (bench.people[name] for name in ("Mia", "Max", "Oskar"))

    mia.start(bench.orders["1001"])
    max_.start(bench.orders["1002"])
    await bench.quiet()
    for label in ("", "Refund", "It does not work"):
        for buyer in (mia, max_):
            buyer.tap(label) if label else buyer.say("MUG7")
        await bench.quiet()
    await mia.photo("The fault")
    await max_.photo("My fault", (10, 90, 160))
    await bench.quiet()
    for label in ("That is all", "", "Send the claim"):
        for buyer in (mia, max_):
            buyer.tap(label) if label else buyer.say("The handle came off.")
        await bench.quiet()

    said = [mia.say(f"Question {n}?") for n in (1, 2, 3)]
    await max_.photo("From above", (160, 90, 10))
    await bench.quiet()
    mia.edit(said[1], "Question two?")
    await bench.quiet()
    oskar.say("Answer 3.", reply_to=oskar.hears("Question 3?"))
    await bench.quiet()

    await bench.pass_time(hours=49)  # silence of 48 h approves both
    await bench.quiet()
    ref = ref_of(bench, "Mia")
    oskar.tap("I have refunded", ref)
    await bench.quiet()
    oskar.tap("All of it: US$20.00")
    await bench.quiet()
    oskar.say("TX-77")
    await bench.quiet()
    oskar.tap("bank transfer")
    await bench.quiet()
    mia.tap("The money has arrived")
    await bench.quiet()
    mia.tap("Yes, it has arrived")
    await bench.quiet()


def ref_of(bench: Bench, name: str) -> str:
    """The reference on the newest card in somebody's chat."""
    found = [m[0] for s in bench.people[name].messages() if (m := re.search(r"[A-Z2-9]{3}-[A-Z2-9]{3}", str(s)))]
    assert found, bench.people[name].transcript()
    return found[-1]
