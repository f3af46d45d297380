"""Groups that hear for a store's sellers or for the arbitrators: linked by a member, confirmed by the operator, left, moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from conversations.cases.case import Case
from conversations.cases.roles import Role
from conversations.desk.publishing import show_card, tell_operator
from conversations.desk.visit import Settings, Visit, command
from conversations.messages import Notice, Outgoing, Person, Placing, Room
from conversations.phrase import Phrase
from conversations.ports import Work

#: The place of the arbitrators among what can be linked; stores are numbered from 1, since their names can be too long.
_ARBITRATION: Final = "#0"

#: A group that becomes another one may seem to be left just before.
_JUST_NOW: Final = timedelta(minutes=1)

_NO_ROLE: Final = Phrase(
    "A group is linked by somebody who answers for a store, or by an arbitrator. The operator of this service can invite you."
)

_LACKS_TOPICS: Final = Phrase(
    "To give each case a topic of its own here, I need the right to manage topics; without it, all is in one."
)
_UNSEEN: Final = (
    Phrase("I cannot see who the administrators of this group are, so it was not linked."),
    Phrase("Please make me an administrator, and send /link again."),
)


def stands_in(person: Person, room: Room) -> bool:
    """Whether the person is one of those that the room is for."""
    return person.is_arbitrator if room.role is Role.ARBITRATOR else person.sells_for(room.store)


def no_role(room: Room) -> Phrase:
    """What a member is told who is none of them."""
    if room.role is Role.ARBITRATOR:
        return Phrase(
            "This is for arbitrators. If you are to be one, ask the operator of this service for an invitation."
        )
    return Phrase(
        "This is for those who answer for store {store}. If you are to, ask for an invitation.", store=room.store
    )


def how_it_works(role: Role) -> tuple[Phrase, ...]:
    """What members of a room have to know."""
    words = Phrase(
        "What you say to each other stays among you. Only /reply, and answers to my questions, go to the buyer."
    )
    if role is Role.ARBITRATOR:
        words = Phrase(
            "What you say to each other stays among you. The parties hear what you do by buttons and commands."
        )
    return (
        words,
        Phrase("When I ask you something, answer by replying to my question. Everybody here can see it."),
    )


# --- asked for -------------------------------------------------------------------------------------------------


async def link(visit: Visit, argument: str) -> None:
    """`/link [STORE]` in a group: asks which, if that is not clear, and has the group looked at."""
    group, offers = visit.chat, _offers(visit)
    visit.answers_question = bool(visit.query)
    if group.room is not None and group.room.is_linked:
        await visit.say(_hears(group.room) if group.room.hears else _waits(group.room))
        return
    if not offers:
        await visit.say(_NO_ROLE)
        return
    named = _named(argument, offers) if argument else offers
    if not named:
        await visit.say(Phrase("You do not answer for a store of that name. /link alone shows what you can link."))
        return
    if len(named) > 1:
        buttons = tuple((command(_label(role, store), "link", place),) for place, role, store in named)
        await visit.say(Phrase("What is this group for?"), choices=buttons)
        return
    [(_, role, store)] = named
    other = await visit.work.people.room_of(role, store)
    if other is not None:
        line = Phrase("{what} is linked to the group “{group}” already.", what=_label(role, store), group=other.name)
        await visit.say(line, Phrase("To link this one instead, send /unlink there first."))
        return
    room = Room(role=role, store=store, linked_by=visit.person.id, linked_at=visit.now)
    await visit.change(language=visit.person.language, has_chosen_language=True, is_reachable=True)
    await visit.work.rooms.keep(group.id, room)
    await visit.work.rooms.check(group.id)


async def unlink(visit: Visit, argument: str) -> None:
    """`/unlink` in a group: what it heard is said in private again."""
    group = visit.chat
    room = group.room
    if room is None or not room.is_linked:
        await visit.say(Phrase("This group is not linked, so there is nothing to take back."))
    elif not stands_in(visit.person, room) and visit.person.id != room.linked_by:
        await visit.say(no_role(room))
    else:
        await take_back(group, visit.work, visit.now)
        line = Phrase(
            "The group “{group}” is not linked any more. {name} took it back.", group=group.name, name=visit.person.name
        )
        await tell_operator(visit.settings, visit.work, line)


def _offers(visit: Visit) -> list[tuple[str, Role, str]]:
    """What the visitor can link: where it stands among all, the role, the store."""
    is_operator = visit.person.address == visit.settings.operator
    offers = [(_ARBITRATION, Role.ARBITRATOR, "")] if visit.person.is_arbitrator or is_operator else []
    return offers + [(f"#{n}", Role.SELLER, store) for n, store in enumerate(sorted(visit.person.stores), start=1)]


def _named(argument: str, offers: Sequence[tuple[str, Role, str]]) -> list[tuple[str, Role, str]]:
    by_name = [offer for offer in offers if offer[2] and offer[2].casefold() == argument.casefold()]
    return by_name or [offer for offer in offers if offer[0] == argument]


def _label(role: Role, store: str) -> Phrase:
    return Phrase("Arbitration") if role is Role.ARBITRATOR else Phrase("Store {store}", store=store)


# --- looked at, and confirmed ----------------------------------------------------------------------------------


async def vouch(
    group: Person, work: Work, now: datetime, settings: Settings, *, is_administrator: bool | None, lacks_topics: bool
) -> None:
    """It was seen whether the member who linked the group is one of its administrators: then the operator is asked. None
    when that could not be seen."""
    room = group.room
    if room is None or not room.is_linked or room.checked_at is not None:
        return
    who = await work.people.get(room.linked_by)
    if not is_administrator:
        await work.rooms.keep(group.id, replace(room, left_at=now))
        none = (
            Phrase("{name} is not an administrator of this group, so it was not linked.", name=who.name),
            Phrase("An administrator who holds the role can send /link."),
        )
        await _say(group, work, *(_UNSEEN if is_administrator is None else none))
        return
    await work.rooms.keep(group.id, replace(room, checked_at=now))
    lines = [_waits(room)]
    if lacks_topics:
        lines.append(_LACKS_TOPICS)
    await _say(group, work, *lines)
    await tell_operator(settings, work, _asks(group, room, who))


async def confirm(group: Person, work: Work, now: datetime) -> bool:
    """The operator confirms: the group hears from now on, and sees the cases that are open. False when it cannot be."""
    room = group.room
    if room is None or not room.is_linked or room.checked_at is None or room.confirmed_at is not None:
        return False
    room = replace(room, confirmed_at=now)
    await work.rooms.keep(group.id, room)
    await _say(group, work, _hears(room), *how_it_works(room.role))
    moved = Phrase("From now on this is said in the group “{group}”: {what}.", group=group.name, what=_what(room))
    await _tell_members(room, work, moved)
    for case in await _cases_of(room, work):
        await show_card(case, group, room.role, work, placing=Placing.BELOW)
    return True


def _asks(group: Person, room: Room, who: Person) -> Phrase:
    return Phrase(
        "{name} wants the group “{group}” to hear {what}. To confirm: {command}",
        name=who.name,
        group=group.name,
        what=_what(room),
        command=f"aftersales rooms confirm {group.id}",
    )


def _what(room: Room) -> Phrase:
    if room.role is Role.ARBITRATOR:
        return Phrase("what arbitrators have to know")
    return Phrase("what concerns the cases of store {store}", store=room.store)


def _hears(room: Room) -> Phrase:
    return Phrase("This group is linked. It hears {what}.", what=_what(room))


def _waits(room: Room) -> Phrase:
    return Phrase("This group will hear {what}, as soon as the operator confirms it.", what=_what(room))


async def _cases_of(room: Room, work: Work) -> Sequence[Case]:
    if room.role is Role.SELLER:
        found = [*await work.cases.of_stores([room.store])]
    else:
        found = [*await work.cases.queue()]
        for person in await work.people.arbitrators():
            found += await work.cases.of_arbitrator(person.id)
    return [case for case in found if case.is_open]


# --- left, taken back, moved -----------------------------------------------------------------------------------


async def leave(group: Person, work: Work, now: datetime, settings: Settings) -> None:
    """We are no longer in the group, or may not write there: what it heard is said in private again."""
    room = group.room
    if room is None or not room.is_linked:
        return
    await work.rooms.keep(group.id, replace(room, left_at=now))
    line = Phrase(
        "I can no longer write in the group “{group}”, which was linked to hear {what}.",
        group=group.name,
        what=_what(room),
    )
    await tell_operator(settings, work, line)
    if room.hears:
        await _tell_members(room, work, line, Phrase("It is said here again. /link in a group links it anew."))


async def lose_topics(group: Person, work: Work) -> None:
    """Topics of the group are no longer ours to open: what is about new cases goes outside of them."""
    if group.room is not None and group.room.is_linked:
        await _say(group, work, _LACKS_TOPICS)


async def take_back(group: Person, work: Work, now: datetime) -> bool:
    """The group hears nothing from now on. False when it did not."""
    room = group.room
    if room is None or not room.is_linked:
        return False
    await work.rooms.keep(group.id, replace(room, left_at=now))
    await _say(group, work, Phrase("This group is not linked any more."))
    if room.hears:
        line = Phrase("The group “{group}” is not linked any more. What it heard is said here again.", group=group.name)
        await _tell_members(room, work, line)
    return True


async def move(group: Person, address: int, work: Work, now: datetime) -> None:
    """The group has another address, where it goes on as it was."""
    moved = await work.people.move(group, address)
    room = moved.room
    if room is None or room.left_at is None or now - room.left_at > _JUST_NOW:
        return
    if await work.people.room_of(room.role, room.store) is None:
        await work.rooms.keep(moved.id, replace(room, left_at=None))


async def _say(group: Person, work: Work, *lines: Phrase) -> None:
    await work.outbox.add(Outgoing(to=group.id, body=Notice(lines=lines)))


async def _tell_members(room: Room, work: Work, *lines: Phrase) -> None:
    """In private, each of those that the room is for."""
    is_sellers = room.role is Role.SELLER
    for person in await (work.people.sellers_of(room.store) if is_sellers else work.people.arbitrators()):
        await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=lines)))
