"""Roles that are taken and lost: invitations the operator confirms, and roles taken away, at once."""

from dataclasses import replace

from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk import Desk, Settings
from conversations.desk.joining import admit, dismiss
from conversations.messages import Notice, Placing
from conversations.ports import Application, LinkPurpose


async def person_of(house, chat):
    async with house.db.work() as work:
        return await work.people.get(await house.id_of(chat))


async def confirm(house, chat):
    async with house.db.work() as work:
        applied = await admit(await work.people.get(await house.id_of(chat)), work)
    await house.deliver()
    return applied


async def revoke(house, chat, *, stores=frozenset(), is_arbitrator=False):
    async with house.db.work() as work:
        person = await work.people.get(await house.id_of(chat))
        await dismiss(person, work, house.time, stores=frozenset(stores), is_arbitrator=is_arbitrator)
    await house.deliver()


def strict(house):
    """The operator confirms invitations from now on."""
    house.desk = Desk(replace(house.desk.settings, confirms_invites=True))
    assert isinstance(house.desk.settings, Settings)


async def test_seller_waits_for_the_operator_and_has_no_role_until_then(house, buyer, operator, at):
    await at(State.AWAITING_SELLER)
    strict(house)
    ida = await house.person(210, "Ida")
    token = await house.link(LinkPurpose.SELLER, "Acme")

    await ida.say(f"/start {token}")
    await ida.tap("Accept the invitation")
    assert "The operator has to confirm this before you can begin" in ida.read
    number = await house.id_of(ida)
    assert f"Ida wants to answer for store Acme. To confirm: aftersales people confirm {number}" in operator.read
    assert (await person_of(house, ida)).stores == frozenset()
    await ida.say("/case A7K-Q2M")
    assert "There is no such case among yours" in ida.read
    await ida.say(f"/start {token}")
    assert "has been used" in ida.read

    role = Application(person=number, role=Role.SELLER, store="Acme", at=house.time)
    assert await confirm(house, ida) == [role]
    assert "You now answer for store Acme." in ida.read
    assert ida.card() is not None
    assert (await person_of(house, ida)).stores == {"Acme"}
    assert await confirm(house, ida) == ()
    assert ida.now == []


async def test_arbitrator_waits_for_the_operator_too(house, operator):
    strict(house)
    ruth = await house.person(310, "Ruth")
    await ruth.say(f"/start {await house.link(LinkPurpose.ARBITRATOR)}")
    await ruth.tap("Accept the invitation")
    assert "Ruth wants to be an arbitrator. To confirm: aftersales people confirm" in operator.read
    await ruth.say("/queue")
    assert "not something you can do here" in ruth.read

    await confirm(house, ruth)

    assert "You are now an arbitrator." in ruth.read
    assert (await person_of(house, ruth)).is_arbitrator


async def test_seller_who_is_dismissed_is_out_at_once(house, buyer, seller, at):
    await at(State.AWAITING_SELLER)
    await seller.say("/case A7K-Q2M")
    approve = seller.button("Approve").do
    await seller.press(approve)
    assert await house.dialogs(seller) != ()

    await revoke(house, seller, stores={"Acme"})

    assert "You no longer answer for store Acme." in seller.read
    gone = {out.slot: out.placing for out in seller.now if isinstance(out.body, Notice) and out.slot}
    assert gone == {"question": Placing.REPLACE, "card:A7KQ2M": Placing.REPLACE}
    assert await house.dialogs(seller) == ()
    person = await person_of(house, seller)
    assert (person.stores, person.open_ref) == (frozenset(), "")
    before = await house.case("A7KQ2M")
    await seller.press(approve)
    assert "There is no such case among yours" in seller.read
    assert await house.case("A7KQ2M") == before
    await buyer.say("/withdraw A7K-Q2M")
    await buyer.tap(buyer.labels[0])
    assert (await house.case("A7KQ2M")).state is State.CLOSED
    assert seller.now == []


async def test_what_has_nothing_to_do_with_the_role_goes_on(house, buyer, seller, at):
    """A seller who is also a buyer keeps their own case, what they are writing in it, and their other store."""
    case = await at(State.AWAITING_SELLER)
    await house.put(replace(case, ref="BBBBBB", buyer=await house.id_of(seller)))
    person = await person_of(house, seller)
    async with house.db.work() as work:
        await work.people.save(replace(person, stores=frozenset({"Acme", "Other"})))
    await seller.say("/approve A7K-Q2M")
    await seller.say("/cases")
    await seller.say("/reply BBB-BBB")
    stack = await house.dialogs(seller)
    assert [opened.name for opened in stack] == ["approve", "reply"]

    await revoke(house, seller, stores={"Acme", "Third"})

    assert await house.dialogs(seller) == stack[1:]
    assert [out.slot for out in seller.now] == ["card:A7KQ2M", ""]
    person = await person_of(house, seller)
    assert (person.stores, person.open_ref) == ({"Other"}, "BBBBBB")
    await seller.say("still here")
    assert "Kept on record" in seller.read


async def test_arbitrator_who_is_dismissed_gives_back_what_they_were_deciding(
    house, buyer, seller, arbitrator, another, at
):
    """Also what waits for an answer: nobody else could act on it when it came."""
    await at(State.ARBITRATION)
    asked = await at(State.EVIDENCE_REQUESTED, ref="BBBBBB")
    await at(State.ESCALATED, ref="CCCCCC")
    assert asked.position.asked is Role.BUYER
    await buyer.say("/answer BBB-BBB")

    await revoke(house, arbitrator, is_arbitrator=True)

    assert "You are no longer an arbitrator." in arbitrator.read
    assert {out.slot for out in arbitrator.now} == {"card:A7KQ2M", "card:BBBBBB", "card:CCCCCC", ""}
    for ref in ("A7KQ2M", "BBBBBB"):
        case = await house.case(ref)
        assert (case.state, case.arbitrator, case.position.asked) == (State.ESCALATED, None, None)
        assert another.card(ref) is not None
    assert "The arbitrator has given the case back; another one will take it." in buyer.read
    await arbitrator.say("/take A7K-Q2M")
    assert "not something you can do here" in arbitrator.read

    await buyer.say("In May.")
    assert "Passed on to the seller" in buyer.read
    await another.say("/take BBB-BBB")
    assert (await house.case("BBBBBB")).arbitrator == await house.id_of(another)


async def test_arbitrator_may_give_back_a_case_that_waits_for_an_answer(house, arbitrator, another, at):
    await at(State.EVIDENCE_REQUESTED)

    await arbitrator.say("/release A7K-Q2M")

    case = await house.case("A7KQ2M")
    assert (case.state, case.arbitrator, case.position.asked) == (State.ESCALATED, None, None)
    assert another.card("A7KQ2M") is not None


async def test_invitation_that_is_not_confirmed_is_taken_back(house):
    strict(house)
    ida = await house.person(210, "Ida")
    await ida.say(f"/start {await house.link(LinkPurpose.SELLER, 'Acme')}")
    await ida.tap("Accept the invitation")

    await revoke(house, ida)
    assert "The operator did not confirm your invitation." in ida.read
    await revoke(house, ida)
    assert ida.now == []
    assert await confirm(house, ida) == ()
