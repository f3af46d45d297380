"""Who cannot be reached, who joins, and what the operator is told."""

from conversations.messages import Card, Left, Notice, Returned
from conversations.ports import Link, LinkPurpose

MIA, SAM, ANA, BEN, ZOE, OPERATOR = 1, 2, 3, 4, 5, 99


async def test_other_side_is_told_once_that_a_party_cannot_be_reached(room) -> None:
    ref = await room.claim()
    person = await room.person(MIA)
    for _ in range(2):
        async with room.db.work() as work:
            await room.desk.unreachable(person.id, work, room.now)
    await room.deliver()

    notices = [room.plain(SAM, line) for notice in room.bodies(SAM, Notice) for line in notice.lines]
    assert sum("cannot be reached in the chat at the moment" in line for line in notices) == 1
    assert any("The buyer cannot be reached at the moment" in room.text(SAM) for _ in room.bodies(SAM, Card))
    assert (await room.facts(ref)).count("PartyUnreachable") == 1


async def test_who_comes_back_is_welcomed_and_the_other_side_told(room) -> None:
    ref = await room.claim()
    await room.do(MIA, Left())
    assert "The buyer cannot be reached" in room.text(SAM)
    assert room.got[MIA] == []
    await room.do(MIA, Left())
    assert dict(room.got) == {MIA: []} or dict(room.got) == {}

    await room.do(MIA, Returned())

    assert "Welcome back." in room.text(MIA)
    assert "The buyer can be reached again." in room.text(SAM)
    assert [fact for fact in await room.facts(ref) if fact.startswith("Party")] == [
        "PartyUnreachable",
        "PartyReachable",
    ]
    await room.do(MIA, Returned())
    assert room.got[MIA] == []


async def test_store_is_out_of_reach_only_with_its_last_seller(room) -> None:
    ref = await room.claim()
    await room.employ(ZOE, stores=["Acme"])

    await room.do(SAM, Left())
    assert "PartyUnreachable" not in await room.facts(ref)
    await room.do(ZOE, Left())

    assert (await room.facts(ref))[-1] == "PartyUnreachable"
    assert "The seller cannot be reached" in room.text(MIA)


async def test_nobody_is_told_of_a_case_that_has_ended(room) -> None:
    ref = await room.claim()
    await room.say(MIA, f"/withdraw {ref}")
    await room.tap(MIA, "Yes, withdraw it")

    await room.do(MIA, Left())
    assert room.got[SAM] == []
    await room.do(MIA, Returned())
    assert room.got[MIA] == []


async def _link(room, purpose: LinkPurpose, **what: str) -> str:
    async with room.db.work() as work:
        return await work.links.issue(Link(purpose=purpose, **what), expires_at=None)


async def test_operator_is_told_who_joined_and_the_new_seller_gets_the_open_cases(room) -> None:
    ref = await room.claim()
    token = await _link(room, LinkPurpose.SELLER, store="Acme")
    await room.say(ZOE, f"/start {token}")
    assert room.got[OPERATOR] == []
    assert not (await room.person(ZOE)).stores

    await room.tap(ZOE, "Accept the invitation")

    assert (await room.person(ZOE)).stores == {"Acme"}
    assert room.text(OPERATOR) == "N5 now answers for store Acme."
    [card] = room.bodies(ZOE, Card)
    assert card.ref == f"{ref[:3]}-{ref[3:]}"


async def test_invitation_is_good_once(room) -> None:
    token = await _link(room, LinkPurpose.ARBITRATOR)
    await room.say(ZOE, f"/start {token}")
    await room.tap(ZOE, "Accept the invitation")
    assert room.text(OPERATOR) == "N5 is now an arbitrator."

    await room.say(MIA, f"/start {token}")
    assert "This link has been used or has expired." in room.text(MIA)
    await room.say(MIA, f"/join {token}")
    assert "This invitation has been used or has expired." in room.text(MIA)
    assert not (await room.person(MIA)).is_arbitrator
    assert room.got[OPERATOR] == []


async def test_operator_is_told_of_a_store_without_seller(room) -> None:
    await room.employ(SAM)

    ref = await room.claim()

    named = f"{ref[:3]}-{ref[3:]}"
    assert room.text(OPERATOR) == f"Case {named}: nobody of store Acme is in the chat to answer it."
    await room.say(MIA, "Hello?")
    assert "Nobody of the store is in the chat yet" in room.text(MIA)
    assert (await room.facts(ref))[-1] == "MessagePassedOn"


async def test_buyer_who_sells_for_the_store_does_not_answer_their_own_case(room) -> None:
    await room.employ(SAM)
    await room.employ(MIA, stores=["Acme"])

    ref = await room.claim()

    assert "nobody of store Acme" in room.text(OPERATOR)
    await room.say(MIA, f"/approve {ref}")
    assert (await room.case(ref)).state.value == "awaiting_seller"


async def test_language_is_chosen_by_command_and_button(room) -> None:
    await room.say(ZOE, "/language")
    await room.press(ZOE, "1:c:language:zh_Hans")
    assert (await room.person(ZOE)).language == "zh_Hans"
    await room.say(ZOE, "/language xx")
    assert (await room.person(ZOE)).language == "zh_Hans"
    assert "Which language would you like?" in room.text(ZOE)
